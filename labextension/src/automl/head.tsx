/**
 * What stands on top of a run's document: what it predicts from what, its state, and its time or key figures.
 */
import React, { ReactElement } from 'react';

import type { RunDetail } from '../api/client';
import { Chip, VersionChip } from '../shared/parts';
import type { IStudio } from '../studio';
import { stateName, stateTone, taskName } from './words';

interface IProps {
  studio: IStudio;
  run: RunDetail;
  task: string;
  /** Before the title, such as the ring. */
  before?: React.ReactNode;
  /** At the right, such as the time that is left. */
  children?: React.ReactNode;
  /** Under the title, after what is predicted. */
  facts?: string;
  lede?: React.ReactNode;
  chips?: React.ReactNode;
}

export function Head({ studio, run, task, before, children, facts, lede, chips }: IProps): ReactElement {
  const { trans } = studio;
  return (
    <div className="ls-Run-head">
      {before}
      <div className="ls-Run-name">
        <div className="ls-Run-title">
          <h1>{trans.__('%1 from %2', run.target, run.data.replace(/@.*$/, ''))}</h1>
          <code className="ls-Run-id">{run.id}</code>
          <Chip tone={stateTone(run)} label={stateName(run.state, trans)} />
          {chips}
        </div>
        <div className="ls-Run-facts">
          {trans.__('Predict')} <b>{run.target}</b>
          {task && ` (${taskName(task, trans).toLowerCase()})`} {trans.__('from')}{' '}
          <VersionChip ref_={run.data} onChoose={() => studio.open(`data:${run.data}`)} />
          {facts && ` · ${facts}`}
        </div>
        {lede && <div className="ls-Run-lede">{lede}</div>}
      </div>
      {children}
    </div>
  );
}

/** A ring that is filled as far as the budget is used. */
export function Ring({ share, label }: { share: number; label: string }): ReactElement {
  const round = 2 * Math.PI * 23;
  return (
    <svg className="ls-Ring" width={56} height={56} role="img" aria-label={label}>
      <circle cx={28} cy={28} r={23} />
      <circle
        className="ls-Ring-used"
        cx={28}
        cy={28}
        r={23}
        strokeDasharray={`${share * round} ${round}`}
        transform="rotate(-90 28 28)"
      />
      <text x={28} y={32} textAnchor="middle">{`${Math.floor(100 * share)} %`}</text>
    </svg>
  );
}
