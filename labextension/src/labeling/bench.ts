/**
 * The labeler's model: the item at hand, those that come next, what has been said of it so far, and the way out.
 *
 * A choice is written down, the next item is shown at once, and the server hears of it behind.
 */
import { ISignal, Signal } from '@lumino/signaling';

import type { Labeling, LabelingItem, LabelingLabel, LabelingProgress, LabelingValue } from '../api/client';
import { StudioError } from '../api/client';
import { ActiveClock } from './clock';
import { Keys } from './keys';
import { Outbox } from './outbox';
import { clientId, ITransport } from './transport';
import { blank, isAnswer, isOneStroke, ofClass, Part, partsOf, without, withPart } from './value';

const AHEAD = 10;
const LOW = 6; // fewer than these are asked for more
const EMPTY_AGAIN = 20_000; // ms after which a project without items for this person is asked again

/** What is said of the item at hand, and what of its suggestion was dismissed. */
interface IState {
  value: LabelingValue;
  dismissed: ReadonlySet<string>;
}

/** An item that this person has been at in this visit. */
export interface IPast {
  item: LabelingItem;
  value: LabelingValue | null; // null where it was skipped
}

export class Bench {
  constructor(
    readonly transport: ITransport,
    readonly keys = new Keys(),
    readonly clock = new ActiveClock(),
    outbox?: Outbox
  ) {
    this.outbox = outbox ?? new Outbox(answers => transport.submit(answers));
    this.outbox.changed.connect(() => this._changed.emit());
    this.outbox.received.connect((_, { receipts, schema_version, progress }) => {
      this.progress = progress;
      const refused = receipts.find(one => one.error);
      this.problem = refused ? refused.error : this.problem;
      void this._follow(schema_version);
    });
  }

  readonly outbox: Outbox;
  project: Labeling | null = null;
  progress: LabelingProgress | null = null;
  /** What went wrong last, in a sentence. */
  problem: string | null = null;
  /** Why there is nothing to show at all. */
  error: StudioError | null = null;
  past: IPast[] = [];
  /** The shape or span that is worked on. */
  selected: string | null = null;
  /** The label that what is drawn gets. */
  drawing: string | null = null;
  /** Marks what the cursor of a text stands on with the label at hand; whether there was something. */
  mark: (() => boolean) | null = null;
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get item(): LabelingItem | null {
    return this._queue[0] ?? null;
  }

  get ahead(): LabelingItem[] {
    return this._queue.slice(1);
  }

  /** Whether the server has nothing more for this person now. */
  get isDone(): boolean {
    return this._exhausted && this._queue.length === 0;
  }

  /** What is said of the item so far. */
  get value(): LabelingValue {
    return this._state.value;
  }

  /** Parts of the suggestion that were neither taken nor dismissed yet; none where a person has spoken before. */
  get suggested(): Part[] {
    const { value, dismissed } = this._state;
    const taken = new Set(partsOf(value).map(one => one.id));
    return this._told.filter(one => !taken.has(one.id) && !dismissed.has(one.id));
  }

  /** The suggested part that keys are about: the one that is selected, else the first. */
  get atHand(): Part | null {
    const open = this.suggested;
    return open.find(one => one.id === this.selected) ?? open[0] ?? null;
  }

  get labels(): LabelingLabel[] {
    return this.keys.labels;
  }

  get labelById(): Map<string, LabelingLabel> {
    return new Map((this.project?.labels.labels ?? []).map(label => [label.id, label]));
  }

  async start(): Promise<void> {
    try {
      this._take(await this.transport.describe());
      this.error = null;
    } catch (error) {
      this.error = asError(error);
      this._changed.emit();
      return;
    }
    const { id, created } = this.project!;
    this.outbox.start(`${id}:${created}`);
    await this._fill();
  }

  /** Say one label: of a class that is all, and the next item comes; else it is added or taken away. */
  choose(label: string): void {
    const { project, item } = this;
    if (!project || !item) {
      return;
    }
    if (isOneStroke(project.task)) {
      const same = item.suggestion?.value.label === label;
      this._say(ofClass(label), same ? item.suggestion!.number : null);
    } else if (project.task === 'multi') {
      const before = this.value.labels ?? [];
      const labels = before.includes(label) ? before.filter(one => one !== label) : [...before, label];
      this.edit({ ...this.value, labels });
    } else {
      this.drawing = label;
      if (!this.mark?.() && this.selected) {
        this.relabel(this.selected, label);
      }
      this._changed.emit();
    }
  }

  /** Put the value in another state; each can be undone. */
  edit(value: LabelingValue): void {
    this._put({ ...this._state, value });
  }

