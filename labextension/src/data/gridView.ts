/**
 * The grid itself: a canvas of Lumino in the colours of the theme, its headers sorting, its cells to be copied.
 */
import {
  BasicKeyHandler,
  BasicMouseHandler,
  BasicSelectionModel,
  CellRenderer,
  DataGrid,
  DataModel,
  TextRenderer
} from '@lumino/datagrid';

import type { Column } from '../api/client';
import { cellText, columnWidths, isNumeric, plainText } from './cells';
import { ICorner, LOADING } from './pages';
import type { IPlace } from './sorting';

const ROW = 23;
const HEADER = 26;
const EDGE = 6; // px at a header's sides in which its width is changed

/** Rows as the grid shows them, wherever they are from. */
export interface ITableModel extends DataModel {
  readonly fields: Column[];
  /** The first rows, one list a column. */
  readonly head: unknown[][];
  /** Names of columns that stand out. */
  readonly marked?: ReadonlySet<string>;
  /** Where a column stands among those sorted by. */
  place(column: number): IPlace | null;
  /** Make sure that a range is there, to be copied. */
  ensure(from: ICorner, to: ICorner): Promise<boolean>;
}

/** What a person asks of a grid. */
export interface IGridAsks {
  /** A header was clicked. */
  head(column: number, event: MouseEvent): void;
  /** The menu of a column, at a place of the window. */
  menu(column: number, x: number, y: number): void;
  /** More is selected than can be copied. */
  tooMuch(): void;
}

/** Make the grid of a model; `style` is called again when the theme changes. */
export function makeGrid(model: ITableModel, asks: IGridAsks): DataGrid {
  const grid = new DataGrid({
    defaultSizes: { rowHeight: ROW, columnWidth: 120, rowHeaderWidth: rowHeader(model), columnHeaderHeight: HEADER },
    minimumSizes: { rowHeight: ROW, columnWidth: 40, rowHeaderWidth: 40, columnHeaderHeight: HEADER },
    copyConfig: { ...DataGrid.defaultCopyConfig, format: ({ value }) => plainText(value), headers: 'none' }
  });
  grid.dataModel = model;
  grid.selectionModel = new BasicSelectionModel({ dataModel: model });
  grid.mouseHandler = new Mouse(asks);
  grid.keyHandler = new Keys(model, asks);
  grid.viewport.node.tabIndex = 0;
  return grid;
}

/** Take the theme's colours and fonts as they are where `node` stands. */
export function style(grid: DataGrid, node: HTMLElement): void {
  const look = getComputedStyle(node);
  const of = (name: string) => look.getPropertyValue(name).trim();
  const brand = of('--jp-brand-color1');
  const selected = `color-mix(in srgb, ${brand} 14%, transparent)`;
  grid.style = {
    voidColor: of('--jp-layout-color1'),
    backgroundColor: of('--jp-layout-color1'),
    gridLineColor: of('--jp-border-color2'),
    headerBackgroundColor: of('--jp-layout-color2'),
    headerGridLineColor: of('--jp-border-color1'),
    selectionFillColor: selected,
    selectionBorderColor: brand,
    headerSelectionFillColor: selected,
    headerSelectionBorderColor: brand,
    cursorFillColor: 'transparent',
    cursorBorderColor: brand,
    scrollShadow: { size: 4, color1: of('--jp-border-color2'), color2: 'transparent', color3: 'transparent' }
  };
  const font = `${of('--jp-ui-font-size1')} ${of('--jp-ui-font-family')}`;
  const plain = of('--jp-ui-font-color1');
  const muted = of('--jp-ui-font-color2');
  const model = grid.dataModel as ITableModel;
  const right = ({ column }: CellRenderer.CellConfig) => (isNumeric(model.fields[column]) ? 'right' : 'left');
  const tint = ({ column }: CellRenderer.CellConfig) =>
    model.marked?.has(model.fields[column].name) ? `color-mix(in srgb, ${brand} 9%, transparent)` : '';
  const header = new TextRenderer({
    font: `500 ${font}`,
    backgroundColor: tint,
    textColor: plain,
    horizontalAlignment: right,
    elideDirection: 'right',
    format: ({ value, column }) => `${value}${arrow(model, column)}`
  });
  const body = new TextRenderer({
    font,
    backgroundColor: tint,
    textColor: ({ value }) => (value === null ? muted : plain),
    horizontalAlignment: right,
    elideDirection: 'right',
    format: ({ value, column }) => (value === LOADING ? '' : cellText(value, model.fields[column]))
  });
  const number = new TextRenderer({
    font,
    textColor: plain,
    horizontalAlignment: 'right',
    format: ({ value }) => (value as number).toLocaleString('en-US')
  });
  grid.cellRenderers.update({ body, 'column-header': header, 'row-header': number });
}

