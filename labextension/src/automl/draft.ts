/**
 * What the form of a new run is set to: settings, what the check says of them, and starting them.
 *
 * A name like `run-3` brings the settings of that run, any other is the data to begin with. Every change is
 * checked a moment later; only the answer to the newest question counts.
 */
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import { get, post, StudioError, type Asset, type Check, type Column, type Form, type RunDetail } from '../api/client';
import { Fetched } from '../shared/fetched';
import type { IStudio } from '../studio';
import { given } from './actions';
import { DEFAULT_BUDGET } from './words';

export type Settings = Record<string, unknown>;

/** The one column a check is about is a guess until a person chooses it. */
export interface IColumn extends Column {
  distinct?: number;
}

export type Checked =
  | { kind: 'none' }
  | { kind: 'asking' }
  | { kind: 'ready'; check: Check }
  | { kind: 'failed'; field: string; message: string };

const PAUSE = 300; // ms after the last change
const FIRST = ['data', 'target', 'task', 'budget'];
const CHECKED = [
  ...['data', 'target', 'task', 'metric', 'positive', 'class_weight'],
  ...['weight', 'group', 'time', 'exclude', 'types', 'monotone', 'validation', 'test']
];

export class Draft implements IDisposable {
  constructor(
    readonly studio: IStudio,
    name: string
  ) {
    this.assets = new Fetched(signal => get('/labstudio/api/data', { signal }), studio.changes);
    this.form = new Fetched(signal => get('/labstudio/api/forms/{name}', { at: { name: 'automl' }, signal }), null);
    const budget = Number(studio.settings.defaultBudget);
    this._settings = { data: '', target: '', budget: budget > 0 ? budget : DEFAULT_BUDGET };
    if (/^run-\d+$/.test(name)) {
      void this._take(name);
    } else if (name) {
      this.set({ data: name });
    } else {
      this.assets.changed.connect(this._onAssets, this);
    }
  }

  readonly assets: Fetched<Asset[]>;
  readonly form: Fetched<Form>;

  get settings(): Settings {
    return this._settings;
  }

  get data(): string {
    return String(this._settings.data ?? '');
  }

  get target(): string {
    return String(this._settings.target ?? '');
  }

  /** The data's columns; undefined until they are known. */
  get columns(): IColumn[] | undefined {
    return this._columns;
  }

  /** Names of the columns, once they are known. */
  async columnNames(): Promise<string[]> {
    if (!this.data) {
      return [];
    }
    const { fields } = await get('/labstudio/api/data/{ref}', { at: { ref: this.data } });
    return fields.map(({ name }) => name);
  }

  /** Names of the data that a run could read besides its own. */
  async assetRefs(): Promise<string[]> {
    return (await get('/labstudio/api/data')).map(({ ref }) => ref);
  }

  /** Whether nobody has chosen the target yet. */
  get guessed(): boolean {
    return this._guessed;
  }

  get checked(): Checked {
    return this._checked;
  }

  get starting(): boolean {
    return this._starting;
  }

