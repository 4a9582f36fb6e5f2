import { fireEvent, render } from '@testing-library/react';
import React, { useRef } from 'react';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { useOwnKeys } from '../../src/labeling/ownKeys';

const SUPPRESS = 'data-lm-suppress-shortcuts';
let outside: string[] = [];
let first: (string | null)[] = [];
const hear = (event: KeyboardEvent) => void outside.push(event.key);
const hearFirst = (event: KeyboardEvent) => void first.push((event.target as HTMLElement).getAttribute(SUPPRESS));

beforeEach(() => {
  [outside, first] = [[], []];
  document.addEventListener('keydown', hear);
  document.addEventListener('keydown', hearFirst, true);
});
afterEach(() => {
  document.removeEventListener('keydown', hear);
  document.removeEventListener('keydown', hearFirst, true);
});

function Stage() {
  const root = useRef<HTMLDivElement>(null);
  useOwnKeys(root);
  return (
    <div ref={root}>
      <button onKeyDown={event => event.key === 'q' && event.preventDefault()}>here</button>
    </div>
  );
}

function stage() {
  const view = render(<Stage />, { container: document.body.appendChild(document.createElement('div')) });
  view.container.className = 'ls-Studio';
  view.rerender(<Stage />);
  return view.getByRole('button');
}

it.each([
  [{ key: 'x' }],
  [{ key: 'Enter', shiftKey: true }],
  [{ key: 'Enter', ctrlKey: true }],
  [{ key: 'Enter', altKey: true }],
  [{ key: 'z', ctrlKey: true }],
  [{ key: '{', ctrlKey: true, altKey: true }] // AltGr
])('keeps %o, and says so to who looks before anybody else', told => {
  fireEvent.keyDown(stage(), told);
  expect(outside).toEqual([]);
  expect(first).toEqual(['']);
});

it.each([[{ key: 's', ctrlKey: true }], [{ key: 'w', altKey: true }]])('lets %o through', told => {
  fireEvent.keyDown(stage(), told);
  expect(outside).toEqual([told.key]);
  expect(first).toEqual([null]);
});

it('keeps what was taken here, whatever is held with it', () => {
  fireEvent.keyDown(stage(), { key: 'q', ctrlKey: true });
  expect(outside).toEqual([]);
});
