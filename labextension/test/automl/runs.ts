/** Runs and trials as the server tells them, for the tests. */
import { Signal } from '@lumino/signaling';
import { vi } from 'vitest';

import type { RunDetail, Trial } from '../../src/api/client';
import type { IStudio } from '../../src/studio';
import { trans } from '../words';

export { trans };

export function aStudio(more: Partial<IStudio> = {}): IStudio {
  const changes = { changed: new Signal({}), connected: new Signal({}) };
  const [open, fail, tell, insertCell] = [vi.fn(), vi.fn(), vi.fn(), vi.fn(async () => undefined)];
  const studio = { app: { shell: { currentWidget: null } }, changes, trans, rendermime: null, settings: {} };
  return { ...studio, open, fail, tell, insertCell, ...more } as unknown as IStudio;
}

export function aTrial(more: Partial<Trial> = {}): Trial {
  const named = { number: 1, learner: 'lightgbm', title: 'LightGBM', settings: '31 leaves' };
  const ended = { score: 2, error_bar: 0.1, seconds: 3, message: '', members: [], best: false };
  return { ...named, state: 'complete', ...ended, ...more };
}

export function aRun(more: Partial<RunDetail> = {}): RunDetail {
  const what = { id: 'run-3', subject: 'run:run-3', data: 'gapminder@3', target: 'lifeExp' };
  const how = {
    task: 'regression',
    metric: 'rmse',
    metric_title: 'RMSE',
    best: 2,
    trials: 2,
    by: 'ada',
    job: 'job-4',
    error: ''
  };
  return {
    ...what,
    ...how,
    state: 'complete',
    started: 1000,
    ended: 1060,
    progress: null,
    passed: true,
    settings: {
      data: 'gapminder@3',
      target: 'lifeExp',
      task: 'auto',
      budget: null,
      trials: null,
      exclude: [],
      seed: 0
    },
    greater_is_better: false,
    leaderboard: [aTrial({ best: true }), aTrial({ number: 0, learner: 'baseline', title: 'Baseline', score: 8 })],
    holdout: [
      { name: 'rmse', title: 'RMSE', value: 2.1, low: 1.95, high: 2.31 },
      { name: 'r2', title: 'R²', value: 0.9, low: null, high: null }
    ],
    rows: { training: 1363, holdout: 341 },
    notes: [],
    guardrails: [],
    diagram: null,
    certificate: null,
    ...more
  };
}

export const running = (more: Partial<RunDetail> = {}) =>
  aRun({
    state: 'running',
    ended: null,
    passed: null,
    progress: { phase: 'searching', elapsed: 100, budget: 300, trials: 2, at: 1100 },
    ...more
  });
