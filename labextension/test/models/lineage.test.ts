import { expect, it } from 'vitest';

import type { Lineage } from '../../src/api/client';
import { arrange } from '../../src/shared/lineage';

const lineage = (...edges: [string, string][]): Lineage => ({
  subject: 'data:a@1',
  nodes: [...new Set(edges.flat())].map(subject => ({
    subject,
    kind: subject.split(':')[0],
    label: subject,
    facts: '',
    place: '',
    here: true
  })),
  cut: false,
  edges: edges.map(([source, target]) => ({ source, target, relation: 'made' }))
});

it('puts each thing after all that it was made from', () => {
  const { columns } = arrange(
    lineage(['file:1', 'data:a@1'], ['data:a@1', 'run:1'], ['data:a@1', 'model:m@1'], ['run:1', 'model:m@1'])
  );
  expect(columns).toEqual([['file:1'], ['data:a@1'], ['run:1'], ['model:m@1']]);
});

it('leads a line past a column through a place of its own', () => {
  const { columns, edges } = arrange(lineage(['a', 'b'], ['b', 'c'], ['c', 'd'], ['x', 'd']));
  const { way } = edges.find(({ source }) => source === 'x')!;
  expect(way.length).toBe(2);
  expect(columns.map(column => column.length)).toEqual([2, 2, 2, 1]);
  way.forEach((place, at) => expect(columns[at + 1]).toContain(place));
});

it('lets lines cross as little as it can', () => {
  const { columns } = arrange(lineage(['a', 'y'], ['b', 'x'], ['x', 'z'], ['y', 'w']));
  const [first, second, third] = columns;
  expect(first.map(one => ({ a: 'y', b: 'x' })[one])).toEqual(second);
  expect(second.map(one => ({ y: 'w', x: 'z' })[one])).toEqual(third);
});

it('leaves out a line that others imply', () => {
  const { edges } = arrange(lineage(['data:a@1', 'run:1'], ['data:a@1', 'model:m@1'], ['run:1', 'model:m@1']));
  expect(edges.map(({ source, target }) => `${source} ${target}`)).toEqual(['data:a@1 run:1', 'run:1 model:m@1']);
});

it('comes to an end in a circle', () => {
  const { columns } = arrange(lineage(['data:a@1', 'data:b@1'], ['data:b@1', 'data:a@1']));
  expect(columns.flat().sort()).toEqual(['data:a@1', 'data:b@1']);
});
