import { expect, it } from 'vitest';

import { by, next, place, spoken } from '../../src/data/sorting';

it('goes from ascending to descending to as stored', () => {
  expect(next([], 'year', false)).toEqual(['year']);
  expect(next(['year'], 'year', false)).toEqual(['-year']);
  expect(next(['-year'], 'year', false)).toEqual([]);
  expect(next(['-year'], 'pop', false)).toEqual(['pop']);
});

it('keeps the other columns with the shift key', () => {
  expect(next(['-year'], 'pop', true)).toEqual(['-year', 'pop']);
  expect(next(['-year', 'pop'], 'year', true)).toEqual(['pop']);
  expect(next(['year', 'pop'], 'year', true)).toEqual(['-year', 'pop']);
  expect(by(['year', 'pop'], 'pop', true, true)).toEqual(['year', '-pop']);
});

it('says where a column stands, and all of it in words', () => {
  expect(place(['-year'], 'year')).toEqual({ descending: true, rank: 0 });
  expect(place(['-year', 'pop'], 'pop')).toEqual({ descending: false, rank: 2 });
  expect(place(['-year'], 'pop')).toBeNull();
  expect(spoken(['-year', 'pop'], 'descending', 'then')).toBe('year descending, then pop');
});
