import { expect, it } from 'vitest';

import type { Lineage } from '../../src/api/client';
import { arrange } from '../../src/shared/lineage';

const lineage = (...edges: [string, string][]): Lineage => ({
  subject: 'data:a@1',
  nodes: [...new Set(edges.flat())].map(subject => ({
    subject,
    kind: subject.split(':')[0],
    label: subject,
    facts: ''
  })),
  edges: edges.map(([source, target]) => ({ source, target, relation: 'made' }))
});

it('puts each thing after all that it was made from', () => {
  const { columns } = arrange(
    lineage(
      ['file:1', 'data:a@1'],
      ['data:a@1', 'run:1'],
      ['run:1', 'file:2'],
      ['run:1', 'model:m@1'],
      ['file:2', 'model:m@1']
    )
  );
  expect(columns).toEqual([['file:1'], ['data:a@1'], ['run:1'], ['model:m@1']]);
});

it('draws a line past a file that a run has made', () => {
  const { columns, edges } = arrange(lineage(['run:1', 'file:2'], ['file:2', 'model:m@1']));
  expect(columns).toEqual([['run:1'], ['model:m@1']]);
  expect(edges).toMatchObject([{ source: 'run:1', target: 'model:m@1' }]);
});

it('leaves out a line that others imply', () => {
  const { edges } = arrange(lineage(['data:a@1', 'run:1'], ['data:a@1', 'model:m@1'], ['run:1', 'model:m@1']));
  expect(edges.map(({ source, target }) => `${source} ${target}`)).toEqual(['data:a@1 run:1', 'run:1 model:m@1']);
});

it('comes to an end in a circle', () => {
  const { columns } = arrange(lineage(['data:a@1', 'data:b@1'], ['data:b@1', 'data:a@1']));
  expect(columns.flat().sort()).toEqual(['data:a@1', 'data:b@1']);
});
