/**
 * How the winner works: columns → steps → members → answer; the width of a line is its weight.
 */
import React, { ReactElement } from 'react';

import type { RunDetail } from '../api/client';
import { Card } from '../shared/parts';
import type { IStudio } from '../studio';
import { isDiagram, plan } from './plan';

const LEAST = 580; // pixels; with less room it scrolls rather than become too small to read

export function Diagram({ studio, run }: { studio: IStudio; run: RunDetail }): ReactElement | null {
  const { trans } = studio;
  const id = React.useId();
  if (!isDiagram(run.diagram)) {
    return null;
  }
  const titles = Object.fromEntries(run.leaderboard.map(trial => [trial.learner, trial.title]));
  const { width, height, heads, boxes, paths, words } = plan(run.diagram, titles, trans);
  const note = trans.__('raw columns in, %1 out; all of it is inside the ONNX file', run.target);
  return (
    <Card title={trans.__('How the winner works')} note={note}>
      <div className="ls-Diagram" tabIndex={0} role="group" aria-label={trans.__('How the winner works')}>
        <svg
          width={width}
          height={height}
          style={{ minWidth: Math.min(width, LEAST) }}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-labelledby={id}
        >
          <desc id={id}>{words}</desc>
          {heads.map(head => (
            <text key={head.text} className="ls-muted" x={head.x} y={11}>
              {head.text}
            </text>
          ))}
          {paths.map((one, i) => (
            <path key={i} d={one.d} strokeWidth={one.width} />
          ))}
          {boxes.map((one, i) => (
            <g key={i} className={`ls-Diagram-box ls-mod-${one.kind}`} transform={`translate(${one.x} ${one.y})`}>
              <title>{one.full}</title>
              <rect width={one.width} height={one.height} rx={2} />
              <rect className="ls-Diagram-edge" width={3} height={one.height} />
              <text className="ls-Diagram-title" x={11} y={18}>
                {one.title}
              </text>
              <text className="ls-Diagram-title" x={one.width - 9} y={18} textAnchor="end">
                {one.note}
              </text>
              {one.lines.map((line, j) => (
                <text key={j} className="ls-muted" x={11} y={34 + 15 * j}>
                  {line}
                </text>
              ))}
            </g>
          ))}
        </svg>
      </div>
    </Card>
  );
}