  /** Give a part another label; one that was suggested is taken with it. */
  relabel(id: string, label: string): void {
    const part = [...partsOf(this.value), ...this.suggested].find(one => one.id === id);
    if (part) {
      this.edit(withPart(this.value, { ...part, label }));
    }
  }

  select(id: string | null): void {
    if (this.selected !== id) {
      this.selected = id;
      this._changed.emit();
    }
  }

  /** Take all that is suggested, and go on. */
  accept(): void {
    const { project, item } = this;
    const suggestion = item?.suggestion;
    if (!project || !item || !suggestion) {
      return this.done();
    }
    if (project.task === 'class' || project.task === 'number') {
      this._say(suggestion.value, suggestion.number);
    } else if (project.task === 'multi' || project.task === 'cells') {
      this.edit(suggestion.value);
      this.done();
    } else {
      const open = this.suggested;
      open.length > 0 && this.edit(open.reduce(withPart, this.value));
      this.done();
    }
  }

  /** Take one suggested part: the one at hand where none is named. */
  take(part: Part | null = this.atHand): void {
    if (part) {
      this.selected = null;
      this.edit(withPart(this.value, part));
    }
  }

  /** Leave one suggested part aside: the one at hand where none is named. */
  dismiss(part: Part | null = this.atHand): void {
    if (part) {
      this.selected = null;
      this._put({ ...this._state, dismissed: new Set([...this._state.dismissed, part.id]) });
    }
  }

  /** Take away the shape or span at hand. */
  removeSelected(): void {
    const { selected } = this;
    const open = this.suggested.find(one => one.id === selected);
    if (open) {
      this.dismiss(open);
    } else if (selected) {
      this.selected = null;
      this.edit(without(this.value, selected));
    }
  }

  /** Go to the next shape, span or suggestion of the item. */
  selectNext(step: 1 | -1): void {
    const all = [...this.suggested, ...partsOf(this.value)].map(one => one.id);
    if (all.length > 0) {
      const at = this.selected ? all.indexOf(this.selected) : step > 0 ? -1 : 0;
      this.select(all[(at + step + all.length) % all.length]);
    }
  }

  /** It is all said: save it and go on. */
  done(): void {
    const { project, item } = this;
    if (!project || !item) {
      return;
    }
    if (!isAnswer(project.task, this.value)) {
      this.tell('Nothing is said of this item yet; choose a label, or skip it.');
      return;
    }
    this._say(this.value, item.suggestion?.number ?? null);
  }

  skip(): void {
    if (this.item) {
      this._send(this.item, 'skip', null, null);
    }
  }

  /** Take back the last edit of this item or, where there is none, the last thing that was said at all. */
  async undo(): Promise<void> {
    if (this._edits.length > 0) {
      this._edits.pop();
      this._changed.emit();
      return;
    }
    // one after the other: answers that overtake each other would leave another item in front
    const before = this._undoing;
    this._undoing = before.then(() => this._undo());
    await this._undoing;
  }

  private async _undo(): Promise<void> {
    try {
      await this.outbox.flush();
      const { items, progress } = await this.transport.undo(clientId());
      this.progress = progress;
      const numbers = new Set(items.map(one => one.number));
      const said = new Map(this.past.map(one => [one.item.number, one.value]));
      this.past = this.past.filter(one => !numbers.has(one.item.number));
      this._queue = [...items, ...this._queue.filter(one => !numbers.has(one.number))];
      this._begin(items.length === 1 ? (said.get(items[0].number) ?? null) : null);
    } catch (error) {
      this.tell(asError(error).message);
    }
  }

  /** Go to an item: one of this visit, one that waits, or any other. */
  async revisit(number: number): Promise<void> {
    const past = this.past.find(one => one.item.number === number);
    const waiting = this._queue.find(one => one.number === number);
    try {
      const item = past?.item ?? waiting ?? (await this.transport.item(number));
      this.past = this.past.filter(one => one !== past);
      this._queue = [item, ...this._queue.filter(one => one.number !== number)];
      this._begin(past?.value ?? null);
    } catch (error) {
      this.tell(asError(error).message);
    }
  }

  /** Flag the item, or say something of it to the others. */
  async note(text: string): Promise<void> {
    const { item } = this;
    if (item) {
      try {
        await this.transport.note(clientId(), item.number, text === '', text);
        this.tell(null);
        this._flagged.add(item.number);
        this._changed.emit();
      } catch (error) {
        this.tell(asError(error).message);
      }
    }
  }