/** Make each column as wide as its name and first values ask for. */
export function fit(grid: DataGrid, model: ITableModel): void {
  columnWidths(model.fields, model.head).forEach((width, column) => grid.resizeColumn('body', column, width));
  grid.resizeColumn('row-header', 0, rowHeader(model));
}

function rowHeader(model: ITableModel): number {
  return Math.max(44, model.rowCount('body').toLocaleString('en-US').length * 7.5 + 18);
}

function arrow(model: ITableModel, column: number): string {
  const place = model.place(column);
  return place ? ` ${place.descending ? '▾' : '▴'}${place.rank || ''}` : '';
}

/** A click on a header is told, its edges change the width, the right button has the menu. */
class Mouse extends BasicMouseHandler {
  constructor(private _asks: IGridAsks) {
    super();
  }

  onMouseDown(grid: DataGrid, event: MouseEvent): void {
    const hit = grid.hitTest(event.clientX, event.clientY);
    const inside = hit.x > EDGE && hit.width - hit.x > EDGE;
    if (hit.region === 'column-header' && inside) {
      this._asks.head(hit.column, event);
      return;
    }
    super.onMouseDown(grid, event);
  }

  onContextMenu(grid: DataGrid, event: MouseEvent): void {
    const { region, column } = grid.hitTest(event.clientX, event.clientY);
    if (!event.shiftKey && (region === 'column-header' || region === 'body')) {
      event.preventDefault();
      event.stopPropagation();
      this._asks.menu(column, event.clientX, event.clientY);
    }
  }
}

/** Tab leaves the grid, the menu key has the column's menu, and what is copied is fetched first. */
class Keys extends BasicKeyHandler {
  constructor(
    private _model: ITableModel,
    private _asks: IGridAsks
  ) {
    super();
  }

  onKeyDown(grid: DataGrid, event: KeyboardEvent): void {
    const asksMenu = event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10');
    if (asksMenu || (event.altKey && event.key === 'ArrowDown')) {
      event.preventDefault();
      event.stopPropagation();
      const column = Math.max(0, grid.selectionModel?.cursorColumn ?? 0);
      const { left, top } = grid.viewport.node.getBoundingClientRect();
      const x = left + grid.headerWidth + grid.columnOffset('body', column) - grid.scrollX;
      this._asks.menu(column, Math.max(left, x), top + grid.headerHeight);
    } else if (event.key !== 'Tab') {
      super.onKeyDown(grid, event);
    }
  }

  protected onKeyC(grid: DataGrid, event: KeyboardEvent): void {
    const selection = grid.selectionModel?.currentSelection();
    if (!selection || !(event.ctrlKey || event.metaKey) || event.shiftKey) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    void this._copy(grid, selection);
  }

  private async _copy(grid: DataGrid, { r1, c1, r2, c2 }: { r1: number; c1: number; r2: number; c2: number }) {
    const last = { row: this._model.rowCount('body') - 1, column: this._model.columnCount('body') - 1 };
    const from = { row: Math.min(r1, r2, last.row), column: Math.min(c1, c2, last.column) };
    const to = { row: Math.min(Math.max(r1, r2), last.row), column: Math.min(Math.max(c1, c2), last.column) };
    if (await this._model.ensure(from, to).catch(() => false)) {
      grid.copyToClipboard();
    } else {
      this._asks.tooMuch();
    }
  }
}
