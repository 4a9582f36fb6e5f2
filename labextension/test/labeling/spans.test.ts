import { expect, it } from 'vitest';

import { toPoints, toUnits } from '../../src/labeling/codePoints';
import { piecesOf, wordsOf } from '../../src/labeling/spanText';

it('counts code points where the browser counts units', () => {
  const text = '👋🏽 café né';
  for (let units = 0; units <= text.length; units++) {
    const points = toPoints(text, units);
    expect([...text.slice(0, toUnits(text, points))].length).toBe(points);
  }
  expect(toPoints(text, 5)).toBe(3);
  expect(toUnits('👋 Rome', 2)).toBe(3);
});

it('cuts a text where spans begin and end, however they overlap', () => {
  const part = (start: number, end: number) => ({ start, end, suggested: false, span: { id: `${start}` } as any });
  const pieces = piecesOf('abcdefgh', [part(1, 5), part(3, 7), part(3, 5)], { start: 0, end: 1 });
  expect(pieces.map(({ start, end, over, marked }) => [start, end, over.length, marked])).toEqual([
    [0, 1, 0, true],
    [1, 3, 1, false],
    [3, 5, 3, false],
    [5, 7, 1, false],
    [7, 8, 0, false]
  ]);
});

it('walks over words and signs', () => {
  expect(wordsOf("it's 3.5 €, naïve👋").map(({ start, end }) => "it's 3.5 €, naïve👋".slice(start, end))).toEqual([
    "it's",
    '3',
    '.',
    '5',
    '€',
    ',',
    'naïve',
    '👋'
  ]);
});
