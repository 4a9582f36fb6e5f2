import { fireEvent, render, screen } from '@testing-library/react';
import React, { useState } from 'react';
import { expect, it, vi } from 'vitest';

import { StudioError } from '../../src/api/client';
import { StateView, Tabs } from '../../src/shared/parts';
import { SortableTable } from '../../src/shared/table';

const texts = (selector: string) => [...document.querySelectorAll(selector)].map(node => node.textContent);

it('shows what was last seen under the sentence that says what went wrong', () => {
  const retry = vi.fn();
  const error = new StudioError('Offline', 'The server does not answer.', 0);
  render(
    <StateView state={{ kind: 'failed', error, value: 7 }} retry={retry}>
      {value => <b>{value} rows</b>}
    </StateView>
  );
  expect(screen.getByRole('alert').textContent).toContain('The server does not answer.');
  expect(screen.getByText('7 rows')).toBeTruthy();
  fireEvent.click(screen.getByText('Try again'));
  expect(retry).toHaveBeenCalled();
});

it('moves through tabs by arrow keys, round and round', () => {
  const ids = ['preview', 'profile', 'lineage'];
  const tabs = ids.map(id => ({ id, label: id, content: () => <p>{id} shown</p> }));
  function Frame() {
    const [active, setActive] = useState('preview');
    return <Tabs tabs={tabs} active={active} onChange={setActive} />;
  }
  render(<Frame />);
  fireEvent.keyDown(screen.getByRole('tab', { name: 'preview' }), { key: 'ArrowLeft' });
  expect(screen.getByText('lineage shown')).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole('tab', { name: 'lineage' }));
  fireEvent.keyDown(document.activeElement!, { key: 'Home' });
  expect(screen.getByRole('tab', { name: 'preview' }).getAttribute('aria-selected')).toBe('true');
});

it('sorts by a header, up, down and back, with what is missing last', () => {
  const rows = [3, null, 1, 10].map((x, key) => ({ key, x }));
  const column = { id: 'x', label: 'Score', render: (row: any) => row.x ?? '–', value: (row: any) => row.x };
  const onOpen = vi.fn();
  render(<SortableTable label="Trials" columns={[column]} rows={rows} rowKey={row => row.key} onOpen={onOpen} />);
  const header = screen.getByRole('columnheader');
  const click = () => fireEvent.click(screen.getByRole('button', { name: 'Score' }));
  click();
  expect(texts('td')).toEqual(['1', '3', '10', '–']);
  expect(header.getAttribute('aria-sort')).toBe('ascending');
  click();
  expect(texts('td')).toEqual(['10', '3', '1', '–']);
  click();
  expect(texts('td')).toEqual(['3', '–', '1', '10']);
  expect(header.getAttribute('aria-sort')).toBe('none');

  const [first, second] = [...document.querySelectorAll<HTMLElement>('tbody tr')];
  first.focus();
  fireEvent.keyDown(first, { key: 'ArrowDown' });
  expect(document.activeElement).toBe(second);
  fireEvent.keyDown(second, { key: 'Enter' });
  expect(onOpen).toHaveBeenCalledWith(rows[1]);
});
