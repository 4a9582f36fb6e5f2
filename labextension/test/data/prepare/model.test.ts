import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { PrepareModel } from '../../../src/data/prepare/model';
import type { IStudio } from '../../../src/studio';

const asked = vi.hoisted(() => ({
  calls: [] as [string, string, any][],
  recipes: [] as object[],
  tried: [] as object[]
}));

vi.mock('../../../src/api/client', async original => {
  const answer = (method: string) => async (path: string, told: any) => {
    asked.calls.push([method, path.replace('/labstudio/api/', ''), told]);
    const form = { properties: { where: { type: 'string' } }, required: ['where'] };
    const operations = [{ op: 'filter', title: 'Filter rows', group: 'Rows', help: '', form }];
    const answers = { operations, recipes: asked.recipes, preview: { steps: asked.tried } } as Record<string, unknown>;
    return answers[path.split('/').pop()!] ?? [];
  };
  const made = { get: answer('GET'), post: answer('POST'), put: answer('PUT'), remove: answer('DELETE') };
  return { ...(await original<object>()), ...made };
});

const studio = { changes: { changed: new Signal({}) }, fail: () => undefined } as unknown as IStudio;
const told = (method: string, path: string) => asked.calls.filter(([m, p]) => m === method && p === path);
const settle = () => vi.advanceTimersByTimeAsync(1_000);
const ops = (model: PrepareModel) => model.steps.map(one => one.step.where);

beforeEach(() => {
  vi.useFakeTimers();
  asked.calls.length = 0;
  [asked.recipes, asked.tried] = [[], []];
});
afterEach(() => vi.useRealTimers());

it('tries a step where it stands and keeps the recipe once, after a pause', async () => {
  const model = new PrepareModel(studio, 'orders@2');
  await settle();
  model.add({ op: 'filter' });
  const { id } = model.steps[0];
  expect(model.whole).toBe(false);
  ['a', 'a >', 'a > 1'].forEach(where => model.tell(id, { where }, 'where'));
  expect([model.whole, model.saved]).toEqual([true, 'saving']);
  await settle();
  const saves = told('PUT', 'recipes/{name}');
  expect(saves.length).toBe(1);
  expect(saves[0][2]).toMatchObject({
    at: { name: 'orders_clean' },
    body: { input: 'orders@2', steps: [{ op: 'filter', where: 'a > 1' }] }
  });
  const previews = told('POST', 'recipes/preview').map(([, , { body }]) => body.step);
  expect(previews.slice(-2).sort()).toEqual([-1, 0]); // the table after it, and the columns before it
  expect(model.saved).toBe('saved');
  model.dispose();
});

it('does not run what has a step that cannot be done', async () => {
  asked.tried = [{ op: 'filter', error: "There is no column 'b'." }];
  const model = new PrepareModel(studio, 'orders@2');
  await settle();
  model.add({ op: 'filter', where: 'b > 1' }, false);
  await settle();
  expect(model.whole).toBe(false);
  model.toggle(model.steps[0].id);
  expect(model.whole).toBe(false); // there is nothing left to do
  model.dispose();
});

it('adds after the step that is looked at, and takes whole changes back', async () => {
  const model = new PrepareModel(studio, 'orders@2');
  await settle();
  ['a', 'b', 'c'].forEach(where => model.add({ op: 'filter', where }, false));
  model.show(model.steps[0].id);
  model.add({ op: 'filter', where: 'new' }, false);
  expect(ops(model)).toEqual(['a', 'new', 'b', 'c']);
  expect(model.place).toBe(1);
  model.move(model.steps[1].id, 3);
  expect(ops(model)).toEqual(['a', 'b', 'c', 'new']);
  model.undo();
  model.undo();
  expect(ops(model)).toEqual(['a', 'b', 'c']);
  model.redo();
  expect(ops(model)).toEqual(['a', 'new', 'b', 'c']);
  model.show(-1);
  model.add({ op: 'filter', where: 'first' }, false);
  expect(ops(model)[0]).toBe('first');
  model.dispose();
});

it('takes up the recipe that was last worked on, over the version that is open', async () => {
  const saved = (name: string, input: string, changed: number) => ({
    name,
    input,
    changed,
    by: '',
    steps: [{ op: 'filter', where: name }]
  });
  asked.recipes = [saved('old', 'orders@1', 1), saved('newer', 'orders@1', 2), saved('other', 'shops@1', 3)];
  const model = new PrepareModel(studio, 'orders@2');
  await settle();
  expect([model.name, ops(model)]).toEqual(['newer', ['newer']]);
  expect(told('PUT', 'recipes/{name}')).toEqual([]); // looking changes nothing
  expect(told('POST', 'recipes/preview').pop()![2].body.input).toBe('orders@2');
  model.fresh();
  expect([model.name, model.steps.length]).toEqual(['orders_clean', 0]);
  model.dispose();
});

it('keeps what is not kept yet when it is closed', async () => {
  const model = new PrepareModel(studio, 'orders@2');
  await settle();
  model.add({ op: 'filter', where: 'a' }, false);
  model.dispose();
  await settle();
  expect(told('PUT', 'recipes/{name}').length).toBe(1);
});

it('takes the recipe with it when what it makes is called otherwise', async () => {
  asked.recipes = [{ name: 'old', input: 'orders@1', steps: [{ op: 'filter', where: 'a' }], changed: 1, by: '' }];
  const model = new PrepareModel(studio, 'orders@2');
  await settle();
  await model.rename('tidy');
  expect(told('PUT', 'recipes/{name}').map(([, , { at }]) => at.name)).toEqual(['tidy']);
  expect(told('DELETE', 'recipes/{name}').map(([, , { at }]) => at.name)).toEqual(['old']);
  model.dispose();
});
