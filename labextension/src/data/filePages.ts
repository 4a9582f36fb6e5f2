/**
 * The files of a folder's version, asked for page by page as they come into sight.
 */
import { ISignal, Signal } from '@lumino/signaling';

import { FileOf, get, StudioError } from '../api/client';

const PAGE = 200;

export interface IWhich {
  filter: string;
  label: string | null;
  kind: 'image' | 'text' | 'other' | null;
}

export class FilePages {
  constructor(
    readonly ref: string,
    readonly which: IWhich
  ) {
    void this._ask(0);
  }

  /** How many files match; null until that is known. */
  get total(): number | null {
    return this._total;
  }

  get error(): StudioError | null {
    return this._error;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A file, or null while it is on its way. */
  at(index: number): FileOf | null {
    const page = Math.floor(index / PAGE);
    const files = this._pages.get(page);
    if (!files) {
      void this._ask(page);
      return null;
    }
    return files[index - page * PAGE] ?? null;
  }

  retry(): void {
    this._error = null;
    this._asked.clear();
    void this._ask(0);
    this._changed.emit();
  }

  dispose(): void {
    this._abort.abort();
    Signal.clearData(this);
  }

  private async _ask(page: number): Promise<void> {
    if (this._asked.has(page) || this._error) {
      return;
    }
    this._asked.add(page);
    const { filter, label, kind } = this.which;
    const query = {
      offset: page * PAGE,
      limit: PAGE,
      ...(filter ? { filter } : {}),
      ...(label === null ? {} : { label }),
      ...(kind === null ? {} : { kind })
    };
    const { signal } = this._abort;
    try {
      const found = await get('/labstudio/api/data/{ref}/files', { at: { ref: this.ref }, query, signal });
      this._pages.set(page, found.files);
      this._total = found.total;
    } catch (error) {
      this._error = error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
    }
    !signal.aborted && this._changed.emit();
  }

  private _abort = new AbortController();
  private _asked = new Set<number>();
  private _changed = new Signal<this, void>(this);
  private _error: StudioError | null = null;
  private _pages = new Map<number, FileOf[]>();
  private _total: number | null = null;
}
