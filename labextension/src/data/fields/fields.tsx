/**
 * A form about a table, drawn from the fields of a model: columns are chosen, orders turned, expressions completed.
 */
import { closeIcon } from '@jupyterlab/ui-components';
import React, { ReactElement, useId } from 'react';

import { Button } from '../../shared/parts';
import { __ } from '../../shared/words';
import { Columns, Order } from './columns';
import type { IKnown } from './completion';
import { Expression } from './expression';
import { IField, spelled, Values } from './describe';
import { Listed, Mapped } from './lists';

export interface ITable extends IKnown {
  /** Data assets that may be named. */
  assets: readonly string[];
}

interface IFields {
  fields: readonly IField[];
  value: Values;
  table: ITable;
  /** What the server says is wrong. */
  error?: string;
  /** @param name - the field that was changed */
  onChange: (value: Values, name: string) => void;
}

export function Fields({ fields, value, table, error, onChange }: IFields): ReactElement {
  const set = (name: string, to: unknown) => {
    onChange(told({ ...value, [name]: to }), name);
  };
  const marks = fields.filter(field => field.editor === 'expression');
  return (
    <div className="ls-Form ls-Fields">
      {fields.map(field => (
        <Field
          key={field.name}
          field={field}
          value={value[field.name]}
          table={table}
          error={marks.length === 1 && field === marks[0] ? error : undefined}
          onChange={to => set(field.name, to)}
        />
      ))}
      {error && marks.length !== 1 && (
        <div className="ls-wrong" role="alert">
          {error}
        </div>
      )}
    </div>
  );
}

interface IOne {
  field: IField;
  value: unknown;
  table: ITable;
  error?: string;
  /** Without its label and what is said of it, as in a row. */
  bare?: boolean;
  onChange: (value: unknown) => void;
}

export function Field(props: IOne): ReactElement {
  const { field, bare } = props;
  const id = useId();
  const said = useId();
  const editor = <EditorOf {...props} id={id} said={!bare && field.description ? said : undefined} />;
  if (bare || field.editor === 'boolean') {
    return editor;
  }
  const one = ['columns', 'order', 'choices', 'list', 'map', 'rows'].includes(field.editor);
  return (
    <div className="ls-Field" role={one ? 'group' : undefined} aria-labelledby={one ? `${id}-label` : undefined}>
      <label id={`${id}-label`} htmlFor={one ? undefined : id}>
        {__(field.label)}
        {field.required && <span aria-hidden="true"> *</span>}
      </label>
      {editor}
      {field.description && (
        <small className="ls-note" id={said}>
          {__(field.description)}
        </small>
      )}
    </div>
  );
}

function EditorOf({ id, said, field, value, table, error, onChange }: IOne & { id: string; said?: string }) {
  const label = __(field.label);
  const names = table.columns.map(column => column.name);
  const text = value === undefined || value === null ? '' : String(value);
  switch (field.editor) {
    case 'boolean':
      return (
        <label className="ls-Field-check">
          <input
            type="checkbox"
            checked={(value ?? field.initial) === true}
            onChange={event => onChange(event.target.checked === field.initial ? undefined : event.target.checked)}
          />
          {__(field.description.replace(/^Whether (it|a|the) /, '$1 ').replace(/\.$/, '') || field.label)}
        </label>
      );
    case 'column':
      return <Select id={id} label={label} value={text} options={names} said={said} onChange={onChange} />;
    case 'choice':
      return (
        <Select
          id={id}
          label={label}
          value={text || String(field.initial ?? '')}
          options={field.options}
          closed={field.initial !== undefined && field.initial !== null}
          said={said}
          onChange={onChange}
        />
      );
    case 'columns':
      return <Columns label={label} columns={table.columns} value={strings(value)} onChange={onChange} />;
    case 'order':
      return <Order label={label} names={names} value={strings(value)} onChange={onChange} />;
    case 'choices':
      return <Checks label={label} options={field.options} value={strings(value)} onChange={onChange} />;
    case 'expression':
      return (
        <Expression
          id={id}
          label={label}
          value={text}
          known={table}
          placeholder={exampleOf(field.description)}
          described={said}
          error={error}
          onChange={to => onChange(to || undefined)}
        />
      );
    case 'list':
      return <Listed label={label} numeric={field.numeric} value={value} onChange={onChange} />;
    case 'map':
      return <Mapped label={label} field={field} names={names} value={value} onChange={onChange} />;
    case 'rows':
      return <Rows field={field} value={value} table={table} onChange={onChange} />;
    case 'asset':
      return <Suggesting id={id} label={label} value={text} options={table.assets} said={said} onChange={onChange} />;
    case 'number':
      return (
        <input
          id={id}
          type="number"
          step={field.integer ? 1 : 'any'}
          aria-label={label}
          aria-describedby={said}
          value={text}
          placeholder={field.initial === undefined || field.initial === null ? '' : String(field.initial)}
          onChange={event => onChange(event.target.value === '' ? undefined : Number(event.target.value))}
        />
      );
    default:
      return (
        <input
          id={id}
          aria-label={label}
          aria-describedby={said}
          spellCheck={false}
          value={text}
          onChange={event =>
            onChange(
              event.target.value === ''
                ? undefined
                : field.editor === 'value'
                  ? spelled(event.target.value)
                  : event.target.value
            )
          }
        />
      );
  }
}

