/**
 * A table of some hundred rows that sorts by its headers, by mouse and by keyboard.
 *
 * Lab's own `Table` tells neither keyboard nor screen reader how it is sorted, hence this one in its looks.
 */
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import React, { KeyboardEvent, ReactElement, ReactNode, useMemo, useState } from 'react';

export interface IColumn<T> {
  id: string;
  label: string;
  right?: boolean;
  render: (row: T) => ReactNode;
  /** What the column sorts by; without it the column does not sort. */
  value?: (row: T) => number | string | null | undefined;
  width?: string;
}

interface ITable<T> {
  label: string;
  columns: IColumn<T>[];
  rows: T[];
  rowKey: (row: T) => string | number;
  tint?: (row: T) => boolean;
  onOpen?: (row: T) => void;
}

interface ISorted {
  id: string;
  sign: 1 | -1;
}

export function SortableTable<T>({ label, columns, rows, rowKey, tint, onOpen }: ITable<T>): ReactElement {
  const [by, setBy] = useState<ISorted | null>(null);
  const shown = useMemo(() => {
    const value = columns.find(column => column.id === by?.id)?.value;
    return value && by ? [...rows].sort((a, b) => compare(value(a), value(b), by.sign)) : rows;
  }, [rows, columns, by]);
  // up, down, and the order it came in
  const sort = (id: string) => setBy(by?.id !== id ? { id, sign: 1 } : by.sign === 1 ? { id, sign: -1 } : null);
  return (
    <table className="ls-Table" aria-label={label}>
      <thead>
        <tr>
          {columns.map(column => (
            <Head key={column.id} column={column} sign={by?.id === column.id ? by.sign : 0} onSort={sort} />
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map(row => (
          <tr
            key={rowKey(row)}
            className={tint?.(row) ? 'ls-mod-tint' : undefined}
            tabIndex={onOpen ? 0 : undefined}
            onDoubleClick={onOpen && (() => onOpen(row))}
            onKeyDown={onOpen && (event => onRowKey(event, () => onOpen(row)))}
          >
            {columns.map(column => (
              <td key={column.id} data-column={column.id} className={column.right ? 'ls-right' : undefined}>
                {column.render(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface IHead<T> {
  column: IColumn<T>;
  sign: 1 | -1 | 0;
  onSort: (id: string) => void;
}

function Head<T>({ column, sign, onSort }: IHead<T>): ReactElement {
  const Caret = sign === -1 ? caretDownIcon.react : caretUpIcon.react;
  return (
    <th
      scope="col"
      data-column={column.id}
      className={column.right ? 'ls-right' : undefined}
      style={{ width: column.width }}
      aria-sort={!column.value ? undefined : sign === 1 ? 'ascending' : sign === -1 ? 'descending' : 'none'}
    >
      {column.value ? (
        <button onClick={() => onSort(column.id)}>
          {column.label}
          {sign !== 0 && <Caret tag="span" className="ls-icon" />}
        </button>
      ) : (
        column.label
      )}
    </th>
  );
}

function onRowKey(event: KeyboardEvent<HTMLTableRowElement>, open: () => void): void {
  const row = event.currentTarget;
  if (event.target !== row) {
    return;
  }
  const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (next) {
    event.preventDefault();
    (next as HTMLElement).focus();
  } else if (event.key === 'Enter') {
    open();
  }
}

/** What is missing stands last, however it is sorted. */
function compare(a: unknown, b: unknown, sign: number): number {
  const [noA, noB] = [a, b].map(x => x === null || x === undefined || Number.isNaN(x));
  if (noA || noB) {
    return Number(noA) - Number(noB);
  }
  if (typeof a === 'number' && typeof b === 'number') {
    return sign * (a - b);
  }
  return sign * String(a).localeCompare(String(b), 'en', { numeric: true });
}
