/**
 * A file on its way into the workspace: where it is, what it is to be called, how it is to be read.
 */
import { VDomModel } from '@jupyterlab/ui-components';

import { Form, get, post, StudioError } from '../api/client';
import { upload } from '../shared/upload';
import type { IStudio } from '../studio';

const TABLES = /\.(csv|tsv|txt|parquet)(\.gz)?$/i;
const OTHERS = ['name', 'source', 'path', 'upload'];

/** What stands between a person and the table, and the field that it is about. */
export interface IProblem {
  field: 'file' | 'name' | 'options';
  error: StudioError;
}

export class ImportState extends VDomModel {
  name = '';
  path = '';
  file: File | null = null;
  /** How to read the file; what is left out is found. */
  options: Record<string, unknown> = {};
  problem: IProblem | null = null;
  /** Share of the file that is on the server; null while nothing is on its way. */
  progress: number | null = null;
  /** The form of the options, when it is there. */
  form: Form | null = null;

  constructor(private _studio: IStudio) {
    super();
  }

  get busy(): boolean {
    return this.progress !== null;
  }

  /** The cell that does the same; a file that is uploaded has no path to be named in one. */
  get cell(): { magic: string; verb: string; options: Record<string, unknown> } | null {
    const { name, path, options } = this;
    return path && !this.file ? { magic: 'data', verb: 'add', options: { name, source: path, ...options } } : null;
  }

  /** Tables in the folder that the file browser shows, to be suggested. */
  get suggestions(): string[] {
    const { files, app } = this._studio;
    const contents = app.serviceManager.contents;
    return [...(files?.model.items() ?? [])]
      .filter(({ type, name }) => type !== 'directory' && TABLES.test(name))
      .map(({ path }) => contents.localPath(path));
  }

  /** Import a file of the server. */
  choosePath(path: string): void {
    this._guess(path);
    this._set({ path, file: null, problem: null });
  }

  /** Import a file of this computer. */
  chooseFile(file: File): void {
    this._guess(file.name);
    this._set({ file, path: '', problem: null });
  }

  rename(name: string): void {
    this._named = name !== '';
    this._set({ name, problem: this.problem?.field === 'name' ? null : this.problem });
  }

  read(options: Record<string, unknown>): void {
    this._set({ options, problem: this.problem?.field === 'options' ? null : this.problem });
  }

  async loadForm(): Promise<void> {
    try {
      const form = await get('/labstudio/api/forms/{name}', { at: { name: 'data.add' } });
      this._set({ form: onlyOptions(form) });
    } catch (error) {
      this._studio.fail(error);
    }
  }

  /** Bring the file over if it is here, then have it read. */
  async start(): Promise<void> {
    const { file, name, options } = this;
    if (this.busy) {
      return;
    }
    const unsaid = this._unsaid();
    if (unsaid) {
      this._set({ problem: unsaid });
      return;
    }
    const abort = (this._abort = new AbortController());
    const { signal } = abort;
    this._set({ progress: 0, problem: null });
    try {
      const onProgress = (arrived: number, size: number) => this._set({ progress: size ? arrived / size : 1 });
      const source = file ? { upload: await upload(file, { onProgress, signal }) } : { path: this.path.trim() };
      this._set({ progress: 1 });
      const body = { ...options, ...source, name: name.trim() } as never; // what is left out has its default
      this._finish(await post('/labstudio/api/data', { body, signal }));
    } catch (error) {
      if (!signal.aborted) {
        this._set({ progress: null, problem: problemOf(error) });
      }
    }
  }

  /** Stop what is on its way; what has arrived is thrown away. */
  cancel(): void {
    this._abort?.abort();
    this._set({ progress: null });
  }

  dispose(): void {
    this._abort?.abort();
    super.dispose();
  }

  private _finish({
    asset,
    existed,
    job
  }: {
    asset: { ref: string; subject: string } | null;
    existed: boolean;
    job: string | null;
  }): void {
    const { trans, tell, open } = this._studio;
    this._named = false;
    this._set({ progress: null, file: null, path: '', name: '', options: {} });
    if (job) {
      open(`job:${job}`);
    } else if (asset) {
      if (existed) {
        tell(trans.__('These are the same rows as %1, so there is no new version.', asset.ref));
      }
      open(asset.subject);
    }
  }

  private _unsaid(): IProblem | null {
    const { trans } = this._studio;
    if (!this.file && !this.path.trim()) {
      return { field: 'file', error: invalid(trans.__('Choose a file, or write the path of one on the server.')) };
    }
    return this.name.trim() ? null : { field: 'name', error: invalid(trans.__('Give the data a name.')) };
  }

  private _guess(file: string): void {
    if (!this._named) {
      this.name = nameOf(file);
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
}

/** A name that a file suggests: `data/Life Expectancy.csv.gz` is `life-expectancy`. */
export function nameOf(file: string): string {
  const base = file.slice(file.lastIndexOf('/') + 1).replace(TABLES, '');
  return base
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_.]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
}

/** Which field a sentence of the server is about; it begins with the name of an option, if it is one. */
export function problemOf(error: unknown): IProblem {
  const told = error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
  const [, first] = /^(\w+): /.exec(told.message) ?? [];
  const isOption = ['delimiter', 'quote', 'encoding', 'header', 'decimal', 'missing', 'types'].includes(first);
  return { field: first === 'name' ? 'name' : isOption ? 'options' : 'file', error: told };
}

/** The form without the fields that the document has itself. */
function onlyOptions(form: Form): Form {
  const schema = form.form as { properties?: Record<string, unknown>; required?: string[] };
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).filter(([key]) => !OTHERS.includes(key))
  );
  const keep = (names: string[] = []) => names.filter(name => !OTHERS.includes(name));
  return {
    ...form,
    form: { ...schema, properties, required: keep(schema.required) },
    first: [...keep(form.first), ...form.groups.flatMap(group => keep(group.fields))],
    groups: []
  };
}

function invalid(message: string): StudioError {
  return new StudioError('Invalid', message, 0);
}
