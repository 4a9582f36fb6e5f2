/**
 * Where scores stand on the one rail all rows of a leaderboard share.
 *
 * The baseline, and what is far off, would press all others into one point: they stand at the rail's end.
 */
import type { Trial } from '../api/client';
import { isBaseline, isScored } from './words';

export interface IRail {
  low: number;
  high: number;
}

export interface IPlace {
  /** Shares of the rail's length. */
  from: number;
  at: number;
  to: number;
  /** The score lies beyond this end: -1 left, 1 right, 0 not. */
  beyond: -1 | 0 | 1;
}

/** The rail for these trials; null without scores. */
export function rail(trials: readonly Trial[]): IRail | null {
  const scored = trials.filter(isScored);
  const real = scored.filter(trial => !isBaseline(trial));
  const shown = real.length > 1 ? real : scored;
  if (shown.length === 0) {
    return null;
  }
  const best = shown[0].score!;
  const away = shown.map(trial => Math.abs(trial.score! - best)).sort((a, b) => a - b);
  const reach = 3 * away[Math.floor(away.length / 2)] || Infinity; // beyond it a few are far off
  const near = shown.filter(trial => Math.abs(trial.score! - best) <= reach);
  const low = Math.min(...near.map(trial => trial.score! - (trial.error_bar ?? 0)));
  const high = Math.max(...near.map(trial => trial.score! + (trial.error_bar ?? 0)));
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return { low: low - room, high: high + room };
}

/** Where a score with its error stands on a rail. */
export function place({ low, high }: IRail, score: number, bar: number): IPlace {
  const share = (value: number) => Math.min(1, Math.max(0, (value - low) / (high - low)));
  const beyond = score < low ? -1 : score > high ? 1 : 0;
  return { from: share(score - bar), at: share(score), to: share(score + bar), beyond };
}
