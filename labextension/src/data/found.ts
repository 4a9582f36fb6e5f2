/**
 * How a file was read, in words.
 */
import type { TranslationBundle } from '@jupyterlab/translation';

/** "CSV, comma between values, utf-8, decimal point, names in the first line". */
export function readAs(trans: TranslationBundle, found: Record<string, unknown>): string {
  const { format, delimiter, encoding, decimal, header } = found;
  const words = [
    format === 'csv' && trans.__('CSV'),
    format === 'parquet' && trans.__('Parquet'),
    typeof delimiter === 'string' && trans.__('%1 between values', delimiterName(trans, delimiter)),
    typeof encoding === 'string' && encoding,
    decimal === ',' && trans.__('decimal comma'),
    header === true && trans.__('names in the first line'),
    header === false && trans.__('no names in the first line')
  ];
  return words.filter(Boolean).join(', ');
}

export function delimiterName(trans: TranslationBundle, delimiter: string): string {
  const names: Record<string, string> = {
    ',': trans.__('comma'),
    ';': trans.__('semicolon'),
    '\t': trans.__('tab'),
    ' ': trans.__('space'),
    '|': trans.__('bar')
  };
  return names[delimiter] ?? delimiter;
}
