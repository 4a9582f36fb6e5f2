/**
 * Where a run is in its time: told by the server now and then, counted on here in between.
 */
import { useEffect, useState } from 'react';

import type { Run } from '../api/client';

export interface IClock {
  elapsed: number;
  budget: number | null;
  /** Seconds that are left; null where no time limit was set. */
  left: number | null;
  /** Share of the budget, or of the trials, that is used; null when neither is limited. */
  share: number | null;
}

/**
 * @param trials - how many trials end the search, if that is set
 * @param now - seconds since 1970
 */
export function clock(run: Pick<Run, 'started' | 'progress' | 'trials'>, trials: number | null, now: number): IClock {
  const { progress } = run;
  const since = Math.max(0, now - (progress?.at ?? run.started));
  const budget = progress?.budget ?? null;
  const elapsed = (progress?.elapsed ?? 0) + since;
  if (budget !== null) {
    const used = Math.min(elapsed, budget);
    return { elapsed: used, budget, left: budget - used, share: used / budget };
  }
  const done = progress?.trials ?? run.trials;
  return { elapsed, budget, left: null, share: trials ? Math.min(1, done / trials) : null };
}

/** Seconds a run has taken, or takes so far. */
export function ran(run: Pick<Run, 'started' | 'ended'>, now: number): number {
  return Math.max(0, (run.ended ?? now) - run.started);
}

/** Seconds as on a clock: "2:18", "1:02:03". */
export function ticking(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** The time in seconds since 1970, drawn again once a second while `going`. */
export function useNow(going: boolean): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    if (!going) {
      return;
    }
    const timer = window.setInterval(() => setNow(Date.now() / 1000), 1000);
    return () => window.clearInterval(timer);
  }, [going]);
  return now;
}
