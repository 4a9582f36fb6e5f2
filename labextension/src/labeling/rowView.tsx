/**
 * A row of a table as an annotator reads it; where wrong cells are asked for, each cell can be marked.
 */
import React, { ReactElement } from 'react';

import type { LabelingItem } from '../api/client';
import { plainText } from '../data/cells';
import { __ } from '../shared/words';
import type { Bench } from './bench';

export function RowView({ bench, item }: { bench: Bench; item: LabelingItem }): ReactElement {
  const cells = bench.project!.task === 'cells';
  return (
    <table className="ls-Row" aria-label={__('Row %1', item.key)}>
      <tbody>
        {Object.entries(item.row).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value === null ? <span className="ls-muted">{__('missing')}</span> : plainText(value)}</td>
            {cells && (
              <td>
                <Wrong bench={bench} column={name} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Wrong({ bench, column }: { bench: Bench; column: string }): ReactElement {
  const cells = bench.value.cells ?? [];
  const found = cells.find(one => one.column === column);
  const others = cells.filter(one => one.column !== column);
  const set = (correct: string | null) =>
    bench.edit({ ...bench.value, cells: [...others, { column, label: bench.drawing ?? '', correct }] });
  return (
    <span className="ls-Row-wrong">
      <label>
        <input
          type="checkbox"
          checked={found !== undefined}
          onChange={event => (event.target.checked ? set(null) : bench.edit({ ...bench.value, cells: others }))}
        />{' '}
        {found?.label ? (bench.labelById.get(found.label)?.name ?? found.label) : __('wrong')}
      </label>
      {found && (
        <input
          className="ls-input"
          aria-label={__('What %1 should be', column)}
          placeholder={__('should be…')}
          value={found.correct ?? ''}
          onChange={event => set(event.target.value || null)}
        />
      )}
    </span>
  );
}
