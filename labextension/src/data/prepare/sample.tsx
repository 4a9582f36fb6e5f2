/**
 * The table after a step, on a sample: what the step added and changed stands out, a header has what can be done.
 */
import React, { useMemo, useRef, useState } from 'react';

import { number } from '../../shared/format';
import { openMenu } from '../../shared/menu';
import { Chip, Empty, Failed, Skeleton } from '../../shared/parts';
import type { IStudio } from '../../studio';
import { FirstRows, Grid } from '../grid';
import { columnOf, SampleModel, turned } from '../sampleModel';
import type { PrepareModel } from './model';
import { quickOf } from './quick';

const SHOWN_AS_TABLE = 20;
const NAMED = 4;

export function Sample({ studio, model }: { studio: IStudio; model: PrepareModel }) {
  const { trans } = studio;
  const { value, error, pending } = model.preview.state;
  const scroll = useRef({ x: 0, y: 0 });
  const [asTable, setAsTable] = useState(false);
  const tried = value && value.step >= 0 ? value.steps[value.step] : undefined;
  const rows = useMemo(() => {
    if (!value) {
      return null;
    }
    const fields = value.columns.map(columnOf);
    const marked = new Set([...(tried?.added ?? []), ...(tried?.changed ?? [])]);
    return new SampleModel(fields, turned(value.values, fields.length), value.values.length, null, marked);
  }, [value]);
  if (!value || !rows) {
    return error ? (
      <Failed error={error} retry={() => model.show(model.steps[model.place]?.id ?? -1)} />
    ) : (
      <Skeleton lines={8} />
    );
  }
  const columns = trans._n('%1 column', '%1 columns', value.columns.length);
  const place = value.step < 0 ? trans.__('The input') : trans.__('After step %1', value.step + 1);
  const count = trans._n('%2 row of the sample', '%2 rows of the sample', value.total, number(value.total));
  const label = `${place}: ${count} × ${columns}`;
  const first = Math.min(SHOWN_AS_TABLE, value.values.length);
  const menu = (column: number, x: number, y: number) => {
    const ops = new Set(model.operations.map(one => one.op));
    const quick = quickOf(trans, value.columns[column], ops);
    openMenu(
      quick.flatMap(({ label, step, form, group }, at) => [
        ...(at > 0 && quick[at - 1].group !== group ? [null] : []),
        { label, run: () => model.add(step, form) }
      ]),
      { x, y }
    );
  };
  return (
    <>
      <div className="ls-preview-bar">
        <span role="status" className="ls-muted">
          {label}
          {pending && ` · ${trans.__('trying…')}`}
        </span>
        {tried && <Changes studio={studio} {...tried} />}
        <span className="ls-grow" />
        <button className="ls-link" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? trans.__('Show as grid') : trans.__('Show as table')}
        </button>
      </div>
      {error && <Failed error={error} />}
      {value.columns.length === 0 ? (
        <Empty text={trans.__('There are no columns.')} />
      ) : asTable ? (
        <FirstRows fields={rows.fields} head={rows.head} count={first} caption={trans.__('The first %1 rows', first)} />
      ) : (
        <Grid
          studio={studio}
          model={rows}
          label={label}
          scroll={scroll.current}
          asks={{ head: (column, { clientX, clientY }) => menu(column, clientX, clientY), menu }}
        />
      )}
    </>
  );
}

interface IChanges {
  studio: IStudio;
  before: number | null;
  after: number | null;
  added: string[];
  removed: string[];
  changed: string[];
}

/** What the step that is shown did. */
function Changes({ studio: { trans }, before, after, added, removed, changed }: IChanges) {
  const rows = (after ?? 0) - (before ?? 0);
  return (
    <span className="ls-changes">
      {rows !== 0 && <Chip tone="plain" label={trans.__('%1 → %2 rows', number(before!), number(after!))} />}
      {added.length > 0 && <Chip tone="ok" label={trans.__('added %1', some(added))} />}
      {changed.length > 0 && <Chip tone="run" label={trans.__('changed %1', some(changed))} />}
      {removed.length > 0 && <Chip tone="warn" label={trans.__('removed %1', some(removed))} />}
    </span>
  );
}

function some(names: string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (more > 0 ? ` +${more}` : '');
}
