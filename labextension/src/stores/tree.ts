/**
 * What a datastore holds, as far as it was opened: one question to the server a folder.
 */
import { ISignal, Signal } from '@lumino/signaling';

import { Entry, StudioError } from '../api/client';

export type Folder = { kind: 'loading' } | { kind: 'failed'; error: StudioError } | { kind: 'ready'; entries: Entry[] };

/** A line of the tree as it is shown. */
export interface ILine {
  entry: Entry;
  level: number;
  /** Of a folder, whether it is open, and what is in it. */
  folder: Folder | null;
}

export class Tree {
  /** @param list - asks what a folder holds; the top is '' */
  constructor(private _list: (path: string) => Promise<Entry[]>) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What stands at the top; undefined before it was asked for. */
  get top(): Folder | undefined {
    return this._open.get('');
  }

  /** All that can be seen, in order. */
  get lines(): ILine[] {
    return this._lines('', 0);
  }

  async open(path: string): Promise<void> {
    this._set(path, { kind: 'loading' });
    try {
      this._set(path, { kind: 'ready', entries: await this._list(path) });
    } catch (error) {
      const told = error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
      this._set(path, { kind: 'failed', error: told });
    }
  }

  close(path: string): void {
    this._open.delete(path);
    this._changed.emit();
  }

  private _lines(path: string, level: number): ILine[] {
    const folder = this._open.get(path);
    return folder?.kind !== 'ready'
      ? []
      : folder.entries.flatMap(entry => {
          const inside = entry.kind === 'folder' ? (this._open.get(entry.path) ?? null) : null;
          return [{ entry, level, folder: inside }, ...(inside ? this._lines(entry.path, level + 1) : [])];
        });
  }

  private _set(path: string, folder: Folder): void {
    this._open.set(path, folder);
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _open = new Map<string, Folder>();
}
