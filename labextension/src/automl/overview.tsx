/**
 * What came of a run, on one page: key figures, how the winner works, its certificate, the main charts, notes.
 */
import React, { ReactElement } from 'react';

import type { RunDetail } from '../api/client';
import { CertificateCard } from '../shared/certificate';
import { duration, interval, score } from '../shared/format';
import { LineageCard } from '../shared/lineage';
import { Ago, Card, Chip } from '../shared/parts';
import type { IStudio } from '../studio';
import { fileAddress } from './actions';
import { OVERVIEW, RunCharts } from './charts';
import { ran } from './clock';
import { Diagram } from './diagram';
import { alerts, Guardrails } from './guardrails';
import { Head } from './head';
import type { RunModel } from './model';
import { baselineOf, bestOf, comparison } from './words';

export function Overview({
  model,
  run,
  onGuardrails
}: {
  model: RunModel;
  run: RunDetail;
  onGuardrails: () => void;
}): ReactElement {
  const { studio } = model;
  const { trans } = studio;
  const alerted = alerts(run.guardrails);
  const took = duration(ran(run, run.ended ?? run.started));
  const best = bestOf(run);
  const tried = trans._n('%1 candidate', '%1 candidates', run.trials);
  const facts = [took, tried, ...(run.state === 'stopped' ? [trans.__('stopped by hand')] : [])].join(', ');
  return (
    <div className="ls-Run">
      <Head
        studio={studio}
        run={run}
        task={run.task}
        chips={alerted > 0 && <Chip tone="warn" label={trans.__('%1 alerted', alerted)} />}
        facts={facts}
        lede={
          <>
            {best && <b>{best.title}.</b>} {comparison(run, trans)} <Ago time={run.ended ?? run.started} />
          </>
        }
      >
        <KeyFigures studio={studio} run={run} />
      </Head>
      <div className="ls-Run-winner">
        <Diagram model={model} run={run} />
        {run.certificate && <CertificateCard certificate={run.certificate} download={fileAddress(run.id)} />}
      </div>
      <RunCharts model={model} only={OVERVIEW} />
      {run.notes.length > 0 && (
        <Card title={trans.__('Notes')}>
          <ul className="ls-Run-notes">
            {run.notes.map(note => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Card>
      )}
      <LineageCard studio={studio} subject={`run:${run.id}`} />
      {alerted > 0 && <Guardrails studio={studio} guardrails={run.guardrails} limit={alerted} onAll={onGuardrails} />}
    </div>
  );
}

/** The best score, its scores on the held-out rows, and the plain baseline where it was tried. */
function KeyFigures({ studio, run }: { studio: IStudio; run: RunDetail }): ReactElement {
  const { trans } = studio;
  const best = bestOf(run);
  const plain = baselineOf(run);
  const figures: { value: string; name: string; note: string }[] = [];
  if (best && best.score !== null) {
    const bar = best.error_bar;
    const note = bar ? trans.__('± %1, out of fold', score(bar, bar)) : trans.__('on the validation rows');
    figures.push({ value: score(best.score, bar), name: run.metric_title, note });
  }
  for (const { title, value, low, high } of run.holdout.slice(0, 3)) {
    const sure = low === null || high === null ? '' : `, ${interval(low, high)}`;
    figures.push({ value: score(value), name: title, note: trans.__('held out') + sure });
  }
  if (plain && plain !== best) {
    figures.push({
      value: score(plain.score, best?.error_bar),
      name: trans.__('Baseline'),
      note: trans.__('%1, same folds', run.metric_title)
    });
  }
  return (
    <dl className="ls-Run-figures">
      {figures.map(({ value, name, note }) => (
        <div key={name + note}>
          <dd>{value}</dd>
          <dt>
            {name}
            <span className="ls-muted">{note}</span>
          </dt>
        </div>
      ))}
    </dl>
  );
}
