import { beforeEach, expect, it, vi } from 'vitest';

import type { Labeling, LabelingAnswer, LabelingItem } from '../../src/api/client';
import { Bench } from '../../src/labeling/bench';
import type { ITransport } from '../../src/labeling/transport';
import { EMPTY, ofClass } from '../../src/labeling/value';

const progress = { items: 30, labeled: 0, auto: 0, open: 30, mine: 0, skipped: 0, left: 30, sequence: 0 };
const LABELS = ['a', 'b'].map((name, i) => ({
  id: `l${i + 1}`,
  name,
  key: String(i + 1),
  retired: false,
  merged: null,
  parent: null
}));
const item = (number: number, more: Partial<LabelingItem> = {}) =>
  ({
    number,
    key: `k${number}`,
    row: {},
    value: null,
    suggestion: null,
    notes: [],
    media: null,
    ...more
  }) as LabelingItem;

function server(task: Labeling['task'], more: (n: number) => Partial<LabelingItem> = () => ({})) {
  let given = 0;
  const kept: LabelingAnswer[] = [];
  const transport = {
    project: 'p',
    describe: async () =>
      ({ task, labels: { version: 1, labels: LABELS }, progress, item_kind: 'text' }) as unknown as Labeling,
    next: vi.fn(async (limit: number) => {
      const items = Array.from({ length: Math.min(limit, 30 - given) }, (_, i) => item(given + i, more(given + i)));
      given += items.length;
      return { items, schema_version: 1, progress };
    }),
    submit: vi.fn(async (answers: LabelingAnswer[]) => {
      kept.push(...answers);
      const receipts = answers.map(({ client_id, item }) => ({
        client_id,
        item,
        annotation: 1,
        replayed: false,
        late: false,
        error: null
      }));
      return { receipts, schema_version: 1, progress };
    }),
    undo: vi.fn(async () => ({ annotations: [9], items: [item(kept.pop()!.item)], progress })),
    release: async () => ({})
  } as unknown as ITransport & { next: ReturnType<typeof vi.fn> };
  return { transport, kept };
}

const settle = async () => {
  for (let turn = 0; turn < 20; turn++) {
    await Promise.resolve();
  }
};

beforeEach(() => window.localStorage.clear());

it('chooses, saves and goes on with one key, without waiting for the server', async () => {
  const { transport, kept } = server('class');
  const bench = new Bench(transport);
  await bench.start();
  for (let turn = 0; turn < 5; turn++) {
    bench.choose('l1');
    expect(bench.item!.number).toBe(turn + 1);
  }
  await settle();
  expect(kept.map(one => [one.item, one.value!.label])).toEqual([0, 1, 2, 3, 4].map(n => [n, 'l1']));
  bench.dispose();
});

it('asks for more items before it runs out of them', async () => {
  const { transport } = server('class');
  const bench = new Bench(transport);
  await bench.start();
  for (let turn = 0; turn < 30; turn++) {
    bench.choose('l2');
    await settle();
  }
  expect(bench.isDone).toBe(true);
  bench.dispose();
});

it('takes back what was said, item by item, and shows what it was', async () => {
  const { transport } = server('class');
  const bench = new Bench(transport);
  await bench.start();
  bench.choose('l1');
  bench.choose('l2');
  await bench.undo();
  expect(bench.item!.number).toBe(1);
  expect(bench.value.label).toBe('l2');
  await bench.undo();
  expect(bench.item!.number).toBe(0);
  bench.dispose();
});

it('undoes edits of the item at hand before anything else', async () => {
  const { transport } = server('multi');
  const bench = new Bench(transport);
  await bench.start();
  bench.choose('l1');
  bench.choose('l2');
  await bench.undo();
  expect(bench.value.labels).toEqual(['l1']);
  expect(transport.undo).not.toHaveBeenCalled();
  bench.done();
  expect(bench.item!.number).toBe(1);
  bench.dispose();
});

const shape = (id: string) => ({
  id,
  kind: 'box',
  label: 'l1',
  x: 1,
  y: 1,
  w: 5,
  h: 5,
  rotation: 0,
  rings: null,
  attributes: {},
  score: 0.7
});

const withBoxes = () => ({
  suggestion: { number: 7, run: 1, value: { ...EMPTY, shapes: ['s1', 's2', 's3'].map(shape) } as any, score: 0.9 }
});

it('takes all suggested parts that were not dismissed with one key, and goes on', async () => {
  const { transport, kept } = server('boxes', withBoxes);
  const bench = new Bench(transport);
  await bench.start();
  expect(bench.suggested.map(one => one.id)).toEqual(['s1', 's2', 's3']);
  bench.dismiss();
  bench.accept();
  expect(bench.item!.number).toBe(1);
  await settle();
  expect(kept[0].value!.shapes!.map(one => [one.id, one.score])).toEqual([
    ['s2', null],
    ['s3', null]
  ]);
  expect(kept[0].suggestion).toBe(7);
  bench.dispose();
});

it('takes or dismisses one part, and undoes either', async () => {
  const { transport, kept } = server('boxes', withBoxes);
  const bench = new Bench(transport);
  await bench.start();
  bench.selectNext(1);
  bench.selectNext(1);
  bench.take();
  expect(bench.suggested.map(one => one.id)).toEqual(['s1', 's3']);
  bench.dismiss(bench.suggested[1]);
  expect(bench.atHand!.id).toBe('s1');
  await bench.undo();
  expect(bench.suggested.map(one => one.id)).toEqual(['s1', 's3']);
  await bench.undo();
  expect(bench.suggested).toHaveLength(3);
  expect(bench.value.shapes).toEqual([]);
  bench.take();
  bench.done(); // what is only suggested is not said
  await settle();
  expect(kept[0].value!.shapes!.map(one => one.id)).toEqual(['s1']);
  bench.dispose();
});

it('takes a suggested part by changing it, under the id it was suggested by', async () => {
  const { transport, kept } = server('boxes', withBoxes);
  const bench = new Bench(transport);
  await bench.start();
  bench.choose('l2'); // nothing is selected: it is what is drawn next
  expect(bench.suggested).toHaveLength(3);
  bench.select('s2');
  bench.choose('l2');
  expect(bench.suggested.map(one => one.id)).toEqual(['s1', 's3']);
  bench.select('s3');
  bench.removeSelected();
  expect(bench.suggested.map(one => one.id)).toEqual(['s1']);
  bench.done();
  await settle();
  expect(kept[0].value!.shapes!.map(one => [one.id, one.label])).toEqual([['s2', 'l2']]);
  bench.dispose();
});

it('suggests nothing where the person has spoken before', async () => {
  const { transport } = server('boxes', () => ({ ...withBoxes(), value: { ...EMPTY, shapes: [] } }));
  const bench = new Bench(transport);
  await bench.start();
  expect(bench.suggested).toEqual([]);
  bench.dispose();
});

it('accepts the suggested class with one key', async () => {
  const { transport, kept } = server('class', () => ({
    suggestion: { number: 3, run: 1, value: ofClass('l2'), score: 0.8 }
  }));
  const bench = new Bench(transport);
  await bench.start();
  bench.accept();
  bench.choose('l1');
  await settle();
  expect(kept.map(one => [one.value!.label, one.suggestion])).toEqual([
    ['l2', 3],
    ['l1', null]
  ]);
  bench.dispose();
});
