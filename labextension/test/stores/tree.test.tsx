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
const all = (entries: Entry[]) => ({ entries, offset: 0, total: entries.length });
const paths = (tree: Tree) =>
  tree.lines.map(line => ('entry' in line ? line.entry.path : `${line.shown} of ${line.total}`));
const lake: Record<string, Entry[]> = {
  '': [entry('sales', 'folder'), entry('readme.csv', 'file')],
  sales: [entry('sales/2026.parquet', 'file')]
};

it('asks for a folder when it is opened, and not before', async () => {
  const list = vi.fn(async (path: string) => all(lake[path]));
  const tree = new Tree(list);
  await tree.open('');
  expect(paths(tree)).toEqual(['sales', 'readme.csv']);
  await tree.open('sales');
  expect(paths(tree)).toEqual(['sales', 'sales/2026.parquet', 'readme.csv']);
  expect(tree.lines.map(({ level }) => level)).toEqual([0, 1, 0]);
  expect(list.mock.calls.map(([path]) => path)).toEqual(['', 'sales']);
});

it('says at its place why a folder is not shown', async () => {
  const tree = new Tree(async path => {
    if (path) {
      throw new StudioError('Forbidden', 'The account may not list sales.', 403);
    }
    return all(lake['']);
  });
  render(<TreeView studio={{ trans } as unknown as IStudio} tree={tree} label="lake" onImport={vi.fn()} />);
  await act(async () => undefined);
  await act(async () => void fireEvent.click(screen.getByRole('treeitem', { name: 'sales' })));
  expect(screen.getByRole('alert').textContent).toContain('The account may not list sales.');
  expect(screen.getByRole('treeitem', { name: 'readme.csv' })).toBeTruthy();
});

it('is walked by arrows and imports on Enter', async () => {
  const onImport = vi.fn();
  const tree = new Tree(async path => all(lake[path]));
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

it('says how much of a long folder is shown, shows more of it, and those of a name', async () => {
  const names = Array.from({ length: 25 }, (_, at) => entry(`part-${at}`, 'file'));
  const list = vi.fn(async (path: string, { filter, offset }: { filter: string; offset: number }) => {
    const found = (path ? lake[path] : [lake[''][0], ...names]).filter(({ name }) => name.includes(filter));
    return { entries: found.slice(offset, offset + 10), offset, total: found.length };
  });
  const tree = new Tree(list);
  render(<TreeView studio={{ trans } as unknown as IStudio} tree={tree} label="lake" onImport={vi.fn()} />);
  await act(async () => undefined);
  await act(async () => void fireEvent.click(screen.getByRole('treeitem', { name: 'sales' })));
  const more = screen.getByRole('treeitem', { name: '10 of 26 are shown. Show more' });
  await act(async () => void fireEvent.keyDown(more, { key: 'Enter' }));
  expect(paths(tree).slice(-2)).toEqual(['part-18', '20 of 26']);
  await act(() => tree.narrow('part-2'));
  // the folder that is open stays
  expect(paths(tree)).toEqual(['sales', 'part-2', 'part-20', 'part-21', 'part-22', 'part-23', 'part-24']);
  await act(() => tree.narrow('nothing'));
  expect(screen.getAllByRole('treeitem')).toHaveLength(1);
});
