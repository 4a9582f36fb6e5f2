/**
 * Something of the server that a view shows: fetched, kept, and fetched again when the workspace changes.
 *
 * The one base of all panels' models. A failure keeps what was there before, so that a view does not lose
 * what a person looks at because a train went into a tunnel.
 */
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { useEffect, useState } from 'react';

import { Changes } from '../api/changes';
import { StudioError } from '../api/client';

export type State<T> =
  | { kind: 'loading' }
  | { kind: 'ready'; value: T }
  | { kind: 'failed'; error: StudioError; value?: T }
  | { kind: 'missing' };

export class Fetched<T> implements IDisposable {
  /**
   * @param fetch - asks the server
   * @param changes - when to ask again; null for what never changes
   */
  constructor(
    private _fetch: (signal: AbortSignal) => Promise<T>,
    private _changes: Changes | null
  ) {
    _changes?.changed.connect(this.refresh, this);
    _changes?.connected.connect(this._onConnected, this);
  }

  get state(): State<T> {
    return this._state;
  }

  /** What is there, also when it could not be fetched again; undefined before the first answer. */
  get value(): T | undefined {
    return 'value' in this._state ? this._state.value : undefined;
  }

  get changed(): ISignal<this, State<T>> {
    return this._changed;
  }

  /** Ask the server. Calls while it is being asked make one more question, not many. */
  async refresh(): Promise<void> {
    if (this._asking) {
      this._again = true;
      return;
    }
    this._asking = true;
    const before = this.value;
    let next: State<T>;
    try {
      next = { kind: 'ready', value: await this._fetch(this._abort.signal) };
    } catch (error) {
      next = failure(error, before);
    }
    this._asking = false;
    if (this.isDisposed) {
      return;
    }
    if (next.kind !== 'ready' || this._state.kind !== 'ready' || !same(next.value, before)) {
      this._state = next;
      this._changed.emit(next);
    }
    if (this._again) {
      this._again = false;
      await this.refresh();
    }
  }

  get isDisposed(): boolean {
    return this._abort.signal.aborted;
  }

  dispose(): void {
    this._changes?.changed.disconnect(this.refresh, this);
    this._changes?.connected.disconnect(this._onConnected, this);
    this._abort.abort();
    Signal.clearData(this);
  }

  private _onConnected(_: Changes, connected: boolean): void {
    if (connected && this._state.kind !== 'loading') {
      void this.refresh();
    }
  }

  private _abort = new AbortController();
  private _again = false;
  private _asking = false;
  private _changed = new Signal<this, State<T>>(this);
  private _state: State<T> = { kind: 'loading' };
}

/** The state of something fetched; a component that uses it is drawn again when that changes. */
export function useFetched<T>(fetched: Fetched<T>): State<T> {
  const [state, setState] = useState(fetched.state);
  useEffect(() => {
    const update = () => setState(fetched.state);
    fetched.changed.connect(update);
    update();
    if (fetched.state.kind === 'loading') {
      void fetched.refresh();
    }
    return () => {
      fetched.changed.disconnect(update);
    };
  }, [fetched]);
  return state;
}

function failure<T>(error: unknown, value?: T): State<T> {
  if (error instanceof StudioError && error.missing) {
    return { kind: 'missing' };
  }
  const sentence = error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
  return { kind: 'failed', error: sentence, value };
}

function same(a: unknown, b: unknown): boolean {
  return told(a) === told(b);
}

function told(value: unknown): string {
  // an icon is told by its name: it is no plain value, and holds itself
  return JSON.stringify(value, (key, part) => (key === 'icon' ? part?.name : part));
}
