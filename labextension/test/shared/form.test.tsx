import { nullTranslator } from '@jupyterlab/translation';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import React, { useState } from 'react';
import { expect, it, vi } from 'vitest';

import type { Form } from '../../src/api/client';
import { SchemaForm } from '../../src/shared/form';
import type { IStudio } from '../../src/studio';

const studio = { trans: nullTranslator.load('labstudio') } as IStudio;
const form: Form = {
  name: 'automl',
  form: {
    type: 'object',
    properties: {
      target: { type: 'string', title: 'Target', choices: 'columns(data)' },
      folds: { type: 'integer', title: 'Folds', description: 'How many.', minimum: 2, default: 5 },
      exclude: { type: 'array', title: 'Exclude', items: { type: 'string' }, choices: 'columns(data)' },
      types: { type: 'object', title: 'Types', additionalProperties: { type: 'string' } },
      learners: { type: 'array', title: 'Learners', items: { enum: ['linear', 'lightgbm'] }, uniqueItems: true },
      block: {
        type: 'array',
        title: 'Block',
        items: { enum: ['mlp', 'lightgbm'] },
        labels: { mlp: 'Neural network', lightgbm: 'LightGBM' }
      },
      metric: {
        type: 'string',
        title: 'Metric',
        enum: ['auto', 'rmse'],
        default: 'auto',
        labels: { auto: 'Automatic', rmse: 'RMSE' }
      },
      refit: { type: 'boolean', title: 'Refit', default: true }
    },
    required: ['target']
  },
  ui: {},
  first: ['target'],
  groups: [
    { title: 'Splits', fields: ['folds', 'metric', 'refit'] },
    { title: 'Columns', fields: ['exclude', 'types', 'learners', 'block'] }
  ]
};

function show() {
  const choices = vi.fn(async () => ['year', 'pop']);
  const seen: Record<string, unknown>[] = [];
  function Frame() {
    const [value, setValue] = useState<Record<string, unknown>>({ data: 'gapminder@1' });
    seen.push(value);
    return <SchemaForm studio={studio} form={form} value={value} onChange={setValue} choices={choices} />;
  }
  render(<Frame />);
  return { choices, newest: () => seen[seen.length - 1] };
}

const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });

it('tells only what a person has set, and keeps what it does not draw', () => {
  const { newest } = show();
  expect(newest()).toEqual({ data: 'gapminder@1' });
  type('Folds', '3');
  expect(newest()).toEqual({ data: 'gapminder@1', folds: 3 });
  expect(screen.getByText('1 changed')).toBeTruthy();
  type('Folds', '');
  expect(newest()).toEqual({ data: 'gapminder@1' });
});

it('folds the fields that do not come first in groups', () => {
  show();
  expect([...document.querySelectorAll('summary')].map(one => one.textContent)).toEqual(['Splits', 'Columns']);
});

it('says at the field what is wrong with it', () => {
  show();
  type('Folds', '1');
  expect(screen.getByRole('alert').textContent).toBe('must be >= 2');
});

it('suggests what may be chosen', async () => {
  const { choices } = show();
  await waitFor(() => expect(document.querySelectorAll('option[value="year"]').length).toBe(2));
  expect(choices).toHaveBeenCalledTimes(1);
});

it('adds and takes away names, and refuses one that cannot be', () => {
  const { newest } = show();
  type('Exclude', 'pop, total');
  fireEvent.keyDown(screen.getByLabelText('Exclude'), { key: 'Enter' });
  type('Learners', 'linear');
  type('Learners', 'magic');
  fireEvent.keyDown(screen.getByLabelText('Learners'), { key: 'Enter' });
  expect(newest()).toEqual({ data: 'gapminder@1', exclude: ['pop, total'], learners: ['linear'] });
  fireEvent.click(screen.getByRole('button', { name: 'Remove linear', hidden: true }));
  expect(newest().learners).toEqual([]);
});

it('shows a box as it is when nobody has touched it', () => {
  const { newest } = show();
  expect((screen.getByLabelText('Refit') as HTMLInputElement).checked).toBe(true);
  type('Folds', '3');
  expect(newest()).toEqual({ data: 'gapminder@1', folds: 3 });
  fireEvent.click(screen.getByLabelText('Refit'));
  expect(newest()).toEqual({ data: 'gapminder@1', folds: 3, refit: false });
  expect((screen.getByLabelText('Refit') as HTMLInputElement).checked).toBe(false);
});

it('takes names with a value each', () => {
  const { newest } = show();
  for (const pair of ['year = category', 'nothing']) {
    type('Types', pair);
    fireEvent.keyDown(screen.getByLabelText('Types'), { key: 'Enter' });
  }
  expect(newest().types).toEqual({ year: 'category' });
});

it('calls values what people call them, and tells the values', () => {
  const { newest } = show();
  const metric = screen.getByLabelText('Metric') as HTMLSelectElement;
  expect([...metric.options].map(one => one.text)).toEqual(['Automatic', 'RMSE']);
  type('Block', 'Neural network');
  expect(newest()).toEqual({ data: 'gapminder@1', block: ['mlp'] });
  fireEvent.click(screen.getByRole('button', { name: 'Remove Neural network' }));
  expect(newest().block ?? []).toEqual([]);
});
