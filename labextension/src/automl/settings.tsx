/**
 * What a run was told, and what its rows were used for.
 */
import React, { ReactElement, useMemo } from 'react';

import { get, type RunDetail } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { duration, exact, number } from '../shared/format';
import { Card, Facts } from '../shared/parts';
import type { IStudio } from '../studio';
import { given } from './actions';
import { DEFAULT_BUDGET } from './words';

interface IOption {
  title?: string;
  /** What people call the values it may have. */
  labels?: Record<string, string>;
}

export function Settings({ studio, run }: { studio: IStudio; run: RunDetail }): ReactElement {
  const { trans } = studio;
  const form = useMemo(
    () => new Fetched(signal => get('/labstudio/api/forms/{name}', { at: { name: 'automl' }, signal }), null),
    []
  );
  const state = useFetched(form);
  const options = (('value' in state && state.value?.form.properties) || {}) as Record<string, IOption>;
  const told = given(run.settings);
  const budget = told.budget ?? (told.trials ? null : DEFAULT_BUDGET);
  const rows: [string, React.ReactNode][] = Object.entries({ ...told, ...(budget ? { budget } : {}) }).map(
    ([name, value]) => [
      options[name]?.title ?? label(name),
      name === 'budget' ? duration(Number(value)) : said(value, options[name]?.labels ?? {}, trans)
    ]
  );
  const used: [string, React.ReactNode][] = Object.entries(run.rows).map(([name, count]) => [
    label(name),
    number(count)
  ]);
  const who: [string, React.ReactNode][] = [
    [trans.__('Started'), exact(run.started)],
    ...(run.ended === null ? [] : ([[trans.__('Ended'), exact(run.ended)]] as [string, React.ReactNode][])),
    [trans.__('By'), run.by]
  ];
  return (
    <div className="ls-Run ls-Run-settings">
      <Card title={trans.__('Settings')} note={trans.__('what is at its default, too')}>
        <Facts rows={rows} />
      </Card>
      {used.length > 0 && (
        <Card title={trans.__('Rows')}>
          <Facts rows={used} />
        </Card>
      )}
      <Card title={run.id}>
        <Facts rows={who} />
      </Card>
    </div>
  );
}

function label(name: string): string {
  const text = name.replace(/_/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function said(value: unknown, labels: Record<string, string>, trans: IStudio['trans']): string {
  if (typeof value === 'boolean') {
    return value ? trans.__('Yes') : trans.__('No');
  }
  if (Array.isArray(value)) {
    return value.map(one => labels[String(one)] ?? String(one)).join(', ');
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([name, one]) => `${name}: ${one}`)
        .join(', ')
    : (labels[String(value)] ?? String(value));
}
