/**
 * A recipe that runs on all rows as a job: begun, followed, ended.
 */
import { ISignal, Signal } from '@lumino/signaling';

import { get, Job, post } from '../../api/client';
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
    this._changed.emit();
  }

  dispose(): void {
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
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
}
