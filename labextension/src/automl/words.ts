/**
 * How a run is said: states, tasks, metrics, its line of facts. Words only; nothing is drawn or asked here.
 */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Run, RunDetail, Trial } from '../api/client';
import { duration, score } from '../shared/format';
import type { Tone } from '../studio';
import { clock, ran } from './clock';

export const DEFAULT_BUDGET = 60;

/** A title within a sentence: "Log loss" is "log loss"; abbreviations and names of people stay as they are. */
export function lower(title: string): string {
  return /^(?!Brier|Matthews|Spearman)\p{Lu}\p{Ll}/u.test(title)
    ? title.charAt(0).toLowerCase() + title.slice(1)
    : title;
}

/** A task for people; what is not known is said as it is. */
export function taskName(task: string, trans: TranslationBundle): string {
  const names: Record<string, string> = {
    binary: trans.__('Two classes'),
    multiclass: trans.__('Several classes'),
    regression: trans.__('Regression')
  };
  return names[task] ?? task;
}

export function stateName(state: Run['state'], trans: TranslationBundle): string {
  return {
    queued: trans.__('Queued'),
    running: trans.__('Running'),
    complete: trans.__('Done'),
    stopped: trans.__('Stopped'),
    failed: trans.__('Failed')
  }[state];
}

export function stateTone(run: Pick<Run, 'state' | 'passed'>): Tone {
  const tones = { queued: 'plain', running: 'run', complete: 'ok', stopped: 'warn', failed: 'bad' } as const;
  return run.state === 'complete' && run.passed === false ? 'bad' : tones[run.state];
}

export function isLive(run: Pick<Run, 'state'>): boolean {
  return run.state === 'queued' || run.state === 'running';
}

/** Whether a run left a model: its certificate says passed or not. */
export function hasModel(run: Pick<Run, 'passed'>): boolean {
  return run.passed !== null;
}

/** Whether a run has a model that is more or less sure of classes. */
export function classifies(run: Pick<Run, 'state' | 'passed' | 'task'>): boolean {
  return hasModel(run) && !isLive(run) && run.task !== 'regression';
}

/** What a run is called: it has no name of its own. */
export function runTitle(run: Pick<Run, 'target' | 'data'>, trans: TranslationBundle): string {
  return trans.__('%1 from %2', run.target, run.data);
}

/** The line of facts in the side panel: "Running · 2:18 left · RMSE 36.8", "Done in 60 s · log loss 0.604". */
export function runFacts(run: Run, now: number, trans: TranslationBundle): string {
  const best = run.best === null ? [] : [`${lower(run.metric_title)} ${score(run.best)}`];
  if (run.state === 'queued') {
    return trans.__('Queued');
  }
  if (run.state === 'running') {
    const { left } = clock(run, null, now);
    const time = left === null ? trans.__('%1 tried', run.trials) : trans.__('%1 left', duration(Math.round(left)));
    return [trans.__('Running'), time, ...best].join(' · ');
  }
  if (run.state === 'failed') {
    return [trans.__('Failed'), run.error].filter(Boolean).join(' · ');
  }
  const time = duration(ran(run, now));
  const done = run.state === 'complete' ? trans.__('Done in %1', time) : trans.__('Stopped after %1', time);
  return [done, ...(hasModel(run) ? best : [trans.__('no model')])].join(' · ');
}

/** Whether the best beats the plain baseline by more than its own error, and how to say so; "" without one. */
export function comparison(run: RunDetail, trans: TranslationBundle): string {
  const best = bestOf(run);
  const plain = baselineOf(run);
  if (!best || !plain || best.score === null || plain.score === null) {
    return '';
  }
  if (best === plain) {
    return run.trials > 1
      ? trans.__('Nothing that was tried is better: the columns may say little of %1.', run.target)
      : trans.__('Nothing else was finished; more time may give more.');
  }
  const gain = run.greater_is_better ? best.score - plain.score : plain.score - best.score;
  const metric = lower(run.metric_title);
  if (gain <= (best.error_bar ?? 0) + (plain.error_bar ?? 0)) {
    return trans.__('Not clearly better than the plain baseline (%1 %2).', metric, score(plain.score, plain.error_bar));
  }
  if (run.greater_is_better) {
    return trans.__(
      '%1 %2, where the plain baseline has %3.',
      run.metric_title,
      score(best.score, best.error_bar),
      score(plain.score, plain.error_bar)
    );
  }
  const share = Math.round((100 * gain) / Math.abs(plain.score));
  return trans.__('%1 % lower %2 than the plain baseline.', share, metric);
}

/** The trial whose model is recommended; while it runs, the best so far. */
export function bestOf(run: RunDetail): Trial | undefined {
  return run.leaderboard.find(trial => trial.best) ?? run.leaderboard.find(isScored);
}

export function baselineOf(run: RunDetail): Trial | undefined {
  return run.leaderboard.find(isBaseline);
}

export function isBaseline(trial: Trial): boolean {
  return trial.learner === 'baseline' && isScored(trial);
}

/** Whether a trial went through all folds: the score of one that was given up is of the first of them. */
export function isScored(trial: Trial): boolean {
  return trial.state === 'complete' && trial.score !== null;
}

/** A first name for the model: of the data and the target, in what names may hold. */
export function modelName(run: Pick<Run, 'data' | 'target'>): string {
  const words = [run.data.replace(/@.*$/, ''), run.target].map(plain).filter(Boolean);
  return words[0] === words[1] ? words[0] : words.join('-').slice(0, 60).replace(/-+$/, '') || 'model';
}

/** Why a text cannot name a model; "" when it can. The server checks again. */
export function modelNameProblem(name: string, trans: TranslationBundle): string {
  return /^[\p{L}\p{N}_](?:[\p{L}\p{N}_ .-]{0,98}[\p{L}\p{N}_.-])?$/u.test(name)
    ? ''
    : trans.__('A name has 1 to 100 letters, digits, spaces, "_", "." or "-", and begins with a letter or digit.');
}

function plain(text: string): string {
  return text
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1-$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]+/gu, '-')
    .replace(/^-+|-+$/g, '');
}
