/**
 * A recipe that is worked on: its steps and what they do to a sample, kept on the server as it changes.
 *
 * It outlives the view, so that a tab opened again looks as it was left.
 */
import { ISignal, Signal } from '@lumino/signaling';

import { get, post, put, Recipe, RecipePreview, remove, StudioError } from '../../api/client';
import { Latest } from '../../shared/latest';
import type { IStudio } from '../../studio';
import type { Values } from '../fields/describe';
import { History } from './history';
import { Running } from './running';
import * as s from './steps';

const SAVE = 700; // ms after the last change
const ROWS = 200;
const SAMPLE = 10_000;

export type CodeKind = 'pandas' | 'polars' | 'sql' | 'cell';
export type Saved = 'new' | 'saving' | 'saved' | 'failed';

interface IContent {
  name: string;
  steps: s.Steps;
}

export class PrepareModel {
  constructor(
    private _studio: IStudio,
    private _input: string
  ) {
    this._history = new History<IContent>({ name: nameOf(_input), steps: [] });
    this.running = new Running(_studio);
    [this.preview, this.before, this.running].forEach(part => part.changed.connect(() => this._changed.emit()));
    void this.begin();
  }

  /** The table after the step that is looked at, and what each step did. */
  readonly preview = new Latest<RecipePreview>();
  /** The columns that the step that is edited is given. */
  readonly before = new Latest<RecipePreview>();
  readonly running: Running;
  operations: s.IOperation[] = [];
  functions: { name: string; takes: string[]; gives: string }[] = [];
  assets: string[] = [];
  /** The saved recipes that begin with this asset, the newest first. */
  others: Recipe[] = [];
  /** Why the menu of operations is not there. */
  broken: StudioError | null = null;
  saved: Saved = 'new';
  /** Why it is not saved. */
  problem = '';

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get input(): string {
    return this._input;
  }

  get name(): string {
    return this._history.now.name;
  }

  get steps(): s.Steps {
    return this._history.now.steps;
  }

  /** The step whose form is open. */
  get editing(): number | null {
    return this._editing;
  }

  get canUndo(): boolean {
    return this._history.canUndo;
  }

  get canRedo(): boolean {
    return this._history.canRedo;
  }

  operation(op: string): s.IOperation | undefined {
    return this.operations.find(one => one.op === op);
  }

  /** Whether there are steps, each that is on is told what it needs, and none was found wrong. */
  get whole(): boolean {
    const on = this.steps.filter(({ step }) => step.enabled !== false);
    const wrong = this.preview.state.value?.steps.some(one => one.error) ?? false;
    return on.length > 0 && !wrong && on.every(({ step }) => !s.wanting(step, this.operation(step.op)).length);
  }

  /** The place of the step after which the table is shown, counted from 0; -1 is the input. */
  get place(): number {
    return this._shown === null ? this.steps.length - 1 : this._shown < 0 ? -1 : this._at(this._shown);
  }

  /** Look at the table after a step; -1 is the input. */
  show(id: number): void {
    this._shown = id === this.steps[this.steps.length - 1]?.id ? null : id;
    this._ask(0);
  }

  /** Open the form of a step, or close it. */
  edit(id: number | null): void {
    this._editing = id;
    id === null ? this._changed.emit() : this.show(id);
  }

  /** Add a step after the one that is shown, and open its form where it has to be told more. */
  add(step: s.Step, form = true): void {
    const one = s.placed(step);
    const at = this.place + 1;
    this._shown = at === this.steps.length ? null : one.id;
    this._editing = form ? one.id : null;
    this._change({ steps: s.insert(this.steps, at, one) });
  }

  tell(id: number, values: Values, field: string): void {
    this._change({ steps: s.retell(this.steps, id, values) }, `${id} ${field}`);
  }

  note(id: number, note: string): void {
    this._change({ steps: s.change(this.steps, id, { note }) }, `${id} note`);
  }

  toggle(id: number): void {
    const { step } = this.steps[this._at(id)];
    this._change({ steps: s.change(this.steps, id, { enabled: step.enabled === false }) });
  }

  /** Move a step to another place. */
  move(id: number, to: number): void {
    const steps = s.moved(this.steps, id, to);
    if (steps.some((one, at) => one.id !== this.steps[at].id)) {
      this._change({ steps });
    }
  }

  duplicate(id: number): void {
    this._change({ steps: s.duplicated(this.steps, id) });
  }

  delete(id: number): void {
    this._change({ steps: s.without(this.steps, id) });
  }

  undo(): void {
    this._history.undo();
    this._moved();
  }

  redo(): void {
    this._history.redo();
    this._moved();
  }

  /** Call what is made by another name; the recipe goes with it. */
  async rename(name: string): Promise<void> {
    const old = this.name;
    if (!name || name === old) {
      return;
    }
    this._change({ name });
    await this.save();
    const kept = this.others.some(one => one.name === old);
    if (kept && !this.problem) {
      await remove('/labstudio/api/recipes/{name}', { at: { name: old } }).catch(() => undefined);
    }
    await this._list();
  }

