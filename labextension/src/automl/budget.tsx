/**
 * The time a run may take: four usual times, or one of one's own.
 */
import { HTMLSelect } from '@jupyterlab/ui-components';
import React, { ReactElement, useId, useState } from 'react';

import type { IStudio } from '../studio';

const USUAL = [10, 60, 300, 3600];
const UNITS = [1, 60, 3600];

interface IProps {
  studio: IStudio;
  value: number | null;
  /** Offered where the number of trials ends the search. */
  unlimited: boolean;
  onChange: (seconds: number | null) => void;
}

export function Budget({ studio, value, unlimited, onChange }: IProps): ReactElement {
  const { trans } = studio;
  const name = useId();
  const [own, setOwn] = useState(value !== null && !USUAL.includes(value));
  const labels = [trans.__('10 s'), trans.__('1 min'), trans.__('5 min'), trans.__('1 h')];
  const choice = (key: string, label: string, checked: boolean, choose: () => void) => (
    <label key={key} className={checked ? 'ls-mod-on' : ''}>
      <input type="radio" name={name} checked={checked} onChange={choose} />
      {label}
    </label>
  );
  const set = (seconds: number | null) => {
    setOwn(false);
    onChange(seconds);
  };
  return (
    <div className="ls-Budget">
      <div className="ls-Budget-usual" role="radiogroup" aria-label={trans.__('Time budget')}>
        {USUAL.map((seconds, i) => choice(String(seconds), labels[i], !own && value === seconds, () => set(seconds)))}
        {unlimited && choice('none', trans.__('No limit'), !own && value === null, () => set(null))}
        {choice('own', trans.__('Own'), own, () => setOwn(true))}
      </div>
      {own && <OwnTime studio={studio} value={value ?? 60} onChange={onChange} />}
    </div>
  );
}

function OwnTime({
  studio,
  value,
  onChange
}: {
  studio: IStudio;
  value: number;
  onChange: (seconds: number) => void;
}): ReactElement {
  const { trans } = studio;
  const [unit, setUnit] = useState(() => [...UNITS].reverse().find(one => value % one === 0 && value >= one) ?? 1);
  const [text, setText] = useState(String(value / unit));
  const names = [trans.__('seconds'), trans.__('minutes'), trans.__('hours')];
  const tell = (typed: string, by: number) => {
    const seconds = Number(typed) * by;
    if (typed.trim() && seconds >= 1) {
      onChange(seconds);
    }
  };
  return (
    <span className="ls-Budget-own">
      <input
        className="jp-mod-styled"
        type="number"
        min={unit === 1 ? 1 : 0}
        step="any"
        aria-label={trans.__('Time')}
        value={text}
        onChange={event => {
          setText(event.target.value);
          tell(event.target.value, unit);
        }}
      />
      <HTMLSelect
        aria-label={trans.__('Unit')}
        value={unit}
        onChange={event => {
          setUnit(Number(event.target.value));
          tell(text, Number(event.target.value));
        }}
      >
        {UNITS.map((one, i) => (
          <option key={one} value={one}>
            {names[i]}
          </option>
        ))}
      </HTMLSelect>
    </span>
  );
}
