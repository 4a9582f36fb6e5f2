import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import * as client from '../../src/api/client';
import type { Job } from '../../src/api/client';
import { Log } from '../../src/jobs/log';
import { factsOf, resultOf, wordOf } from '../../src/jobs/words';

let said: string;
let done: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  [said, done] = ['', false];
  const read = async (_: string, { query }: any) => {
    const text = said.slice(query.offset, query.offset + 10);
    return { text, offset: query.offset + text.length, size: said.length, done };
  };
  vi.spyOn(client, 'get').mockImplementation(read as any);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('reads on where it was, once a second, until the job has ended', async () => {
  said = 'loading the data\n';
  const log = new Log('job-1');
  await vi.advanceTimersByTimeAsync(10);
  expect(log.text).toBe(said);
  said += 'best so far 36.8\n';
  await vi.advanceTimersByTimeAsync(1000);
  expect(log.text).toBe(said);
  done = true;
  await vi.advanceTimersByTimeAsync(1000);
  const { calls } = vi.mocked(client.get).mock;
  const asked = calls.length;
  await vi.advanceTimersByTimeAsync(5000);
  expect(calls.length).toBe(asked);
  log.dispose();
});

it('asks again when the server does not answer', async () => {
  vi.mocked(client.get).mockRejectedValueOnce(new client.StudioError('Offline', 'Gone.', 0));
  said = 'hello';
  const log = new Log('job-1');
  await vi.advanceTimersByTimeAsync(1100);
  expect(log.text).toBe('hello');
  log.dispose();
});

it('says the state of a job in words', () => {
  const job = { state: 'complete', created: 90, started: 100, ended: 142, result: { run: 'run-7' }, error: '' };
  const of = (more: object) => ({ ...job, stop_requested: false, ...more }) as unknown as Job;
  expect(factsOf(of({}))).toBe('Done in 42 s');
  expect(resultOf(of({}))).toBe('run:run-7');
  expect(resultOf(of({ result: {} }))).toBe(null);
  expect(wordOf(of({ state: 'running', stop_requested: true }))).toBe('Stopping');
  expect(factsOf(of({ state: 'failed', error: 'The disk is full.' }))).toBe('Failed · The disk is full.');
});