  /** Work on other steps, such as those of a saved recipe or of a version that was prepared. */
  load({ name, steps }: { name: string; steps: readonly object[] }, saved: Saved = 'saved'): void {
    this._flush();
    this._history = new History<IContent>({ name, steps: steps.map(step => s.placed(step as s.Step)) });
    [this._shown, this._editing, this._loaded] = [null, null, true];
    this._set(saved);
    this._ask(0);
  }

  /** Begin afresh under a name that no recipe has. */
  fresh(): void {
    const taken = new Set(this.others.map(one => one.name));
    const base = nameOf(this._input);
    let name = base;
    for (let count = 2; taken.has(name); count++) {
      name = `${base}_${count}`;
    }
    this.load({ name, steps: [] }, 'new');
  }

  /** The same steps over another version. */
  over(input: string): void {
    if (input !== this._input) {
      this._input = input;
      this._ask(0);
    }
  }

  /** Run on all rows, as a job. */
  async run(): Promise<void> {
    try {
      await this.save();
      await this.running.begin({ ...this._told(), name: this.name });
      await this._list();
    } catch (error) {
      this._studio.fail(error);
    }
  }

  code(kind: CodeKind) {
    return post('/labstudio/api/recipes/code', { body: { ...this._told(), kind, name: this.name } });
  }

  /** Keep the recipe on the server now. */
  async save(): Promise<void> {
    window.clearTimeout(this._timer);
    this._timer = 0;
    this._set('saving');
    try {
      await put('/labstudio/api/recipes/{name}', { at: { name: this.name }, body: this._told() });
      this._set(this._timer ? 'saving' : 'saved');
    } catch (error) {
      this._set('failed', error instanceof Error ? error.message : String(error));
    }
  }

  /** Ask for the operations, and take up the recipe that was last worked on. */
  async begin(): Promise<void> {
    try {
      const [operations, functions, assets] = await Promise.all([
        get('/labstudio/api/recipes/operations'),
        get('/labstudio/api/recipes/functions'),
        get('/labstudio/api/data'),
        this._list()
      ]);
      this.operations = operations.map(s.operationOf);
      this.functions = functions;
      this.assets = assets.filter(one => one.kind === 'table').map(one => one.name);
      this.broken = null;
    } catch (error) {
      this.broken = error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
    }
    const [newest] = this.others;
    newest && !this._loaded && !this.steps.length ? this.load(newest) : this._ask(0);
  }

  /** Keep what is not kept yet, and let go. */
  dispose(): void {
    this._flush();
    [this.preview, this.before, this.running].forEach(part => part.dispose());
    Signal.clearData(this);
  }

  private async _list(): Promise<void> {
    const mine = bare(this._input);
    const all = await get('/labstudio/api/recipes');
    this.others = all.filter(one => bare(one.input) === mine).sort((a, b) => b.changed - a.changed);
    this._changed.emit();
  }

  private _at(id: number): number {
    return this.steps.findIndex(one => one.id === id);
  }

  private _told() {
    return { input: this._input, steps: this.steps.map(one => one.step) };
  }

  private _change(part: Partial<IContent>, key = ''): void {
    this._history.change({ ...this._history.now, ...part }, key);
    this._moved(key ? undefined : 0);
  }

  /** The steps are others now: what is looked at, what is kept and what is shown follow. */
  private _moved(pause?: number): void {
    const gone = (id: number | null) => id !== null && id >= 0 && this._at(id) < 0;
    this._shown = gone(this._shown) ? null : this._shown;
    this._editing = gone(this._editing) ? null : this._editing;
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => void this.save(), SAVE);
    this._set('saving');
    this._ask(pause);
  }

  private _ask(pause?: number): void {
    const { place } = this;
    const told = { ...this._told(), sample: SAMPLE };
    const ask = (body: object) => (signal: AbortSignal) =>
      post('/labstudio/api/recipes/preview', { body: body as never, signal });
    this.preview.ask(ask({ ...told, step: place, rows: ROWS }), pause);
    if (this._editing !== null) {
      this.before.ask(ask({ ...told, step: this._at(this._editing) - 1, rows: 1 }), pause);
    }
    this._changed.emit();
  }

  private _set(saved: Saved, problem = ''): void {
    [this.saved, this.problem] = [saved, problem];
    this._changed.emit();
  }

  private _flush(): void {
    if (this._timer) {
      void this.save();
    }
  }

  private _changed = new Signal<this, void>(this);
  private _editing: number | null = null;
  private _history: History<IContent>;
  private _loaded = false;
  private _shown: number | null = null;
  private _timer = 0;
}

/** What is made of an asset, unless a person calls it something else. */
export function nameOf(input: string): string {
  return `${bare(input)}_clean`;
}

function bare(ref: string): string {
  return ref.replace(/@.*$/, '');
}
