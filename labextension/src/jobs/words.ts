/**
 * How the states of a job are said and shown.
 */
import type { Job } from '../api/client';
import { duration } from '../shared/format';
import { __ } from '../shared/words';
import type { Tone } from '../studio';

const TONES: Record<Job['state'], Tone> = {
  queued: 'plain',
  running: 'run',
  complete: 'ok',
  failed: 'bad',
  stopped: 'warn',
  interrupted: 'bad'
};

export function toneOf(job: Job): Tone {
  return TONES[job.state];
}

export function wordOf(job: Job): string {
  if (isGoing(job) && job.stop_requested) {
    return __('Stopping');
  }
  return {
    queued: __('Queued'),
    running: __('Running'),
    complete: __('Done'),
    failed: __('Failed'),
    stopped: __('Stopped'),
    interrupted: __('Interrupted')
  }[job.state];
}

export function isGoing({ state }: Job): boolean {
  return state === 'queued' || state === 'running';
}

/** Seconds it has run, so far or in all. */
export function took({ started, ended, created }: Job, now = Date.now() / 1000): number {
  return Math.max(0, (ended ?? now) - (started ?? created));
}

/** `Done in 42 s`, `Running`, `Failed · The disk is full.` */
export function factsOf(job: Job): string {
  if (job.state === 'complete') {
    return __('Done in %1', duration(took(job)));
  }
  if (job.state === 'stopped') {
    return __('Stopped after %1', duration(took(job)));
  }
  return job.error && !isGoing(job) ? `${wordOf(job)} · ${job.error}` : wordOf(job);
}

/** The document that shows what a job has made: `{"run": "run-7"}` is `run:run-7`. */
export function resultOf({ result }: Job): string | null {
  const made = Object.entries(result).find(([kind, name]) => ['run', 'data', 'model'].includes(kind) && name);
  return made ? `${made[0]}:${made[1]}` : null;
}
