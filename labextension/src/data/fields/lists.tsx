/**
 * Lists of values and pairs of them, each in a field of its own.
 */
import { closeIcon } from '@jupyterlab/ui-components';
import React, { ReactElement, useState } from 'react';

import { Button } from '../../shared/parts';
import { __ } from '../../shared/words';
import type { IField } from './describe';

interface IListed {
  label: string;
  numeric: boolean;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** Values set apart by commas, as they are typed; a value with a comma stands in quotes. */
export function Listed({ label, numeric, value, onChange }: IListed): ReactElement {
  const kept = (value ?? []) as unknown[];
  const [text, setText] = useState(() => write(kept));
  // another value than the one that was typed, such as after an undo
  const shown = JSON.stringify(read(text, numeric)) === JSON.stringify(kept) ? text : write(kept);
  return (
    <input
      aria-label={label}
      spellCheck={false}
      value={shown}
      placeholder={numeric ? '0, 10, 100' : __('one, two, three')}
      onChange={event => {
        setText(event.target.value);
        const next = read(event.target.value, numeric);
        onChange(next.length ? next : undefined);
      }}
    />
  );
}

export function read(text: string, numeric: boolean): unknown[] {
  const parts = text.match(/\s*("(?:[^"]|"")*"|[^,]*)\s*(,|$)/g) ?? [];
  const texts = parts
    .map(part => part.replace(/,$/, '').trim())
    .map(part => (/^".*"$/.test(part) ? part.slice(1, -1).replace(/""/g, '"') : part))
    .filter(part => part !== '');
  return numeric ? texts.map(Number).filter(one => !Number.isNaN(one)) : texts;
}

export function write(values: readonly unknown[]): string {
  return values
    .map(String)
    .map(one => (/[,"]|^\s|\s$/.test(one) ? `"${one.replace(/"/g, '""')}"` : one))
    .join(', ');
}

interface IMapped {
  label: string;
  field: IField;
  names: readonly string[];
  value: unknown;
  onChange: (value: unknown) => void;
}

/** Pairs: a column or a value, and what becomes of it. */
export function Mapped({ label, field, names, value, onChange }: IMapped): ReactElement {
  const kept = Object.entries((value ?? {}) as Record<string, unknown>);
  // a pair that has no key yet is not told, so it is kept here
  const [rows, setRows] = useState<[string, string][]>([]);
  const told = JSON.stringify(Object.fromEntries(kept));
  const here = JSON.stringify(Object.fromEntries(typed(rows, field)));
  const pairs: [string, string][] =
    told === here && rows.length ? rows : kept.map(([key, one]) => [key, String(one)] as [string, string]);
  const change = (next: [string, string][]) => {
    setRows(next);
    const said = typed(next, field);
    onChange(said.length ? Object.fromEntries(said) : undefined);
  };
  const shown: [string, string][] = pairs.length ? pairs : [['', '']];
  const at = (place: number, pair: [string, string]) => change(shown.map((one, p) => (p === place ? pair : one)));
  return (
    <div className="ls-Mapped">
      {shown.map(([key, to], place) => (
        <div key={place} className="ls-Mapped-row">
          {field.byColumn ? (
            <select
              aria-label={__('%1 %2: from', label, place + 1)}
              value={key}
              onChange={event => at(place, [event.target.value, to])}
            >
              <option value="">{__('Column…')}</option>
              {[...new Set([...names, ...(key ? [key] : [])])].map(name => (
                <option key={name} value={name} disabled={name !== key && shown.some(([one]) => one === name)}>
                  {name}
                </option>
              ))}
            </select>
          ) : (
            <input
              aria-label={__('%1 %2: from', label, place + 1)}
              spellCheck={false}
              value={key}
              onChange={event => at(place, [event.target.value, to])}
            />
          )}
          <span aria-hidden="true">→</span>
          <input
            aria-label={__('%1 %2: to', label, place + 1)}
            spellCheck={false}
            inputMode={field.numeric ? 'decimal' : undefined}
            value={to}
            onChange={event => at(place, [key, event.target.value])}
          />
          <Button
            bare
            label={__('Remove pair %1', place + 1)}
            icon={closeIcon}
            onClick={() => change(shown.filter((_, p) => p !== place))}
          />
        </div>
      ))}
      <button type="button" className="ls-link" onClick={() => setRows([...shown, ['', '']])}>
        {__('Add a pair')}
      </button>
    </div>
  );
}

/** The pairs that are whole, as they are told. */
function typed(rows: readonly [string, string][], field: IField): [string, unknown][] {
  return rows
    .filter(([key, to]) => key !== '' && (to !== '' || !(field.byColumn || field.numeric)))
    .map(([key, to]) => [key, field.numeric ? Number(to) : to] as [string, unknown])
    .filter(([, to]) => !Number.isNaN(to));
}
