/**
 * What is known of metrics by name: how they are written, and which way is up.
 */
const TITLES: Record<string, string> = {
  rmse: 'RMSE',
  mae: 'MAE',
  r2: 'R²',
  roc_auc: 'ROC AUC',
  f1_macro: 'F1, macro'
};
const DOWN = new Set(['rmse', 'mae', 'median_absolute_error', 'log_loss']);
const UP = new Set(['r2', 'roc_auc', 'accuracy', 'balanced_accuracy', 'f1_macro']);

export function metricTitle(name: string): string {
  return TITLES[name] ?? name.replace(/_/g, ' ');
}

/** Places of the best values; none where all are equal, or where nobody can say which way is up. */
export function best(name: string, values: readonly (number | undefined)[]): Set<number> {
  const known = values.filter(value => value !== undefined);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const wanted = DOWN.has(name) ? low : UP.has(name) ? high : undefined;
  return new Set(
    low === high ? [] : values.flatMap((value, at) => (value === wanted && value !== undefined ? [at] : []))
  );
}
