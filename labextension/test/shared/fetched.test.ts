import { Signal } from '@lumino/signaling';
import { beforeEach, expect, it, vi } from 'vitest';

import type { Changes } from '../../src/api/changes';
import { StudioError } from '../../src/api/client';
import { Fetched } from '../../src/shared/fetched';

class Line {
  changed = new Signal<this, number>(this);
  connected = new Signal<this, boolean>(this);
}

let line: Line;
const make = <T>(fetch: () => Promise<T>) => new Fetched(fetch, line as unknown as Changes);

beforeEach(() => {
  line = new Line();
});

it('is loading, then ready', async () => {
  const fetched = make(async () => 1);
  expect(fetched.state.kind).toBe('loading');
  await fetched.refresh();
  expect(fetched.state).toEqual({ kind: 'ready', value: 1 });
});

it('keeps what was there when it cannot be fetched again', async () => {
  const fetch = vi
    .fn()
    .mockResolvedValueOnce('seen')
    .mockRejectedValue(new StudioError('Offline', 'Gone.', 0));
  const fetched = make(fetch);
  await fetched.refresh();
  await fetched.refresh();
  expect(fetched.state).toMatchObject({ kind: 'failed', value: 'seen', error: { message: 'Gone.' } });
});

it('says that the server part is missing', async () => {
  const fetched = make(() => Promise.reject(new StudioError('Missing', 'Not there.', 404)));
  await fetched.refresh();
  expect(fetched.state).toEqual({ kind: 'missing' });
});

it('makes one more question of many changes while it is being asked', async () => {
  let answer!: (value: number) => void;
  const fetch = vi.fn(() => new Promise<number>(resolve => (answer = resolve)));
  const fetched = make(fetch);
  const first = fetched.refresh();
  line.changed.emit(1);
  line.changed.emit(2);
  line.changed.emit(3);
  expect(fetch).toHaveBeenCalledTimes(1);
  answer(1);
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(2));
  answer(2);
  await first;
  expect(fetched.value).toBe(2);
});

it('tells nobody when the same comes back', async () => {
  const fetched = make(async () => ({ rows: [1, 2] }));
  const heard = vi.fn();
  fetched.changed.connect(heard);
  await fetched.refresh();
  await fetched.refresh();
  expect(heard).toHaveBeenCalledTimes(1);
});

it('is silent once it is disposed', async () => {
  const fetch = vi.fn(async () => 1);
  const fetched = make(fetch);
  fetched.dispose();
  line.changed.emit(1);
  expect(fetch).not.toHaveBeenCalled();
});
