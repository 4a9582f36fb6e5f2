/**
 * Choose one of many columns: type to search, arrows to move, Enter to choose, Esc to leave it as it was.
 */
import React, { ReactElement, useEffect, useId, useRef, useState } from 'react';

import { number } from '../shared/format';
import type { IStudio } from '../studio';
import type { IColumn } from './draft';

const SHOWN = 100; // of more, one types

interface IProps {
  studio: IStudio;
  id: string;
  columns: IColumn[] | undefined;
  value: string;
  invalid?: boolean;
  /** Id of what says more of the field. */
  describedBy?: string;
  onChange: (name: string) => void;
}

export function ColumnPicker({ studio, id, columns, value, invalid, describedBy, onChange }: IProps): ReactElement {
  const { trans } = studio;
  const list = useId();
  const [search, setSearch] = useState<string | null>(null); // null: closed
  const [active, setActive] = useState(0);
  const box = useRef<HTMLUListElement>(null);
  const open = search !== null && columns !== undefined;
  const found = open ? matching(columns, search) : [];
  const shown = found.slice(0, SHOWN);

  const begin = () => {
    if (search === null) {
      setSearch('');
      setActive(
        Math.max(
          0,
          (columns ?? []).slice(0, SHOWN).findIndex(one => one.name === value)
        )
      );
    }
  };
  const choose = (column: IColumn | undefined) => {
    if (column) {
      onChange(column.name);
    }
    setSearch(null);
  };
  useEffect(() => {
    box.current?.children[active]?.scrollIntoView?.({ block: 'nearest' });
  }, [active, open]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    if (event.key in moves) {
      event.preventDefault();
      if (open) {
        setActive(Math.max(0, Math.min(shown.length - 1, active + moves[event.key])));
      } else {
        begin();
      }
    } else if (event.key === 'Enter' && open && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      choose(shown[active]);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      setSearch(null);
    }
  };

  return (
    <div className="ls-Picker">
      <input
        id={id}
        className="jp-mod-styled"
        role="combobox"
        aria-expanded={open}
        aria-controls={list}
        aria-activedescendant={open && shown[active] ? `${list}-${active}` : undefined}
        aria-autocomplete="list"
        aria-invalid={invalid}
        aria-describedby={describedBy}
        autoComplete="off"
        spellCheck={false}
        disabled={columns === undefined}
        placeholder={columns === undefined ? trans.__('Choose data first') : value || trans.__('Search columns')}
        value={search ?? value}
        onClick={begin}
        onChange={event => {
          setSearch(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setSearch(null)}
      />
      {open && (
        <ul id={list} ref={box} role="listbox" aria-label={trans.__('Columns')}>
          {shown.map((column, i) => (
            <li
              key={column.name}
              id={`${list}-${i}`}
              role="option"
              aria-selected={i === active}
              title={column.name}
              onMouseDown={event => {
                event.preventDefault(); // the field keeps the focus
                choose(column);
              }}
            >
              <span className="ls-Picker-name">{column.name}</span>
              <span className="ls-muted">{facts(column, studio)}</span>
            </li>
          ))}
          {found.length > SHOWN && (
            <li role="presentation" className="ls-muted">
              {trans.__('%1 more; type to search', found.length - SHOWN)}
            </li>
          )}
          {found.length === 0 && (
            <li role="presentation" className="ls-muted">
              {trans.__('No column holds "%1".', search)}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

/** Columns whose name holds the text; those that begin with it first. */
export function matching(columns: readonly IColumn[], search: string): IColumn[] {
  const wanted = search.trim().toLowerCase();
  const place = ({ name }: IColumn) => name.toLowerCase().indexOf(wanted);
  const found = columns.filter(one => place(one) >= 0);
  return wanted ? found.sort((a, b) => Number(place(a) > 0) - Number(place(b) > 0)) : found;
}

function facts(column: IColumn, { trans }: IStudio): string {
  const values =
    column.distinct === undefined
      ? ''
      : ` · ${trans._n('%1 value', '%1 values', column.distinct).replace(String(column.distinct), number(column.distinct))}`;
  return column.semantic + values;
}
