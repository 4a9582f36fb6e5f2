/**
 * What was looked at in the data: counts, then the alerts first. A strip of a few, or all. Each shows the figures
 * it was seen by and the settings that mend it, and where there is a form, a click sets them there.
 */
import React, { ReactElement } from 'react';

import type { Guardrail } from '../api/client';
import { number } from '../shared/format';
import { plainIcon, toneIcon } from '../shared/icons';
import type { IStudio, Tone } from '../studio';

type State = Guardrail['state'];

const ORDER: State[] = ['alerted', 'done', 'passed'];
const TONES: Record<State, Tone> = { alerted: 'warn', done: 'run', passed: 'ok' };

interface IProps {
  studio: IStudio;
  guardrails: readonly Guardrail[];
  /** How many are shown; all when left out. */
  limit?: number;
  /** Shows all of them. */
  onAll?: () => void;
  /** Takes over the settings that mend one; none can be taken over when left out. */
  onFix?: (fix: Guardrail['fix']) => void;
}

export function Guardrails({ studio, guardrails, limit, onAll, onFix }: IProps): ReactElement {
  const { trans } = studio;
  const names = stateNames(studio);
  const sorted = byState(guardrails);
  const shown = sorted.slice(0, limit ?? sorted.length);
  const lower = (state: State) => names[state].toLowerCase();
  return (
    <section className="ls-Guardrails" aria-label={trans.__('Guardrails')}>
      <header className="ls-Card-head">
        <h2>{trans.__('Guardrails')}</h2>
        {[...ORDER].reverse().map(state => {
          const count = guardrails.filter(one => one.state === state).length;
          return count ? <b key={state} className={`ls-mod-${TONES[state]}`}>{`${count} ${lower(state)}`}</b> : null;
        })}
        {onAll && shown.length < sorted.length && (
          <button type="button" className="ls-Guardrails-all" onClick={onAll}>
            {trans.__('Show all %1', sorted.length)}
          </button>
        )}
      </header>
      <ul>
        {shown.map((one, position) => {
          const Icon = one.state === 'done' ? plainIcon : toneIcon(TONES[one.state]);
          return (
            <li key={`${one.name} ${position}`} className={`ls-mod-${TONES[one.state]}`}>
              <Icon.react tag="span" className="ls-icon" />
              <b>{names[one.state]}</b>
              <span>{one.name}</span>
              <span className="ls-Guardrails-detail" title={one.detail}>
                {one.detail}
                <Evidence studio={studio} guardrail={one} />
                {onFix && Object.keys(one.fix).length > 0 && (
                  <button
                    type="button"
                    className="ls-Guardrails-link"
                    title={trans.__('Set it in the form')}
                    onClick={() => onFix(one.fix)}
                  >
                    {remedy(one.fix, studio)}
                  </button>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The figures that it was seen by, what would mend it, and what that has changed. */
function Evidence({ studio: { trans }, guardrail }: { studio: IStudio; guardrail: Guardrail }): ReactElement | null {
  const seen = Object.entries(guardrail.evidence).map(([measure, figures]) => `${measure}: ${said(figures)}`);
  const changed = guardrail.effect ? [trans.__('changed: %1', said(guardrail.effect))] : [];
  const parts = [...seen, ...changed];
  return parts.length ? <span className="ls-Guardrails-evidence">{parts.join(' · ')}</span> : null;
}

/** What a fix does, as one would say it; of a setting that is not known here, its name and value. */
function remedy(fix: Guardrail['fix'], { trans }: IStudio): string {
  const { exclude, group, time, metric, ...rest } = fix as Record<string, unknown>;
  const balanced = rest.class_weight === 'balanced';
  return [
    exclude ? trans.__('Leave out %1', (exclude as string[]).join(', ')) : '',
    group ? trans.__('Keep rows of the same %1 together', String(group)) : '',
    time ? trans.__('Let later rows judge, by %1', String(time)) : '',
    metric ? trans.__('Optimise %1', String(metric)) : '',
    balanced ? trans.__('Balance the classes') : said(rest)
  ]
    .filter(Boolean)
    .join(', ');
}

/** Names with what they are set to, in a line: `exclude a, b`. */
function said(values: Record<string, unknown>): string {
  const one = (value: unknown): string =>
    typeof value === 'number'
      ? number(value)
      : Array.isArray(value)
        ? value.join(', ')
        : typeof value === 'object' && value !== null
          ? said(value as Record<string, unknown>)
          : String(value);
  return Object.entries(values)
    .map(([name, value]) => `${name} ${one(value)}`)
    .join(', ');
}

/** Alerts first, then what was done about something, then what is well. */
export function byState(guardrails: readonly Guardrail[]): Guardrail[] {
  return [...guardrails].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
}

export function alerts(guardrails: readonly Guardrail[]): number {
  return guardrails.filter(one => one.state === 'alerted').length;
}

function stateNames({ trans }: IStudio): Record<State, string> {
  return { alerted: trans.__('Alerted'), done: trans.__('Done'), passed: trans.__('Passed') };
}
