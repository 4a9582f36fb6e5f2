import type { JSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { LabelingAnswer } from '../../src/api/client';
import { Bench } from '../../src/labeling/bench';
import { CommTransport, IHeard, ILine } from '../../src/labeling/commTransport';
import { ofClass } from '../../src/labeling/value';

/** A kernel that answers when it is told to. */
class Kernel implements ILine {
  isOpen = true;
  asked: { id: string; call: string; told: JSONObject }[] = [];
  heard: Signal<ILine, IHeard> = new Signal<ILine, IHeard>(this);
  closed: Signal<ILine, void> = new Signal<ILine, void>(this);

  send(content: JSONObject) {
    this.asked.push(content as never);
  }

  answers(answer: unknown, call = this.asked.shift()!, ...buffers: ArrayBuffer[]) {
    this.heard.emit({ content: { id: call.id, answer }, buffers });
  }

  dies() {
    this.isOpen = false;
    this.closed.emit();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  window.localStorage.clear();
  let made = 0;
  Object.assign(URL, { createObjectURL: vi.fn(() => `blob:${++made}`), revokeObjectURL: vi.fn() });
});
afterEach(() => vi.useRealTimers());

it('tells calls in flight apart, in whatever order they are answered', async () => {
  const kernel = new Kernel();
  const transport = new CommTransport('project-1', kernel);
  const [first, second] = [transport.item(1), transport.item(2)];
  const [one, two] = kernel.asked;
  expect([one.call, one.told, two.told]).toEqual(['item', { item: 1 }, { item: 2 }]);
  kernel.answers({ item: 'two' }, two);
  kernel.answers({ item: 'one' }, one);
  kernel.answers({ item: 'again' }, one); // nobody waits for it any more
  kernel.answers({}, { ...one, id: 'of another view' });
  expect(await Promise.all([first, second])).toEqual(['one', 'two']);
});

it('hands on the sentence of what the kernel refuses', async () => {
  const kernel = new Kernel();
  const transport = new CommTransport('project-1', kernel);
  const asked = transport.note('c', 9, true, '');
  const content = { id: kernel.asked[0].id, error: 'NotFound', message: 'There is no item 9.' };
  kernel.heard.emit({ content, buffers: [] });
  await expect(asked).rejects.toMatchObject({ kind: 'NotFound', message: 'There is no item 9.' });
});

it('fails what is in flight, and all that is asked later, when the kernel is gone', async () => {
  const kernel = new Kernel();
  const transport = new CommTransport('project-1', kernel);
  const asked = transport.describe();
  kernel.dies();
  await expect(asked).rejects.toMatchObject({ kind: 'Closed', message: expect.stringContaining('run the cell again') });
  await expect(transport.models()).rejects.toMatchObject({ kind: 'Closed' });
  expect(kernel.asked).toHaveLength(1);
});

it('says that the kernel is busy when it lets a call wait', async () => {
  const kernel = new Kernel();
  const transport = new CommTransport('project-1', kernel);
  const told: boolean[] = [];
  transport.changed.connect(() => told.push(transport.isSlow));
  const asked = transport.describe();
  await vi.advanceTimersByTimeAsync(1_900);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(told).toEqual([true]);
  kernel.answers({});
  await asked;
  expect(told).toEqual([true, false]);
});

it('fetches a picture once, keeps some, and forgets all in the end', async () => {
  const kernel = new Kernel();
  const transport = new CommTransport('project-1', kernel);
  const fetch = (number: number) => transport.media({ number, media: 'there' }, 256);
  const [first, same] = [fetch(1), fetch(1)];
  expect(kernel.asked).toHaveLength(1);
  kernel.answers({ mimetype: 'image/png' }, undefined, new ArrayBuffer(3));
  expect([await first, await same]).toEqual(['blob:1', 'blob:1']);
  for (let number = 2; number <= 121; number++) {
    const coming = fetch(number);
    kernel.answers({ mimetype: 'image/png' }, undefined, new ArrayBuffer(3));
    await coming;
  }
  await vi.advanceTimersByTimeAsync(0);
  expect(URL.revokeObjectURL).toHaveBeenCalledExactlyOnceWith('blob:1');
  transport.dispose();
  await vi.advanceTimersByTimeAsync(0);
  expect(URL.revokeObjectURL).toHaveBeenCalledTimes(121);
});

it('asks again for a picture that could not be had', async () => {
  const kernel = new Kernel();
  const transport = new CommTransport('project-1', kernel);
  const picture = { number: 1, media: 'there' };
  const broken = transport.media(picture, 256);
  const content = { id: kernel.asked.shift()!.id, error: 'Invalid', message: 'This is no picture.' };
  kernel.heard.emit({ content, buffers: [] });
  await expect(broken).rejects.toMatchObject({ message: 'This is no picture.' });
  void transport.media(picture, 256).catch(() => undefined);
  expect(kernel.asked).toHaveLength(1);
});

it('keeps what was said when the kernel is gone, and sends it to the next one', async () => {
  const label = { id: 'l1', name: 'a', key: '1', retired: false, merged: null, parent: null };
  const progress = { items: 2, labeled: 0, auto: 0, open: 2, mine: 0, skipped: 0, left: 2, sequence: 0 };
  const item = { number: 1, key: 'k', row: {}, value: null, suggestion: null, notes: [], media: null };
  const project = { id: 'project-1', created: 12.5, task: 'class', labels: { version: 1, labels: [label] }, progress };
  const begin = async (kernel: Kernel) => {
    const bench = new Bench(new CommTransport('project-1', kernel));
    const started = bench.start();
    kernel.answers(project);
    await vi.advanceTimersByTimeAsync(0);
    const next = kernel.asked.findIndex(({ call }) => call === 'next');
    kernel.answers({ items: [item], schema_version: 1, progress }, kernel.asked.splice(next, 1)[0]);
    await started;
    return bench;
  };
  const first = new Kernel();
  const bench = await begin(first);
  bench.choose('l1');
  first.dies();
  await vi.advanceTimersByTimeAsync(0);
  expect(bench.outbox.state).toBe('waiting');
  bench.dispose();

  const second = new Kernel();
  const again = await begin(second);
  const { told } = second.asked.find(({ call }) => call === 'submit')!;
  expect((told.answers as unknown as LabelingAnswer[]).map(one => one.value)).toEqual([ofClass('l1')]);
  again.dispose();

  const elsewhere = new Kernel(); // a project of that id in another workspace gets none of it
  const bench3 = new Bench(new CommTransport('project-1', elsewhere));
  void bench3.start();
  elsewhere.answers({ ...project, created: 99 });
  await vi.advanceTimersByTimeAsync(0);
  expect(elsewhere.asked.map(({ call }) => call)).toEqual(['next']);
  bench3.dispose();
});
