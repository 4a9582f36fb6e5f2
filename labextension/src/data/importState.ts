/**
 * Something on its way into the workspace: where it is, what it is to be called, how it is to be read.
 *
 * What the server would make of it is asked again after each change, so that a person sees rows, not promises.
 */
import { VDomModel } from '@jupyterlab/ui-components';

import { Look, post, StudioError } from '../api/client';
import { nameOf } from '../shared/adding';
import { Latest } from '../shared/latest';
import { upload } from '../shared/upload';
import type { IStudio } from '../studio';

/** What stands between a person and the table, and the field that it is about. */
export interface IProblem {
  field: 'file' | 'name' | 'options';
  error: StudioError;
}

const WHOLE = /\.\w+$/;
const WRITING = 900; // ms without another key

export type Options = Record<string, unknown>;

export class ImportState extends VDomModel {
  name = '';
  /** A file of the server, or, with `store`, of a datastore. */
  path = '';
  store = '';
  query = '';
  /** Of a Delta table, a version or a time. */
  asOf = '';
  /** What the rows or files are added to; empty for data of its own. */
  readonly into: string;
  file: File | null = null;
  /** How to read it; what is left out is found. */
  options: Options = {};
  problem: IProblem | null = null;
  /** Share of the file that is on the server; null while nothing is on its way. */
  progress: number | null = null;
  /** Whether the version is being made. */
  adding = false;
  /** What would be read. */
  readonly look = new Latest<Look>();

  constructor(
    private _studio: IStudio,
    from = ''
  ) {
    super();
    const told = new URLSearchParams(from);
    this.store = told.get('store') ?? '';
    this.query = told.get('query') ?? '';
    this.path = told.get('path') ?? '';
    this.asOf = told.get('as_of') ?? '';
    this.into = told.get('into') ?? '';
    if (this.path || this.query) {
      this._guess(this.path || this.store);
      this._look(0);
    }
  }

  get busy(): boolean {
    return this.adding || this.progress !== null;
  }

  /** Whether there is something to look at. */
  get chosen(): boolean {
    return this._source !== null;
  }

  /** The cell that does the same; a file that is uploaded has no path to be named in one. */
  get cell(): { magic: string; verb: string; options: Options } | null {
    const { name, path, options, store, query, asOf, into } = this;
    const place = { source: store ? `${store}:${path}` : path, ...(asOf ? { as_of: asOf } : {}) };
    const from = store && query ? { store, query } : path ? place : null;
    if (!from || this.file) {
      return null;
    }
    const [verb, what] = into ? ['append', { data: into }] : ['add', { name }];
    return { magic: 'data', verb, options: { ...what, ...from, ...options } };
  }

  /** What the folder holds that the file browser shows, to be suggested. */
  get suggestions(): string[] {
    const { files, app } = this._studio;
    const contents = app.serviceManager.contents;
    return [...(files?.model.items() ?? [])].map(({ path }) => contents.localPath(path));
  }

  /** Import a file or a folder of the server. */
  choosePath(path: string): void {
    this._drop();
    this._guess(path);
    this._set({ path, file: null, store: '', query: '', asOf: '', options: {}, problem: null });
    // a path that is being written names nothing until it is whole
    path.trim() ? this._look(WHOLE.test(path) ? undefined : WRITING) : this.look.clear();
  }

  /** Import a Delta table as it was; empty is as it is. */
  chooseTime(asOf: string): void {
    this._set({ asOf, problem: null });
    this._look();
  }

  /** Import a file of this computer: it comes over at once, so that it can be looked at. */
  async chooseFile(file: File): Promise<void> {
    this._drop();
    this._guess(file.name);
    this.look.clear();
    const { signal } = (this._abort = new AbortController());
    this._set({ file, path: '', store: '', query: '', asOf: '', options: {}, problem: null, progress: 0 });
    const onProgress = (arrived: number, size: number) => this._set({ progress: size ? arrived / size : 1 });
    try {
      this._upload = await upload(file, { onProgress, signal });
      this._set({ progress: null });
      this._look(0);
    } catch (error) {
      if (!signal.aborted) {
        this._set({ progress: null, problem: problemOf(error) });
      }
    }
  }

