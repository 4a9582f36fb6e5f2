/**
 * How values of a table are written in its grid, and how wide its columns are.
 */
import type { Column } from '../api/client';

export const MISSING = '–';

const NARROWEST = 72;
const WIDEST = 320;
const A_CHARACTER = 7.3; // px of a 13 px sans-serif digit; a little too wide is better than cut
const AROUND = 26; // padding, and room for the arrow of a sorted column

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 });

/** Whether a column's values stand at the right. */
export function isNumeric({ physical }: Column): boolean {
  return physical === 'number' || physical === 'integer';
}

/** A value as a person reads it; a year stays 2007, while 12,345 gets its comma. */
export function cellText(value: unknown, column: Column): string {
  if (value === null || value === undefined) {
    return MISSING;
  }
  if (typeof value === 'number') {
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e15)) {
      return String(value);
    }
    return size >= 10_000 ? grouped.format(value) : String(Math.round(value * 1e6) / 1e6);
  }
  if (column.physical === 'datetime') {
    return dateText(String(value));
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value).replace(/[\r\n\t]+/g, ' ');
}

/** A value as it is copied: exactly what is stored, nothing where it is missing. */
export function plainText(value: unknown): string {
  return value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Widths from the names and from the rows that are there. */
export function columnWidths(columns: readonly Column[], values: readonly unknown[][]): number[] {
  return columns.map((column, index) => {
    const texts = (values[index] ?? []).slice(0, 100).map(value => cellText(value, column).length);
    const longest = texts.reduce((a, b) => Math.max(a, b), column.name.length);
    return Math.round(Math.min(WIDEST, Math.max(NARROWEST, longest * A_CHARACTER + AROUND)));
  });
}

function dateText(iso: string): string {
  const [, day, time = '', zone = ''] =
    /^(\d{4,}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d(?:\.\d+)?))?(Z|[+-]\d\d:?\d\d)?$/.exec(iso) ?? [];
  if (!day) {
    return iso;
  }
  const short = time.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
  return short === '' || short === '00:00:00' ? day : `${day} ${short}${zone === 'Z' ? '' : zone}`;
}
