import { expect, it } from 'vitest';

import { best } from '../../src/models/metrics';

it('takes the best the way that is up', () => {
  expect([...best(false, [44.1, 41.9, 37.2])]).toEqual([2]);
  expect([...best(true, [0.941, undefined, 0.958])]).toEqual([2]);
  expect([...best(true, [0.9, 0.9, 0.8])]).toEqual([0, 1]);
});

it('names no best where all are equal, or where nobody knows which way is up', () => {
  expect([...best(false, [1, 1])]).toEqual([]);
  expect([...best(false, [1])]).toEqual([]);
  expect([...best(null, [1, 2])]).toEqual([]);
});
