import { fireEvent, render, screen } from '@testing-library/react';
import React from 'react';
import { expect, it } from 'vitest';

import type { ColumnProfile } from '../../src/api/client';
import { arranged } from '../../src/data/profile';
import { ProfileCard } from '../../src/data/profileCard';
import type { IStudio } from '../../src/studio';
import { trans } from '../words';

const studio = { trans } as unknown as IStudio;
const column = (name: string, other: Partial<ColumnProfile> = {}): ColumnProfile => ({
  name,
  physical: 'number',
  semantic: 'number',
  missing: 0,
  distinct: 12,
  minimum: 1952,
  maximum: 2007,
  mean: 1979.5,
  std: 17.3,
  quantiles: { '0.5': 1980 },
  top: [],
  edges: [1952, 1980, 2007],
  counts: [800, 904],
  note: '',
  alert: false,
  meanings: [],
  skew: null,
  zeros: null,
  negative: null,
  infinite: null,
  outliers: null,
  length_min: null,
  length_mean: null,
  length_max: null,
  variants: 0,
  ...other
});

it('finds columns by name and puts those to look at first', () => {
  const columns = [column('a'), column('b', { note: 'an id', missing: 2 }), column('c', { note: 'skew', alert: true })];
  const names = (text: string, order: 'stored' | 'missing' | 'alerts') =>
    arranged(columns, text, order).map(c => c.name);
  expect(names('', 'stored')).toEqual(['a', 'b', 'c']);
  expect(names('', 'alerts')).toEqual(['c', 'b', 'a']);
  expect(names('', 'missing')).toEqual(['b', 'a', 'c']);
  expect(names('B', 'stored')).toEqual(['b']);
});

it('shows how a column lies, and more when its name is pressed', () => {
  render(<ProfileCard studio={studio} column={column('year', { missing: 426 })} rows={1704} />);
  expect(screen.getByRole('img').getAttribute('aria-label')).toBe('year: 2 bars from 1952 to 2007');
  expect(screen.getByText('25 %')).toBeTruthy();
  expect(screen.queryByText('median')).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'year' }));
  expect(screen.getByText('median')).toBeTruthy();
});

it('shows the most frequent values of a category and how many others there are', () => {
  const top: [string, number][] = [
    ['Africa', 624],
    ['Asia', 396],
    ['Europe', 360],
    ['Americas', 300],
    ['Oceania', 24]
  ];
  const category = { physical: 'string', semantic: 'category', distinct: 5, top, counts: [], edges: [], mean: null };
  render(<ProfileCard studio={studio} column={column('continent', category)} rows={1704} />);
  expect(screen.getAllByRole('listitem').map(one => one.textContent)).toEqual([
    'Africa624',
    'Asia396',
    'Europe360',
    '2 more324'
  ]);
});

it('says what the values of a column look like', () => {
  const meant = column('contact', { physical: 'string', semantic: 'id', meanings: [{ kind: 'email', share: 0.98 }] });
  render(<ProfileCard studio={studio} column={meant} rows={10} />);
  expect(screen.getByText('e-mail · id')).toBeTruthy();
});
