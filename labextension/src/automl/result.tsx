/**
 * A run that has ended: with a model in tabs, without one the sentence why and what to do.
 */
import React, { ReactElement } from 'react';

import type { RunDetail } from '../api/client';
import { runIcon } from '../shared/icons';
import { Button, Tabs } from '../shared/parts';
import { RunCharts } from './charts';
import { alerts, Guardrails } from './guardrails';
import { Head } from './head';
import { Leaderboard } from './leaderboard';
import type { RunModel } from './model';
import { Overview } from './overview';
import { Settings } from './settings';
import { hasModel } from './words';

export function EndedRun({ model, run }: { model: RunModel; run: RunDetail }): ReactElement {
  const { studio } = model;
  const { trans } = studio;
  const [active, setActive] = React.useState('overview');
  const alerted = alerts(run.guardrails);
  const told = hasModel(run);
  const tabs = [
    {
      id: 'overview',
      label: trans.__('Overview'),
      content: () =>
        told ? (
          <Overview model={model} run={run} onGuardrails={() => setActive('guardrails')} />
        ) : (
          <NoModel model={model} run={run} />
        )
    },
    {
      id: 'leaderboard',
      label: trans.__('Leaderboard'),
      note: String(run.leaderboard.length),
      content: () => (
        <div className="ls-Run">
          <Leaderboard studio={studio} run={run} />
        </div>
      )
    },
    {
      id: 'guardrails',
      label: trans.__('Guardrails'),
      note: alerted ? trans.__('%1 alerted', alerted) : undefined,
      content: () => (
        <div className="ls-Run">
          <Guardrails studio={studio} guardrails={run.guardrails} />
        </div>
      )
    },
    {
      id: 'charts',
      label: trans.__('Charts'),
      content: () => (
        <div className="ls-Run">
          <RunCharts model={model} />
        </div>
      )
    },
    { id: 'settings', label: trans.__('Settings'), content: () => <Settings studio={studio} run={run} /> }
  ];
  const shown = tabs.filter(
    tab =>
      (tab.id !== 'leaderboard' || run.leaderboard.length > 0) &&
      (tab.id !== 'guardrails' || run.guardrails.length > 0) &&
      (tab.id !== 'charts' || told)
  );
  return <Tabs tabs={shown} active={active} onChange={setActive} />;
}

/** A run that left no model: the sentence, and what to do next. */
function NoModel({ model, run }: { model: RunModel; run: RunDetail }): ReactElement {
  const { studio, id } = model;
  const { trans } = studio;
  const stopped = run.state === 'stopped';
  const sentence =
    run.error ||
    (stopped ? trans.__('It was stopped before a first model was ready.') : trans.__('It ended without a model.'));
  const advice = stopped
    ? trans.__('Run it again, and let it go on until the leaderboard has a first score.')
    : trans.__('Run it again with other settings; the log says what happened before.');
  return (
    <div className="ls-Run">
      <Head studio={studio} run={run} task={run.task} />
      <div className={`ls-Card ls-Run-outcome ls-mod-${stopped ? 'warn' : 'bad'}`} role="alert">
        <p>
          <b>{sentence}</b>
        </p>
        <p>{advice}</p>
        <div className="ls-Run-buttons">
          <Button label={trans.__('Run again')} icon={runIcon} main onClick={() => studio.open(`new-run:${id}`)} />
          {run.job && <Button label={trans.__('Open log')} onClick={() => studio.open(`job:${run.job}`)} />}
        </div>
      </div>
      {run.leaderboard.length > 0 && <Leaderboard studio={studio} run={run} limit={8} />}
    </div>
  );
}
