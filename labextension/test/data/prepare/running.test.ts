import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import * as client from '../../../src/api/client';
import { Running, shareOf } from '../../../src/data/prepare/running';
import type { IStudio } from '../../../src/studio';

const changed = new Signal({});
const studio = { changes: { changed } } as unknown as IStudio;
let job: { id: string; state: string; result: object };
let said: string;

beforeEach(() => {
  vi.useFakeTimers();
  job = { id: 'job-1', state: 'running', result: {} };
  said = '';
  vi.spyOn(client, 'post').mockImplementation((async (path: string) => {
    if (path.endsWith('kill')) {
      job = { ...job, state: 'stopped' };
    }
    return { job: 'job-1' };
  }) as any);
  vi.spyOn(client, 'get').mockImplementation((async (path: string, { query }: any) =>
    path.endsWith('log')
      ? { text: said.slice(query.offset), offset: said.length, size: said.length, done: job.state !== 'running' }
      : job) as any);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('reads the share that was told last', () => {
  expect(shareOf('preparing\n')).toBeNull();
  expect(shareOf('3 % done\n37 % done\n')).toBe(0.37);
  expect(shareOf('37 % done\n1,000 rows written of 2,000 read\n')).toBe(0.37);
});

it('tells how much is done while it goes on, and no more when it has ended', async () => {
  const running = new Running(studio);
  await running.begin({ name: 'a', input: 'b@1', steps: [] });
  await vi.advanceTimersByTimeAsync(10);
  expect([running.going, running.share]).toEqual([true, null]);
  said = '37 % done\n';
  await vi.advanceTimersByTimeAsync(1_100);
  expect(running.share).toBe(0.37);
  job = { ...job, state: 'complete', result: { data: 'a@1' } };
  changed.emit(undefined);
  await vi.advanceTimersByTimeAsync(10);
  expect([running.going, running.share, running.made]).toEqual([false, null, 'a@1']);
  const asked = vi.mocked(client.get).mock.calls.length;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(vi.mocked(client.get).mock.calls.length).toBe(asked);
  running.dispose();
});

it('ends a run that nobody wants any more', async () => {
  const running = new Running(studio);
  await running.begin({ name: 'a', input: 'b@1', steps: [] });
  await running.cancel();
  expect([running.going, running.job?.state]).toEqual([false, 'stopped']);
  running.dispose();
});
