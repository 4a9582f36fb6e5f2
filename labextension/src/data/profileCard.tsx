/**
 * One column: its type, how its values lie, what is missing, one thing to know; more when it is opened.
 */
import { LabIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';

import type { ColumnProfile } from '../api/client';
import { number, percent } from '../shared/format';
import { warnIcon } from '../shared/icons';
import { Facts, Middle } from '../shared/parts';
import type { IStudio } from '../studio';
import { cellText, isNumeric } from './cells';
import { typeNames } from './words';

const noteIcon = new LabIcon({
  name: 'labstudio:note',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path fill="currentColor" d="M11 7h2v2h-2zm0 4h2v6h-2zm1-9a10 10 0 1 0 0 20 10 10 0 0 0 0-20m0 18a8 8 0 1 1 0-16 8 8 0 0 1 0 16"/></svg>'
});

const BARS = 3; // values with a bar of their own, before "n more"
const HEIGHT = 56;

interface IProps {
  studio: IStudio;
  column: ColumnProfile;
  rows: number;
}

export function ProfileCard({ studio: { trans }, column, rows }: IProps) {
  const [open, setOpen] = useState(false);
  const share = rows ? column.missing / rows : 0;
  const Note = column.alert ? warnIcon : noteIcon;
  const [left, right] = facts(trans, column, rows);
  return (
    <article className={`ls-column ${open ? 'ls-open' : ''}`}>
      <h2>
        <button aria-expanded={open} onClick={() => setOpen(!open)}>
          <Middle text={column.name} max={26} />
        </button>
        <span className="ls-note">{typeName(trans, column)}</span>
      </h2>
      {column.counts.length > 1 ? (
        <Histogram trans={trans} column={column} />
      ) : (
        <TopValues trans={trans} column={column} rows={rows} />
      )}
      <p className="ls-column-facts">
        <span className="ls-muted">{left}</span>
        <span className="ls-cut" title={right}>
          {right}
        </span>
      </p>
      <p className="ls-column-missing">
        <span className="ls-muted">{trans.__('missing')}</span>
        <span className="ls-rail" aria-hidden="true">
          <i style={{ width: `${100 * share}%`, minWidth: share ? 2 : 0 }} />
        </span>
        <span title={trans.__('%1 of %2 rows', number(column.missing), number(rows))}>{percent(share)}</span>
      </p>
      <p className={`ls-column-note ${column.note ? '' : 'ls-muted'} ${column.alert ? 'ls-alert' : ''}`}>
        {column.note && <Note.react tag="span" width="14px" height="14px" />}
        <span className="ls-cut" title={column.note}>
          {column.note || trans.__('Nothing to note')}
        </span>
      </p>
      {open && <Details trans={trans} column={column} rows={rows} />}
    </article>
  );
}

function Histogram({ trans, column: { counts, edges, name } }: { trans: TranslationBundle; column: ColumnProfile }) {
  const highest = Math.max(...counts);
  const width = 100 / counts.length;
  const label = trans.__('%1: %2 bars from %3 to %4', name, counts.length, edge(edges[0]), edge(edges.at(-1)!));
  return (
    <svg
      className="ls-histogram"
      viewBox={`0 0 100 ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {counts.map((count, index) => {
        const height = count ? Math.max(1, (count / highest) * HEIGHT) : 0;
        return (
          <rect key={index} x={index * width} y={HEIGHT - height} width={width * 0.93} height={height}>
            <title>{`${edge(edges[index])} – ${edge(edges[index + 1])}: ${number(count)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

/** Like other figures, but 1952 stays the year it may be. */
function edge(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 10_000 ? String(value) : number(value);
}

interface IColumn {
  trans: TranslationBundle;
  column: ColumnProfile;
  rows: number;
}

function TopValues({ trans, column, rows }: IColumn) {
  const top = column.top.slice(0, column.distinct > BARS + 1 ? BARS : BARS + 1);
  const most = Math.max(1, ...top.map(([, count]) => count));
  const others = column.distinct - top.length;
  const rest = rows - column.missing - top.reduce((sum, [, count]) => sum + count, 0);
  return (
    <ul className="ls-top-values">
      {top.map(([value, count]) => (
        <li key={String(value)}>
          <span className="ls-cut" title={String(value)}>
            {cellText(value, column)}
          </span>
          <i style={{ width: `${(100 * count) / most}%` }} aria-hidden="true" />
          <span>{number(count)}</span>
        </li>
      ))}
      {others > 0 && (
        <li className="ls-muted">
          <span className="ls-cut">{trans.__('%1 more', number(others))}</span>
          <i className="ls-none" />
          <span>{number(Math.max(0, rest))}</span>
        </li>
      )}
    </ul>
  );
}

function Details({ trans, column, rows }: IColumn) {
  const quantiles = Object.entries(column.quantiles).map(([share, value]): [string, string] => [
    share === '0.5' ? trans.__('median') : trans.__('%1 below', percent(Number(share), 0)),
    number(value)
  ]);
  const lines: [string, string][] = [
    [trans.__('different values'), number(column.distinct)],
    [trans.__('smallest'), cellText(column.minimum, column)],
    ...quantiles,
    [trans.__('largest'), cellText(column.maximum, column)],
    ...more(trans, column)
  ];
  const top = column.top.map(([value, count]): [string, string] => [
    cellText(value, column),
    `${number(count)} (${percent(rows ? count / rows : 0)})`
  ]);
  return (
    <div className="ls-column-details">
      <Facts rows={lines} />
      {top.length > 0 && <Facts rows={top} />}
    </div>
  );
}

/** What is known of some columns only. */
function more(trans: TranslationBundle, column: ColumnProfile): [string, string][] {
  const { length_min, length_max } = column;
  const lines: [string, number | string | null][] = [
    [trans.__('standard deviation'), column.std],
    [trans.__('skew'), column.skew],
    [trans.__('zeros'), column.zeros],
    [trans.__('below zero'), column.negative],
    [trans.__('far from the others'), column.outliers],
    [trans.__('letters'), length_min === null ? null : `${length_min} – ${length_max}`]
  ];
  return lines
    .filter((line): line is [string, number | string] => line[1] !== null && line[1] !== undefined)
    .map(([label, value]) => [label, typeof value === 'number' ? number(value) : value]);
}

function typeName(trans: TranslationBundle, { physical, semantic, meanings }: ColumnProfile): string {
  const names = typeNames(trans);
  const stored = names[physical] ?? physical;
  const meant = semantic === 'number' ? stored : (names[semantic] ?? semantic);
  const looks = meanings[0] ? (names[meanings[0].kind] ?? meanings[0].kind) : '';
  return [...new Set([looks, meant, stored])].filter(Boolean).slice(0, 2).join(' · ');
}

function facts(trans: TranslationBundle, column: ColumnProfile, rows: number): [string, string] {
  const distinct = trans.__('%1 distinct', number(column.distinct));
  if (isNumeric(column) || column.physical === 'datetime') {
    const end = (value: unknown) => (typeof value === 'number' ? edge(value) : cellText(value, column));
    const range = column.minimum === null ? '' : `${end(column.minimum)} – ${end(column.maximum)}`;
    return [column.mean === null ? distinct : trans.__('mean %1', number(column.mean)), range];
  }
  const [first] = column.top;
  if (first && first[1] * column.distinct === rows - column.missing) {
    return [distinct, trans._n('%1 row each', '%1 rows each', first[1])];
  }
  return [distinct, first ? `${cellText(first[0], column)} ${percent(rows ? first[1] / rows : 0)}` : ''];
}
