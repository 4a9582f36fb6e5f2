/**
 * Answers on their way to the server: kept in the browser until the server has said that it has them.
 *
 * Each answer is written down before anything else happens to it, under a name of its own; a reload, a lost line
 * or a killed server only delays it, and sending it twice changes nothing.
 */
import { ISignal, Signal } from '@lumino/signaling';

import type { LabelingAnswer, LabelingReceipts } from '../api/client';
import { StudioError } from '../api/client';

const AGAIN = [500, 1_000, 2_000, 5_000]; // ms between tries
const MOST = 100; // answers a request

interface IKept {
  at: number;
  answer: LabelingAnswer;
}

export type Sending = 'saved' | 'saving' | 'waiting';

export class Outbox {
  /**
   * @param send - brings answers to the server
   */
  constructor(
    private _send: (answers: LabelingAnswer[]) => Promise<LabelingReceipts>,
    private _storage: Storage = window.localStorage
  ) {}

  /** `saved` when the server has everything; `waiting` when it does not answer. */
  get state(): Sending {
    return this._waiting.length === 0 ? 'saved' : this._tries > 0 ? 'waiting' : 'saving';
  }

  /** Answers that the server does not have yet. */
  get waiting(): LabelingAnswer[] {
    return this._waiting.map(one => one.answer);
  }

  /** When the last answer was acknowledged, in ms since 1970; 0 before. */
  savedAt = 0;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What the server says of answers it was sent. */
  get received(): ISignal<this, LabelingReceipts> {
    return this._received;
  }

  /**
   * Take up what another visit of this page left behind, and send it.
   *
   * @param project - whose answers they are: one name for one project, as workspaces may share an address
   */
  start(project: string): void {
    this._prefix = `labstudio:outbox:${project}:`;
    this._waiting = this._kept();
    if (this._waiting.length > 0) {
      void this.flush();
    }
  }

  add(answer: LabelingAnswer): void {
    const kept = { at: Math.max(Date.now(), this._last + 1), answer };
    this._last = kept.at;
    try {
      this._storage.setItem(this._prefix + answer.client_id, JSON.stringify(kept));
    } catch {
      // a full or forbidden storage keeps nothing; the answer still goes out
    }
    this._waiting.push(kept);
    this._changed.emit();
    void this.flush();
  }

  /** Send what waits; resolves when the server has all of it, rejects where it does not answer. */
  flush(): Promise<void> {
    window.clearTimeout(this._timer);
    this._flushing ??= this._flush().finally(() => (this._flushing = null));
    const done = this._flushing;
    done.catch(() => undefined);
    return done;
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this._disposed = true;
    Signal.clearData(this);
  }

  private async _flush(): Promise<void> {
    while (this._waiting.length > 0 && !this._disposed) {
      const batch = this._waiting.slice(0, MOST);
      let receipts: LabelingReceipts;
      try {
        receipts = await this._send(batch.map(one => one.answer));
      } catch (error) {
        this._later();
        throw error;
      }
      this._tries = 0;
      this.savedAt = Date.now();
      const ids = new Set(receipts.receipts.map(one => one.client_id));
      this._waiting = this._waiting.filter(({ answer }) => !ids.has(answer.client_id));
      ids.forEach(id => this._storage.removeItem(this._prefix + id));
      this._changed.emit();
      this._received.emit(receipts);
      if (ids.size === 0) {
        throw new StudioError('Unexpected', 'The server took none of the answers it was sent.', 0);
      }
    }
  }

  private _later(): void {
    if (!this._disposed) {
      this._timer = window.setTimeout(() => void this.flush(), AGAIN[Math.min(this._tries, AGAIN.length - 1)]);
      this._tries += 1;
      this._changed.emit();
    }
  }

  private _kept(): IKept[] {
    const found: IKept[] = [];
    for (let place = 0; place < this._storage.length; place++) {
      const key = this._storage.key(place)!;
      if (key.startsWith(this._prefix)) {
        try {
          found.push(JSON.parse(this._storage.getItem(key)!) as IKept);
        } catch {
          this._storage.removeItem(key);
        }
      }
    }
    return found.sort((a, b) => a.at - b.at);
  }

  private _prefix = '';
  private _waiting: IKept[] = [];
  private _flushing: Promise<void> | null = null;
  private _timer = 0;
  private _tries = 0;
  private _last = 0;
  private _disposed = false;
  private _changed = new Signal<this, void>(this);
  private _received = new Signal<this, LabelingReceipts>(this);
}
