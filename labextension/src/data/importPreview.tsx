/**
 * The first rows as they would be read; in the header each column's type, and whether it comes along.
 * What is no table is shown as what it is.
 */
import React, { useState } from 'react';

import type { Look, LookContent } from '../api/client';
import { bytes, number } from '../shared/format';
import { Button, Empty, Middle } from '../shared/parts';
import type { IStudio } from '../studio';
import { isNumeric, MISSING } from './cells';
import type { ImportState } from './importState';
import { typeNames } from './words';

const PORTION = 60;
const TYPES = ['number', 'integer', 'boolean', 'datetime', 'string', 'category', 'text', 'id'];

type Field = Look['fields'][number];

interface IProps {
  studio: IStudio;
  state: ImportState;
  look: Look;
}

export function LookTable({ studio, state, look }: IProps) {
  const { trans } = studio;
  const [portions, setPortions] = useState(1);
  const shown = look.fields.slice(0, portions * PORTION);
  const left = look.fields.length - shown.length;
  return (
    <>
      <div className="ls-import-table" tabIndex={0} role="region" aria-label={trans.__('First rows')}>
        <table className="ls-Table">
          <thead>
            <tr>
              {shown.map((field, at) => (
                <Head key={at} studio={studio} state={state} look={look} field={field} />
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: look.values[0]?.length ?? 0 }, (_, row) => (
              <tr key={row}>
                {shown.map((field, at) => (
                  <td key={at} className={`${isNumeric(field) ? 'ls-right' : ''} ${field.taken ? '' : 'ls-mod-out'}`}>
                    {cell(look.values[at]?.[row])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {left > 0 && <Button plain label={trans.__('%1 more columns', left)} onClick={() => setPortions(portions + 1)} />}
    </>
  );
}

/** A text, a picture, or what lies in a folder. */
export function LookAtContent({ studio: { trans }, content }: { studio: IStudio; content: LookContent }) {
  const { text, picture, cut, named, files } = content;
  if (picture) {
    return <img className="ls-file-picture" src={picture} alt={trans.__('The picture, small')} />;
  }
  if (text !== null) {
    return (
      <>
        {cut && <p className="ls-note">{trans.__('This is its beginning; all of it is kept.')}</p>}
        <pre className="ls-file-text ls-import-text" tabIndex={0} aria-label={trans.__('Content')}>
          {text}
        </pre>
      </>
    );
  }
  if (!named.length) {
    return <Empty text={trans.__('This is neither a table, a text nor a picture; it is kept as it is.')} />;
  }
  return (
    <>
      <div className="ls-import-table" tabIndex={0} role="region" aria-label={trans.__('Files')}>
        <table className="ls-Table">
          <thead>
            <tr>
              <th scope="col">{trans.__('File')}</th>
              <th scope="col" className="ls-right">
                {trans.__('Size')}
              </th>
            </tr>
          </thead>
          <tbody>
            {named.map(({ path, size }) => (
              <tr key={path}>
                <td>
                  <Middle text={path} max={80} />
                </td>
                <td className="ls-right">{bytes(size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {files > named.length && <p className="ls-note">{trans.__('and %1 more', number(files - named.length))}</p>}
    </>
  );
}

function cell(value: string | null | undefined) {
  return value === null || value === undefined ? (
    <span className="ls-muted">{MISSING}</span>
  ) : (
    <Middle text={value} max={60} />
  );
}

function Head({ studio: { trans }, state, look, field }: IProps & { field: Field }) {
  const names = typeNames(trans);
  const { name, physical, semantic, taken } = field;
  const types = (state.options.types ?? {}) as Record<string, string>;
  const said = types[name];
  const found = names[semantic === 'number' ? physical : semantic] ?? semantic;
  const retype = (type: string) => {
    const next = { ...types, [name]: type };
    if (!type) {
      delete next[name];
    }
    state.read({ types: Object.keys(next).length ? next : undefined });
  };
  return (
    <th scope="col" className={`${isNumeric(field) ? 'ls-right' : ''} ${taken ? '' : 'ls-mod-out'}`}>
      <label className="ls-import-column">
        <input
          type="checkbox"
          checked={taken}
          aria-label={trans.__('Take %1', name)}
          title={trans.__('Take this column')}
          onChange={() => state.read({ columns: toggled(look.fields, name) })}
        />
        <Middle text={name} max={28} />
      </label>
      <select
        className={said ? 'ls-mod-said' : ''}
        aria-label={trans.__('Type of %1', name)}
        value={said ?? ''}
        disabled={!taken}
        onChange={event => retype(event.target.value)}
      >
        <option value="">{said ? trans.__('as found') : found}</option>
        {TYPES.map(type => (
          <option key={type} value={type}>
            {names[type]}
          </option>
        ))}
      </select>
    </th>
  );
}

/** The columns that are taken when one is taken or left out; undefined when it is all of them. */
export function toggled(fields: readonly Pick<Field, 'name' | 'taken'>[], name: string): string[] | undefined {
  const next = fields.filter(field => (field.name === name ? !field.taken : field.taken)).map(field => field.name);
  return next.length === fields.length || !next.length ? undefined : next;
}
