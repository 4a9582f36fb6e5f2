/**
 * What something was before, so that a change can be taken back and made again.
 *
 * Changes with the same key that come one after the other, such as the letters of a word, are one change.
 */
const MOST = 200;

export class History<T> {
  constructor(private _now: T) {}

  get now(): T {
    return this._now;
  }

  get canUndo(): boolean {
    return this._before.length > 0;
  }

  get canRedo(): boolean {
    return this._after.length > 0;
  }

  /** @param key - changes with the same one in a row are taken back together */
  change(next: T, key = ''): void {
    if (!key || key !== this._key) {
      this._before = [...this._before, this._now].slice(-MOST);
    }
    this._key = key;
    this._after = [];
    this._now = next;
  }

  undo(): void {
    this._go(this._before, this._after);
  }

  redo(): void {
    this._go(this._after, this._before);
  }

  private _go(from: T[], to: T[]): void {
    const next = from.pop();
    if (next !== undefined) {
      to.push(this._now);
      this._now = next;
      this._key = '';
    }
  }

  private _after: T[] = [];
  private _before: T[] = [];
  private _key = '';
}
