/**
 * The rows of a version: a grid of any length with a filter above it, and the first rows as a plain table.
 */
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import React, { KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';

import type { AssetDetail } from '../api/client';
import { number } from '../shared/format';
import { filterIcon } from '../shared/icons';
import { Button, Skeleton } from '../shared/parts';
import type { IStudio } from '../studio';
import { cellText, isNumeric } from './cells';
import { openColumnMenu } from './columnMenu';
import { GridModel, IGridState } from './gridModel';
import { fit, makeGrid, style } from './gridView';
import { next, spoken } from './sorting';
import type { AssetView } from './view';

const SHOWN_AS_TABLE = 20;
const PAUSE = 300; // ms after the last key in the filter

interface IProps {
  studio: IStudio;
  asset: AssetDetail;
  view: AssetView;
}

export function Preview({ studio, asset, view }: IProps) {
  const { trans } = studio;
  const model = view.grid(asset);
  const state = useGridState(model);
  const [asTable, setAsTable] = useState(false);
  const wrong = useId();
  const { sort } = state.query;
  const all = number(state.total);
  const rows = state.query.filter ? trans.__('%1 of %2 rows match', all, number(asset.rows)) : trans.__('%1 rows', all);
  const order = sort.length
    ? trans.__('sorted by %1', spoken(sort, trans.__('descending'), trans.__('then')))
    : trans.__('as stored');
  return (
    <section className="ls-preview" aria-label={trans.__('Preview')}>
      <div className="ls-preview-bar">
        <span role="status" className="ls-muted">
          {`${rows}, ${order}`}
          {state.pending && ` · ${trans.__('looking…')}`}
        </span>
        {sort.length > 0 && (
          <button className="ls-link" onClick={() => view.show({ sort: [] })}>
            {trans.__('As stored')}
          </button>
        )}
        <span className="ls-grow" />
        <button className="ls-link" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? trans.__('Show as grid') : trans.__('Show as table')}
        </button>
        <Filter studio={studio} view={view} wrong={state.error ? wrong : undefined} />
      </div>
      {state.error && (
        <div className="ls-preview-error" role="alert" id={wrong}>
          {state.error.message}
          {state.query.filter === view.query.filter && (
            <Button label={trans.__('Try again')} onClick={() => void model.apply(view.query)} />
          )}
        </div>
      )}
      {asTable ? (
        <FirstRows model={model} caption={trans.__('The first %1 rows', Math.min(SHOWN_AS_TABLE, state.total))} />
      ) : state.pending && !model.head.length ? (
        <Skeleton lines={8} />
      ) : (
        <Grid studio={studio} model={model} view={view} label={`${asset.ref}: ${rows}`} />
      )}
    </section>
  );
}

function Filter({ studio: { trans }, view, wrong }: { studio: IStudio; view: AssetView; wrong?: string }) {
  const [text, setText] = useState(view.query.filter);
  useEffect(() => {
    const timer = window.setTimeout(() => view.show({ filter: text.trim() }), PAUSE);
    return () => window.clearTimeout(timer);
  }, [text, view]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      view.show({ filter: text.trim() });
    } else if (event.key === 'Escape' && text) {
      event.stopPropagation();
      setText('');
      view.show({ filter: '' });
    }
  };
  return (
    <label className="ls-filter">
      <filterIcon.react tag="span" width="14px" height="14px" />
      <input
        type="search"
        value={text}
        spellCheck={false}
        aria-label={trans.__('Filter rows')}
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong}
        placeholder={trans.__('Filter, such as %1', view.example)}
        onChange={event => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </label>
  );
}

/** Where the grid's widget lives; it is made when the tab is shown and gone with it, the model stays. */
function Grid({ studio, model, view, label }: { studio: IStudio; model: GridModel; view: AssetView; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  // a layout effect: its clean-up runs while the node still stands in the page, which detaching asks for
  useLayoutEffect(() => {
    const node = host.current!;
    const grid = makeGrid(model, {
      sort: (column, add) => view.show({ sort: next(view.query.sort, model.fields[column].name, add) }),
      menu: (column, x, y) =>
        openColumnMenu(studio.trans, model.fields[column].name, view.query.sort, { x, y }, sort => view.show({ sort })),
      tooMuch: () => studio.tell(studio.trans.__('This is too much to copy at once; select up to 8,000 rows.'))
    });
    const draw = () => style(grid, node);
    draw();
    fit(grid, model);
    MessageLoop.flush(); // before it is shown, as the grid would be drawn again for each column's width
    Widget.attach(grid, node);
    grid.scrollTo(view.scroll.x, view.scroll.y);
    studio.themes?.themeChanged.connect(draw);
    const resized = new ResizeObserver(() => MessageLoop.sendMessage(grid, Widget.ResizeMessage.UnknownSize));
    resized.observe(node);
    return () => {
      view.scroll = { x: grid.scrollX, y: grid.scrollY };
      resized.disconnect();
      studio.themes?.themeChanged.disconnect(draw);
      grid.dispose();
    };
  }, [model, studio, view]);
  useEffect(() => {
    const viewport = host.current!.querySelector('.lm-DataGrid-viewport');
    viewport?.setAttribute('role', 'application');
    viewport?.setAttribute('aria-roledescription', studio.trans.__('data grid'));
    viewport?.setAttribute('aria-label', label);
  }, [label, studio]);
  return <div className="ls-grid" ref={host} />;
}

function FirstRows({ model, caption }: { model: GridModel; caption: string }) {
  const count = Math.min(SHOWN_AS_TABLE, model.state.total);
  const shown = model.fields.slice(0, model.head.length);
  return (
    <div className="ls-first-rows" tabIndex={0} role="region" aria-label={caption}>
      <table className="ls-Table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {shown.map(column => (
              <th key={column.name} scope="col" className={isNumeric(column) ? 'ls-right' : ''}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: count }, (_, row) => (
            <tr key={row}>
              {shown.map((column, index) => (
                <td key={column.name} className={isNumeric(column) ? 'ls-right' : ''}>
                  {cellText(model.head[index][row], column)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function useGridState(model: GridModel): IGridState {
  const [state, setState] = useState(model.state);
  useEffect(() => {
    const update = () => setState(model.state);
    update();
    model.stateChanged.connect(update);
    return () => {
      model.stateChanged.disconnect(update);
    };
  }, [model]);
  return state;
}
