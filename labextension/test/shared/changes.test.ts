import { ServerConnection } from '@jupyterlab/services';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Changes } from '../../src/api/changes';

class Socket {
  static all: Socket[] = [];
  onmessage: (event: { data: string }) => void = () => {};
  onclose: () => void = () => {};
  close = vi.fn();
  constructor(readonly url: string) {
    Socket.all.push(this);
  }
  say(revision: number) {
    this.onmessage({ data: JSON.stringify({ type: 'changed', revision }) });
  }
}

let changes: Changes;
const newest = () => Socket.all[Socket.all.length - 1];

beforeEach(() => {
  vi.useFakeTimers();
  Socket.all = [];
  const settings = { ...ServerConnection.makeSettings(), WebSocket: Socket as unknown as typeof WebSocket };
  vi.spyOn(ServerConnection, 'makeSettings').mockReturnValue(settings);
  changes = new Changes();
});

afterEach(() => {
  changes.dispose();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('tells a revision once', () => {
  const heard: number[] = [];
  changes.changed.connect((_, revision) => heard.push(revision));
  newest().say(4);
  newest().say(4);
  newest().say(5);
  expect(heard).toEqual([4, 5]);
});

it('comes back with longer and longer pauses', () => {
  newest().say(1);
  const pauses = [500, 1000, 2000, 4000, 8000, 15000, 15000];
  for (const pause of pauses) {
    const before = Socket.all.length;
    newest().onclose();
    expect(changes.isConnected).toBe(false);
    vi.advanceTimersByTime(pause - 1);
    expect(Socket.all.length).toBe(before);
    vi.advanceTimersByTime(1);
    expect(Socket.all.length).toBe(before + 1);
  }
  newest().say(1);
  expect(changes.isConnected).toBe(true);
  newest().onclose();
  vi.advanceTimersByTime(500);
  expect(Socket.all.length).toBe(pauses.length + 2);
});

it('comes back at once when the browser is online again', () => {
  newest().say(1);
  newest().onclose();
  window.dispatchEvent(new Event('online'));
  expect(Socket.all.length).toBe(2);
});

it('tells what changed only when the page is seen again', () => {
  const heard: number[] = [];
  changes.changed.connect((_, revision) => heard.push(revision));
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  newest().say(7);
  newest().say(8);
  expect(heard).toEqual([]);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(heard).toEqual([8]);
});
