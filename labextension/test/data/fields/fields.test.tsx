import { fireEvent, render, screen } from '@testing-library/react';
import React, { useState } from 'react';
import { expect, it } from 'vitest';

import { fieldsOf, ISchema, Values } from '../../../src/data/fields/describe';
import { Fields } from '../../../src/data/fields/fields';
import { read, write } from '../../../src/data/fields/lists';

const columns = [
  { name: 'age', kind: 'number' },
  { name: 'city', kind: 'text' }
];
const table = { columns, functions: [], assets: ['shops'] };

function show(properties: ISchema['properties'], initial: Values = {}, error?: string) {
  const seen: Values[] = [initial];
  function Frame() {
    const [value, setValue] = useState(initial);
    const change = (next: Values) => {
      seen.push(next);
      setValue(next);
    };
    return <Fields fields={fieldsOf({ properties })} value={value} table={table} error={error} onChange={change} />;
  }
  render(<Frame />);
  return () => seen[seen.length - 1];
}

const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });

it('chooses columns in the order they are clicked', () => {
  const told = show({ names: { type: 'array', items: { type: 'string' }, choices: 'columns' } });
  fireEvent.click(screen.getByLabelText(/city/));
  fireEvent.click(screen.getByLabelText(/age/));
  expect(told()).toEqual({ names: ['city', 'age'] });
  fireEvent.click(screen.getByText('None'));
  expect(told()).toEqual({});
});

it('turns the order of a column round', () => {
  const told = show({ by: { type: 'array', items: { type: 'string' }, choices: 'order' } });
  type('Add to By', 'age');
  type('Order of age', 'down');
  type('Add to By', 'city');
  expect(told()).toEqual({ by: ['-age', 'city'] });
});

it('tells a pair when it is whole, and keeps the one that is not', () => {
  const map: ISchema = { type: 'object', additionalProperties: { type: 'string' }, keys: 'columns' };
  const told = show({ names: map });
  type('Names 1: from', 'age');
  expect(told()).toEqual({});
  type('Names 1: to', 'years');
  expect(told()).toEqual({ names: { age: 'years' } });
  fireEvent.click(screen.getByText('Add a pair'));
  expect(screen.getByLabelText('Names 2: from')).toBeTruthy();
});

it('adds rows of several fields', () => {
  const row: ISchema = { required: ['how'], properties: { how: { enum: ['sum', 'mean'] }, name: { type: 'string' } } };
  const told = show({ measures: { type: 'array', items: row } });
  fireEvent.click(screen.getByText('Add'));
  type('Name', 'total');
  expect(told()).toEqual({ measures: [{ how: 'sum', name: 'total' }] });
  fireEvent.click(screen.getByLabelText('Remove row 1'));
  expect(told()).toEqual({});
});

it('marks the place of a mistake in an expression, and takes an offer by the keyboard', () => {
  const error = "There is no column 'aeg'. (at character 1)\n  aeg > 3\n  ^";
  const told = show({ where: { type: 'string', choices: 'expression' } }, { where: 'aeg > 3' }, error);
  expect(screen.getByRole('alert').textContent).toContain("There is no column 'aeg'.");
  expect(document.querySelector('mark')?.textContent).toBe('a');
  const box = screen.getByRole('combobox') as HTMLTextAreaElement;
  fireEvent.change(box, { target: { value: 'ag', selectionStart: 2 } });
  fireEvent.keyDown(box, { key: 'Enter' });
  expect(told()).toEqual({ where: 'age' });
});

it('reads back the lists it writes', () => {
  const values = ['a', 'b,c', 'say "x"', ' d '];
  expect(read(write(values), false)).toEqual(values);
  expect(read('1, 2.5, x,', true)).toEqual([1, 2.5]);
});
