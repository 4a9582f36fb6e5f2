/**
 * Time on task: counted only while the page is in sight and a person is at it.
 */
const IDLE = 30_000; // ms without a key or a move after which nobody is thought to be at work

export class ActiveClock {
  constructor(private _now: () => number = () => performance.now()) {
    this._seen = this._last = _now();
    document.addEventListener('visibilitychange', this._onVisibility);
  }

  /** A person has done something. */
  touch(): void {
    this._count();
    this._seen = this._now();
  }

  /** The milliseconds since the last call, as far as somebody was at work. */
  take(): number {
    this._count();
    const taken = Math.round(this._active);
    this._active = 0;
    return taken;
  }

  dispose(): void {
    document.removeEventListener('visibilitychange', this._onVisibility);
  }

  private _onVisibility = () => {
    if (document.visibilityState === 'hidden') {
      this._count();
      this._hidden = true;
    } else {
      this._last = this._seen = this._now();
      this._hidden = false;
    }
  };

  private _count(): void {
    const now = this._now();
    if (!this._hidden) {
      this._active += Math.max(0, Math.min(now, this._seen + IDLE) - this._last);
    }
    this._last = now;
  }

  private _active = 0;
  private _hidden = document.visibilityState === 'hidden';
  private _last: number;
  private _seen: number;
}
