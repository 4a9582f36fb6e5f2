import { expect, it } from 'vitest';

import { marked, offers, written } from '../../../src/data/fields/completion';

const known = {
  columns: [
    { name: 'amount', kind: 'number' },
    { name: 'unit price', kind: 'number' }
  ],
  functions: [{ name: 'abs', takes: ['number'], gives: 'number' }]
};
const labels = (text: string, caret = text.length) => offers(text, caret, known).found.map(one => one.label);

it('offers columns, functions and words that begin like what is typed', () => {
  expect(labels('a')).toEqual(
    ['amount', 'abs', 'and', 'unit price'].filter(one => one !== 'unit price').concat(['false'])
  );
  expect(labels('amount > 1 an')).toEqual(['and']);
  expect(offers('1 + am', 6, known)).toMatchObject({ from: 4, found: [{ text: 'amount', back: 0 }] });
  expect(offers('ab', 2, known).found[0]).toMatchObject({ text: 'abs()', back: 1, note: '(number) → number' });
});

it('offers nothing within quotes, between words or when the word is whole', () => {
  expect(labels("x = 'am")).toEqual([]);
  expect(labels('amount ')).toEqual([]);
  expect(labels('amount')).toEqual([]);
});

it('offers columns alone after a tick, and writes those that need ticks with them', () => {
  expect(offers('`unit p', 7, known)).toMatchObject({ from: 0, found: [{ text: '`unit price`' }] });
  expect([written('größe'), written('a`b'), written('and')]).toEqual(['größe', '`a``b`', '`and`']);
});

it('finds the place that a sentence of the server marks', () => {
  const message = "There is no column 'amout'. (at character 5)\n  1 + amout\n      ^";
  expect(marked(message)).toEqual({ sentence: "There is no column 'amout'.", line: '1 + amout', at: 4 });
  expect(marked('Something else.')).toEqual({ sentence: 'Something else.' });
});
