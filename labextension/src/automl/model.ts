/**
 * What the document of a run shows: the run, its figures, the facts of its data, and whether it was asked to stop.
 */
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import type { LabIcon } from '@jupyterlab/ui-components';

import { get, post, type Check, type Figures, type RunDetail } from '../api/client';
import { Fetched } from '../shared/fetched';
import { toneIcon } from '../shared/icons';
import type { IStudio } from '../studio';
import { given, stopRun } from './actions';
import { isLive, runTitle, stateTone } from './words';

export type Figure = Record<string, unknown>;

export class RunModel implements IDisposable {
  constructor(
    readonly studio: IStudio,
    readonly id: string
  ) {
    this.run = new Fetched(signal => get('/labstudio/api/automl/runs/{id}', { at: { id }, signal }), studio.changes);
    this.figures = new Fetched(signal => this._askFigures(signal), studio.changes);
    this.facts = new Fetched(signal => this._askFacts(signal), null);
    this.run.changed.connect(this._onRun, this);
    void this.run.refresh();
  }

  readonly run: Fetched<RunDetail>;
  readonly figures: Fetched<Figures>;
  /** What the check says of the run's data; asked for once, when the run is known. */
  readonly facts: Fetched<Check | null>;

  /** The tab's title and icon. */
  get title(): ISignal<this, { label: string; icon?: LabIcon }> {
    return this._title;
  }

  /** Emitted when `stopping` changes. */
  get stoppingChanged(): ISignal<this, boolean> {
    return this._stoppingChanged;
  }

  get stopping(): boolean {
    return this._stopping;
  }

  async stop(): Promise<void> {
    this._setStopping(true);
    if (!(await stopRun(this.studio, this.id))) {
      this._setStopping(false);
    }
  }

  get cell(): { magic: string; verb: string; options: Record<string, unknown> } | null {
    const { value } = this.run;
    return value ? { magic: 'automl', verb: '', options: given(value.settings) } : null;
  }

  get isDisposed(): boolean {
    return this.run.isDisposed;
  }

  dispose(): void {
    this.run.dispose();
    this.figures.dispose();
    this.facts.dispose();
    Signal.clearData(this);
  }

  private _onRun(): void {
    const { value } = this.run;
    if (value) {
      this._title.emit({ label: runTitle(value, this.studio.trans), icon: toneIcon(stateTone(value)) });
    }
  }

  private _setStopping(stopping: boolean): void {
    this._stopping = stopping;
    this._stoppingChanged.emit(stopping);
  }

  /** The figures of a run that has ended stay as they are: they are asked for once. */
  private async _askFigures(signal: AbortSignal): Promise<Figures> {
    const ended = this.run.value !== undefined && !isLive(this.run.value);
    if (ended && this._kept) {
      return this._kept;
    }
    const figures = await get('/labstudio/api/automl/runs/{id}/figures', { at: { id: this.id }, signal });
    this._kept = ended ? figures : null;
    return figures;
  }

  private async _askFacts(signal: AbortSignal): Promise<Check | null> {
    const run = this.run.value;
    if (!run) {
      return null;
    }
    const body = { ...run.settings, data: run.data, target: run.target } as any;
    return post('/labstudio/api/automl/check', { body, signal });
  }

  private _kept: Figures | null = null;
  private _stopping = false;
  private _stoppingChanged = new Signal<this, boolean>(this);
  private _title = new Signal<this, { label: string; icon?: LabIcon }>(this);
}
