/**
 * How a table is sorted, as the server is told: names of columns, the first one first, `-name` descending.
 */

/** Where a column stands among those sorted by. */
export interface IPlace {
  descending: boolean;
  /** Counted from 1; 0 where it is the only one. */
  rank: number;
}

/** What a click on a column's header comes to: ascending, then descending, then not at all. */
export function next(sort: readonly string[], name: string, add: boolean): string[] {
  const now = sort.find(key => columnOf(key) === name);
  const then = now === undefined ? name : now === name ? `-${name}` : undefined;
  return set(sort, name, then, add);
}

/** Sort by one column in one direction; with `add` after those sorted by already. */
export function by(sort: readonly string[], name: string, descending: boolean, add: boolean): string[] {
  return set(sort, name, descending ? `-${name}` : name, add);
}

export function place(sort: readonly string[], name: string): IPlace | null {
  const index = sort.findIndex(key => columnOf(key) === name);
  return index < 0 ? null : { descending: sort[index] !== name, rank: sort.length > 1 ? index + 1 : 0 };
}

/** "year, then country descending". */
export function spoken(sort: readonly string[], descending: string, then: string): string {
  return sort.map(key => (key.startsWith('-') ? `${columnOf(key)} ${descending}` : key)).join(`, ${then} `);
}

function set(sort: readonly string[], name: string, key: string | undefined, add: boolean): string[] {
  if (!add) {
    return key === undefined ? [] : [key];
  }
  const there = sort.some(one => columnOf(one) === name);
  const changed = sort.flatMap(one => (columnOf(one) !== name ? [one] : key === undefined ? [] : [key]));
  return there || key === undefined ? changed : [...changed, key];
}

function columnOf(key: string): string {
  return key.startsWith('-') ? key.slice(1) : key;
}
