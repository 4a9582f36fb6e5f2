/**
 * Keeps the parts of a large table that somebody looks at, and asks for those that come into view.
 *
 * A page is a block of rows and columns. Pages that were scrolled past before they came are not waited for,
 * and those not looked at for long are forgotten. It knows neither the grid nor the server.
 */
export const PAGE_ROWS = 200;
export const PAGE_COLUMNS = 100;

const KEPT = 40;
const AT_ONCE = 4; // as many as a viewport can touch: two by two
const PAUSE = 40; // ms in which a scroll bar that is dragged passes pages that nobody wants

/** What stands for a value that is on its way. */
export const LOADING = Symbol('loading');

/** Where a page begins. */
export interface ICorner {
  row: number;
  column: number;
}

/** Values of a page, one list a column. */
export type Values = unknown[][];

export class Pages {
  /**
   * @param _ask - gets the values of a page
   * @param _arrived - told when a page is there
   * @param _failed - told why a page is not there; it is asked for again when it is looked at again
   */
  constructor(
    private _ask: (corner: ICorner, signal: AbortSignal) => Promise<Values>,
    private _arrived: (corner: ICorner) => void,
    private _failed: (error: unknown) => void
  ) {}

  /** The value of a cell, or LOADING; what is not there is asked for. */
  value(row: number, column: number): unknown {
    const corner = cornerOf(row, column);
    const key = keyOf(corner);
    const page = this._pages.get(key);
    if (page) {
      this._touch(key, page);
      return page[column - corner.column]?.[row - corner.row] ?? null;
    }
    this._want(key, corner);
    return LOADING;
  }

  /** Put in a page that came by another way. */
  put(corner: ICorner, values: Values): void {
    this._touch(keyOf(corner), values);
  }

  /** Make sure that all pages of a range are there; false when they are too many to be kept at once. */
  async ensure(from: ICorner, to: ICorner): Promise<boolean> {
    const missing: ICorner[] = [];
    let count = 0;
    const last = cornerOf(to.row, to.column);
    const first = cornerOf(from.row, from.column);
    for (let row = first.row; row <= last.row; row += PAGE_ROWS) {
      for (let column = first.column; column <= last.column; column += PAGE_COLUMNS) {
        if (++count > KEPT) {
          return false;
        }
        const key = keyOf({ row, column });
        const page = this._pages.get(key);
        if (page) {
          this._touch(key, page);
        } else {
          missing.push({ row, column });
        }
      }
    }
    for (const corner of missing) {
      this.put(corner, await this._ask(corner, this._all.signal));
      this._arrived(corner);
    }
    return true;
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this._all.abort();
    this._asked.forEach(({ abort }) => abort.abort());
    this._asked.clear();
    this._pages.clear();
    this._wanted.clear();
  }

  private _touch(key: string, page: Values): void {
    this._pages.delete(key);
    this._pages.set(key, page);
    if (this._pages.size > KEPT) {
      this._pages.delete(this._pages.keys().next().value as string);
    }
  }

  private _want(key: string, corner: ICorner): void {
    if (this._all.signal.aborted) {
      return;
    }
    this._wanted.delete(key);
    this._wanted.set(key, corner);
    this._timer ||= window.setTimeout(() => this._send(), PAUSE);
  }

  /** Ask for the pages looked at last; give up those asked for before that were not looked at since. */
  private _send(): void {
    this._timer = 0;
    const all = new Map<string, ICorner>();
    this._asked.forEach(({ corner }, key) => this._wanted.has(key) || all.set(key, corner));
    this._wanted.forEach((corner, key) => all.set(key, corner));
    this._wanted.clear();
    const kept = new Map([...all].slice(-AT_ONCE));
    this._asked.forEach(({ abort }, key) => {
      if (!kept.has(key)) {
        abort.abort();
        this._asked.delete(key);
      }
    });
    kept.forEach((corner, key) => this._asked.has(key) || void this._fetch(key, corner));
  }

  private async _fetch(key: string, corner: ICorner): Promise<void> {
    const abort = new AbortController();
    this._asked.set(key, { corner, abort });
    try {
      const values = await this._ask(corner, abort.signal);
      if (!abort.signal.aborted) {
        this._asked.delete(key);
        this._touch(key, values);
        this._arrived(corner);
      }
    } catch (error) {
      if (!abort.signal.aborted) {
        this._asked.delete(key);
        this._failed(error);
      }
    }
  }

  private _all = new AbortController();
  private _asked = new Map<string, { corner: ICorner; abort: AbortController }>();
  private _pages = new Map<string, Values>();
  private _timer = 0;
  private _wanted = new Map<string, ICorner>();
}

function cornerOf(row: number, column: number): ICorner {
  return { row: row - (row % PAGE_ROWS), column: column - (column % PAGE_COLUMNS) };
}

function keyOf({ row, column }: ICorner): string {
  return `${row}:${column}`;
}
