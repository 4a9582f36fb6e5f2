import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { get, post, StudioError } from '../../src/api/client';
import { Draft } from '../../src/automl/draft';
import { aRun, aStudio } from './runs';

vi.mock('../../src/api/client', async original => ({ ...(await original<object>()), get: vi.fn(), post: vi.fn() }));

const fields = ['country', 'pop', 'lifeExp'].map(name => ({ name, physical: 'number', semantic: 'number' }));
const check = {
  task: 'regression',
  metric: 'rmse',
  rows: 9,
  features: {},
  classes: [],
  target: {},
  sampled: false,
  budget: 60,
  guardrails: []
};
const asked = vi.mocked(post) as ReturnType<typeof vi.fn>;
const flush = () => vi.advanceTimersByTimeAsync(1000);

beforeEach(() => {
  vi.useFakeTimers();
  asked.mockReset().mockResolvedValue(check);
  (vi.mocked(get) as ReturnType<typeof vi.fn>).mockImplementation(async (path: string) => {
    const answers: Record<string, unknown> = {
      '/labstudio/api/data': [{ ref: 'gapminder@3' }],
      '/labstudio/api/data/{ref}': { fields },
      '/labstudio/api/data/{ref}/profile': { columns: [{ name: 'pop', distinct: 7 }] },
      '/labstudio/api/automl/runs/{id}': aRun({
        settings: { data: 'gapminder@3', target: 'pop', budget: 300, seed: 7 }
      })
    };
    return answers[path];
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the form of a new run', () => {
  it('guesses the last column, says so, and knows how many values there are', async () => {
    const draft = new Draft(aStudio(), 'gapminder@3');
    await flush();
    expect([draft.target, draft.guessed]).toEqual(['lifeExp', true]);
    expect(draft.columns?.[1].distinct).toBe(7);
    draft.set({ target: 'pop' });
    expect(draft.guessed).toBe(false);
  });

  it('takes over what mends something in the data, beside what is set already', async () => {
    const draft = new Draft(aStudio(), 'gapminder@3');
    draft.set({ target: 'pop', exclude: ['country'], types: { pop: 'number' } });
    await flush();
    asked.mockClear();
    draft.mend({ exclude: ['lifeExp', 'country'] });
    draft.mend({ types: { country: 'text' }, group: 'country' });
    await flush();
    const mended = { exclude: ['country', 'lifeExp'], types: { pop: 'number', country: 'text' }, group: 'country' };
    expect(draft.told).toMatchObject(mended);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(asked.mock.calls[0][1].body).toMatchObject(mended);
  });

  it('asks once for many changes, and only for what the check looks at', async () => {
    const draft = new Draft(aStudio(), 'gapminder@3');
    await flush();
    asked.mockClear();
    draft.set({ target: 'pop' });
    draft.set({ target: 'country' });
    draft.set({ budget: 10 });
    await flush();
    expect(asked).toHaveBeenCalledTimes(1);
    expect(asked.mock.calls[0][1].body).toEqual({ data: 'gapminder@3', target: 'country' });
    expect(draft.checked).toEqual({ kind: 'ready', check });
  });

  it('an answer that comes too late does not count', async () => {
    const draft = new Draft(aStudio(), 'gapminder@3');
    await flush();
    let late: (value: unknown) => void = () => undefined;
    asked.mockReturnValueOnce(new Promise(resolve => (late = resolve))).mockResolvedValueOnce({ ...check, rows: 2 });
    draft.set({ target: 'pop' });
    await flush();
    draft.set({ target: 'country' });
    await flush();
    late({ ...check, rows: 1 });
    await flush();
    expect(draft.checked).toMatchObject({ kind: 'ready', check: { rows: 2 } });
  });

  it('puts the sentence of the server at the field it is about', async () => {
    const draft = new Draft(aStudio(), 'gapminder@3');
    await flush();
    asked.mockRejectedValueOnce(new StudioError('Invalid', 'task: country is no number.', 422));
    draft.set({ target: 'country', task: 'regression' });
    await flush();
    expect(draft.checked).toEqual({ kind: 'failed', field: 'task', message: 'country is no number.' });
    expect(draft.ready).toBe(false);
  });

  it('takes the settings of a run that is run again', async () => {
    const draft = new Draft(aStudio(), 'run-3');
    await flush();
    expect(draft.told).toEqual({ data: 'gapminder@3', target: 'pop', budget: 300, seed: 7 });
    expect(draft.guessed).toBe(false);
  });

  it('tells the cell nothing that is at its default', async () => {
    const draft = new Draft(aStudio(), 'gapminder@3');
    await flush();
    draft.set({ task: 'auto', exclude: [] });
    expect(draft.told).toEqual({ data: 'gapminder@3', target: 'lifeExp' });
  });

  it('starts with the usual time of the settings', async () => {
    const draft = new Draft(aStudio({ settings: { defaultBudget: 300 } }), 'gapminder@3');
    await flush();
    asked.mockResolvedValueOnce(aRun());
    expect((await draft.start())?.subject).toBe('run:run-3');
    expect(asked.mock.lastCall?.[1].body).toEqual({ data: 'gapminder@3', target: 'lifeExp', budget: 300 });
  });

  it('chooses the only data there are by itself', async () => {
    const draft = new Draft(aStudio(), '');
    await draft.assets.refresh();
    await flush();
    expect(draft.data).toBe('gapminder@3');
  });
});
