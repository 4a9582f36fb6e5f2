/**
 * Which columns go together: a heat map as a table, each field with its number, and its sign beside its colour.
 */
import React, { CSSProperties, useEffect, useMemo } from 'react';

import { Associations, get } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { number, score } from '../shared/format';
import { Empty, Middle, StateView } from '../shared/parts';
import type { IStudio } from '../studio';

type Pair = Associations['pairs'][number];

const MOST = 24;

export function AssociationsView({ studio, reference }: { studio: IStudio; reference: string }) {
  const found = useMemo(() => {
    const at = { ref: reference };
    return new Fetched(signal => get('/labstudio/api/data/{ref}/associations', { at, signal }), null);
  }, [reference]);
  useEffect(() => () => found.dispose(), [found]);
  const state = useFetched(found);
  return (
    <StateView state={state} retry={() => void found.refresh()}>
      {value => <HeatMap studio={studio} found={value} />}
    </StateView>
  );
}

function HeatMap({ studio: { trans }, found }: { studio: IStudio; found: Associations }) {
  const pairs = useMemo(() => byColumns(found.pairs), [found]);
  const columns = strongest(found).slice(0, MOST);
  const words: Record<string, string> = {
    spearman: trans.__('rank correlation'),
    cramers_v: trans.__('Cramér’s V'),
    correlation_ratio: trans.__('correlation ratio')
  };
  if (columns.length < 2) {
    return <Empty text={trans.__('There are no two columns to be compared.')} />;
  }
  const left = found.columns.length - columns.length + found.left_out.length;
  return (
    <>
      <div className="ls-heat" tabIndex={0} role="region" aria-label={trans.__('Associations')}>
        <table aria-label={trans.__('How columns go together, from −1 or 0 to 1')}>
          <thead>
            <tr>
              <td />
              {columns.map(name => (
                <th key={name} scope="col">
                  <span>
                    <Middle text={name} max={16} />
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {columns.map(row => (
              <tr key={row}>
                <th scope="row">
                  <Middle text={row} max={22} />
                </th>
                {columns.map(column => {
                  const pair = pairs.get(keyOf(row, column));
                  return row === column ? (
                    <td key={column} className="ls-heat-same" />
                  ) : (
                    <td
                      key={column}
                      style={pair && shade(pair.value)}
                      title={pair && `${row} × ${column}: ${words[pair.measure]} ${score(pair.value, 0.1)}`}
                    >
                      {pair ? score(pair.value, 0.1) : '·'}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="ls-note">
        {found.sampled < found.rows && `${trans.__('From a sample of %1 rows.', number(found.sampled))} `}
        {left > 0 &&
          `${trans._n('%1 column that says less is left out.', '%1 columns that say less are left out.', left)} `}
        {trans.__('Numbers by rank correlation, categories by Cramér’s V, one of each by the correlation ratio.')}
      </p>
    </>
  );
}

/** The columns of the strongest pairs first. */
export function strongest({ columns, pairs }: Pick<Associations, 'columns' | 'pairs'>): string[] {
  const sorted = [...pairs].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  return [...new Set([...sorted.flatMap(({ left, right }) => [left, right]), ...columns])];
}

function byColumns(pairs: Pair[]): Map<string, Pair> {
  return new Map(
    pairs.flatMap(pair => [keyOf(pair.left, pair.right), keyOf(pair.right, pair.left)].map(key => [key, pair]))
  );
}

function keyOf(a: string, b: string): string {
  return JSON.stringify([a, b]);
}

/** At most 45 % of a colour, so that the number in it can be read. */
function shade(value: number): CSSProperties {
  const colour = value < 0 ? 'var(--ls-s2)' : 'var(--ls-heat)';
  return { background: `color-mix(in srgb, ${colour} ${Math.round(45 * Math.min(1, Math.abs(value)))}%, transparent)` };
}
