/**
 * What differs between two versions: columns, values, rows.
 */
import { caretRightIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useMemo, useState } from 'react';

import { AssetDetail, Comparison, Drift, get } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { number, percent, score } from '../shared/format';
import { Card, Chip, Empty, StateView } from '../shared/parts';
import { SortableTable } from '../shared/table';
import type { IStudio, Tone } from '../studio';
import { MISSING, plainText } from './cells';
import type { AssetView } from './view';

const TONES: Record<Drift['level'], Tone> = { none: 'ok', some: 'plain', strong: 'warn' };

interface IProps {
  studio: IStudio;
  asset: AssetDetail;
  view: AssetView;
}

export function Compare({ studio, asset, view }: IProps) {
  const { trans } = studio;
  const others = asset.versions.map(one => one.ref).filter(ref => ref !== asset.ref);
  const before = others.find(ref => numberOf(ref) < asset.version) ?? others[0];
  const [{ other, key }, setCompared] = useState(view.compared ?? { other: before, key: [] as string[] });
  const compare = (part: Partial<{ other: string; key: string[] }>) =>
    setCompared((view.compared = { other, key, ...part }));
  useEffect(() => void (view.compared = { other, key }), []);
  if (!others.length) {
    return (
      <Empty text={trans.__('There is one version. Import the data again when it has changed to compare both.')} />
    );
  }
  const known = asset.fields.map(field => field.name);
  return (
    <div className="ls-compare">
      <div className="ls-compare-bar">
        <label>
          {trans.__('From')}{' '}
          <select className="ls-input" value={other} onChange={event => compare({ other: event.target.value })}>
            {others.map(ref => (
              <option key={ref}>{ref}</option>
            ))}
          </select>
        </label>
        <span>{trans.__('to %1', asset.ref)}</span>
        <label>
          {trans.__('rows are told apart by')}{' '}
          <select
            className="ls-input"
            value=""
            onChange={event => event.target.value && compare({ key: [...key, event.target.value] })}
          >
            <option value="">{key.length ? trans.__('and…') : trans.__('all their values')}</option>
            {known
              .filter(name => !key.includes(name))
              .map(name => (
                <option key={name}>{name}</option>
              ))}
          </select>
        </label>
        {key.map(name => (
          <button
            key={name}
            className="ls-Version"
            aria-label={trans.__('No longer by %1', name)}
            onClick={() => compare({ key: key.filter(one => one !== name) })}
          >
            {name} ×
          </button>
        ))}
      </div>
      <Compared key={`${other} ${key.join()}`} studio={studio} reference={other} other={asset.ref} by={key} />
    </div>
  );
}

interface ICompared {
  studio: IStudio;
  reference: string;
  other: string;
  by: string[];
}

function Compared({ studio, reference, other, by }: ICompared) {
  const comparison = useMemo(() => {
    const told = { at: { ref: reference }, query: { other, key: by } };
    return new Fetched(signal => get('/labstudio/api/data/{ref}/compare', { ...told, signal }), null);
  }, []);
  useEffect(() => () => comparison.dispose(), [comparison]);
  const state = useFetched(comparison);
  return (
    <StateView state={state} retry={() => void comparison.refresh()}>
      {found => <Found studio={studio} found={found} />}
    </StateView>
  );
}

function Found({ studio, found }: { studio: IStudio; found: Comparison }) {
  const { trans } = studio;
  return (
    <>
      <p className="ls-compare-summary">{found.summary}</p>
      <Card title={trans.__('Columns')}>
        <Schema studio={studio} found={found} />
      </Card>
      {found.drift.length > 0 && (
        <Card
          title={trans.__('How far values moved')}
          note={found.sampled < found.rows_after ? trans.__('from a sample of %1 rows', number(found.sampled)) : ''}
        >
          <DriftTable studio={studio} drift={found.drift} />
        </Card>
      )}
      <Card title={trans.__('Rows')} note={found.key.length ? trans.__('by %1', found.key.join(', ')) : ''}>
        <RowsChanged studio={studio} found={found} />
      </Card>
    </>
  );
}

