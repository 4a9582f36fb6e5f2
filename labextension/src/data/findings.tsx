/**
 * What to look at before going on, and what each column says of a target.
 */
import React, { useState } from 'react';

import type { Finding, Profile } from '../api/client';
import { number, percent, score } from '../shared/format';
import { plainIcon, warnIcon } from '../shared/icons';
import { Card, Chip } from '../shared/parts';
import type { IStudio } from '../studio';

const FEW = 4;

export function Findings({ studio: { trans }, findings }: { studio: IStudio; findings: Finding[] }) {
  const [all, setAll] = useState(false);
  const sorted = [...findings].sort((a, b) => Number(b.alert) - Number(a.alert));
  if (!findings.length) {
    return null;
  }
  return (
    <Card title={trans.__('To look at')} note={number(findings.length)}>
      <ul className="ls-findings">
        {sorted.slice(0, all ? sorted.length : FEW).map(one => {
          const Icon = one.alert ? warnIcon : plainIcon;
          return (
            <li
              key={`${one.kind} ${one.column} ${one.sentence}`}
              className={one.alert ? 'ls-mod-warn' : 'ls-mod-plain'}
            >
              <Icon.react tag="span" className="ls-icon" />
              <span>
                {one.sentence} <span className="ls-muted">{one.suggestion}</span>
              </span>
            </li>
          );
        })}
      </ul>
      {sorted.length > FEW && (
        <button className="ls-link" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? trans.__('Show fewer') : trans.__('Show all %1', sorted.length)}
        </button>
      )}
    </Card>
  );
}

interface ITarget {
  studio: IStudio;
  columns: string[];
  target: string | null;
  onChange: (target: string | null) => void;
}

export function TargetChooser({ studio: { trans }, columns, target, onChange }: ITarget) {
  return (
    <label className="ls-target">
      <span className="ls-muted">{trans.__('Target')}</span>{' '}
      <select className="ls-input" value={target ?? ''} onChange={event => onChange(event.target.value || null)}>
        <option value="">{trans.__('nothing yet')}</option>
        {columns.map(name => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

/** How much each column alone says of the target, strongest first. */
export function Relations({ studio: { trans }, profile }: { studio: IStudio; profile: Profile }) {
  const words: Record<string, string> = {
    auc: trans.__('AUC'),
    r2: trans.__('R²'),
    information: trans.__('information')
  };
  const [all, setAll] = useState(false);
  const { relations, target, rows, sampled } = profile;
  const shown = relations.slice(0, all ? relations.length : 10);
  return (
    <Card
      title={trans.__('What each column alone says of %1', target ?? '')}
      note={sampled < rows ? trans.__('from a sample of %1 rows', number(sampled)) : ''}
    >
      <ul className="ls-relations">
        {shown.map(one => (
          <li key={one.column}>
            <span className="ls-cut" title={one.column}>
              {one.column}
            </span>
            <span className="ls-rail" aria-hidden="true">
              <i style={{ width: `${100 * one.strength}%` }} />
            </span>
            <span className="ls-right" title={percent(one.strength)}>
              {`${words[one.measure] ?? one.measure} ${score(one.score, 0.1)}`}
            </span>
            <span>{one.leak && <Chip tone="warn" label={trans.__('too good: a leak?')} />}</span>
          </li>
        ))}
      </ul>
      {relations.length > 10 && (
        <button className="ls-link" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? trans.__('Show fewer') : trans.__('Show all %1', relations.length)}
        </button>
      )}
    </Card>
  );
}
