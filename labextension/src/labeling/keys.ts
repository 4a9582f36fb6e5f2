/**
 * What each key does: labels by their own keys, actions by keys that a person may change; no key has two meanings.
 */
import type { LabelingLabel } from '../api/client';

export const ACTIONS = {
  accept: 'Enter',
  take: 'a',
  done: ' ',
  skip: 's',
  dismiss: 'x',
  undo: 'Control+z',
  flag: 'f',
  comment: 'c',
  remove: 'Delete',
  next: 'Tab',
  help: '?'
} as const;

export type Action = keyof typeof ACTIONS;
export type Meaning = { kind: 'label'; label: LabelingLabel } | { kind: 'action'; action: Action } | { kind: 'filter' };

const STORED = 'labstudio:labeling-keys';
const FEW = 10; // labels that have keys of their own; beyond them one types the beginning of a name

export class Keys {
  constructor(private _storage: Storage = window.localStorage) {
    try {
      const told = JSON.parse(_storage.getItem(STORED) ?? '{}') as Record<string, unknown>;
      for (const action of Object.keys(ACTIONS) as Action[]) {
        if (typeof told[action] === 'string') {
          this._own[action] = told[action];
        }
      }
    } catch {
      // what cannot be read is as if nothing had been changed
    }
  }

  /** The labels that are offered. */
  labels: LabelingLabel[] = [];

  /** Whether letters look for a label: there are more labels than keys. */
  get filters(): boolean {
    return this.labels.length > FEW;
  }

  /** The key of an action; with many labels letters are theirs, and actions want Alt as well. */
  of(action: Action): string {
    const key = this._own[action] ?? ACTIONS[action];
    return this.filters && /^\p{L}$/u.test(key) ? `Alt+${key}` : key;
  }

  /** What a key means here, or null. */
  meaning(event: KeyboardEvent): Meaning | null {
    const pressed = keyOf(event);
    for (const action of Object.keys(ACTIONS) as Action[]) {
      if (this.of(action) === pressed) {
        return { kind: 'action', action };
      }
    }
    if (pressed.length > 1 && !pressed.startsWith('Shift+')) {
      return null;
    }
    const label = this.labels.find(one => one.key === event.key);
    if (label) {
      return { kind: 'label', label };
    }
    return this.filters && /^[\p{L}\p{N}]$/u.test(event.key) ? { kind: 'filter' } : null;
  }

  /** Give an action another key; says what is in the way, or nothing when it is done. */
  change(action: Action, key: string, name: (action: Action) => string): string | null {
    const label = this.labels.find(one => one.key === key);
    if (label) {
      return `${shown(key)} is the key of the label “${label.name}”; choose another one.`;
    }
    const other = (Object.keys(ACTIONS) as Action[]).find(
      one => one !== action && (this._own[one] ?? ACTIONS[one]) === key
    );
    if (other) {
      return `${shown(key)} is the key for “${name(other)}”; choose another one.`;
    }
    this._own[action] = key;
    this._storage.setItem(STORED, JSON.stringify(this._own));
    return null;
  }

  /** All actions by their first keys again. */
  reset(): void {
    this._own = {};
    this._storage.removeItem(STORED);
  }

  private _own: Partial<Record<Action, string>> = {};
}

/** A key with what is held beside it: `a`, `Control+z`, `Alt+s`. */
export function keyOf(event: KeyboardEvent): string {
  const held = [event.ctrlKey || event.metaKey ? 'Control' : '', event.altKey ? 'Alt' : ''].filter(Boolean);
  return [...held, event.key].join('+');
}

/** As it stands on the keyboard. */
export function shown(key: string): string {
  const names: Record<string, string> = { ' ': 'Space', Delete: 'Del', Escape: 'Esc', Control: 'Ctrl' };
  return key === ' '
    ? 'Space'
    : key
        .split('+')
        .map(part => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
        .join(' ');
}
