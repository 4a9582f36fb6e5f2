import { describe, expect, it } from 'vitest';

import { nameOf, READABLE } from '../../src/shared/adding';
import { ago, bytes, duration, exact, middle, number, percent, power, score } from '../../src/shared/format';

describe('a number', () => {
  it.each([
    [1704, '1,704'],
    [59.4744, '59.47'],
    [1234567.8, '1,234,568'],
    [0.00012, '0.00012'],
    [0.1 + 0.2, '0.3'],
    [-12.5, '−12.5'],
    [0, '0'],
    [-0.0, '0'],
    [100, '100'],
    [3.3e-16, '3.3 × 10⁻¹⁶'],
    [null, '–'],
    [NaN, '–'],
    [Infinity, '∞']
  ])('%s is read as %s', (x, text) => expect(number(x)).toBe(text));
});

describe('a score', () => {
  it('has the digits that its error bar allows', () => {
    expect(score(36.8123, 0.82)).toBe('36.81');
    expect(score(36.8123, 8.2)).toBe('36.8');
    expect(score(0.91234, 0.004)).toBe('0.9123');
    expect(score(1234.5, 120)).toBe('1,235');
  });
  it('has four digits without one', () => {
    expect(score(0.604)).toBe('0.6040');
    expect(score(-1.94)).toBe('−1.940');
    expect(score(null)).toBe('–');
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [0.03, '30 ms'],
    [0.84, '0.8 s'],
    [9.97, '10 s'],
    [59.7, '1 min'],
    [138, '2 min 18 s'],
    [3600, '1 h'],
    [3900, '1 h 5 min'],
    [266_400, '3 d 2 h']
  ])('%s is read as %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});

it('gives sizes, shares and powers their units', () => {
  expect(bytes(512)).toBe('512 B');
  expect(bytes(3_940_000)).toBe('3.9 MB');
  expect(bytes(123_000)).toBe('123 KB');
  expect(percent(0.54)).toBe('54 %');
  expect(percent(0.9999)).toBe('> 99 %');
  expect(percent(0.0001)).toBe('< 1 %');
  expect(percent(1)).toBe('100 %');
  expect(power(0)).toBe('0');
  expect(power(-2e6)).toBe('−2 × 10⁶');
});

it('says how long ago something was', () => {
  const now = new Date(2026, 10, 23, 12).getTime() / 1000;
  expect(ago(now + 5, now)).toBe('just now');
  expect(ago(now - 120, now)).toBe('2 min ago');
  expect(ago(now - 3_580, now)).toBe('1 h ago');
  expect(ago(now - 90_000, now)).toBe('yesterday');
  expect(ago(now - 86_400 * 12, now)).toBe('12 days ago');
  expect(ago(now - 86_400 * 40, now)).toBe('2026-10-14');
  expect(exact(now)).toBe('2026-11-23 12:00:00');
});

it('cuts a long text in the middle', () => {
  expect(middle('short')).toBe('short');
  expect(middle('abcdefghijklmnop', 7)).toBe('abc…nop');
});

it('guesses the name of the data in a file', () => {
  expect(nameOf('My Table (1).csv.gz')).toBe('my-table-1');
  expect(nameOf('a/b/Größe.parquet')).toBe('größe');
  expect(nameOf('???.csv')).toBe('data');
  expect(READABLE.test('x.csv.gz')).toBe(true);
  expect(READABLE.test('x.ipynb')).toBe(false);
});
