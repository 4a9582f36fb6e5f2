import { expect, it } from 'vitest';

import type { LabelingShape } from '../../src/api/client';
import { boundsOf, boxBetween, handleAt, HANDLES, moved, resized, turned } from '../../src/labeling/geometry';

const box = (x: number, y: number, w: number, h: number, rotation = 0) =>
  ({ id: 'a', kind: 'box', x, y, w, h, rotation }) as LabelingShape;
const handle = (name: string) => HANDLES.find(one => one.name === name)!;

it('draws a box from any corner and not out of the image', () => {
  expect(boxBetween({ x: 50, y: 40 }, { x: -5, y: 10 }, 100, 100)).toEqual({ x: 0, y: 10, w: 50, h: 30 });
});

it('leaves the corner opposite of a handle where it is, also in a turned box', () => {
  for (const rotation of [0, 30, 90, -135]) {
    const before = box(20, 20, 40, 20, rotation);
    const fixed = handleAt(before, handle('nw'));
    const to = handleAt(box(20, 20, 60, 50, rotation), handle('se'));
    const after = resized(before, handle('se'), to);
    const still = handleAt(after, handle('nw'));
    expect(still.x).toBeCloseTo(fixed.x, 1);
    expect(still.y).toBeCloseTo(fixed.y, 1);
    const drawn = handleAt(after, handle('se'));
    expect(drawn.x).toBeCloseTo(to.x, 1);
    expect(drawn.y).toBeCloseTo(to.y, 1);
  }
});

it('moves shapes no farther than the edge', () => {
  expect(boundsOf(moved(box(10, 10, 20, 20), 500, -500, 100, 100))).toEqual([80, 0, 100, 20]);
  const polygon = {
    id: 'p',
    kind: 'polygon',
    rings: [
      [
        [0, 0],
        [10, 0],
        [0, 10]
      ]
    ]
  } as unknown as LabelingShape;
  expect(moved(polygon, 5, 200, 100, 100).rings).toEqual([
    [
      [5, 90],
      [15, 90],
      [5, 100]
    ]
  ]);
});

it('turns a box to where its handle is drawn', () => {
  expect(turned(box(0, 0, 10, 10), { x: 100, y: 5 }).rotation).toBe(90);
  expect(turned(box(0, 0, 10, 10), { x: 5.1, y: -100 }).rotation).toBe(0);
});
