import { act, fireEvent, render, screen } from '@testing-library/react';
import React from 'react';
import { expect, it, vi } from 'vitest';

import { Entry, StudioError } from '../../src/api/client';
import { Tree } from '../../src/stores/tree';
import { TreeView } from '../../src/stores/treeView';
import type { IStudio } from '../../src/studio';
import { trans } from '../words';

const entry = (path: string, kind: 'folder' | 'file') =>
  ({ name: path.split('/').pop(), path, kind, size: null, modified: null }) as Entry;
const lake: Record<string, Entry[]> = {
  '': [entry('sales', 'folder'), entry('readme.csv', 'file')],
  sales: [entry('sales/2026.parquet', 'file')]
};

it('asks for a folder when it is opened, and not before', async () => {
  const list = vi.fn(async (path: string) => lake[path]);
  const tree = new Tree(list);
  await tree.open('');
  expect(tree.lines.map(({ entry }) => entry.path)).toEqual(['sales', 'readme.csv']);
  await tree.open('sales');
  expect(tree.lines.map(({ entry, level }) => [entry.path, level])).toEqual([
    ['sales', 0],
    ['sales/2026.parquet', 1],
    ['readme.csv', 0]
  ]);
  expect(list.mock.calls).toEqual([[''], ['sales']]);
});

it('says at its place why a folder is not shown', async () => {
  const tree = new Tree(async path => {
    if (path) {
      throw new StudioError('Forbidden', 'The account may not list sales.', 403);
    }
    return lake[''];
  });
  render(<TreeView studio={{ trans } as unknown as IStudio} tree={tree} label="lake" onImport={vi.fn()} />);
  await act(async () => undefined);
  await act(async () => void fireEvent.click(screen.getByRole('treeitem', { name: 'sales' })));
  expect(screen.getByRole('alert').textContent).toContain('The account may not list sales.');
  expect(screen.getByRole('treeitem', { name: 'readme.csv' })).toBeTruthy();
});

it('is walked by arrows and imports on Enter', async () => {
  const onImport = vi.fn();
  const tree = new Tree(async path => lake[path]);
  render(<TreeView studio={{ trans } as unknown as IStudio} tree={tree} label="lake" onImport={onImport} />);
  await act(async () => undefined);
  const sales = screen.getByRole('treeitem', { name: 'sales' });
  sales.focus();
  await act(async () => void fireEvent.keyDown(sales, { key: 'ArrowRight' }));
  fireEvent.keyDown(sales, { key: 'ArrowDown' });
  expect(document.activeElement?.getAttribute('aria-label')).toBe('2026.parquet');
  fireEvent.keyDown(document.activeElement!, { key: 'Enter' });
  expect(onImport).toHaveBeenCalledWith('sales/2026.parquet');
  fireEvent.keyDown(document.activeElement!, { key: 'ArrowLeft' });
  expect(document.activeElement).toBe(sales);
});
