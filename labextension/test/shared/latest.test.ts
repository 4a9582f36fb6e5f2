import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { StudioError } from '../../src/api/client';
import { Latest } from '../../src/shared/latest';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks once somebody has stopped typing', async () => {
  const latest = new Latest<string>(200);
  const asked = vi.fn(async () => 'rows');
  latest.ask(asked);
  latest.ask(asked);
  expect(latest.state.pending).toBe(true);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toHaveBeenCalledTimes(1);
  expect(latest.state).toMatchObject({ value: 'rows', pending: false });
});

it('calls off the question before, whatever comes back from it', async () => {
  const latest = new Latest<string>(0);
  let slow = (_: string) => {};
  let aborted: AbortSignal | null = null;
  latest.ask(signal => ((aborted = signal), new Promise<string>(done => (slow = done))));
  await vi.advanceTimersByTimeAsync(1);
  latest.ask(async () => 'new');
  await vi.advanceTimersByTimeAsync(1);
  slow('old');
  await vi.advanceTimersByTimeAsync(1);
  expect(aborted!.aborted).toBe(true);
  expect(latest.state.value).toBe('new');
});

it('keeps the answer before when the next question fails', async () => {
  const latest = new Latest<string>(0);
  latest.ask(async () => 'rows');
  await vi.advanceTimersByTimeAsync(1);
  latest.ask(async () => {
    throw new StudioError('Invalid', 'line 3, column 2: "x" is not a number', 400);
  });
  await vi.advanceTimersByTimeAsync(1);
  expect(latest.state).toMatchObject({ value: 'rows', error: { message: 'line 3, column 2: "x" is not a number' } });
});
