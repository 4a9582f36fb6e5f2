import { beforeEach, describe, expect, it, vi } from 'vitest';

import { post, StudioError } from '../../src/api/client';
import { ImportState, nameOf, problemOf } from '../../src/data/importState';
import type { IStudio } from '../../src/studio';

vi.mock('../../src/api/client', async original => ({ ...(await original<object>()), post: vi.fn() }));

const studio = { trans: { __: (text: string) => text }, open: vi.fn(), tell: vi.fn(), files: null };
const asked = vi.mocked(post);

it.each([
  ['data/Life Expectancy.csv', 'life-expectancy'],
  ['gapminder.csv.gz', 'gapminder'],
  ['sales.2024.parquet', 'sales.2024'],
  ['  (copy) größe.tsv', 'copy-größe']
])('names what is in %s %s', (file, name) => {
  expect(nameOf(file)).toBe(name);
});

it.each([
  ['name: give it a name.', 'name'],
  ['encoding: utf-9 is not known.', 'options'],
  ['There is no file data.csv.', 'file']
])('puts “%s” at the field %s', (message, field) => {
  expect(problemOf(new StudioError('Invalid', message, 400)).field).toBe(field);
});

describe('an import', () => {
  let state: ImportState;

  beforeEach(() => {
    vi.clearAllMocks();
    state = new ImportState(studio as unknown as IStudio);
  });

  it('follows the file with its name until somebody gives another one', () => {
    state.choosePath('a/wine.csv');
    expect(state.name).toBe('wine');
    state.rename('reds');
    state.choosePath('a/other.csv');
    expect(state.name).toBe('reds');
  });

  it('asks for a file before it asks the server', async () => {
    await state.start();
    expect(state.problem?.field).toBe('file');
    expect(asked).not.toHaveBeenCalled();
  });

  it('opens what it has made', async () => {
    asked.mockResolvedValue({ asset: { ref: 'wine@1', subject: 'data:wine@1' }, existed: false, job: null } as never);
    state.choosePath('a/wine.csv');
    await state.start();
    expect(asked.mock.lastCall![1]).toMatchObject({ body: { name: 'wine', path: 'a/wine.csv' } });
    expect(studio.open).toHaveBeenCalledWith('data:wine@1');
    expect(state.path).toBe('');
  });

  it('opens the job that goes on reading a large file', async () => {
    asked.mockResolvedValue({ asset: null, existed: false, job: 'job-4' } as never);
    state.choosePath('a/large.csv');
    await state.start();
    expect(studio.open).toHaveBeenCalledWith('job:job-4');
  });

  it('keeps what was said when the server does not take it', async () => {
    asked.mockRejectedValue(new StudioError('NotFound', 'There is no file a/wine.csv.', 404));
    state.choosePath('a/wine.csv');
    await state.start();
    expect([state.busy, state.path, state.problem?.error.message]).toEqual([
      false,
      'a/wine.csv',
      'There is no file a/wine.csv.'
    ]);
  });
});
