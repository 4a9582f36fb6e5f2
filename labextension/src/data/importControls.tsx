/**
 * How something is read: what was found stands in each field, what was said otherwise can be taken back.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { ReactNode, useEffect, useId, useState } from 'react';

import type { Look } from '../api/client';
import type { IStudio } from '../studio';
import { delimiterName } from './found';
import type { ImportState } from './importState';

type Choice = [value: string, label: string];

interface IControl {
  option: string;
  label: string;
  /** What may be chosen; without it something is written. */
  choices?: Choice[];
  /** From what is written to the value, undefined where it says nothing. */
  parse: (text: string) => unknown;
  show?: (value: unknown) => string;
  /** What holds where nothing is said or found. */
  usual?: string;
}

const ENCODINGS = ['utf-8', 'cp1252', 'latin-1', 'utf-16', 'cp1250', 'cp1251', 'shift_jis', 'gb18030', 'big5'];
const DELIMITERS = [',', ';', '\t', '|', ' '];

interface IProps {
  studio: IStudio;
  state: ImportState;
  /** What would be read; null where it is not read at all yet. */
  look: Look | null;
}

/** What a datastore hands over as rows: there is no file to be read this way or that. */
const TABLES = ['table', 'query', 'delta'];

export function Controls({ studio: { trans }, state, look }: IProps) {
  const found = look?.kind === 'table' ? look.format : 'csv';
  const format = (state.options.format as string) ?? found;
  const isTable = look?.kind !== 'file' && look?.kind !== 'folder';
  if (TABLES.includes(format)) {
    return (
      <section className="ls-import-controls" aria-label={trans.__('How it is read')}>
        <h2>{trans.__('How it is read')}</h2>
        <p className="ls-note">{trans.__('%1 says itself what its columns are.', state.store)}</p>
        {format === 'delta' && <AsOf trans={trans} state={state} />}
      </section>
    );
  }
  return (
    <section className="ls-import-controls" aria-label={trans.__('How it is read')}>
      <h2>{trans.__('How it is read')}</h2>
      {controls(trans, format, look, isTable, !state.into).map(control => (
        <Control key={control.option} trans={trans} control={control} state={state} look={look} />
      ))}
      {Object.keys(state.options).length > 0 && (
        <button
          className="ls-link"
          onClick={() => state.read(Object.fromEntries(Object.keys(state.options).map(key => [key, undefined])))}
        >
          {trans.__('Find all of it again')}
        </button>
      )}
    </section>
  );
}

/** Which version of a Delta table. */
function AsOf({ trans, state }: { trans: TranslationBundle; state: ImportState }) {
  const id = useId();
  return (
    <div className={`ls-import-control ${state.asOf ? 'ls-mod-said' : ''}`}>
      <label htmlFor={id}>{trans.__('Version or time')}</label>
      <Written
        id={id}
        value={state.asOf}
        usual={trans.__('the newest; else 12 or 2026-03-01T12:00')}
        list={[]}
        onChange={asOf => state.chooseTime(asOf)}
      />
    </div>
  );
}

interface IOne {
  trans: TranslationBundle;
  control: IControl;
  state: ImportState;
  look: Look | null;
}

function Control({ trans, control, state, look }: IOne) {
  const id = useId();
  const { option, label, choices, parse, show = String, usual } = control;
  const said = option in state.options;
  const value = said ? state.options[option] : look?.options[option];
  const empty = value === null || value === undefined;
  const text = !empty ? show(value) : choices && usual ? usual : '';
  const set = (next: string) => state.read({ [option]: parse(next) });
  const other: Choice = [text, text || trans.__('as found')];
  const shown = choices && (choices.some(([one]) => one === text) ? choices : [other, ...choices]);
  return (
    <div className={`ls-import-control ${said ? 'ls-mod-said' : ''}`}>
      <label htmlFor={id}>{label}</label>
      {shown ? (
        <select id={id} className="ls-input" value={text} onChange={event => set(event.target.value)}>
          {shown.map(([one, name]) => (
            <option key={one} value={one}>
              {name}
            </option>
          ))}
        </select>
      ) : (
        <Written id={id} value={text} usual={usual} list={option === 'encoding' ? ENCODINGS : []} onChange={set} />
      )}
      <small className="ls-note">
        {said ? (
          <button
            className="ls-link"
            aria-label={trans.__('%1: as found', label)}
            onClick={() => state.read({ [option]: undefined })}
          >
            {trans.__('as found')}
          </button>
        ) : (
          look?.found.includes(option) && !empty && trans.__('found')
        )}
      </small>
    </div>
  );
}

interface IWritten {
  id: string;
  value: string;
  usual?: string;
  list: string[];
  onChange: (text: string) => void;
}

