import { expect, it } from 'vitest';

import { best, metricTitle } from '../../src/models/metrics';

it('knows which way is up', () => {
  expect([...best('rmse', [44.1, 41.9, 37.2])]).toEqual([2]);
  expect([...best('r2', [0.941, undefined, 0.958])]).toEqual([2]);
  expect([...best('accuracy', [0.9, 0.9, 0.8])]).toEqual([0, 1]);
});

it('names no best where all are equal, or where the metric is not known', () => {
  expect([...best('rmse', [1, 1])]).toEqual([]);
  expect([...best('rmse', [1])]).toEqual([]);
  expect([...best('profit', [1, 2])]).toEqual([]);
});

it('writes metrics as the field does', () => {
  expect(['rmse', 'roc_auc', 'log_loss'].map(metricTitle)).toEqual(['RMSE', 'ROC AUC', 'log loss']);
});
