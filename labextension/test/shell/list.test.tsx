import { fireEvent, render, screen } from '@testing-library/react';
import React from 'react';
import { expect, it, vi } from 'vitest';

import { dataIcon, runIcon } from '../../src/shared/icons';
import { List } from '../../src/shell/list';
import { matching } from '../../src/shell/panel';
import type { IItem } from '../../src/studio';

const item = (name: string, more: Partial<IItem> = {}): IItem => ({
  subject: `data:${name}@1`,
  icon: dataIcon,
  tone: 'plain',
  name,
  version: 1,
  facts: '1,704 × 8',
  actions: [],
  ...more
});

function show(items: IItem[]) {
  const does = { onOpen: vi.fn(), onMenu: vi.fn(), onFail: vi.fn() };
  render(<List label="Data" items={items} current={null} {...does} />);
  return does;
}

const row = (name: string) => screen.getByRole('button', { name: new RegExp(`^${name}`) });

it('goes up and down by arrow keys, and opens with Enter and a double click', () => {
  const { onOpen } = show(['churn', 'gapminder', 'wine'].map(name => item(name)));
  row('churn').focus();
  fireEvent.keyDown(row('churn'), { key: 'ArrowDown' });
  expect(document.activeElement).toBe(row('gapminder'));
  fireEvent.keyDown(row('gapminder'), { key: 'End' });
  expect(document.activeElement).toBe(row('wine'));
  fireEvent.keyDown(row('wine'), { key: 'ArrowUp' });
  // a browser makes a click without a mouse button of Enter
  fireEvent.click(row('gapminder'), { detail: 0 });
  expect(onOpen).toHaveBeenCalledWith('data:gapminder@1');
  fireEvent.click(row('churn'), { detail: 1 });
  expect(onOpen).toHaveBeenCalledTimes(1);
  expect(row('churn').getAttribute('aria-current')).toBe('true');
  fireEvent.doubleClick(row('churn'));
  expect(onOpen).toHaveBeenLastCalledWith('data:churn@1');
});

it('tells when an action fails', async () => {
  const failing = { label: 'Train', icon: runIcon, run: () => Promise.reject(new Error('No.')) };
  const { onFail } = show([item('churn', { actions: [failing] })]);
  fireEvent.click(screen.getByRole('button', { name: 'Train: churn' }));
  await vi.waitFor(() => expect(onFail).toHaveBeenCalled());
});

it('draws a long list in portions', () => {
  show(Array.from({ length: 450 }, (_, n) => item(`t${n}`)));
  expect(document.querySelectorAll('.ls-Row').length).toBe(200);
  fireEvent.click(screen.getByText('Show 200 more'));
  fireEvent.click(screen.getByText('Show 50 more'));
  expect(document.querySelectorAll('.ls-Row').length).toBe(450);
});

it('finds items by every word of a search', () => {
  const items = [item('churn', { state: 'Running' }), item('gapminder')];
  expect(matching(items, 'CHURN run').map(({ name }) => name)).toEqual(['churn']);
  expect(matching(items, '1,704')).toHaveLength(2);
  expect(matching(items, 'gapminder@1')).toHaveLength(1);
  expect(matching(items, 'gapminder running')).toHaveLength(0);
});
