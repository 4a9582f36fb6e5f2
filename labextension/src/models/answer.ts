/**
 * What a model answers to the values or the image of the try-it form: the newest wins.
 */
import { Dispatch, SetStateAction, useEffect, useRef, useState } from 'react';

import { post, Predictions, StudioError } from '../api/client';
import { upload } from '../shared/upload';

export const PAUSE = 200; // ms after the last key

export interface IAnswer {
  /** The newest answer; it stays while the next one is on its way. */
  found: Predictions | null;
  error: StudioError | null;
  pending: boolean;
}

/** Values by input; null is missing. */
export type Row = Record<string, unknown>;

/** Asked a moment after the last key. */
export function useAnswer(ref: string, row: Row): IAnswer {
  const [answer, setAnswer] = useState<IAnswer>({ found: null, error: null, pending: true });
  const first = useRef(true);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    setAnswer(before => ({ ...before, pending: true }));
    const ask = () =>
      settle(
        post('/labstudio/api/models/{ref}/predict', { at: { ref }, body: { rows: [told(row)] }, signal }),
        signal,
        setAnswer
      );
    const timer = window.setTimeout(() => void ask(), first.current ? 0 : PAUSE);
    first.current = false;
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [ref, row]);
  return answer;
}

/** Asked when there is an image; of another one the answer before says nothing. */
export function useImageAnswer(ref: string, image: File | null): IAnswer {
  const [answer, setAnswer] = useState<IAnswer>({ found: null, error: null, pending: false });
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    setAnswer({ found: null, error: null, pending: image !== null });
    const ask = async (file: File) => {
      const uploads = [await upload(file, { signal })];
      return post('/labstudio/api/models/{ref}/predict/images', { at: { ref }, body: { uploads }, signal });
    };
    image && void settle(ask(image), signal, setAnswer);
    return () => abort.abort();
  }, [ref, image]);
  return answer;
}

async function settle(
  asked: Promise<Predictions>,
  signal: AbortSignal,
  setAnswer: Dispatch<SetStateAction<IAnswer>>
): Promise<void> {
  try {
    const found = await asked;
    if (!signal.aborted) {
      setAnswer({ found, error: null, pending: false });
    }
  } catch (error) {
    if (!signal.aborted) {
      const sentence = error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
      setAnswer(({ found }) => ({ found, error: sentence, pending: false }));
    }
  }
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
