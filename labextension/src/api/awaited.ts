/**
 * What panels ask of the server beyond the routes of `schema.ts`: datastores, and assets as a whole.
 *
 * Until the route table has them their views are not shown; then these types give way to the schema's.
 */
import { get, post, put, remove } from './client';

/** A connection to where a team keeps data; the secret is a reference such as env:LAKE_KEY. */
export interface Datastore {
  name: string;
  kind: string;
  url: string;
  secret: string | null;
  options: Record<string, unknown>;
  created: number;
  by: string;
}

/** A folder, file or table of a datastore. */
export interface Entry {
  name: string;
  path: string;
  kind: 'folder' | 'file' | 'table';
  size: number | null;
  modified: number | null;
}

type Told = { at?: Record<string, string>; query?: object; body?: object; signal?: AbortSignal };
type Ask = <T>(path: string, told?: Told) => Promise<T>;

export const ask = { get, post, put, remove } as unknown as Record<'get' | 'post' | 'put' | 'remove', Ask>;
