/**
 * Choosing several columns: a searchable list with a box for each, and an order of them.
 */
import { closeIcon } from '@jupyterlab/ui-components';
import React, { ReactElement, useState } from 'react';

import { Button } from '../../shared/parts';
import { __ } from '../../shared/words';

const MOST_SHOWN = 200;
const MANY = 8; // from so many on a list is searched

interface IColumns {
  label: string;
  columns: readonly { name: string; kind: string }[];
  value: string[];
  onChange: (value: string[] | undefined) => void;
}

export function Columns({ label, columns, value, onChange }: IColumns): ReactElement {
  const [sought, setSought] = useState('');
  const gone = value.filter(name => !columns.some(column => column.name === name));
  const all = [...columns, ...gone.map(name => ({ name, kind: __('not there') }))];
  const shown = all.filter(({ name }) => name.toLowerCase().includes(sought.toLowerCase())).slice(0, MOST_SHOWN);
  const change = (next: string[]) => onChange(next.length ? next : undefined);
  return (
    <div className="ls-Columns">
      {columns.length >= MANY && (
        <input
          type="search"
          aria-label={__('Search %1', label)}
          placeholder={__('Search')}
          value={sought}
          onChange={event => setSought(event.target.value)}
        />
      )}
      <div className="ls-Columns-list" role="group" aria-label={label} tabIndex={-1}>
        {shown.map(({ name, kind }) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={value.includes(name)}
              onChange={event => change(event.target.checked ? [...value, name] : value.filter(one => one !== name))}
            />
            <span className="ls-cut" title={name}>
              {name}
            </span>
            <span className="ls-note">{kind}</span>
          </label>
        ))}
      </div>
      <div className="ls-Columns-foot ls-note">
        <span>{__('%1 of %2 chosen', value.length, columns.length)}</span>
        <button type="button" className="ls-link" onClick={() => change(columns.map(({ name }) => name))}>
          {__('All')}
        </button>
        <button type="button" className="ls-link" disabled={!value.length} onClick={() => change([])}>
          {__('None')}
        </button>
      </div>
    </div>
  );
}

interface IOrder {
  label: string;
  names: readonly string[];
  value: string[];
  onChange: (value: string[] | undefined) => void;
}

/** Columns one after the other, each rising or falling: `-name` is falling. */
export function Order({ label, names, value, onChange }: IOrder): ReactElement {
  const bare = (key: string) => (key.startsWith('-') && !names.includes(key) ? key.slice(1) : key);
  const change = (next: string[]) => onChange(next.length ? next : undefined);
  const left = names.filter(name => !value.some(key => bare(key) === name));
  return (
    <div className="ls-Order">
      {value.map((key, at) => {
        const name = bare(key);
        const to = (next: string) => change(value.map((one, place) => (place === at ? next : one)));
        return (
          <div key={name} className="ls-Order-row">
            <span className="ls-cut" title={name}>
              {name}
            </span>
            <select
              aria-label={__('Order of %1', name)}
              value={key === name ? 'up' : 'down'}
              onChange={event => to(event.target.value === 'up' ? name : `-${name}`)}
            >
              <option value="up">{__('ascending')}</option>
              <option value="down">{__('descending')}</option>
            </select>
            <Button
              bare
              label={__('Remove %1', name)}
              icon={closeIcon}
              onClick={() => change(value.filter((_, place) => place !== at))}
            />
          </div>
        );
      })}
      <select
        aria-label={__('Add to %1', label)}
        value=""
        onChange={event => event.target.value && change([...value, event.target.value])}
      >
        <option value="">{value.length ? __('then by…') : __('Choose…')}</option>
        {left.map(name => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
