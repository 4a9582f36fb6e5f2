import { beforeEach, expect, it } from 'vitest';

import type { LabelingLabel } from '../../src/api/client';
import { Keys } from '../../src/labeling/keys';

const labels = (n: number) =>
  Array.from(
    { length: n },
    (_, i) => ({ id: `l${i}`, name: `label ${i}`, key: i < 10 ? String((i + 1) % 10) : null }) as LabelingLabel
  );
const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({ key, ...more }) as KeyboardEvent;

beforeEach(() => window.localStorage.clear());

it('reads labels and actions', () => {
  const keys = new Keys();
  keys.labels = labels(3);
  expect(keys.meaning(press('2'))).toEqual({ kind: 'label', label: keys.labels[1] });
  expect(keys.meaning(press('s'))).toEqual({ kind: 'action', action: 'skip' });
  expect(keys.meaning(press('z', { ctrlKey: true }))).toEqual({ kind: 'action', action: 'undo' });
  expect(keys.meaning(press('q'))).toBeNull();
  expect(keys.meaning(press('2', { ctrlKey: true }))).toBeNull();
});

it('gives letters to the names of labels where there are more than keys', () => {
  const keys = new Keys();
  keys.labels = labels(11);
  expect(keys.meaning(press('s'))).toEqual({ kind: 'filter' });
  expect(keys.meaning(press('s', { altKey: true }))).toEqual({ kind: 'action', action: 'skip' });
  expect(keys.of('accept')).toBe('Enter');
});

it('refuses a key that has a meaning already, and keeps one that has none', () => {
  const keys = new Keys();
  keys.labels = labels(2);
  const name = (action: string) => action;
  expect(keys.change('skip', '1', name)).toContain('label 0');
  expect(keys.change('skip', 'x', name)).toContain('dismiss');
  expect(keys.change('skip', 'n', name)).toBeNull();
  expect(new Keys().of('skip')).toBe('n');
});