  isFlagged(item: LabelingItem): boolean {
    return this._flagged.has(item.number) || item.notes.some(one => one.kind === 'flag' && one.resolved === null);
  }

  tell(problem: string | null): void {
    this.problem = problem;
    this._changed.emit();
  }

  /** Ask again what the project is: labels or settings may be others. */
  async again(): Promise<void> {
    this._take(await this.transport.describe());
    this._changed.emit();
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    const held = this._queue.map(one => one.number);
    if (held.length > 0) {
      this.transport.release(held).catch(() => undefined);
    }
    this.transport.dispose?.();
    this._disposed = true;
    this.outbox.dispose();
    this.clock.dispose();
    Signal.clearData(this);
  }

  private get _state(): IState {
    return this._edits[this._edits.length - 1] ?? this._begun;
  }

  private _put(state: IState): void {
    this.clock.touch();
    this._edits.push(state);
    this._changed.emit();
  }

  private _say(value: LabelingValue, suggestion: number | null): void {
    this._send(this.item!, 'label', value, suggestion);
  }

  private _send(item: LabelingItem, action: 'label' | 'skip', value: LabelingValue | null, suggestion: number | null) {
    this.clock.touch();
    this.outbox.add({
      client_id: clientId(),
      item: item.number,
      action,
      value,
      milliseconds: this.clock.take(),
      suggestion,
      schema_version: this.project?.labels.version ?? null
    });
    this.problem = null;
    this.past = [...this.past.filter(one => one.item.number !== item.number), { item, value }].slice(-200);
    this._queue.shift();
    this._begin(null);
    void this._fill();
  }

  /** Lay the item at hand out: with what was said before, or with nothing. */
  private _begin(said: LabelingValue | null): void {
    const { project, item } = this;
    this._edits = [];
    this.selected = null;
    this._told = [];
    if (project && item) {
      this._begun = { value: said ?? item.value ?? blank(project.task), dismissed: new Set() };
      this._told = said || item.value ? [] : partsOf(item.suggestion?.value ?? null);
    }
    this.clock.take();
    this._changed.emit();
  }

  private _take(project: Labeling): void {
    this.project = project;
    this.progress = project.progress;
    this.keys.labels = project.labels.labels.filter(label => !label.retired && label.merged === null);
    this.drawing = this.keys.labels.some(label => label.id === this.drawing)
      ? this.drawing
      : (this.keys.labels[0]?.id ?? null);
  }

  private async _follow(version: number): Promise<void> {
    if (this.project && this.project.labels.version !== version) {
      await this.again().catch(() => undefined);
    }
  }

  private async _fill(): Promise<void> {
    if (this._asking || this._disposed || this._queue.length >= LOW) {
      return;
    }
    this._asking = true;
    window.clearTimeout(this._timer);
    try {
      const unsaid = this.outbox.waiting.map(one => one.item);
      const holding = [...this._queue.map(one => one.number), ...unsaid];
      const { items, schema_version, progress } = await this.transport.next(AHEAD, holding);
      const known = new Set([...holding, ...this._queue.map(one => one.number)]);
      const fresh = items.filter(one => !known.has(one.number));
      const wasEmpty = this._queue.length === 0;
      this._queue = [...this._queue, ...fresh];
      this._exhausted = fresh.length === 0;
      this.progress = progress;
      this.error = null;
      await this._follow(schema_version);
      fresh.forEach(one => one.media && this._prefetch(one));
      wasEmpty ? this._begin(null) : this._changed.emit();
    } catch (error) {
      this.error = this._queue.length === 0 ? asError(error) : null;
      this._changed.emit();
    } finally {
      this._asking = false;
      if (!this._disposed && this._queue.length < LOW) {
        this._timer = window.setTimeout(() => void this._fill(), this._exhausted ? EMPTY_AGAIN : 2_000);
      }
    }
  }

  private async _prefetch(item: LabelingItem): Promise<void> {
    try {
      new Image().src = await this.transport.media(item, SCREEN);
    } catch {
      // whoever looks at it is told
    }
  }

  private _asking = false;
  private _begun: IState = { value: blank('class'), dismissed: new Set() };
  private _disposed = false;
  private _edits: IState[] = [];
  private _exhausted = false;
  private _flagged = new Set<number>();
  private _queue: LabelingItem[] = [];
  private _timer = 0;
  private _told: Part[] = [];
  private _undoing: Promise<void> = Promise.resolve();
  private _changed = new Signal<this, void>(this);
}

/** The longest side of an image as it is shown; the original is asked for when somebody looks closer. */
export const SCREEN = 2048;

function asError(error: unknown): StudioError {
  return error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
}
