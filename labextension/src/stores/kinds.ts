/**
 * The kinds of datastores, in words.
 */
import type { TranslationBundle } from '@jupyterlab/translation';

/** How the address of each kind begins. */
export const EXAMPLES: [string, string][] = [
  ['Folder', 'file:///data/sales'],
  ['Amazon S3', 's3://bucket/folder'],
  ['Azure Blob or Data Lake', 'abfs://container@account.dfs.core.windows.net/folder'],
  ['Google Cloud Storage', 'gs://bucket/folder'],
  ['PostgreSQL', 'postgresql://user@host:5432/database'],
  ['MySQL or MariaDB', 'mysql://user@host/database'],
  ['SQLite', 'sqlite:////data/shop.db'],
  ['SQL Server or Synapse', 'mssql://user@host/database'],
  ['Delta Lake', 'delta+s3://bucket/table'],
  ['Spark Connect', 'sc://host:15002']
];

export function isSql(kind: string): boolean {
  return ['sql', 'spark'].includes(kind);
}

export function kindName(trans: TranslationBundle, kind: string): string {
  const names: Record<string, string> = {
    folder: trans.__('folder'),
    object: trans.__('object store'),
    sql: trans.__('database'),
    delta: trans.__('Delta Lake'),
    spark: trans.__('Spark')
  };
  return names[kind] ?? kind;
}
