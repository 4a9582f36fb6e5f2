/**
 * The rows of a version: a grid of any length with a filter above it, and the first rows as a plain table.
 */
import React, { KeyboardEvent, useEffect, useId, useState } from 'react';

import type { AssetDetail } from '../api/client';
import { number } from '../shared/format';
import { filterIcon } from '../shared/icons';
import { Button, Skeleton } from '../shared/parts';
import type { IStudio } from '../studio';
import { openColumnMenu } from './columnMenu';
import { FirstRows, Grid } from './grid';
import { GridModel, IGridState } from './gridModel';
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
  const first = Math.min(SHOWN_AS_TABLE, state.total);
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
        <FirstRows
          fields={model.fields}
          head={model.head}
          count={first}
          caption={trans.__('The first %1 rows', first)}
        />
      ) : state.pending && !model.head.length ? (
        <Skeleton lines={8} />
      ) : (
        <Grid
          studio={studio}
          model={model}
          label={`${asset.ref}: ${rows}`}
          scroll={view.scroll}
          asks={{
            head: (column, event) =>
              view.show({ sort: next(view.query.sort, model.fields[column].name, event.shiftKey) }),
            menu: (column, x, y) =>
              openColumnMenu(trans, model.fields[column].name, view.query.sort, { x, y }, to => view.show({ sort: to }))
          }}
        />
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
