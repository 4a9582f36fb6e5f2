import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import * as client from '../../src/api/client';
import { upload } from '../../src/shared/upload';

const MB = 1024 * 1024;

/** A server that keeps what arrives, and loses an answer or a chunk when told so. */
class Server {
  arrived = 0;
  removed = false;
  trouble: ('lost' | 'unanswered' | 'refused' | null)[] = [];

  post = async (_: string, { body }: any) => ({ id: 'u1', offset: 0, size: body.size, filename: body.filename });
  get = async () => ({ id: 'u1', offset: this.arrived, size: 0, filename: '' });
  put = async (_: string, { query, bytes }: any) => {
    const trouble = this.trouble.shift();
    if (trouble === 'refused') {
      throw new client.StudioError('Invalid', 'It is too large.', 400);
    }
    if (trouble === 'lost') {
      throw new client.StudioError('Offline', 'Gone.', 0);
    }
    expect(query.offset).toBe(this.arrived);
    this.arrived += bytes.size;
    if (trouble === 'unanswered') {
      throw new client.StudioError('Offline', 'Gone.', 0);
    }
    return this.get();
  };
  remove = async () => {
    this.removed = true;
  };
}

let server: Server;
const file = () => new File([new Uint8Array(20 * MB)], 'big.csv');

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  vi.spyOn(client, 'post').mockImplementation(server.post as any);
  vi.spyOn(client, 'get').mockImplementation(server.get as any);
  vi.spyOn(client, 'put').mockImplementation(server.put as any);
  vi.spyOn(client, 'remove').mockImplementation(server.remove as any);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function bring(options = {}): Promise<string> {
  const going = upload(file(), options);
  going.catch(() => undefined);
  await vi.runAllTimersAsync();
  return going;
}

it('brings a file in chunks and tells how far it is', async () => {
  const told: number[] = [];
  expect(await bring({ onProgress: (arrived: number) => told.push(arrived) })).toBe('u1');
  expect(told).toEqual([0, 8 * MB, 16 * MB, 20 * MB]);
});

it('goes on where it was, whether the chunk or only its answer was lost', async () => {
  server.trouble = ['lost', null, 'unanswered', 'lost'];
  await bring();
  expect(server.arrived).toBe(20 * MB);
});

it('gives up at once when the server refuses, and throws away what arrived', async () => {
  server.trouble = [null, 'refused'];
  await expect(bring()).rejects.toThrow('It is too large.');
  expect(server.removed).toBe(true);
});

it('gives up in the end when the server does not come back', async () => {
  server.trouble = Array(20).fill('lost');
  await expect(bring()).rejects.toThrow('Gone.');
});

it('can be cancelled while it waits for the line', async () => {
  server.trouble = Array(20).fill('lost');
  const abort = new AbortController();
  const going = upload(file(), { signal: abort.signal });
  const ended = expect(going).rejects.toThrow();
  await vi.advanceTimersByTimeAsync(600);
  abort.abort();
  await ended;
  expect(server.removed).toBe(true);
});
