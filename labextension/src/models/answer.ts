/**
 * What a model answers to the values of the try-it form: asked a moment after the last key, the newest wins.
 */
import { useEffect, useRef, useState } from 'react';

import { post, Predictions, StudioError } from '../api/client';

export const PAUSE = 200; // ms after the last key

export interface IAnswer {
  /** The newest answer; it stays while the next one is on its way. */
  found: Predictions | null;
  error: StudioError | null;
  pending: boolean;
}

/** Values by input; null is missing. */
export type Row = Record<string, unknown>;

export function useAnswer(ref: string, row: Row): IAnswer {
  const [answer, setAnswer] = useState<IAnswer>({ found: null, error: null, pending: true });
  const first = useRef(true);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    setAnswer(before => ({ ...before, pending: true }));
    const ask = async () => {
      try {
        const found = await post('/labstudio/api/models/{ref}/predict', {
          at: { ref },
          body: { rows: [told(row)] },
          signal
        });
        if (!signal.aborted) {
          setAnswer({ found, error: null, pending: false });
        }
      } catch (error) {
        if (!signal.aborted) {
          const sentence = error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
          setAnswer(({ found }) => ({ found, error: sentence, pending: false }));
        }
      }
    };
    const timer = window.setTimeout(() => void ask(), first.current ? 0 : PAUSE);
    first.current = false;
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [ref, row]);
  return answer;
}

/** A class and how likely it is. */
export type Likely = [name: string, probability: number];

/** The likeliest classes first. */
export function likeliest({ classes, probabilities }: Predictions): Likely[] {
  const [first] = probabilities ?? [];
  return (classes ?? []).map((name, at): Likely => [String(name), first?.[at] ?? 0]).sort((a, b) => b[1] - a[1]);
}

/** A column that is left out is missing. */
function told(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== ''));
}
