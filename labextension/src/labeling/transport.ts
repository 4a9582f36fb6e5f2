/**
 * How a labeler reaches its project: all it asks for, whatever lies between.
 */
import {
  address,
  get,
  Labeling,
  LabelingAnswer,
  LabelingBatch,
  LabelingItem,
  LabelingModels,
  LabelingReceipts,
  LabelingUndone,
  LabelingValue,
  post
} from '../api/client';

/** What may have a picture. */
export interface IPictured {
  number: number;
  media: string | null;
}

/** What a labeler asks of its project. */
export interface ITransport {
  readonly project: string;
  /** Who answers. */
  readonly place: 'server' | 'kernel';
  describe(): Promise<Labeling>;
  /** More items for this person; `holding` are those it has, `label` asks for those likely to be that. */
  next(limit: number, holding: number[], label?: string): Promise<LabelingBatch>;
  /** One item, whoever has it. */
  item(number: number): Promise<LabelingItem>;
  submit(answers: LabelingAnswer[]): Promise<LabelingReceipts>;
  /** Take back the last thing this person has done, or the last on one item. */
  undo(clientId: string, item?: number): Promise<LabelingUndone>;
  /** Take a grid as it is but for the marked items. */
  accept(
    clientId: string,
    items: number[],
    marked: number[],
    value: LabelingValue | null
  ): Promise<{ changed: number }>;
  note(clientId: string, item: number, flag: boolean, text: string): Promise<unknown>;
  /** Give back what was leased and not looked at. */
  release(items: number[]): Promise<unknown>;
  /** What models have learned and given. */
  models(): Promise<LabelingModels>;
  /** The address of an item's image, at most so many pixels long; 0 for the original. */
  media(item: IPictured, size: number): string | Promise<string>;
  dispose?(): void;
}

/** Over the server's routes. */
export class RestTransport implements ITransport {
  constructor(readonly project: string) {}

  readonly place = 'server';

  describe() {
    return get('/labstudio/api/labeling/{project}', { at: this._at });
  }

  next(limit: number, holding: number[], label?: string) {
    const body = { limit, holding, label: label ?? null };
    return post('/labstudio/api/labeling/{project}/next', { at: this._at, body });
  }

  async item(number: number) {
    const at = { ...this._at, item: String(number) };
    return (await get('/labstudio/api/labeling/{project}/items/{item}', { at })).item;
  }

  submit(answers: LabelingAnswer[]) {
    return post('/labstudio/api/labeling/{project}/submit', { at: this._at, body: { answers } });
  }

  undo(clientId: string, item?: number) {
    const body = { client_id: clientId, item: item ?? null };
    return post('/labstudio/api/labeling/{project}/undo', { at: this._at, body });
  }

  accept(clientId: string, items: number[], marked: number[], value: LabelingValue | null) {
    const body = { client_id: clientId, items, marked, value, milliseconds: null };
    return post('/labstudio/api/labeling/{project}/accept', { at: this._at, body });
  }

  note(clientId: string, item: number, flag: boolean, text: string) {
    const body = { client_id: clientId, item, flag, text, shape: null };
    return post('/labstudio/api/labeling/{project}/notes', { at: this._at, body });
  }

  release(items: number[]) {
    return post('/labstudio/api/labeling/{project}/release', { at: this._at, body: { items } });
  }

  models() {
    return get('/labstudio/api/labeling/{project}/models', { at: this._at });
  }

  media({ media }: IPictured, size: number) {
    return address(`/labstudio/api/${media}`, {}, { size });
  }

  private get _at() {
    return { project: this.project };
  }
}

/** A name for one thing a person does, so that doing it again by a replay changes nothing. */
export function clientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
