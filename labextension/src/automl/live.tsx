/**
 * A run while it goes on: how far it is, what it tries, and the best so far.
 */
import React, { ReactElement } from 'react';

import type { RunDetail } from '../api/client';
import { useFetched } from '../shared/fetched';
import { runningIcon } from '../shared/icons';
import { Card, Skeleton } from '../shared/parts';
import { RunChart } from './charts';
import { clock, ticking, useNow } from './clock';
import { DataFacts } from './facts';
import { Guardrails } from './guardrails';
import { Head, Ring } from './head';
import { Leaderboard } from './leaderboard';
import type { RunModel } from './model';
import { DEFAULT_BUDGET } from './words';

const SHOWN = 12; // candidates; all of them in the end

export function LiveRun({ model, run: told }: { model: RunModel; run: RunDetail }): ReactElement {
  const { studio } = model;
  const { trans } = studio;
  const facts = useFetched(model.facts);
  const known = 'value' in facts ? facts.value : undefined;
  const metric_title = (told.metric ? told : known)?.metric_title ?? told.metric_title;
  const run = { ...told, metric_title, task: told.task || known?.task || '' };
  const guardrails = run.guardrails.length ? run.guardrails : (known?.guardrails ?? []);
  return (
    <div className="ls-Run">
      <LiveHead model={model} run={run} />
      <Trying model={model} run={run} />
      <div className="ls-Run-middle">
        <RunChart model={model} name="score_over_time" waiting={trans.__('The first score makes the first point.')} />
        <Card title={trans.__('Data facts')}>
          {known ? <DataFacts studio={studio} check={known} /> : <Skeleton lines={6} />}
        </Card>
      </div>
      <Leaderboard studio={studio} run={run} limit={SHOWN} />
      {guardrails.length > 0 && <Guardrails studio={studio} guardrails={guardrails} />}
    </div>
  );
}

/** The part that is drawn again every second. */
function LiveHead({ model, run }: { model: RunModel; run: RunDetail }): ReactElement {
  const { trans } = model.studio;
  const now = useNow(run.state === 'running');
  const trials = typeof run.settings.trials === 'number' ? run.settings.trials : null;
  const { elapsed, budget, left, share } = clock(run, trials, now);
  const used = run.state === 'queued' ? 0 : (share ?? 0);
  const limit = budget ?? (run.settings.budget as number | null) ?? (trials ? null : DEFAULT_BUDGET);
  return (
    <Head
      studio={model.studio}
      run={run}
      task={run.task}
      before={<Ring share={used} label={trans.__('%1 percent of the budget used', Math.floor(100 * used))} />}
    >
      <div className="ls-Run-time" role="timer" aria-live="off">
        <strong>
          {run.state === 'queued'
            ? trans.__('Waiting')
            : left === null
              ? ticking(elapsed)
              : trans.__('%1 left', ticking(left))}
        </strong>
        <span>
          {left !== null && limit !== null
            ? trans.__('of %1 · %2 used', ticking(limit), ticking(elapsed))
            : trials !== null
              ? trans.__('%1 of %2 candidates', Math.min(run.trials, trials), trials)
              : limit !== null && trans.__('%1 once it begins', ticking(limit))}
        </span>
      </div>
    </Head>
  );
}

/** What goes on now, in one line. */
function Trying({ model, run }: { model: RunModel; run: RunDetail }): ReactElement {
  const { trans } = model.studio;
  const stopping = useStopping(model);
  const trial = run.leaderboard.find(one => one.state === 'running');
  const phase = run.progress?.phase ?? '';
  let [what, more] = [trans.__('Waiting to begin'), ''];
  if (stopping) {
    what = trans.__('Stopping: the best so far is fitted on all training rows and certified.');
  } else if (phase === 'finishing' || phase === 'done') {
    what = trans.__('Fitting the best on all training rows and certifying its file');
  } else if (trial) {
    [what, more] = [trans.__('Trying %1', trial.title), trial.settings];
  } else if (run.state === 'running') {
    what = phase === 'searching' ? trans.__('Choosing what to try next') : trans.__('Reading the data');
  }
  const count = run.state === 'running' ? trans._n('%1 candidate finished', '%1 candidates finished', run.trials) : '';
  return (
    <div className="ls-Card ls-Run-trying" role="status">
      <span className="ls-mod-run">
        <runningIcon.react tag="span" className="ls-icon" />
      </span>
      <b>{what}</b>
      <span className="ls-Leaderboard-settings">{more}</span>
      <span className="ls-muted">{count}</span>
    </div>
  );
}

export function useStopping(model: RunModel): boolean {
  const [stopping, setStopping] = React.useState(model.stopping);
  React.useEffect(() => {
    const update = () => setStopping(model.stopping);
    model.stoppingChanged.connect(update);
    update();
    return () => {
      model.stoppingChanged.disconnect(update);
    };
  }, [model]);
  return stopping;
}
