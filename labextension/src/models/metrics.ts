/**
 * Which values of a metric are the best: the server knows which way is up.
 */

/** Places of the best values; none where all are equal, or where nobody can say which way is up. */
export function best(greaterIsBetter: boolean | null, values: readonly (number | undefined)[]): Set<number> {
  const known = values.filter(value => value !== undefined);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  if (low === high || greaterIsBetter === null) {
    return new Set();
  }
  const wanted = greaterIsBetter ? high : low;
  return new Set(values.flatMap((value, at) => (value === wanted ? [at] : [])));
}