  rename(name: string): void {
    this._named = name !== '';
    this._set({ name, problem: this.problem?.field === 'name' ? null : this.problem });
  }

  /** Read it otherwise; undefined takes back what was said, so that it is found again. */
  read(part: Options): void {
    const options = Object.fromEntries(
      Object.entries({ ...this.options, ...part }).filter(([, value]) => value !== undefined)
    );
    this._set({ options, problem: this.problem?.field === 'options' ? null : this.problem });
    this._look();
  }

  /** Look again, such as after the file was mended. */
  again(): void {
    this._look(0);
  }

  /** Make the version. */
  async start(): Promise<void> {
    if (this.busy) {
      return;
    }
    const unsaid = this._unsaid();
    if (unsaid) {
      this._set({ problem: unsaid });
      return;
    }
    const { signal } = (this._abort = new AbortController());
    this._set({ adding: true, problem: null });
    try {
      this._finish(await this._bring(signal));
    } catch (error) {
      if (!signal.aborted) {
        this._set({ adding: false, problem: problemOf(error) });
      }
    }
  }

  /** Stop what is on its way; what has arrived is thrown away. */
  cancel(): void {
    this._drop();
    this._set({ progress: null, adding: false, file: null });
  }

  dispose(): void {
    this._abort?.abort();
    this.look.dispose();
    super.dispose();
  }

  private _bring(signal: AbortSignal) {
    const told = { ...this.options, ...this._source }; // what is left out has its default
    return this.into
      ? post('/labstudio/api/data/{ref}/append', { at: { ref: this.into }, body: told as never, signal })
      : post('/labstudio/api/data', { body: { ...told, name: this.name.trim() } as never, signal });
  }

  private get _source(): Options | null {
    const { file, store, query, asOf } = this;
    const path = this.path.trim();
    const at = asOf.trim() ? { as_of: asOf.trim() } : {};
    if (file) {
      return this._upload ? { upload: this._upload } : null;
    }
    return store && query ? { store, query } : store && path ? { store, path, ...at } : path ? { path } : null;
  }

  private _look(pause?: number): void {
    const source = this._source;
    if (source) {
      const body = { ...this.options, ...source } as never;
      this.look.ask(signal => post('/labstudio/api/imports/look', { body, signal }), pause);
    }
  }

  private _drop(): void {
    this._abort?.abort();
    this._upload = null;
  }

  private _finish({ asset, existed, job }: IAdded): void {
    const { trans, tell, open } = this._studio;
    this._named = false;
    this._upload = null;
    this.look.clear();
    this._set({ adding: false, file: null, path: '', store: '', query: '', asOf: '', name: '', options: {} });
    if (job) {
      open(`job:${job}`);
    } else if (asset) {
      if (existed) {
        tell(trans.__('This is the same as %1, so there is no new version.', asset.ref));
      }
      open(asset.subject);
    }
  }

  private _unsaid(): IProblem | null {
    const { trans } = this._studio;
    if (!this._source) {
      return { field: 'file', error: invalid(trans.__('Choose a file, or write the path of one on the server.')) };
    }
    return this.into || this.name.trim() ? null : { field: 'name', error: invalid(trans.__('Give the data a name.')) };
  }

  private _guess(file: string): void {
    if (!this._named) {
      this.name = file ? nameOf(file) : '';
    }
  }

  private _set(part: Partial<ImportState>): void {
    if (!this.isDisposed) {
      Object.assign(this, part);
      this.stateChanged.emit();
    }
  }

  private _abort: AbortController | null = null;
  private _named = false;
  private _upload: string | null = null;
}

interface IAdded {
  asset: { ref: string; subject: string } | null;
  existed: boolean;
  job: string | null;
}

/** Which field a sentence of the server is about. */
export function problemOf(error: unknown): IProblem {
  const told = error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
  return { field: /^name\b/.test(told.message) ? 'name' : told.status === 404 ? 'file' : 'options', error: told };
}

function invalid(message: string): StudioError {
  return new StudioError('Invalid', message, 0);
}
