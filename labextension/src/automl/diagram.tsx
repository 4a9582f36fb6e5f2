/**
 * How the winner works, or any candidate alone: columns → steps → members → answer; the width of a line is its
 * weight.
 */
import React, { ReactElement } from 'react';

import type { RunDetail } from '../api/client';
import { useFetched } from '../shared/fetched';
import { Card } from '../shared/parts';
import type { IStudio } from '../studio';
import type { RunModel } from './model';
import { IDiagram, isDiagram, plan } from './plan';

const LEAST = 580; // pixels; with less room it scrolls rather than become too small to read

export function Diagram({ model, run }: { model: RunModel; run: RunDetail }): ReactElement | null {
  const { studio } = model;
  const { trans } = studio;
  const state = useFetched(model.figures);
  const [chosen, choose] = React.useState('');
  const alone: Record<string, unknown> = ('value' in state && state.value?.diagrams) || {};
  const diagram = alone[chosen] ?? run.diagram;
  const others = run.leaderboard.filter(trial => String(trial.number) in alone);
  const title = chosen ? trans.__('How candidate %1 works', chosen) : trans.__('How the winner works');
  return isDiagram(diagram) ? (
    <Card title={title} note={trans.__('raw columns in, %1 out; all of it is inside the ONNX file', run.target)}>
      {others.length > 1 && (
        <label className="ls-Diagram-choice">
          {trans.__('Show')}{' '}
          <select className="jp-mod-styled" value={chosen} onChange={event => choose(event.target.value)}>
            <option value="">{trans.__('the winner')}</option>
            {others.map(trial => (
              <option key={trial.number} value={String(trial.number)}>
                {`${trial.number} · ${trial.title}`}
              </option>
            ))}
          </select>
        </label>
      )}
      <Picture studio={studio} run={run} diagram={diagram} title={title} />
    </Card>
  ) : null;
}

/** One diagram as a picture with a description. */
function Picture(props: { studio: IStudio; run: RunDetail; diagram: IDiagram; title: string }): ReactElement {
  const { studio, run, diagram, title } = props;
  const { trans } = studio;
  const id = React.useId();
  const titles = Object.fromEntries(run.leaderboard.map(trial => [trial.learner, trial.title]));
  const { width, height, heads, boxes, paths, words } = plan(diagram, titles, trans);
  return (
    <div className="ls-Diagram" tabIndex={0} role="group" aria-label={title}>
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
  );
}
