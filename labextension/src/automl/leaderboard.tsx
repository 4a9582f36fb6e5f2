/**
 * The leaderboard: every candidate with its score, its error on one shared rail, its settings and its time.
 *
 * These scores are out of fold; what the recommended one scored on the held-out rows is said above them.
 */
import React, { ReactElement, useId } from 'react';

import type { RunDetail, Trial } from '../api/client';
import { duration, interval, number, percent, score } from '../shared/format';
import { Card, Chip, Empty } from '../shared/parts';
import { SortableTable } from '../shared/table';
import type { IStudio } from '../studio';
import { place, rail, type IRail } from './rail';
import { bestOf, isBaseline, isLive, isScored } from './words';

const WIDTH = 84;

interface IRow {
  trial: Trial;
  /** Place among those with a score; after all of them for the others. */
  rank: number;
}

export function Leaderboard({ studio, run, limit }: { studio: IStudio; run: RunDetail; limit?: number }): ReactElement {
  const { trans } = studio;
  const id = useId();
  const rows = ranked(run.leaderboard);
  const shown = limit ? rows.slice(0, limit) : rows;
  const scored = rows.filter(({ trial }) => isScored(trial)).length;
  const scale = rail(run.leaderboard);
  const like = bestOf(run)?.error_bar ?? null;
  const better = run.greater_is_better ? trans.__('higher is better') : trans.__('lower is better');
  const more = limit && rows.length > limit ? [trans.__('the first %1 shown', limit)] : [];
  const error = trans.__('out of fold: the mean over the folds ± its standard error');
  const note = [trans.__('%1 finished', scored), ...more, better, error].join(' · ');
  const weights = new Map(bestOf(run)?.members.map(member => [member.trial, member.weight]));
  const place = (trial: number) => `${id}-${trial}`;
  const here = new Set(shown.map(({ trial }) => trial.number));
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
      <HeldOut studio={studio} run={run} />
      <SortableTable<IRow>
        label={trans.__('Leaderboard, %1', better)}
        rowKey={({ trial }) => String(trial.number)}
        tint={({ trial }) => trial.best}
        rows={shown}
        columns={[
          { id: 'rank', label: '#', right: true, width: '32px', value: ({ rank }) => rank, render: rankOf },
          {
            id: 'candidate',
            label: trans.__('Candidate'),
            value: ({ trial }) => trial.title,
            render: ({ trial }) => (
              <Candidate studio={studio} id={place(trial.number)} trial={trial} weight={weights.get(trial.number)} />
            )
          },
          {
            id: 'score',
            label: trans.__('%1, out of fold', run.metric_title),
            right: true,
            value: ({ trial }) => (isScored(trial) ? trial.score : null),
            render: ({ trial }) => <Score studio={studio} trial={trial} like={like} />
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
                {trial.members.length > 0 ? (
                  <Members trial={trial} goTo={number => (here.has(number) ? () => show(place(number)) : undefined)} />
                ) : (
                  trial.settings
                )}
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

/** What the recommended model scored on rows that no candidate has seen, and how sure that is. */
function HeldOut({ studio: { trans }, run }: { studio: IStudio; run: RunDetail }): ReactElement | null {
  const [first] = run.holdout;
  const best = bestOf(run);
  if (!first || !best) {
    return null;
  }
  const { title, value, low, high } = first;
  const sure = low !== null && high !== null ? trans.__('95 % interval %1', interval(low, high)) : '';
  const rows = run.rows.holdout
    ? trans.__('on %1 held-out rows that no candidate has seen', number(run.rows.holdout))
    : '';
  return (
    <p className="ls-Leaderboard-held">
      {trans.__('Recommended: %1, trial %2.', best.title, best.number)} {title} <b>{score(value)}</b>{' '}
      <span className="ls-muted">{[rows, sure].filter(Boolean).join(' · ')}</span>
    </p>
  );
}

/** The members of an ensemble; each shows its own row. */
function Members({ trial, goTo }: { trial: Trial; goTo: (number: number) => (() => void) | undefined }): ReactElement {
  return (
    <>
      {trial.members.map(({ trial: number, title, weight }, at) => {
        const text = `${percent(weight)} ${title} (${number})`;
        const go = goTo(number);
        return (
          <React.Fragment key={number}>
            {at > 0 && ', '}
            {go ? (
              <button type="button" className="ls-Leaderboard-link" onClick={go}>
                {text}
              </button>
            ) : (
              text
            )}
          </React.Fragment>
        );
      })}
    </>
  );
}

function show(id: string): void {
  const row = document.getElementById(id);
  row?.scrollIntoView?.({ block: 'nearest' });
  row?.focus({ preventScroll: true });
}

/** Trials with their ranks: best first as the server has them, those that came to nothing at the end. */
export function ranked(trials: readonly Trial[]): IRow[] {
  const order = (trial: Trial) => (isScored(trial) ? 0 : trial.state === 'running' ? 1 : 2);
  return [...trials]
    .sort((a, b) => order(a) - order(b)) // stable
    .map((trial, position) => ({ trial, rank: position + 1 }));
}

function rankOf({ trial, rank }: IRow): string {
  return isScored(trial) ? String(rank) : '–';
}

interface ICandidate {
  studio: IStudio;
  id: string;
  trial: Trial;
  /** What it weighs in the recommended ensemble. */
  weight?: number;
}

function Candidate({ studio, id, trial, weight }: ICandidate): ReactElement {
  const { trans } = studio;
  return (
    <span id={id} tabIndex={-1} className={`ls-Leaderboard-candidate ls-mod-${trial.state}`}>
      {trial.title}
      <span className="ls-note">{trans.__('trial %1', trial.number)}</span>
      {trial.best && <span className="ls-Leaderboard-mark">{trans.__('best')}</span>}
      {weight !== undefined && (
        <span className="ls-Leaderboard-mark">{trans.__('%1 of the ensemble', percent(weight))}</span>
      )}
      {isBaseline(trial) && <span className="ls-Leaderboard-mark">{trans.__('baseline')}</span>}
      {trial.state === 'running' && <Chip tone="run" label={trans.__('Trying')} />}
      {trial.state === 'pruned' && <Chip tone="plain" label={trans.__('Given up')} />}
      {trial.state === 'failed' && <Chip tone="bad" label={trans.__('Failed')} />}
      {trial.state === 'stopped' && <Chip tone="warn" label={trans.__('Stopped')} />}
      {trial.message && trial.message !== trial.state && !isScored(trial) && (
        <span className="ls-Leaderboard-message">{trial.message}</span>
      )}
    </span>
  );
}

/** @param like - the error that says how many digits all scores have */
function Score({ studio, trial, like }: { studio: IStudio; trial: Trial; like: number | null }): ReactElement {
  if (!isScored(trial)) {
    const first = trial.state === 'pruned' && trial.score !== null;
    const title = first ? studio.trans.__('%1 on its first folds', score(trial.score, like)) : undefined;
    return (
      <span className="ls-muted" title={title}>
        –
      </span>
    );
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
  if (!isScored(trial) || trial.score === null || scale === null) {
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
