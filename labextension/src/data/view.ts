/**
 * What a person has made of a version's document: the tab, the filter and the order, the chart, how far it is scrolled.
 *
 * It outlives the document, so that one opened again looks as it was left; the rows do not.
 */
import { ISignal, Signal } from '@lumino/signaling';

import { AssetDetail, Plot, post } from '../api/client';
import { Latest } from '../shared/latest';
import type { ICell } from '../studio';
import { isNumeric } from './cells';
import { GridModel, IQuery } from './gridModel';
import type { PrepareModel } from './prepare/model';

/** What is told of a chart, as the server's form says it. */
export type ChartSpec = Record<string, unknown>;

export class AssetView {
  tab = 'preview';
  scroll = { x: 0, y: 0 };
  /** The column that the others are looked at for. */
  target: string | null = null;
  /** The chart that is put together, and the version it was last drawn of. */
  chart: ChartSpec | null = null;
  drawnOf = '';
  readonly plot = new Latest<Plot>();
  /** The recipe that is worked on, made when it is first looked at. */
  prepare: PrepareModel | null = null;
  /** A recipe that is to be worked on next. */
  wanted: { name: string; steps: readonly object[] } | null = null;
  /** What a version is compared with, and by which columns. */
  compared: { other: string; key: string[] } | null = null;

  /** The filter and the order that are wished; the grid's own state says which are shown. */
  get query(): IQuery {
    return this._query;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Show another tab. */
  go(tab: string): void {
    this.tab = tab;
    this._changed.emit();
  }

  /** The rows, opened when they are first looked at. */
  grid(asset: AssetDetail): GridModel {
    if (this._grid?.ref !== asset.ref) {
      this._grid?.dispose();
      this._grid = new GridModel(asset.ref, asset.fields, asset.rows, this._query);
    }
    return this._grid;
  }

  /** Show other rows, or the same in another order. */
  show(part: Partial<IQuery>): void {
    const query = { ...this._query, ...part };
    if (JSON.stringify(query) !== JSON.stringify(this._query)) {
      this._query = query;
      void this._grid?.apply(query);
      this._changed.emit();
    }
  }

  /** Draw a chart of a version. */
  draw(ref: string, chart: ChartSpec, pause?: number): void {
    this.chart = chart;
    this.drawnOf = ref;
    const told = { at: { ref }, body: chart as never };
    this.plot.ask(signal => post('/labstudio/api/data/{ref}/plot', { ...told, signal }), pause);
  }

  /** The cell that shows what is looked at. */
  cell(ref: string): ICell | null {
    const { tab, chart, compared, target, prepare } = this;
    if (tab === 'prepare') {
      return prepare?.steps.length ? { source: async () => (await prepare.code('cell')).text } : null;
    }
    if (tab === 'quality') {
      return { magic: 'quality', verb: 'check', options: { data: ref } };
    }
    if (tab === 'explore' && chart) {
      return { magic: 'data', verb: 'plot', options: { data: ref, ...chart } };
    }
    if (tab === 'compare' && compared) {
      const { other, key } = compared;
      return { magic: 'data', verb: 'diff', options: { before: other, after: ref, ...(key.length ? { key } : {}) } };
    }
    if (tab === 'profile') {
      return { magic: 'data', verb: 'profile', options: { data: ref, ...(target ? { target } : {}) } };
    }
    return { magic: 'data', verb: 'show', options: { data: ref } };
  }

  /** A filter that this table understands. */
  get example(): string {
    const { fields = [], head = [] } = this._grid ?? {};
    const index = fields.findIndex((field, at) => isNumeric(field) && /^\w+$/.test(field.name) && head[at]?.length);
    const value = head[index]?.find(one => typeof one === 'number');
    return value === undefined ? 'lifeExp > 70' : `${fields[index].name} > ${value}`;
  }

  /** Let go of the rows and the recipe when the document is closed. */
  release(): void {
    this.prepare?.dispose();
    this.prepare = null;
    this._grid?.dispose();
    this._grid = null;
  }

  private _changed = new Signal<this, void>(this);
  private _grid: GridModel | null = null;
  private _query: IQuery = { filter: '', sort: [] };
}
