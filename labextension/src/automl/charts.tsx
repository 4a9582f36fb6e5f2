/**
 * The figures of a run: which there are, in which order, each in a card of its own.
 */
import React, { ReactElement, useMemo } from 'react';

import { Chart } from '../shared/chart';
import { useFetched } from '../shared/fetched';
import { Card, Empty, Failed, Skeleton } from '../shared/parts';
import type { IStudio } from '../studio';
import { fitted } from '../shared/figure';
import type { Figure, RunModel } from './model';
import { MadeFeatures } from './features';

const HEIGHT = 240;

/** Figures whose one axis is said in the note of the card. */
const SAID: Record<string, 'xaxis' | 'yaxis'> = {
  importance: 'xaxis',
  hyperparameters: 'xaxis',
  score_over_time: 'yaxis'
};

/** Figures with many series. */
const WIDE = ['score_over_time', 'hyperparameters'];

/** In the order they are read; those that stand first are the overview's. */
export const OVERVIEW = ['confusion', 'predicted_vs_true', 'calibration', 'residuals', 'importance'];
const ORDER = [
  ...[...OVERVIEW.slice(0, 4), 'roc', 'precision_recall', 'residual_bands', 'importance'],
  ...['learning', 'ensemble', 'score_over_time', 'hyperparameters']
];

/** One figure of a run; `waiting` is said where it is not there yet. */
export function RunChart({ model, name, waiting }: { model: RunModel; name: string; waiting: string }): ReactElement {
  const state = useFetched(model.figures);
  const figure = 'value' in state ? state.value?.figures[name] : undefined;
  if (figure) {
    return <FigureCard model={model} name={name} figure={figure} />;
  }
  return (
    <Card title={titles(model.studio)[name]}>
      {state.kind === 'loading' && <Skeleton lines={8} />}
      {state.kind === 'failed' && <Failed error={state.error} retry={() => void model.figures.refresh()} />}
      {state.kind === 'ready' && <Empty text={waiting} />}
    </Card>
  );
}

/** The figures of a run in a grid: all of them, or those named that there are. */
export function RunCharts({ model, only }: { model: RunModel; only?: string[] }): ReactElement {
  const { studio } = model;
  const state = useFetched(model.figures);
  const told = 'value' in state ? state.value : undefined;
  if (!told) {
    return state.kind === 'failed' ? (
      <Failed error={state.error} retry={() => void model.figures.refresh()} />
    ) : (
      <Skeleton lines={8} />
    );
  }
  const { figures, missing, features } = told;
  const names = only ? only.filter(name => name in figures) : inOrder(Object.keys({ ...figures, ...missing }));
  if (names.length === 0) {
    return only ? (
      <></>
    ) : (
      <Empty text={studio.trans.__('Charts are made from the held-out rows at the end of a run.')} />
    );
  }
  return (
    <div className="ls-Run-charts">
      {names.map(name =>
        name in figures ? (
          <FigureCard key={name} model={model} name={name} figure={figures[name]} />
        ) : (
          <Card key={name} title={titles(studio)[name]}>
            <Empty text={missing[name]} />
          </Card>
        )
      )}
      {!only && features.length > 0 && <MadeFeatures studio={studio} features={features} />}
    </div>
  );
}

function inOrder(names: string[]): string[] {
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return [...names].sort((a, b) => place(a) - place(b));
}

function FigureCard({ model, name, figure }: { model: RunModel; name: string; figure: Figure }): ReactElement {
  const { studio } = model;
  const { title, note, bare } = useMemo(() => fitted(figure, SAID[name]), [figure, name]);
  const shown = titles(studio)[name] ?? title;
  return (
    <Card title={shown} note={note} className={WIDE.includes(name) ? 'ls-mod-wide' : ''}>
      <Chart studio={studio} figure={bare} title={shown} height={HEIGHT} />
    </Card>
  );
}

function titles({ trans }: IStudio): Record<string, string> {
  return {
    score_over_time: trans.__('Best score over time'),
    confusion: trans.__('Confusion'),
    roc: trans.__('ROC curve'),
    precision_recall: trans.__('Precision and recall'),
    calibration: trans.__('Calibration'),
    predicted_vs_true: trans.__('Predicted against true'),
    residuals: trans.__('Residuals'),
    residual_bands: trans.__('Residuals over the prediction'),
    importance: trans.__('Importance'),
    learning: trans.__('Learning curve'),
    ensemble: trans.__('Members of the ensemble'),
    hyperparameters: trans.__('Hyper-parameters that mattered')
  };
}