interface ISelect {
  id?: string;
  label: string;
  value: string;
  options: readonly string[];
  /** Whether there is always one chosen. */
  closed?: boolean;
  said?: string;
  onChange: (value: string | undefined) => void;
}

export function Select({ id, label, value, options, closed, said, onChange }: ISelect): ReactElement {
  const known = value === '' || options.includes(value);
  return (
    <select
      id={id}
      aria-label={label}
      aria-describedby={said}
      value={value}
      onChange={event => onChange(event.target.value || undefined)}
    >
      {!closed && <option value="">{__('Choose…')}</option>}
      {!known && <option value={value}>{__('%1 (not there)', value)}</option>}
      {options.map(one => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}

function Suggesting({ id, label, value, options, said, onChange }: ISelect) {
  const list = useId();
  return (
    <>
      <input
        id={id}
        aria-label={label}
        aria-describedby={said}
        list={list}
        spellCheck={false}
        value={value}
        placeholder={__('Name of a data asset')}
        onChange={event => onChange(event.target.value || undefined)}
      />
      <datalist id={list}>
        {options.map(one => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}

interface IChecks {
  label: string;
  options: readonly string[];
  value: string[];
  onChange: (value: string[] | undefined) => void;
}

function Checks({ label, options, value, onChange }: IChecks) {
  return (
    <div className="ls-Checks" role="group" aria-label={label}>
      {options.map(one => (
        <label key={one}>
          <input
            type="checkbox"
            checked={value.includes(one)}
            onChange={event => {
              const kept = options.filter(name => (name === one ? event.target.checked : value.includes(name)));
              onChange(kept.length ? kept : undefined);
            }}
          />
          {__(one)}
        </label>
      ))}
    </div>
  );
}

/** Several of the same, each in a row of its own, such as the numbers of a group. */
function Rows({ field, value, table, onChange }: Omit<IOne, 'error' | 'bare'>) {
  const rows = (value ?? []) as Values[];
  const change = (next: Values[]) => onChange(next.length ? next : undefined);
  return (
    <div className="ls-Rows">
      {rows.map((row, at) => (
        <div key={at} className="ls-Rows-row">
          {field.fields.map(one => (
            <span key={one.name} className="ls-Rows-cell">
              <small className="ls-note" aria-hidden="true">
                {__(one.label)}
              </small>
              <Field
                bare
                field={one}
                value={row[one.name]}
                table={table}
                onChange={to =>
                  change(rows.map((was, place) => (place !== at ? was : told({ ...row, [one.name]: to }))))
                }
              />
            </span>
          ))}
          <Button
            bare
            label={__('Remove row %1', at + 1)}
            icon={closeIcon}
            onClick={() => change(rows.filter((_, place) => place !== at))}
          />
        </div>
      ))}
      <button type="button" className="ls-link" onClick={() => change([...rows, first(field)])}>
        {__('Add')}
      </button>
    </div>
  );
}

/** A row as it begins: each choice at its first. */
function first(field: IField): Values {
  return Object.fromEntries(
    field.fields.filter(one => one.required && one.editor === 'choice').map(one => [one.name, one.options[0]])
  );
}

function told(value: Values): Values {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** What a description gives as an example. */
function exampleOf(description: string): string {
  return /such as:? (.+?)\.?$/i.exec(description)?.[1] ?? '';
}
