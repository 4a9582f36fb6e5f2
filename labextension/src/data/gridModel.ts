/**
 * A version of a data asset as a grid reads it: any number of rows, fetched as they come into view.
 *
 * A filter or an order is tried first and shown only when the server takes it, so that a slip in a filter
 * leaves the table as it was.
 */
import { DataModel } from '@lumino/datagrid';
import { ISignal, Signal } from '@lumino/signaling';

import { Column, Rows, StudioError, get } from '../api/client';
import { ICorner, LOADING, PAGE_COLUMNS, PAGE_ROWS, Pages } from './pages';
import { IPlace, place } from './sorting';

/** Which rows, in which order. */
export interface IQuery {
  filter: string;
  sort: string[];
}

export interface IGridState {
  query: IQuery;
  /** Rows that match. */
  total: number;
  pending: boolean;
  /** Why the filter, the order or a part of the table is not shown. */
  error: StudioError | null;
}

export class GridModel extends DataModel {
  constructor(
    readonly ref: string,
    readonly fields: Column[],
    rows: number,
    query: IQuery
  ) {
    super();
    this._state = { query: { filter: '', sort: [] }, total: rows, pending: false, error: null };
    this._pages = this._open(this._state.query);
    void this.apply(query);
  }

  get state(): IGridState {
    return this._state;
  }

  get stateChanged(): ISignal<this, IGridState> {
    return this._stateChanged;
  }

  /** The first rows of what is shown, one list a column; empty until they are there. */
  get head(): unknown[][] {
    return this._head;
  }

  /** Show the rows that match; the newest call wins. */
  async apply(query: IQuery): Promise<void> {
    this._trying?.abort();
    const trying = (this._trying = new AbortController());
    this._set({ pending: true });
    try {
      const found = await this._rows(query, { row: 0, column: 0 }, trying.signal);
      if (trying.signal.aborted) {
        return;
      }
      this._pages.dispose();
      this._pages = this._open(query);
      this._pages.put({ row: 0, column: 0 }, found.values);
      this._head = found.values;
      this._state = { query, total: found.total, pending: false, error: null };
      this.emitChanged({ type: 'model-reset' });
      this._stateChanged.emit(this._state);
    } catch (error) {
      if (!trying.signal.aborted) {
        this._set({ pending: false, error: told(error) });
      }
    }
  }

  /** Where a column stands among those sorted by. */
  place(column: number): IPlace | null {
    return place(this._state.query.sort, this.fields[column].name);
  }

  /** Make sure that a range is there, to be copied; false when it is too large. */
  ensure(from: ICorner, to: ICorner): Promise<boolean> {
    return this._pages.ensure(from, to);
  }

  rowCount(region: DataModel.RowRegion): number {
    return region === 'body' ? this._state.total : 1;
  }

  columnCount(region: DataModel.ColumnRegion): number {
    return region === 'body' ? this.fields.length : 1;
  }

  data(region: DataModel.CellRegion, row: number, column: number): unknown {
    switch (region) {
      case 'body':
        return this._pages.value(row, column);
      case 'column-header':
        return this.fields[column].name;
      case 'row-header':
        return row + 1;
      default:
        return '';
    }
  }

  dispose(): void {
    this._trying?.abort();
    this._pages.dispose();
    Signal.clearData(this);
  }

  private _open(query: IQuery): Pages {
    const ask = async (corner: ICorner, signal: AbortSignal) => (await this._rows(query, corner, signal)).values;
    const arrived = ({ row, column }: ICorner) => {
      const rowSpan = Math.min(PAGE_ROWS, this._state.total - row);
      const columnSpan = Math.min(PAGE_COLUMNS, this.fields.length - column);
      this.emitChanged({ type: 'cells-changed', region: 'body', row, column, rowSpan, columnSpan });
      if (this._state.error) {
        this._set({ error: null });
      }
    };
    return new Pages(ask, arrived, error => this._set({ error: told(error) }));
  }

  private async _rows(query: IQuery, corner: ICorner, signal: AbortSignal): Promise<Rows> {
    const where = { offset: corner.row, limit: PAGE_ROWS, first_column: corner.column, columns: PAGE_COLUMNS };
    return get('/labstudio/api/data/{ref}/rows', { at: { ref: this.ref }, query: { ...query, ...where }, signal });
  }

  private _set(part: Partial<IGridState>): void {
    this._state = { ...this._state, ...part };
    this._stateChanged.emit(this._state);
  }

  private _head: unknown[][] = [];
  private _pages: Pages;
  private _state: IGridState;
  private _stateChanged = new Signal<this, IGridState>(this);
  private _trying: AbortController | null = null;
}

export { LOADING };

function told(error: unknown): StudioError {
  return error instanceof StudioError ? error : new StudioError('Unexpected', String(error), 0);
}
