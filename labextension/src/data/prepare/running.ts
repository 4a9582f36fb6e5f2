/**
 * A recipe that runs on all rows as a job: begun, followed by its state and by what it writes, ended.
 */
import { ISignal, Signal } from '@lumino/signaling';

import { get, Job, post } from '../../api/client';
import { Log } from '../../jobs/log';
import type { IStudio } from '../../studio';

interface IRun {
  name: string;
  input: string;
  steps: Record<string, unknown>[];
}

export class Running {
  constructor(private _studio: IStudio) {
    _studio.changes.changed.connect(this._follow, this);
  }

  job: Job | null = null;

  /** How much is done, from 0 to 1; null where the job does not say. */
  get share(): number | null {
    return shareOf(this._log?.text ?? '');
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether it goes on. */
  get going(): boolean {
    return this.job !== null && ['queued', 'running'].includes(this.job.state);
  }

  /** The version it made, once it has. */
  get made(): string | null {
    const { state, result } = this.job ?? {};
    return state === 'complete' && result?.data ? String(result.data) : null;
  }

  async begin(body: IRun): Promise<void> {
    const { job } = await post('/labstudio/api/recipes/run', { body });
    this._listen(job!);
    await this._look(job!);
  }

  /** End it; nothing half made stays. */
  async cancel(): Promise<void> {
    if (this.job) {
      await post('/labstudio/api/jobs/{id}/kill', { at: { id: this.job.id } });
      await this._look(this.job.id);
    }
  }

  forget(): void {
    this.job = null;
    this._listen(null);
    this._changed.emit();
  }

  dispose(): void {
    this._listen(null);
    this._studio.changes.changed.disconnect(this._follow, this);
    Signal.clearData(this);
  }

  private _follow(): void {
    if (this.going) {
      void this._look(this.job!.id).catch(() => undefined); // the next change asks again
    }
  }

  private async _look(id: string): Promise<void> {
    this.job = await get('/labstudio/api/jobs/{id}', { at: { id } });
    this.going || this._listen(null);
    this._changed.emit();
  }

  /** Follow what a job writes; nobody any more. */
  private _listen(id: string | null): void {
    this._log?.dispose();
    this._log = id === null ? null : new Log(id);
    this._log?.changed.connect(() => this._changed.emit());
  }

  private _changed = new Signal<this, void>(this);
  private _log: Log | null = null;
}

/** The share in the last line that has one: "37 % done". */
export function shareOf(log: string): number | null {
  const said = [...log.matchAll(/^(\d+) % done$/gm)];
  return said.length ? Math.min(1, Number(said[said.length - 1][1]) / 100) : null;
}
