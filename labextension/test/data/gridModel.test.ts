import { beforeEach, expect, it, vi } from 'vitest';

import { get, StudioError } from '../../src/api/client';
import { GridModel } from '../../src/data/gridModel';

vi.mock('../../src/api/client', async original => ({ ...(await original<object>()), get: vi.fn() }));

const fields = [{ name: 'year', physical: 'integer', semantic: 'number' }];
const asked = vi.mocked(get);
const answer = (total: number, values: number[]) => ({ total, offset: 0, columns: fields, values: [values] });
const settled = () => vi.waitFor(() => expect(model.state.pending).toBe(false));
let model: GridModel;

beforeEach(async () => {
  asked.mockReset().mockResolvedValue(answer(3, [1952, 1957, 1962]) as never);
  model = new GridModel('gapminder@3', fields, 3, { filter: '', sort: [] });
  await settled();
});

it('shows the rows that match a filter', async () => {
  asked.mockResolvedValue(answer(1, [1962]) as never);
  await model.apply({ filter: 'year > 1960', sort: ['-year'] });
  expect(model.rowCount('body')).toBe(1);
  expect(model.data('body', 0, 0)).toBe(1962);
  const [, told] = asked.mock.lastCall!;
  expect(told).toMatchObject({
    at: { ref: 'gapminder@3' },
    query: { filter: 'year > 1960', sort: ['-year'], offset: 0 }
  });
});

it('stays as it is when the server does not take a filter, and says why', async () => {
  asked.mockRejectedValue(new StudioError('Invalid', 'There is no column yaer; did you mean year?', 400));
  await model.apply({ filter: 'yaer > 1960', sort: [] });
  expect(model.state.error?.message).toContain('did you mean year?');
  expect([model.rowCount('body'), model.data('body', 2, 0)]).toEqual([3, 1962]);
});

it('shows the newest of two filters, however late the other one is answered', async () => {
  let late = (_: unknown) => undefined as void;
  asked.mockImplementationOnce(() => new Promise(resolve => (late = resolve)) as never);
  const first = model.apply({ filter: 'year > 1', sort: [] });
  asked.mockResolvedValueOnce(answer(2, [1957, 1962]) as never);
  await model.apply({ filter: 'year > 1955', sort: [] });
  late(answer(3, [1, 2, 3]));
  await first;
  expect([model.state.query.filter, model.rowCount('body')]).toEqual(['year > 1955', 2]);
});