/** Tells what is written when a person has finished writing it. */
function Written({ id, value, usual, list, onChange }: IWritten): ReactNode & JSX.Element {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const finish = () => text !== value && onChange(text);
  return (
    <>
      <input
        id={id}
        type="text"
        className="ls-input"
        list={list.length ? `${id}-list` : undefined}
        spellCheck={false}
        placeholder={usual}
        value={text}
        onChange={event => setText(event.target.value)}
        onBlur={finish}
        onKeyDown={event => event.key === 'Enter' && finish()}
      />
      {list.length > 0 && (
        <datalist id={`${id}-list`}>
          {list.map(one => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}

/** The fields that have a meaning for a format. */
function controls(
  trans: TranslationBundle,
  format: string,
  look: Look | null,
  isTable: boolean,
  isNew: boolean
): IControl[] {
  const text = (value: string) => value || undefined;
  const whole = (value: string) => (/^\d+$/.test(value.trim()) ? Number(value) : undefined);
  const yes: Choice[] = [
    ['true', trans.__('in the first line')],
    ['false', trans.__('not in the file')]
  ];
  const choose = (names: string[] = []): Choice[] => names.map(name => [name, name]);
  const all: Record<string, IControl> = {
    kind: {
      option: 'kind',
      label: trans.__('Kept as'),
      parse: text,
      usual: look?.kind ?? 'table',
      choices: [
        ['table', trans.__('Table')],
        ['file', trans.__('File, as it is')],
        ['folder', trans.__('Folder')]
      ]
    },
    format: {
      option: 'format',
      label: trans.__('Kind of file'),
      parse: text,
      choices: [
        ['csv', trans.__('Delimited text (CSV)')],
        ['excel', trans.__('Excel workbook')],
        ['jsonl', trans.__('JSON lines')],
        ['fixed', trans.__('Fixed width')],
        ['parquet', trans.__('Parquet')]
      ]
    },
    member: {
      option: 'member',
      label: trans.__('File in the archive'),
      parse: text,
      choices: choose(look?.choices.member)
    },
    sheet: { option: 'sheet', label: trans.__('Sheet'), parse: text, choices: choose(look?.choices.sheet) },
    delimiter: {
      option: 'delimiter',
      label: trans.__('Between values'),
      parse: text,
      choices: DELIMITERS.map(one => [one, delimiterName(trans, one)])
    },
    widths: {
      option: 'widths',
      label: trans.__('Characters of each column'),
      parse: value => (value.match(/\d+/g) ?? []).map(Number).filter(Boolean).slice(0, 5_000),
      show: value => (value as number[]).join(' ')
    },
    encoding: { option: 'encoding', label: trans.__('Encoding'), parse: text },
    header: {
      option: 'header',
      label: trans.__('Names of the columns'),
      parse: value => value === 'true',
      choices: yes
    },
    skip_rows: { option: 'skip_rows', label: trans.__('Lines above the table'), parse: whole, usual: '0' },
    decimal: {
      option: 'decimal',
      label: trans.__('Decimal mark'),
      parse: text,
      choices: [
        ['.', trans.__('point, as in 1.5')],
        [',', trans.__('comma, as in 1,5')]
      ]
    },
    thousands: {
      option: 'thousands',
      label: trans.__('Between thousands'),
      parse: text,
      choices: [
        ['', trans.__('nothing')],
        [',', trans.__('comma, as in 1,000')],
        ['.', trans.__('point, as in 1.000')],
        [' ', trans.__('space, as in 1 000')],
        ["'", trans.__("apostrophe, as in 1'000")]
      ]
    },
    ragged: {
      option: 'ragged',
      label: trans.__('Rows of another length'),
      usual: 'refuse',
      parse: text,
      choices: [
        ['refuse', trans.__('refuse the file')],
        ['pad', trans.__('fill short ones up')],
        ['skip', trans.__('leave them out')]
      ]
    },
    repeated: {
      option: 'repeated',
      label: trans.__('A name that occurs twice'),
      usual: 'refuse',
      parse: text,
      choices: [
        ['refuse', trans.__('refuse the file')],
        ['number', trans.__('number the later ones')]
      ]
    },
    missing: {
      option: 'missing',
      label: trans.__('Values that mean “missing”'),
      usual: trans.__('NA, N/A, NaN, null'),
      parse: value => [...new Set(['', ...value.split(/\s*,\s*/)])],
      show: value => (value as string[]).filter(Boolean).join(', ')
    }
  };
  const names: Record<string, string[]> = {
    csv: ['delimiter', 'encoding', 'header', 'skip_rows', 'decimal', 'thousands', 'ragged', 'repeated', 'missing'],
    fixed: ['widths', 'encoding', 'header', 'skip_rows', 'decimal', 'thousands', 'missing'],
    excel: ['sheet', 'header', 'skip_rows', 'repeated', 'missing'],
    jsonl: ['encoding', 'missing'],
    parquet: []
  };
  const archived = look?.choices.member?.length ? ['member'] : [];
  const reading = isTable ? ['format', ...archived, ...(names[format] ?? [])] : [];
  return [...(isNew ? ['kind'] : []), ...reading].map(name => all[name]);
}
