import { expect, it } from 'vitest';

import { tagsOf } from '../../src/data/about';
import { strongest } from '../../src/data/associations';
import { AssetView } from '../../src/data/view';

it('gives the cell that shows what a person looks at', () => {
  const view = new AssetView();
  expect(view.cell('shop@2')).toEqual({ magic: 'data', verb: 'show', options: { data: 'shop@2' } });
  view.tab = 'explore';
  expect(view.cell('shop@2')).toMatchObject({ verb: 'show' }); // no chart yet
  view.chart = { kind: 'bar', x: 'region' };
  expect(view.cell('shop@2')).toMatchObject({ verb: 'plot', options: { data: 'shop@2', kind: 'bar', x: 'region' } });
  view.tab = 'compare';
  view.compared = { other: 'shop@1', key: ['id'] };
  expect(view.cell('shop@2')).toMatchObject({
    verb: 'diff',
    options: { before: 'shop@1', after: 'shop@2', key: ['id'] }
  });
  view.tab = 'profile';
  view.target = 'churn';
  expect(view.cell('shop@2')).toMatchObject({ verb: 'profile', options: { target: 'churn' } });
});

it('puts the columns of the strongest pairs first, whatever their sign', () => {
  const pair = (left: string, right: string, value: number) =>
    ({ left, right, value, measure: 'spearman', pearson: null }) as const;
  const pairs = [pair('a', 'b', 0.2), pair('c', 'd', -0.9)];
  expect(strongest({ columns: ['a', 'b', 'c', 'd', 'e'], pairs })).toEqual(['c', 'd', 'a', 'b', 'e']);
});

it('reads tags set apart by commas, each once', () => {
  expect(tagsOf(' raw, customers,, raw ')).toEqual(['raw', 'customers']);
});
