/**
 * What the tests of connections have said since the page was opened: nothing is tested behind a person's back.
 */
import { ISignal, Signal } from '@lumino/signaling';

import { post, StudioError } from '../api/client';

export interface ITested {
  ok: boolean;
  sentence: string;
}

export class Tests {
  get changed(): ISignal<this, string> {
    return this._changed;
  }

  of(name: string): ITested | null {
    return this._found.get(name) ?? null;
  }

  /** Ask the server to reach a datastore; what goes wrong is an answer too. */
  async run(name: string): Promise<ITested> {
    let tested: ITested;
    try {
      tested = await post('/labstudio/api/datastores/{name}/test', { at: { name } });
    } catch (error) {
      tested = { ok: false, sentence: error instanceof StudioError ? error.message : String(error) };
    }
    this._found.set(name, tested);
    this._changed.emit(name);
    return tested;
  }

  private _changed = new Signal<this, string>(this);
  private _found = new Map<string, ITested>();
}
