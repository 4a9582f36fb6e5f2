/**
 * Over a comm: the kernel of a notebook answers from the table that the server's routes answer from.
 *
 * Calls may be in flight side by side and are told apart by their ids. When the kernel is gone they fail at once;
 * what was said stays in the outbox.
 */
import type { JSONObject } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';

import type {
  Labeling,
  LabelingAnswer,
  LabelingBatch,
  LabelingItem,
  LabelingModels,
  LabelingReceipts,
  LabelingUndone,
  LabelingValue
} from '../api/client';
import { StudioError } from '../api/client';
import { __ } from '../shared/words';
import { clientId, IPictured, ITransport } from './transport';

const SLOW = 2_000; // ms after which a kernel is called busy
const PICTURES = 120; // kept; a grid shows up to a hundred

/** What the kernel sends; bytes of a picture come beside it. */
export interface IHeard {
  content: { id: string; answer?: unknown; error?: string; message?: string };
  buffers: (ArrayBuffer | ArrayBufferView<ArrayBuffer>)[];
}

/** The line to a kernel. */
export interface ILine {
  readonly isOpen: boolean;
  send(content: JSONObject): void;
  readonly heard: ISignal<ILine, IHeard>;
  /** The kernel is gone, for good. */
  readonly closed: ISignal<ILine, void>;
}

interface ICall {
  since: number;
  answered: (heard: IHeard) => void;
  failed: (error: StudioError) => void;
}

export class CommTransport implements ITransport {
  constructor(
    readonly project: string,
    readonly line: ILine
  ) {
    line.heard.connect(this._hear, this);
    line.closed.connect(this._lose, this);
  }

  readonly place = 'kernel';

  /** Whether the kernel lets a call wait for long, as it does while a cell runs. */
  get isSlow(): boolean {
    return [...this._calls.values()].some(({ since }) => Date.now() - since >= SLOW);
  }

  /** It has become slow or quick, or the line is closed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  describe() {
    return this._ask<Labeling>('describe');
  }

  next(limit: number, holding: number[], label?: string) {
    return this._ask<LabelingBatch>('next', { limit, holding, label: label ?? null });
  }

  async item(number: number) {
    return (await this._ask<{ item: LabelingItem }>('item', { item: number })).item;
  }

  submit(answers: LabelingAnswer[]) {
    return this._ask<LabelingReceipts>('submit', { answers: answers as unknown as JSONObject[] });
  }

  undo(clientId: string, item?: number) {
    return this._ask<LabelingUndone>('undo', { client_id: clientId, item: item ?? null });
  }

  accept(clientId: string, items: number[], marked: number[], value: LabelingValue | null) {
    const told = { client_id: clientId, items, marked, value: value as unknown as JSONObject | null };
    return this._ask<{ changed: number }>('accept', told);
  }

  note(clientId: string, item: number, flag: boolean, text: string) {
    return this._ask('note', { client_id: clientId, item, flag, text });
  }

  release(items: number[]) {
    return this._ask('release', { items });
  }

  models() {
    return this._ask<LabelingModels>('models');
  }

  /** Bytes come over the comm, whatever workspace the kernel is in; they are kept as an address of this page. */
  media({ number }: IPictured, size: number): Promise<string> {
    const name = `${number} ${size}`;
    const known = this._pictures.get(name);
    if (known) {
      return known;
    }
    const coming = this._call('picture', { item: number, size }).then(({ content, buffers }) => {
      const { mimetype } = content.answer as { mimetype: string };
      return URL.createObjectURL(new Blob(buffers, { type: mimetype }));
    });
    this._pictures.set(name, coming);
    coming.catch(() => this._pictures.delete(name));
    const [oldest] = this._pictures.keys();
    this._pictures.size > PICTURES && this._forget(oldest);
    return coming;
  }

  dispose(): void {
    this._lose();
    [...this._pictures.keys()].forEach(name => this._forget(name));
    window.clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private async _ask<T>(call: string, told: JSONObject = {}): Promise<T> {
    return (await this._call(call, told)).content.answer as T;
  }

  private _call(call: string, told: JSONObject): Promise<IHeard> {
    return new Promise((answered, failed) => {
      if (!this.line.isOpen) {
        failed(gone());
        return;
      }
      const id = clientId();
      this._calls.set(id, { since: Date.now(), answered, failed });
      this._watch();
      this.line.send({ id, call, told });
    });
  }

  private _hear(_: ILine, heard: IHeard): void {
    const { id, error, message } = heard.content;
    const call = this._calls.get(id);
    if (call) {
      const wasSlow = this.isSlow;
      this._calls.delete(id);
      error ? call.failed(new StudioError(error, message ?? error, 0)) : call.answered(heard);
      wasSlow && !this.isSlow && this._changed.emit();
    }
  }

  private _lose(): void {
    const calls = [...this._calls.values()];
    this._calls.clear();
    calls.forEach(call => call.failed(gone()));
    this._changed.emit();
  }

  /** Say so when the call that waits longest has waited too long. */
  private _watch(): void {
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => this.isSlow && this._changed.emit(), SLOW);
  }

  private _forget(name: string): void {
    void this._pictures.get(name)?.then(URL.revokeObjectURL, () => undefined);
    this._pictures.delete(name);
  }

  private _calls = new Map<string, ICall>();
  private _pictures = new Map<string, Promise<string>>();
  private _timer = 0;
  private _changed = new Signal<this, void>(this);
}

function gone(): StudioError {
  return new StudioError('Closed', __('The kernel of this notebook is gone or was restarted; run the cell again.'), 0);
}
