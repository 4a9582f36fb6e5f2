import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ICorner, LOADING, PAGE_COLUMNS, PAGE_ROWS, Pages, Values } from '../../src/data/pages';

/** A table whose cell at row 7, column 2 is "7:2", of any size. */
const block = ({ row, column }: ICorner): Values =>
  Array.from({ length: PAGE_COLUMNS }, (_, c) =>
    Array.from({ length: PAGE_ROWS }, (_, r) => `${row + r}:${column + c}`)
  );

describe('pages', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are asked for once, when they are looked at, and then there', async () => {
    const ask = vi.fn(async (corner: ICorner) => block(corner));
    const arrived = vi.fn();
    const pages = new Pages(ask, arrived, vi.fn());
    expect(pages.value(450, 120)).toBe(LOADING);
    expect(pages.value(451, 121)).toBe(LOADING);
    await vi.runAllTimersAsync();
    expect(ask).toHaveBeenCalledTimes(1);
    expect(arrived).toHaveBeenCalledWith({ row: 400, column: 100 });
    expect(pages.value(450, 120)).toBe('450:120');
  });

  it('that were scrolled past are given up', async () => {
    const signals: AbortSignal[] = [];
    const asked: number[] = [];
    const ask = (corner: ICorner, signal: AbortSignal) => {
      asked.push(corner.row);
      signals.push(signal);
      return new Promise<Values>(() => undefined);
    };
    const pages = new Pages(ask, vi.fn(), vi.fn());
    pages.value(0, 0);
    await vi.runAllTimersAsync();
    for (let row = 10_000; row < 20_000; row += PAGE_ROWS) {
      pages.value(row, 0);
    }
    await vi.runAllTimersAsync();
    expect(asked).toEqual([0, 19_200, 19_400, 19_600, 19_800]);
    expect(signals.map(signal => signal.aborted)).toEqual([true, false, false, false, false]);
  });

  it('not looked at for long are forgotten', async () => {
    const ask = vi.fn(async (corner: ICorner) => block(corner));
    const pages = new Pages(ask, vi.fn(), vi.fn());
    for (let page = 0; page <= 40; page++) {
      pages.put({ row: page * PAGE_ROWS, column: 0 }, block({ row: page * PAGE_ROWS, column: 0 }));
    }
    expect(pages.value(8_000, 0)).toBe('8000:0');
    expect(pages.value(0, 0)).toBe(LOADING);
  });

  it('of a range that is copied are fetched first, unless they are too many', async () => {
    const ask = vi.fn(async (corner: ICorner) => block(corner));
    const pages = new Pages(ask, vi.fn(), vi.fn());
    expect(await pages.ensure({ row: 150, column: 0 }, { row: 450, column: 3 })).toBe(true);
    expect(ask.mock.calls.map(([corner]) => corner.row)).toEqual([0, 200, 400]);
    expect(pages.value(450, 3)).toBe('450:3');
    expect(await pages.ensure({ row: 0, column: 0 }, { row: 1_000_000, column: 0 })).toBe(false);
  });

  it('that fail are told, and asked for again', async () => {
    const failed = vi.fn();
    const ask = vi
      .fn()
      .mockRejectedValueOnce(new Error('no'))
      .mockImplementation(async corner => block(corner));
    const pages = new Pages(ask, vi.fn(), failed);
    pages.value(0, 0);
    await vi.runAllTimersAsync();
    expect(failed).toHaveBeenCalledOnce();
    pages.value(0, 0);
    await vi.runAllTimersAsync();
    expect(pages.value(0, 0)).toBe('0:0');
  });
});
