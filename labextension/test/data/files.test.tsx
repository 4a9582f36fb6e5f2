import { act, fireEvent, render, screen } from '@testing-library/react';
import React from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import * as client from '../../src/api/client';
import { FilePages } from '../../src/data/filePages';
import { FileTiles } from '../../src/data/fileTiles';
import type { IStudio } from '../../src/studio';
import { trans } from '../words';

const all = { filter: '', label: null, kind: null } as const;
const files = Array.from({ length: 450 }, (_, at) => ({
  path: `${at % 2 ? 'cat' : 'dog'}/${at}.png`,
  size: at,
  sha256: String(at),
  media: 'image/png',
  kind: 'image',
  label: at % 2 ? 'cat' : 'dog'
}));
const settle = () => act(async () => void (await new Promise(done => setTimeout(done))));

beforeEach(() => {
  vi.spyOn(client, 'address').mockReturnValue('picture');
  vi.spyOn(client, 'get').mockImplementation((async (_: string, { query }: any) => {
    const found = files.filter(file => !query.label || file.label === query.label);
    return { files: found.slice(query.offset, query.offset + query.limit), total: found.length, offset: query.offset };
  }) as any);
});

afterEach(() => void vi.restoreAllMocks());

it('asks for each page once, when a file of it comes into sight', async () => {
  const pages = new FilePages('pets@1', all);
  expect([pages.total, pages.at(3)]).toEqual([null, null]);
  await settle();
  expect([pages.total, pages.at(3)?.path]).toEqual([450, 'cat/3.png']);
  expect(pages.at(449)).toBeNull();
  await settle();
  expect(pages.at(449)?.path).toBe('cat/449.png');
  const asked = vi.mocked(client.get).mock.calls.map(([, told]: any) => told.query);
  expect(asked).toEqual([
    { offset: 0, limit: 200 },
    { offset: 400, limit: 200 }
  ]);
  pages.dispose();
});

it('asks for what is wanted, says what is wrong, and asks again on request', async () => {
  vi.mocked(client.get).mockRejectedValueOnce(new client.StudioError('Offline', 'The server is away.', 0));
  const pages = new FilePages('pets@1', { ...all, label: 'cat' });
  await settle();
  expect([pages.total, pages.error?.message]).toEqual([null, 'The server is away.']);
  pages.at(0); // nobody asks while something is wrong
  pages.retry();
  await settle();
  expect([pages.total, pages.error]).toEqual([225, null]);
  expect(client.get).toHaveBeenCalledTimes(2);
  pages.dispose();
});

async function shown(onChoose = vi.fn(), onOpen = vi.fn(), chosen = 0) {
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(280);
  const pages = new FilePages('pets@1', all);
  await settle();
  const props = { studio: { trans } as unknown as IStudio, pages, total: 450, onChoose, onOpen, chosen };
  const view = render(<FileTiles {...props} asTiles />);
  return { ...view, again: (part: object) => view.rerender(<FileTiles {...props} asTiles {...part} />) };
}

it('has only what is in sight in the page, as tiles and as lines', async () => {
  const { again } = await shown();
  expect(screen.getAllByRole('option')).toHaveLength(16); // two rows of four in sight, two below
  expect(screen.getAllByRole('option')[0].getAttribute('aria-setsize')).toBe('450');
  again({ asTiles: false });
  expect(screen.getAllByRole('option')).toHaveLength(12);
  expect(screen.getByText('cat/1.png')).toBeTruthy();
});

it('is walked by the keys of a grid, and opens on Enter', async () => {
  const [onChoose, onOpen] = [vi.fn(), vi.fn()];
  await shown(onChoose, onOpen, 5);
  const list = screen.getByRole('listbox', { name: 'Files' });
  for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'Home', 'End', 'PageDown', 'x']) {
    fireEvent.keyDown(list, { key });
  }
  expect(onChoose.mock.calls.map(([to]) => to)).toEqual([6, 4, 9, 1, 0, 449, 13]);
  fireEvent.keyDown(list, { key: 'Enter' });
  expect(onOpen).toHaveBeenCalledWith(files[5]);
  expect(list.getAttribute('aria-activedescendant')).toBe(screen.getAllByRole('option')[5].id);
});

it('shows a sign where a picture is damaged', async () => {
  const { container } = await shown();
  fireEvent.error(container.querySelector('img')!);
  expect(container.querySelectorAll('img')).toHaveLength(15);
  expect(screen.getByRole('option', { name: 'dog/0.png' })).toBeTruthy();
});
