/**
 * The leaderboard: every candidate with its score, its error on one shared rail, its settings and its time.
 */
import React, { ReactElement } from 'react';

import type { RunDetail, Trial } from '../api/client';
import { duration, number, score } from '../shared/format';
import { Card, Chip, Empty } from '../shared/parts';
import { SortableTable } from '../shared/table';
import type { IStudio } from '../studio';
import { place, rail, type IRail } from './rail';
import { bestOf, isBaseline, isLive, metricName } from './words';

const WIDTH = 84;

interface IRow {
  trial: Trial;
  /** Place among those with a score; after all of them for the others. */
  rank: number;
}

export function Leaderboard({ studio, run, limit }: { studio: IStudio; run: RunDetail; limit?: number }): ReactElement {
  const { trans } = studio;
  const rows = ranked(run.leaderboard);
  const scored = rows.filter(({ trial }) => trial.score !== null).length;
  const scale = rail(run.leaderboard);
  const like = bestOf(run)?.error_bar ?? null;
  const metric = metricName(run.metric || 'score');
  const better = run.greater_is_better ? trans.__('higher is better') : trans.__('lower is better');
  const more = limit && rows.length > limit ? [trans.__('the first %1 shown', limit)] : [];
  const error = trans.__('± is the standard error over the folds');
  const note = [trans.__('%1 finished', scored), ...more, better, error].join(' · ');
  if (rows.length === 0) {
    const text = isLive(run) ? trans.__('The first candidate is on its way.') : trans.__('No candidate was finished.');
    return (
      <Card title={trans.__('Leaderboard')}>
        <Empty text={text} />
      </Card>
    );
  }
  return (
    <Card title={trans.__('Leaderboard')} note={note} className="ls-Leaderboard">
      <SortableTable<IRow>
        label={trans.__('Leaderboard, %1', better)}
        rowKey={({ trial }) => String(trial.number)}
        tint={({ trial }) => trial.best}
        rows={limit ? rows.slice(0, limit) : rows}
        columns={[
          { id: 'rank', label: '#', right: true, width: '32px', value: ({ rank }) => rank, render: rankOf },
          {
            id: 'candidate',
            label: trans.__('Candidate'),
            value: ({ trial }) => trial.title,
            render: ({ trial }) => <Candidate studio={studio} trial={trial} />
          },
          {
            id: 'score',
            label: metric,
            right: true,
            value: ({ trial }) => trial.score,
            render: ({ trial }) => <Score trial={trial} like={like} />
          },
          {
            id: 'rail',
            label: trans.__('On one scale'),
            width: `${WIDTH + 16}px`,
            render: ({ trial }) => <Rail trial={trial} scale={scale} />
          },
          {
            id: 'settings',
            label: trans.__('Settings'),
            value: ({ trial }) => trial.settings,
            render: ({ trial }) => (
              <span className="ls-Leaderboard-settings" title={trial.settings}>
                {trial.settings}
              </span>
            )
          },
          {
            id: 'time',
            label: trans.__('Time'),
            right: true,
            value: ({ trial }) => trial.seconds,
            render: ({ trial }) => (trial.state === 'running' ? '…' : duration(trial.seconds))
          }
        ]}
      />
    </Card>
  );
}

/** Trials with their ranks: best first as the server has them, those that failed at the end. */
export function ranked(trials: readonly Trial[]): IRow[] {
  const order = (trial: Trial) => (trial.score !== null ? 0 : trial.state === 'running' ? 1 : 2);
  return [...trials]
    .sort((a, b) => order(a) - order(b)) // stable
    .map((trial, position) => ({ trial, rank: position + 1 }));
}

function rankOf({ trial, rank }: IRow): string {
  return trial.score === null ? '–' : String(rank);
}

function Candidate({ studio, trial }: { studio: IStudio; trial: Trial }): ReactElement {
  const { trans } = studio;
  return (
    <span className="ls-Leaderboard-candidate">
      {trial.title}
      <span className="ls-note">{trans.__('trial %1', trial.number)}</span>
      {trial.best && <span className="ls-Leaderboard-mark">{trans.__('best')}</span>}
      {isBaseline(trial) && <span className="ls-Leaderboard-mark">{trans.__('baseline')}</span>}
      {trial.state === 'running' && <Chip tone="run" label={trans.__('Trying')} />}
      {trial.state === 'failed' && <Chip tone="bad" label={trans.__('Failed')} />}
      {trial.state === 'stopped' && <Chip tone="warn" label={trans.__('Stopped')} />}
      {trial.message && trial.message !== trial.state && trial.score === null && (
        <span className="ls-Leaderboard-message">{trial.message}</span>
      )}
    </span>
  );
}

/** @param like - the error that says how many digits all scores have */
function Score({ trial, like }: { trial: Trial; like: number | null }): ReactElement {
  if (trial.score === null) {
    return <span className="ls-muted">–</span>;
  }
  const bar = trial.error_bar;
  return (
    <span className="ls-Leaderboard-score">
      <b>{score(trial.score, like)}</b>
      <i>{bar && `± ${score(bar, like)}`}</i>
    </span>
  );
}

function Rail({ trial, scale }: { trial: Trial; scale: IRail | null }): ReactElement | null {
  if (trial.score === null || scale === null) {
    return null;
  }
  const bar = trial.error_bar ?? 0;
  const { from, at, to, beyond } = place(scale, trial.score, bar);
  const x = (share: number) => 6 + share * (WIDTH - 12);
  const name = `${number(trial.score - bar)} – ${number(trial.score + bar)}`;
  return (
    <svg
      className={trial.best ? 'ls-Rail ls-mod-best' : 'ls-Rail'}
      width={WIDTH}
      height={14}
      role="img"
      aria-label={name}
    >
      <title>{name}</title>
      <line className="ls-Rail-line" x1={0} x2={WIDTH} y1={7} y2={7} />
      {beyond === 0 && <line className="ls-Rail-error" x1={x(from)} x2={x(to)} y1={7} y2={7} />}
      {beyond === 0 && <circle cx={x(at)} cy={7} r={3.5} />}
      {beyond === -1 && <path d="M8 3L2 7L8 11Z" />}
      {beyond === 1 && <path d={`M${WIDTH - 8} 3L${WIDTH - 2} 7L${WIDTH - 8} 11Z`} />}
    </svg>
  );
}
