/**
 * Boxes and polygons in pixels of the upright image; a box turns about its middle, clockwise, in degrees.
 */
import type { LabelingShape } from '../api/client';

export interface IPoint {
  x: number;
  y: number;
}

/** A handle of a box: which of its edges move along. */
export interface IHandle {
  name: string;
  dx: -1 | 0 | 1;
  dy: -1 | 0 | 1;
}

export const HANDLES: IHandle[] = [
  { name: 'nw', dx: -1, dy: -1 },
  { name: 'n', dx: 0, dy: -1 },
  { name: 'ne', dx: 1, dy: -1 },
  { name: 'e', dx: 1, dy: 0 },
  { name: 'se', dx: 1, dy: 1 },
  { name: 's', dx: 0, dy: 1 },
  { name: 'sw', dx: -1, dy: 1 },
  { name: 'w', dx: -1, dy: 0 }
];

export function turn(point: IPoint, about: IPoint, degrees: number): IPoint {
  const angle = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const [x, y] = [point.x - about.x, point.y - about.y];
  return { x: about.x + x * cos - y * sin, y: about.y + x * sin + y * cos };
}

export function middleOf(box: LabelingShape): IPoint {
  return { x: box.x! + box.w! / 2, y: box.y! + box.h! / 2 };
}

/** Where a handle of a box is. */
export function handleAt(box: LabelingShape, { dx, dy }: IHandle): IPoint {
  const middle = middleOf(box);
  return turn({ x: middle.x + (dx * box.w!) / 2, y: middle.y + (dy * box.h!) / 2 }, middle, box.rotation);
}

export function boxBetween(a: IPoint, b: IPoint, width: number, height: number): Partial<LabelingShape> {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)].map(x => clamp(x, width));
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)].map(y => clamp(y, height));
  return { x: round(left), y: round(top), w: round(right - left), h: round(bottom - top) };
}

/** A box whose handle was drawn to a point; the other edges stay where they are. */
export function resized(box: LabelingShape, { dx, dy }: IHandle, to: IPoint): LabelingShape {
  const middle = middleOf(box);
  const at = turn(to, middle, -box.rotation);
  const edge = (low: number, high: number, place: number, d: number) =>
    d < 0 ? [Math.min(place, high - 1), high] : d > 0 ? [low, Math.max(place, low + 1)] : [low, high];
  const [left, right] = edge(box.x!, box.x! + box.w!, at.x, dx);
  const [top, bottom] = edge(box.y!, box.y! + box.h!, at.y, dy);
  const now = turn({ x: (left + right) / 2, y: (top + bottom) / 2 }, middle, box.rotation);
  const [w, h] = [right - left, bottom - top];
  return { ...box, x: round(now.x - w / 2), y: round(now.y - h / 2), w: round(w), h: round(h) };
}

/** A shape moved so far, and not out of the image. */
export function moved(shape: LabelingShape, dx: number, dy: number, width: number, height: number): LabelingShape {
  const [left, top, right, bottom] = boundsOf(shape);
  const x = Math.max(-left, Math.min(dx, width - right));
  const y = Math.max(-top, Math.min(dy, height - bottom));
  return shape.kind === 'box'
    ? { ...shape, x: round(shape.x! + x), y: round(shape.y! + y) }
    : { ...shape, rings: shape.rings!.map(ring => ring.map(([a, b]) => [round(a + x), round(b + y)])) };
}

export function turned(box: LabelingShape, to: IPoint): LabelingShape {
  const middle = middleOf(box);
  const degrees = (Math.atan2(to.x - middle.x, middle.y - to.y) * 180) / Math.PI;
  return { ...box, rotation: Math.abs(degrees) < 2 ? 0 : Math.round(degrees * 10) / 10 };
}

/** Left, top, right, bottom. */
export function boundsOf(shape: LabelingShape): [number, number, number, number] {
  const points = shape.kind === 'box' ? cornersOf(shape) : shape.rings!.flat().map(([x, y]) => ({ x, y }));
  const [xs, ys] = [points.map(one => one.x), points.map(one => one.y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function cornersOf(box: LabelingShape): IPoint[] {
  return HANDLES.filter(({ dx, dy }) => dx && dy).map(one => handleAt(box, one));
}

export function clamp(x: number, most: number): number {
  return Math.max(0, Math.min(x, most));
}

export function round(x: number): number {
  return Math.round(x * 100) / 100;
}
