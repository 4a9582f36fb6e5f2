/**
 * Tells a person what adding data came to: a version, the same one as before, or a job that goes on reading.
 */
import type { components } from '../api/schema';
import type { IStudio } from '../studio';
import { number } from './format';

type Added = components['schemas']['Added'];

/** Tell it, and open what it came to. */
export function opened(studio: IStudio, { asset, existed, job }: Added): void {
  const { trans } = studio;
  if (asset) {
    const size =
      asset.kind === 'table'
        ? `${number(asset.rows)} × ${number(asset.columns)}`
        : trans._n('%2 file', '%2 files', asset.rows, number(asset.rows));
    studio.tell(
      existed
        ? trans.__('The same data is here already, as %1.', asset.ref)
        : trans.__('%1 is added: %2.', asset.ref, size)
    );
    studio.open(asset.subject);
  } else if (job) {
    studio.tell(trans.__('This is a large file; it is read in the background as %1.', job));
    studio.open(`job:${job}`);
  }
}

/** A name for the data in a file: `Gap minder (1).csv.gz` is `gap-minder-1`. */
export function nameOf(filename: string): string {
  const stem = filename
    .replace(/^.*[/\\]/, '')
    .replace(/(\.(csv|tsv|txt|gz|zip|zst|parquet|json|jsonl|ndjson|xlsx))+$|\.[a-z]\w{0,5}$/i, '');
  const plain = stem
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}.-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  return plain.toLowerCase().slice(0, 100) || 'data';
}

/** What the studio reads, by how a file's name ends. */
export const READABLE = /\.((csv|tsv|txt|parquet|jsonl|ndjson|json)(\.gz)?|xlsx|zip|gz)$/i;

/** The subject of the document that imports what the server or a datastore holds; `into` what is there already. */
export function importOf(from: { path?: string; store?: string; query?: string; into?: string }): string {
  return `import:?${new URLSearchParams(from as Record<string, string>)}`;
}
