import { expect, it } from 'vitest';

import { cellText, columnWidths, plainText } from '../../src/data/cells';

const number = { name: 'x', physical: 'number', semantic: 'number' };
const date = { name: 'when', physical: 'datetime', semantic: 'datetime' };
const text = { name: 'country', physical: 'string', semantic: 'category' };

it.each([
  [2007, '2007'],
  [8425333, '8,425,333'],
  [28.801, '28.801'],
  [0.1 + 0.2, '0.3'],
  [-0.00000012, '-1.2e-7'],
  [1e20, '100000000000000000000'],
  [0, '0'],
  [null, '–']
])('writes the number %s as %s', (value, expected) => {
  expect(cellText(value, number)).toBe(expected);
});

it.each([
  ['2020-02-29', '2020-02-29'],
  ['2020-02-29T00:00:00', '2020-02-29'],
  ['2020-02-29T10:30:00Z', '2020-02-29 10:30:00'],
  ['2020-02-29T10:30:00.500000', '2020-02-29 10:30:00.5'],
  ['2020-02-29T10:30:00.000', '2020-02-29 10:30:00'],
  ['no date', 'no date']
])('writes the date %s as %s', (value, expected) => {
  expect(cellText(value, date)).toBe(expected);
});

it('keeps a text in one line', () => {
  expect(cellText('a\r\nb\tc', text)).toBe('a b c');
});

it('copies what is stored', () => {
  expect([8425333, 'a\nb', null, true].map(plainText)).toEqual(['8425333', 'a\nb', '', 'true']);
});

it('makes a column as wide as its longest value, within limits', () => {
  const [short, long, wide] = columnWidths([number, text, text], [[1], ['Trinidad and Tobago'], ['x'.repeat(500)]]);
  expect(short).toBe(72);
  expect(long).toBeGreaterThan(150);
  expect(wide).toBe(320);
});
