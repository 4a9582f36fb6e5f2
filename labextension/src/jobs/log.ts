/**
 * A job's log, read from where it was left: on every change, and once a second while the job goes on.
 *
 * It knows no React; the last lines of a very long log are kept.
 */
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import { get } from '../api/client';

const PAUSE = 1_000;
const MOST = 1_000_000;

export class Log implements IDisposable {
  constructor(private _id: string) {
    void this._follow();
  }

  get text(): string {
    return this._text;
  }

  /** Whether the beginning was left out. */
  get cut(): boolean {
    return this._cut;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._abort.signal.aborted;
  }

  dispose(): void {
    this._abort.abort();
    window.clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private async _follow(): Promise<void> {
    let done = false;
    try {
      done = await this._read();
    } catch {
      // asked again in a second; the document tells when the server is gone
    }
    if (!done && !this.isDisposed) {
      this._timer = window.setTimeout(() => void this._follow(), PAUSE);
    }
  }

  /** Read all there is; whether nothing more will come. */
  private async _read(): Promise<boolean> {
    for (;;) {
      const at = { id: this._id };
      const query = { offset: this._offset, limit: 262_144 };
      const part = await get('/labstudio/api/jobs/{id}/log', { at, query, signal: this._abort.signal });
      const stuck = part.offset === this._offset;
      this._offset = part.offset;
      if (part.text) {
        const whole = this._text + part.text;
        this._cut ||= whole.length > MOST;
        this._text = whole.length > MOST ? whole.slice(whole.indexOf('\n', whole.length - MOST) + 1) : whole;
        this._changed.emit();
      }
      if (stuck || part.offset >= part.size) {
        return part.done && part.offset >= part.size;
      }
    }
  }

  private _abort = new AbortController();
  private _changed = new Signal<this, void>(this);
  private _cut = false;
  private _offset = 0;
  private _text = '';
  private _timer = 0;
}