  /** Whether the run can be started as it is set. */
  get ready(): boolean {
    return this.data !== '' && this.target !== '' && this._checked.kind !== 'failed' && !this._starting;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Change settings; null takes one back to its default. */
  set(patch: Settings): void {
    const before = this._settings;
    this._settings = { ...before, ...patch };
    if ('target' in patch) {
      this._guessed = false;
    }
    if ('data' in patch && patch.data !== before.data) {
      this._columns = undefined;
      void this._askColumns();
    }
    if (CHECKED.some(name => JSON.stringify(before[name]) !== JSON.stringify(this._settings[name]))) {
      this._checkSoon();
    }
    this._changed.emit();
  }

  /** Add what mends something in the data: lists and maps grow, all else is replaced. */
  mend(fix: Settings): void {
    const added = Object.entries(fix).map(([name, value]) => {
      const now = this._settings[name] ?? null;
      if (Array.isArray(value)) {
        return [name, [...new Set([...((now ?? []) as unknown[]), ...value])]];
      }
      return [name, typeof value === 'object' && value !== null ? { ...(now as object), ...value } : value];
    });
    this.set(Object.fromEntries(added));
  }

  /** Start the run; null when it could not be, with the sentence at its field. */
  async start(): Promise<RunDetail | null> {
    if (!this.ready) {
      return null;
    }
    this._starting = true;
    this._changed.emit();
    try {
      return await post('/labstudio/api/automl/runs', { body: this.told as any });
    } catch (error) {
      this._fail(error);
      return null;
    } finally {
      this._starting = false;
      this._changed.emit();
    }
  }

  /** What the settings say, without what is at its default. */
  get told(): Settings {
    const { budget, task, ...rest } = this._settings;
    const usual = budget === DEFAULT_BUDGET && !rest.trials;
    return given({ ...rest, budget: usual ? null : budget, task: task === 'auto' ? null : task });
  }

  get isDisposed(): boolean {
    return this.assets.isDisposed;
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this._abort?.abort();
    this.assets.dispose();
    this.form.dispose();
    Signal.clearData(this);
  }

  /** Take the settings of a run. */
  private async _take(run: string): Promise<void> {
    try {
      const { settings } = await get('/labstudio/api/automl/runs/{id}', { at: { id: run } });
      this.set({ ...given(settings), budget: settings.budget ?? (settings.trials ? null : DEFAULT_BUDGET) });
    } catch (error) {
      this.studio.fail(error);
    }
  }

  /** The only data there are need not be chosen. */
  private _onAssets(): void {
    const assets = this.assets.value ?? [];
    if (!this.data && assets.length === 1) {
      this.set({ data: assets[0].ref });
    }
  }

  /** The columns at once; how many values they hold when the profile is there. */
  private async _askColumns(): Promise<void> {
    const { data } = this;
    if (!data) {
      return;
    }
    const at = { ref: data };
    try {
      const { fields } = await get('/labstudio/api/data/{ref}', { at });
      if (this._isStale(data)) {
        return;
      }
      this._columns = fields;
      if (!fields.some(({ name }) => name === this.target)) {
        this._settings = { ...this._settings, target: fields[fields.length - 1]?.name ?? '' };
        this._guessed = true;
        this._checkSoon();
      }
      this._changed.emit();
      const { columns } = await get('/labstudio/api/data/{ref}/profile', { at });
      if (!this._isStale(data)) {
        const distinct = new Map(columns.map(one => [one.name, one.distinct]));
        this._columns = fields.map(one => ({ ...one, distinct: distinct.get(one.name) }));
        this._changed.emit();
      }
    } catch (error) {
      if (!this._isStale(data) && !this._columns) {
        this._fail(error, 'data');
      }
    }
  }

  private _isStale(data: string): boolean {
    return this.isDisposed || this.data !== data;
  }

  private _checkSoon(): void {
    window.clearTimeout(this._timer);
    this._abort?.abort();
    this._checked = this.data && this.target ? { kind: 'asking' } : { kind: 'none' };
    if (this._checked.kind === 'asking') {
      this._timer = window.setTimeout(() => void this._check(), PAUSE);
    }
  }

  private async _check(): Promise<void> {
    const abort = (this._abort = new AbortController());
    const told = Object.fromEntries(Object.entries(this.told).filter(([name]) => CHECKED.includes(name)));
    try {
      const check = await post('/labstudio/api/automl/check', { body: told as any, signal: abort.signal });
      if (!abort.signal.aborted) {
        this._checked = { kind: 'ready', check };
        this._changed.emit();
      }
    } catch (error) {
      if (!abort.signal.aborted) {
        this._fail(error);
      }
    }
  }

  /** A sentence of the server begins with the field it is about: "target: …". */
  private _fail(error: unknown, fallback = 'target'): void {
    if (!(error instanceof StudioError) || error.missing || error.status === 0) {
      this._checked = { kind: 'none' };
      this.studio.fail(error);
      return;
    }
    const [, field = fallback, message = error.message] = /^([a-z]+): (.*)$/s.exec(error.message) ?? [];
    const form = this.form.value;
    const known = [...FIRST, ...(form?.groups ?? []).flatMap(group => group.fields)].includes(field);
    this._checked = { kind: 'failed', field: known ? field : fallback, message: known ? message : error.message };
    this._changed.emit();
  }

  private _abort: AbortController | null = null;
  private _changed = new Signal<this, void>(this);
  private _checked: Checked = { kind: 'none' };
  private _columns: IColumn[] | undefined;
  private _guessed = false;
  private _settings: Settings;
  private _starting = false;
  private _timer = 0;
}