function Schema({ studio: { trans }, found }: { studio: IStudio; found: Comparison }) {
  const { added, removed, renamed, retyped } = found;
  if (!added.length && !removed.length && !renamed.length && !retyped.length) {
    return <p className="ls-muted">{trans.__('The same columns with the same types.')}</p>;
  }
  return (
    <ul className="ls-compare-columns">
      {added.map(name => (
        <li key={`+${name}`}>
          <Chip tone="ok" label={trans.__('added')} /> {name}
        </li>
      ))}
      {removed.map(name => (
        <li key={`-${name}`}>
          <Chip tone="warn" label={trans.__('removed')} /> {name}
        </li>
      ))}
      {renamed.map(({ before, after }) => (
        <li key={before}>
          <Chip tone="plain" label={trans.__('renamed')} /> {`${before} → ${after}`}
        </li>
      ))}
      {retyped.map(({ name, before, after }) => (
        <li key={name}>
          <Chip tone="warn" label={trans.__('other type')} /> {`${name}: ${before} → ${after}`}
        </li>
      ))}
    </ul>
  );
}

function DriftTable({ studio: { trans }, drift }: { studio: IStudio; drift: Drift[] }) {
  const words: Record<Drift['level'], string> = {
    none: trans.__('alike'),
    some: trans.__('moved'),
    strong: trans.__('moved far')
  };
  const rank: Record<Drift['level'], number> = { none: 0, some: 1, strong: 2 };
  return (
    <SortableTable
      label={trans.__('How far values moved')}
      rowKey={one => one.column}
      rows={[...drift].sort((a, b) => rank[b.level] - rank[a.level] || (b.psi ?? 0) - (a.psi ?? 0))}
      columns={[
        { id: 'column', label: trans.__('Column'), render: one => one.column, value: one => one.column },
        {
          id: 'level',
          label: trans.__('Values'),
          render: one => <Chip tone={TONES[one.level]} label={words[one.level]} />,
          value: one => rank[one.level]
        },
        { id: 'sentence', label: trans.__('What changed'), render: one => one.sentence },
        {
          id: 'psi',
          label: 'PSI',
          right: true,
          render: one => (one.psi === null ? MISSING : score(one.psi, 0.1)),
          value: one => one.psi
        },
        {
          id: 'missing',
          label: trans.__('Missing'),
          right: true,
          render: one => `${percent(one.missing_before)} → ${percent(one.missing_after)}`,
          value: one => one.missing_after - one.missing_before
        }
      ]}
    />
  );
}

function RowsChanged({ studio: { trans }, found: { rows } }: { studio: IStudio; found: Comparison }) {
  return (
    <>
      <p className="ls-compare-counts">
        <span>{trans.__('%1 added', number(rows.added))}</span>
        <span>{trans.__('%1 removed', number(rows.removed))}</span>
        <span>{trans.__('%1 changed', number(rows.changed))}</span>
        <span className="ls-muted">{trans.__('%1 as before', number(rows.unchanged))}</span>
      </p>
      {rows.changed_rows.length > 0 && (
        <details className="ls-Form-group">
          <summary>
            <caretRightIcon.react tag="span" className="ls-icon" />
            {trans.__('The first %1 changed', rows.changed_rows.length)}
          </summary>
          <table className="ls-Table">
            <thead>
              <tr>
                <th scope="col">{trans.__('Row')}</th>
                <th scope="col">{trans.__('Column')}</th>
                <th scope="col">{trans.__('Before')}</th>
                <th scope="col">{trans.__('After')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.changed_rows.flatMap(row =>
                row.cells.map(cell => (
                  <tr key={`${row.key} ${cell.column}`}>
                    <td>{row.key.map(plainText).join(', ')}</td>
                    <td>{cell.column}</td>
                    <td>{plainText(cell.before) || MISSING}</td>
                    <td>{plainText(cell.after) || MISSING}</td>
                  </tr>
                ))
              )}
            </tbody>
          </table>
        </details>
      )}
      <SomeRows
        title={trans.__('The first %1 added', rows.added_rows.length)}
        columns={rows.columns}
        rows={rows.added_rows}
      />
      <SomeRows
        title={trans.__('The first %1 removed', rows.removed_rows.length)}
        columns={rows.columns}
        rows={rows.removed_rows}
      />
    </>
  );
}

function SomeRows({ title, columns, rows }: { title: string; columns: string[]; rows: unknown[][] }) {
  if (!rows.length) {
    return null;
  }
  return (
    <details className="ls-Form-group">
      <summary>
        <caretRightIcon.react tag="span" className="ls-icon" />
        {title}
      </summary>
      <div className="ls-compare-rows" tabIndex={0} role="region" aria-label={title}>
        <table className="ls-Table">
          <thead>
            <tr>
              {columns.map(name => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                {row.map((value, column) => (
                  <td key={column}>{plainText(value) || MISSING}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function numberOf(ref: string): number {
  return Number(ref.slice(ref.lastIndexOf('@') + 1));
}
