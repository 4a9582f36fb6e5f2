import { describe, expect, it } from 'vitest';

import { clock, ticking } from '../../src/automl/clock';
import { comparison, lower, modelName, modelNameProblem, runFacts, stateTone } from '../../src/automl/words';
import { aRun, aTrial, running, trans } from './runs';

describe('the facts of a run', () => {
  it('say the time left and the best so far while it runs', () => {
    expect(runFacts(running(), 1162, trans)).toBe('Running · 2 min 18 s left · RMSE 2.000');
  });
  it('say how long it took when it is done', () => {
    expect(runFacts(aRun({ metric_title: 'Log loss', best: 0.604 }), 9999, trans)).toBe(
      'Done in 1 min · log loss 0.6040'
    );
  });
  it('say that a stopped run left no model', () => {
    const run = aRun({ state: 'stopped', passed: null, best: null });
    expect(runFacts(run, 9999, trans)).toBe('Stopped after 1 min · no model');
  });
  it('say why it failed', () => {
    const run = aRun({ state: 'failed', error: 'The target has one value only.' });
    expect(runFacts(run, 9999, trans)).toBe('Failed · The target has one value only.');
  });
  it('a run whose file was not as exact as it has to be looks bad', () => {
    expect(stateTone(aRun({ passed: false }))).toBe('bad');
    expect(stateTone(aRun())).toBe('ok');
  });
});

describe('the clock', () => {
  it('goes on from what the server said last', () => {
    expect(clock(running(), null, 1150)).toEqual({ elapsed: 150, budget: 300, left: 150, share: 0.5 });
  });
  it('never goes beyond the budget, nor back when the clocks differ', () => {
    expect(clock(running(), null, 9999).left).toBe(0);
    expect(clock(running(), null, 500).elapsed).toBe(100);
  });
  it('counts trials where they are the limit', () => {
    const run = running({ progress: { phase: 'searching', elapsed: 5, budget: null, trials: 2, at: 1100 } });
    expect(clock(run, 8, 1100)).toMatchObject({ left: null, share: 0.25 });
  });
  it('is written as on a clock', () => {
    expect([138, 5, 3723].map(ticking)).toEqual(['2:18', '0:05', '1:02:03']);
  });
});

describe('the comparison with the baseline', () => {
  it('says the share of an error that is gone', () => {
    expect(comparison(aRun(), trans)).toBe('75 % lower RMSE than the plain baseline.');
  });
  it('claims nothing that is within the error', () => {
    const leaderboard = [aTrial({ best: true, error_bar: 4 }), aTrial({ learner: 'baseline', score: 5, error_bar: 1 })];
    expect(comparison(aRun({ leaderboard }), trans)).toContain('Not clearly better');
  });
  it('is not made where no baseline was tried', () => {
    expect(comparison(aRun({ leaderboard: [aTrial({ best: true })] }), trans)).toBe('');
  });
  it('says so where nothing was better than the baseline, or nothing else was finished', () => {
    const leaderboard = [aTrial({ best: true, learner: 'baseline' })];
    expect(comparison(aRun({ leaderboard }), trans)).toContain('Nothing that was tried is better');
    expect(comparison(aRun({ leaderboard, trials: 1 }), trans)).toContain('Nothing else was finished');
  });
  it('gives both scores where more is better', () => {
    const leaderboard = [
      aTrial({ best: true, score: 0.9 }),
      aTrial({ learner: 'baseline', score: 0.5, error_bar: 0.1 })
    ];
    const run = aRun({ leaderboard, metric_title: 'ROC AUC', greater_is_better: true });
    expect(comparison(run, trans)).toBe('ROC AUC 0.90, where the plain baseline has 0.50.');
  });
});

describe('the name of a model', () => {
  it('is made from data and target', () => {
    expect(modelName(aRun())).toBe('gapminder-life-exp');
    expect(modelName({ data: 'churn@2', target: 'Churn' })).toBe('churn');
    expect(modelName({ data: 'x@1', target: 'left? y/n' })).toBe('x-left-y-n');
  });
  it('has to be one that the registry takes', () => {
    expect(modelNameProblem('life exp.2', trans)).toBe('');
    expect(modelNameProblem('a/b', trans)).toContain('1 to 100');
    expect(modelNameProblem('é' + 'a'.repeat(100), trans)).not.toBe('');
  });
});

it('within a sentence a metric begins small, but for abbreviations and names of people', () => {
  const titles = ['ROC AUC', 'Balanced accuracy', 'F1, macro', 'Brier score', 'R²'];
  expect(titles.map(lower)).toEqual(['ROC AUC', 'balanced accuracy', 'F1, macro', 'Brier score', 'R²']);
});
