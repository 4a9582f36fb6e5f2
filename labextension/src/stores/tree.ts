/**
 * What a datastore holds, as far as it was opened: a question to the server a folder, and one for each further page.
 */
import { ISignal, Signal } from '@lumino/signaling';

import { Entries, Entry, StudioError } from '../api/client';

export type Folder =
  | { kind: 'loading' }
  | { kind: 'failed'; error: StudioError }
  | {
      kind: 'ready';
      entries: Entry[];
      /** How many there are of those that match. */
      total: number;
      /** Whether further ones are on their way. */
      more: boolean;
    };

/** A line of the tree as it is shown: an entry, or what follows the last one of a folder that goes on. */
export type Line =
  | {
      entry: Entry;
      level: number;
      /** Of a folder, whether it is open, and what is in it. */
      folder: Folder | null;
    }
  | { path: string; level: number; shown: number; total: number; more: boolean };

export interface IAsked {
  filter: string;
  offset: number;
}

export class Tree {
  /** @param list - asks for a part of what a folder holds; the top is '' */
  constructor(private _list: (path: string, asked: IAsked) => Promise<Entries>) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Part of the names that are shown; folders that are open stay. */
  get filter(): string {
    return this._filter;
  }

  /** What stands at the top; undefined before it was asked for. */
  get top(): Folder | undefined {
    return this._open.get('');
  }

  /** All that can be seen, in order. */
  get lines(): Line[] {
    return this._lines('', 0);
  }

  async open(path: string): Promise<void> {
    this._set(path, { kind: 'loading' });
    await this._read(path);
  }

  close(path: string): void {
    this._open.delete(path);
    this._changed.emit();
  }

  /** Show the next part of a folder. */
  async more(path: string): Promise<void> {
    const folder = this._open.get(path);
    if (folder?.kind !== 'ready' || folder.more) {
      return;
    }
    this._set(path, { ...folder, more: true });
    await this._read(path, folder.entries);
  }

  /** Show names with this part in them. */
  async narrow(filter: string): Promise<void> {
    this._filter = filter;
    await Promise.all([...this._open.keys()].map(path => this._read(path)));
  }

  private async _read(path: string, before: Entry[] = []): Promise<void> {
    const filter = this._filter;
    let folder: Folder;
    try {
      const found = await this._list(path, { filter, offset: before.length });
      folder = { kind: 'ready', entries: [...before, ...found.entries], total: found.total, more: false };
    } catch (error) {
      const told = error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
      folder = { kind: 'failed', error: told };
    }
    // it may have been closed, or another part be asked for, since
    if (this._open.has(path) && filter === this._filter) {
      this._set(path, folder);
    }
  }

  private _lines(path: string, level: number): Line[] {
    const folder = this._open.get(path);
    if (folder?.kind !== 'ready') {
      return [];
    }
    const { entries, total, more } = folder;
    entries.forEach(entry => this._known.set(entry.path, entry));
    const here = new Set(entries.map(entry => entry.path));
    // folders that are open stay though their names do not match
    const kept = [...this._open.keys()].filter(one => one && parent(one) === path && !here.has(one));
    const shown = [...kept.map(one => this._known.get(one)!).filter(Boolean), ...entries];
    const lines = shown.flatMap<Line>(entry => {
      const inside = entry.kind === 'folder' ? (this._open.get(entry.path) ?? null) : null;
      return [{ entry, level, folder: inside }, ...(inside ? this._lines(entry.path, level + 1) : [])];
    });
    return total > entries.length ? [...lines, { path, level, shown: entries.length, total, more }] : lines;
  }

  private _set(path: string, folder: Folder): void {
    this._open.set(path, folder);
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _filter = '';
  private _known = new Map<string, Entry>();
  private _open = new Map<string, Folder>();
}

function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
