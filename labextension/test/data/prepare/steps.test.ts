import { nullTranslator } from '@jupyterlab/translation';
import { expect, it } from 'vitest';

import { found } from '../../../src/data/prepare/addStep';
import { History } from '../../../src/data/prepare/history';
import { quickOf } from '../../../src/data/prepare/quick';
import * as s from '../../../src/data/prepare/steps';

const three = ['filter', 'sort', 'drop'].map(op => s.placed({ op }));
const ops = (steps: s.Steps) => steps.map(one => one.step.op);

it('moves, doubles and drops steps, each under its own number', () => {
  const [first, second, third] = three;
  expect(ops(s.moved(three, third.id, 0))).toEqual(['drop', 'filter', 'sort']);
  expect(ops(s.moved(three, first.id, 9))).toEqual(['sort', 'drop', 'filter']);
  const doubled = s.duplicated(three, second.id);
  expect(ops(doubled)).toEqual(['filter', 'sort', 'sort', 'drop']);
  expect(new Set(doubled.map(one => one.id)).size).toBe(4);
  expect(ops(s.without(three, second.id))).toEqual(['filter', 'drop']);
});

it('keeps whether a step is on and its comment when it is told something else', () => {
  const [{ id }] = three;
  const noted = s.change(s.change(three, id, { enabled: false }), id, { note: 'why' });
  expect(s.retell(noted, id, { where: 'a > 1' })[0].step).toEqual({
    op: 'filter',
    where: 'a > 1',
    enabled: false,
    note: 'why'
  });
  expect(s.change(noted, id, { enabled: true, note: '' })[0].step).toEqual({ op: 'filter' });
});

it('says in a line what a step is told', () => {
  expect(s.summary({ op: 'rename', names: { a: 'b' }, note: 'x' })).toBe('a → b');
  expect(s.summary({ op: 'fill', names: ['a', 'b'], value: 0 })).toBe('a, b · 0');
  const measures = [{ name: 'm', function: 'mean', column: 'a' }];
  expect(s.summary({ op: 'group', by: ['city'], measures })).toBe('city · m = mean(a)');
});

it('takes back letters of one word together, and each other change alone', () => {
  const history = new History('');
  history.change('a', 'word');
  history.change('ab', 'word');
  history.change('ab!');
  history.undo();
  expect(history.now).toBe('ab');
  history.undo();
  expect([history.now, history.canUndo]).toEqual(['', false]);
  history.redo();
  history.change('abc', 'word');
  history.undo();
  expect(history.now).toBe('ab'); // what was taken back is a place of its own
  expect(history.canRedo).toBe(true);
});

it('finds operations by all words that are sought, in their groups', () => {
  const operation = (op: string, title: string, group: string) => ({ op, title, group, help: '', fields: [] });
  const menu = [
    operation('fill', 'Fill missing values', 'Values'),
    operation('drop', 'Drop columns', 'Columns'),
    operation('replace', 'Replace values', 'Values')
  ];
  expect(found(menu, 'values MISS').map(([group, all]) => [group, all.length])).toEqual([['Values', 1]]);
  expect(found(menu, '').map(([group]) => group)).toEqual(['Values', 'Columns']);
});

it('offers for a column what fits its kind and what there are operations for', () => {
  const trans = nullTranslator.load('labstudio');
  const labels = (kind: string, ...known: string[]) =>
    quickOf(trans, { name: 'unit price', kind }, new Set(known)).map(one => one.label);
  expect(labels('number', 'cast')).toEqual(['Change the type to text', 'Change the type to dates']);
  expect(labels('date', 'date_parts', 'bin')).toEqual(['Parts of the date…']);
  const [filter] = quickOf(trans, { name: 'unit price', kind: 'text' }, new Set(['filter']));
  expect(filter.step).toEqual({ op: 'filter', where: '`unit price` is not missing' });
});
