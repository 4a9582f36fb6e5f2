/**
 * A few rows that are all there, such as a sample after a step, as a grid reads them.
 */
import { DataModel } from '@lumino/datagrid';

import type { Column } from '../api/client';
import type { ITableModel } from './gridView';

const PHYSICAL: Record<string, string> = { text: 'string', date: 'datetime' };

/** A column of a recipe as other tables say it. */
export function columnOf({ name, kind }: { name: string; kind: string }): Column {
  return { name, physical: PHYSICAL[kind] ?? kind, semantic: kind };
}

export class SampleModel extends DataModel implements ITableModel {
  /**
   * @param head - one list a column
   * @param _numbers - what is written before each row; counted from 1 where nothing is given
   * @param marked - columns that stand out
   */
  constructor(
    readonly fields: Column[],
    readonly head: unknown[][],
    private _rows: number,
    private _numbers: readonly number[] | null = null,
    readonly marked: ReadonlySet<string> = new Set()
  ) {
    super();
  }

  place(): null {
    return null;
  }

  async ensure(): Promise<boolean> {
    return true;
  }

  rowCount(region: DataModel.RowRegion): number {
    return region === 'body' ? this._rows : 1;
  }

  columnCount(region: DataModel.ColumnRegion): number {
    return region === 'body' ? this.fields.length : 1;
  }

  data(region: DataModel.CellRegion, row: number, column: number): unknown {
    switch (region) {
      case 'body':
        return this.head[column][row] ?? null;
      case 'column-header':
        return this.fields[column].name;
      case 'row-header':
        return (this._numbers?.[row] ?? row) + 1;
      default:
        return '';
    }
  }
}

/** Rows as lists of columns. */
export function turned(rows: readonly unknown[][], columns: number): unknown[][] {
  return Array.from({ length: columns }, (_, column) => rows.map(row => row[column]));
}
