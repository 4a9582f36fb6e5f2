import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { LabelingAnswer, LabelingReceipts } from '../../src/api/client';
import { Outbox } from '../../src/labeling/outbox';

const answer = (id: string, item = 1) => ({ client_id: id, item, action: 'label' }) as LabelingAnswer;
const received = (answers: LabelingAnswer[]) =>
  ({ receipts: answers.map(({ client_id, item }) => ({ client_id, item })), schema_version: 1 }) as LabelingReceipts;

beforeEach(() => {
  vi.useFakeTimers();
  window.localStorage.clear();
});
afterEach(() => vi.useRealTimers());

it('keeps an answer until the server has said that it has it', async () => {
  let arrive = (_: LabelingReceipts) => {};
  const box = new Outbox(() => new Promise(done => (arrive = done)));
  box.start('p');
  box.add(answer('a'));
  expect(window.localStorage.length).toBe(1);
  expect(box.state).toBe('saving');
  arrive(received([answer('a')]));
  await box.flush();
  expect(window.localStorage.length).toBe(0);
  expect(box.state).toBe('saved');
});

it('sends again, in order, when the server answers again', async () => {
  const sent: string[][] = [];
  let down = true;
  const box = new Outbox(async answers => {
    if (down) {
      throw new Error('down');
    }
    sent.push(answers.map(one => one.client_id));
    return received(answers);
  });
  box.start('p');
  box.add(answer('a'));
  box.add(answer('b'));
  await vi.advanceTimersByTimeAsync(600);
  expect(box.state).toBe('waiting');
  down = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sent.flat()).toEqual(['a', 'b']);
  expect(box.state).toBe('saved');
});

it('takes up what an earlier visit left behind, and nothing of other projects', async () => {
  const lost = new Outbox(() => Promise.reject(new Error('down')));
  lost.start('p');
  lost.add(answer('a'));
  lost.add(answer('b'));
  lost.dispose();
  const other = new Outbox(() => Promise.reject(new Error('down')));
  other.start('other');
  other.add(answer('c'));
  const sent: string[] = [];
  const box = new Outbox(async answers => {
    sent.push(...answers.map(one => one.client_id));
    return received(answers);
  });
  box.start('p');
  await box.flush();
  expect(sent).toEqual(['a', 'b']);
});
