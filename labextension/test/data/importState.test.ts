import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { post, StudioError } from '../../src/api/client';
import { ImportState, problemOf } from '../../src/data/importState';
import { toggled } from '../../src/data/importPreview';
import { importOf, nameOf } from '../../src/shared/adding';
import type { IStudio } from '../../src/studio';

vi.mock('../../src/api/client', async original => ({ ...(await original<object>()), post: vi.fn() }));

const studio = { trans: { __: (text: string) => text }, open: vi.fn(), tell: vi.fn(), files: null };
const asked = vi.mocked(post);

it.each([
  ['data/Life Expectancy.csv', 'life-expectancy'],
  ['gapminder.csv.gz', 'gapminder'],
  ['sales.2024.parquet', 'sales.2024'],
  ['lake/orders.xlsx', 'orders'],
  ['  (copy) größe.tsv', 'copy-größe']
])('names what is in %s %s', (file, name) => {
  expect(nameOf(file)).toBe(name);
});

it.each([
  ['name: give it a name.', 400, 'name'],
  ['line 7, column 2 ("b"): "x" is not a number.', 400, 'options'],
  ['There is no file data.csv.', 404, 'file']
])('puts “%s” at the field %s', (message, status, field) => {
  expect(problemOf(new StudioError('Invalid', message, status)).field).toBe(field);
});

it('leaves a column out, takes it again, and never all of them out', () => {
  const fields = (...taken: boolean[]) => taken.map((one, at) => ({ name: 'abc'[at], taken: one }));
  expect(toggled(fields(true, true, true), 'b')).toEqual(['a', 'c']);
  expect(toggled(fields(true, false, true), 'b')).toBeUndefined();
  expect(toggled(fields(true, false, false), 'a')).toBeUndefined();
});

describe('an import', () => {
  let state: ImportState;

  const bodies = (route: string) =>
    asked.mock.calls.filter(([one]) => one.endsWith(route)).map(([, told]) => told!.body);

  beforeEach(() => {
    vi.useFakeTimers();
    vi.resetAllMocks();
    state = new ImportState(studio as unknown as IStudio);
  });

  afterEach(() => void vi.useRealTimers());

  it('shows what a file would come to, and again when it is to be read otherwise', async () => {
    state.choosePath('a/wine.csv');
    state.read({ delimiter: ';' });
    await vi.runAllTimersAsync();
    state.read({ delimiter: undefined, decimal: ',' });
    await vi.runAllTimersAsync();
    expect(bodies('imports/look')).toEqual([
      { path: 'a/wine.csv', delimiter: ';' },
      { path: 'a/wine.csv', decimal: ',' }
    ]);
  });

  it('begins with what a link names, and forgets its options with the next file', async () => {
    state = new ImportState(studio as unknown as IStudio, importOf({ path: 'a/red wine.csv' }).slice('import:'.length));
    expect([state.path, state.name]).toEqual(['a/red wine.csv', 'red-wine']);
    state.read({ delimiter: ';' });
    state.choosePath('b/white.csv');
    expect(state.options).toEqual({});
    expect(state.cell?.options).toEqual({ name: 'white', source: 'b/white.csv' });
  });

  it('looks at whatever a path names, when it is whole', async () => {
    state.choosePath('tra');
    state.choosePath('train.py');
    await vi.runAllTimersAsync();
    state.choosePath('pictures');
    await vi.runAllTimersAsync();
    expect(bodies('imports/look')).toEqual([{ path: 'train.py' }, { path: 'pictures' }]);
  });

  it('reads a Delta table as it was, and appends to what is there', async () => {
    const from = (told: object) => importOf(told).slice('import:'.length);
    state = new ImportState(studio as unknown as IStudio, from({ store: 'lake', path: 'silver/orders' }));
    state.chooseTime('12');
    await vi.runAllTimersAsync();
    const told = { store: 'lake', path: 'silver/orders', as_of: '12' };
    expect(bodies('imports/look')).toEqual([told]);
    expect(state.cell).toMatchObject({ options: { name: 'orders', source: 'lake:silver/orders', as_of: '12' } });
    state = new ImportState(studio as unknown as IStudio, from({ into: 'orders' }));
    state.choosePath('more.csv');
    asked.mockResolvedValue({ asset: { ref: 'orders@2', subject: 's' }, existed: false, job: null } as never);
    await state.start();
    expect(bodies('append')).toEqual([{ path: 'more.csv' }]);
    expect(new ImportState(studio as unknown as IStudio, from({ into: 'orders', path: 'a.csv' })).cell).toEqual({
      magic: 'data',
      verb: 'append',
      options: { data: 'orders', source: 'a.csv' }
    });
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
