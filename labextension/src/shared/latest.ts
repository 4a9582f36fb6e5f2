/**
 * The answer to a question that changes while somebody types: asked after a pause, and only the newest one counts.
 *
 * A failure keeps the answer before it, so that a half-written option does not empty what is looked at.
 */
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { useEffect, useState } from 'react';

import { StudioError } from '../api/client';

export interface ILatest<T> {
  value?: T;
  error: StudioError | null;
  /** Whether a newer answer is on its way. */
  pending: boolean;
}

export class Latest<T> implements IDisposable {
  /** @param _pause - milliseconds without another question before one is asked */
  constructor(private _pause = 250) {}

  get state(): ILatest<T> {
    return this._state;
  }

  get changed(): ISignal<this, ILatest<T>> {
    return this._changed;
  }

  /** Ask, when no other question comes first; the ones before are called off. */
  ask(question: (signal: AbortSignal) => Promise<T>, pause = this._pause): void {
    this._callOff();
    const { signal } = (this._asking = new AbortController());
    this._set({ ...this._state, pending: true });
    this._timer = window.setTimeout(async () => {
      try {
        const value = await question(signal);
        !signal.aborted && this._set({ value, error: null, pending: false });
      } catch (error) {
        !signal.aborted && this._set({ ...this._state, error: sentence(error), pending: false });
      }
    }, pause);
  }

  /** Forget the answer, and the question. */
  clear(): void {
    this._callOff();
    this._set({ error: null, pending: false });
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this._disposed = true;
    this._callOff();
    Signal.clearData(this);
  }

  private _callOff(): void {
    window.clearTimeout(this._timer);
    this._asking?.abort();
  }

  private _set(state: ILatest<T>): void {
    if (!this._disposed) {
      this._state = state;
      this._changed.emit(state);
    }
  }

  private _asking: AbortController | null = null;
  private _changed = new Signal<this, ILatest<T>>(this);
  private _disposed = false;
  private _state: ILatest<T> = { error: null, pending: false };
  private _timer = 0;
}

/** The state of the newest answer; a component that uses it is drawn again when that changes. */
export function useLatest<T>(latest: Latest<T>): ILatest<T> {
  const [state, setState] = useState(latest.state);
  useEffect(() => {
    const update = () => setState(latest.state);
    latest.changed.connect(update);
    update();
    return () => {
      latest.changed.disconnect(update);
    };
  }, [latest]);
  return state;
}

function sentence(error: unknown): StudioError {
  return error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
}
