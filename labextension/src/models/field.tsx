/**
 * One input of the try-it form, in the shape that its values ask for; any input may be missing.
 */
import { closeIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { KeyboardEvent, ReactElement, useId, useState } from 'react';

import type { Input } from '../api/client';
import { Button, Middle } from '../shared/parts';

const FEW = 4; // choices that stand beside each other
const KNOWN = 10; // most choices that the server names; where there are so many there may be others

interface IProps {
  trans: TranslationBundle;
  input: Input;
  /** null is missing. */
  value: unknown;
  onChange: (value: unknown) => void;
}

export function Field(props: IProps): ReactElement {
  const { trans, input, value, onChange } = props;
  const id = useId();
  const missing = value === null;
  return (
    <div className="ls-try-field">
      <label htmlFor={id} id={`${id}-label`}>
        <Middle text={input.name} max={24} />
      </label>
      {missing ? (
        <button
          id={id}
          className="ls-input ls-try-missing"
          title={trans.__('Give it a value')}
          onClick={() => onChange(start(input))}
        >
          {trans.__('missing')}
        </button>
      ) : (
        <Shape {...props} id={id} />
      )}
      {missing ? (
        <span />
      ) : (
        <Button bare label={trans.__('Leave %1 missing', input.name)} icon={closeIcon} onClick={() => onChange(null)} />
      )}
    </div>
  );
}

function Shape({ trans, input, value, onChange, id }: IProps & { id: string }): ReactElement {
  const { kind, choices } = input;
  switch (kind) {
    case 'number':
    case 'integer':
      return <Numeric {...{ trans, input, value, onChange, id }} />;
    case 'boolean': {
      const options: [string, unknown][] = [
        [trans.__('no'), false],
        [trans.__('yes'), true]
      ];
      return <Segments id={id} options={options} value={value} onChange={onChange} />;
    }
    case 'choice':
      if (choices.length >= KNOWN) {
        return <Text {...{ id, value, onChange, choices }} />;
      }
      return choices.length <= FEW ? (
        <Segments id={id} options={choices.map(one => [one, one])} value={value} onChange={onChange} />
      ) : (
        <select id={id} className="ls-input" value={String(value)} onChange={event => onChange(event.target.value)}>
          {choices.includes(String(value)) || <option value={String(value)}>{String(value)}</option>}
          {choices.map(one => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      );
    case 'date': {
      const text = String(value ?? '');
      const timed = /[T ]\d\d:\d\d/.test(String(input.usual ?? '')) && !/[T ]00:00(:00)?/.test(String(input.usual));
      return (
        <input
          id={id}
          className="ls-input"
          type={timed ? 'datetime-local' : 'date'}
          value={timed ? text.replace(' ', 'T').slice(0, 16) : text.slice(0, 10)}
          onChange={event => onChange(event.target.value || null)}
        />
      );
    }
    default:
      return <Text {...{ id, value, onChange, choices }} />;
  }
}

/** Any text, with those that are known to be suggested. */
function Text({ id, value, onChange, choices }: { choices: string[] } & Pick<ISegments, 'id' | 'value' | 'onChange'>) {
  return (
    <>
      <input
        id={id}
        className="ls-input"
        list={choices.length ? `${id}-choices` : undefined}
        value={String(value ?? '')}
        onChange={event => onChange(event.target.value)}
      />
      {choices.length > 0 && (
        <datalist id={`${id}-choices`}>
          {choices.map(one => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}

/** A number field, and a slider before it where the range is known. */
function Numeric({ trans, input, value, onChange, id }: IProps & { id: string }): ReactElement {
  const { kind, minimum, maximum, name } = input;
  const [text, setText] = useState<string | null>(null); // what is being written, which may be no number yet
  const range = minimum !== null && maximum !== null && maximum > minimum ? maximum - minimum : 0;
  const step = kind === 'integer' ? Math.max(1, nice(range / 200)) : range ? nice(range / 200) : 'any';
  const write = (written: string) => {
    setText(written);
    const number = Number(written);
    if (written.trim() !== '' && Number.isFinite(number)) {
      onChange(kind === 'integer' ? Math.round(number) : number);
    }
  };
  return (
    <div className={`ls-try-number ${range ? '' : 'ls-mod-alone'}`}>
      {range > 0 && (
        <input
          type="range"
          aria-label={trans.__('%1, slider', name)}
          min={minimum!}
          max={maximum!}
          step={step}
          value={Number(value)}
          onChange={event => {
            setText(null);
            onChange(Number(event.target.value));
          }}
        />
      )}
      <input
        id={id}
        className="ls-input ls-right"
        type="number"
        step={kind === 'integer' ? 1 : 'any'}
        value={text ?? String(rounded(Number(value), range))}
        onChange={event => write(event.target.value)}
        onBlur={() => setText(null)}
      />
    </div>
  );
}

/** Choices beside each other: a radio group, one stop of the Tab key, arrows inside. */
function Segments({ id, options, value, onChange }: ISegments): ReactElement {
  const chosen = Math.max(
    0,
    options.findIndex(([, one]) => one === value)
  );
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      const next = (chosen + move + options.length) % options.length;
      onChange(options[next][1]);
      (event.currentTarget.children[next] as HTMLElement).focus();
    }
  };
  return (
    <div className="ls-segments" role="radiogroup" aria-labelledby={`${id}-label`} onKeyDown={onKeyDown}>
      {options.map(([label, one], at) => (
        <button
          key={label}
          role="radio"
          aria-checked={one === value}
          tabIndex={at === chosen ? 0 : -1}
          title={label}
          onClick={() => onChange(one)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

interface ISegments {
  id: string;
  options: [string, unknown][];
  value: unknown;
  onChange: (value: unknown) => void;
}

/** What stands in a field at first: the usual value, or something of the right kind. */
export function start({ kind, usual, minimum, choices }: Input): unknown {
  return (
    usual ??
    { number: minimum ?? 0, integer: minimum ?? 0, boolean: false, choice: choices[0] ?? '', text: '', date: '' }[kind]
  );
}

/** The nearest of 1, 2, 5 times a power of ten. */
function nice(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * ([1, 2, 5].find(one => one * power >= step * 0.999) ?? 10);
}

/** As many digits as the range lets matter, so that 0.1 + 0.2 is 0.3. */
function rounded(value: number, range: number): number {
  return range ? Number(value.toPrecision(Math.max(4, Math.ceil(Math.log10(Math.abs(value / range) + 1)) + 4))) : value;
}
