import { Clipboard } from '@jupyterlab/apputils';
import { act, fireEvent, render, screen } from '@testing-library/react';
import React from 'react';
import { beforeEach, expect, it, vi } from 'vitest';

import { get, ModelDetail, post, put, remove, StudioError } from '../../src/api/client';
import { EndpointsCard, plain, quoted } from '../../src/models/endpoints';
import type { IStudio } from '../../src/studio';
import { trans } from '../words';

vi.mock('../../src/api/client', async original => ({
  ...(await original<object>()),
  get: vi.fn(),
  post: vi.fn(),
  put: vi.fn(),
  remove: vi.fn()
}));

const signal = { connect: vi.fn(), disconnect: vi.fn() };
const changes = { changed: signal, connected: signal };
const tell = vi.fn();
const fail = vi.fn();
const studio = { trans, tell, fail, changes } as unknown as IStudio;
const model = {
  name: "Life's Span",
  ref: "Life's Span@2",
  inputs: [{ name: "it's", usual: 1 }]
} as unknown as ModelDetail;
const endpoint = (name: string, ref: string) => ({ name, model: ref, changed: 1, created: 1, by: 'ada', subject: '' });
const shown = async (...found: object[]) => {
  vi.mocked(get).mockResolvedValue(found as never);
  await act(async () => void render(<EndpointsCard studio={studio} model={model} />));
};

beforeEach(() => {
  vi.clearAllMocks();
  vi.mocked(post).mockResolvedValue({} as never);
  vi.mocked(put).mockResolvedValue({} as never);
  vi.mocked(remove).mockResolvedValue({} as never);
});

it('makes an endpoint under the name of the model, or another one', async () => {
  await shown(endpoint('other', 'else@1'));
  expect(screen.queryByText('other')).toBeNull();
  await act(async () => fireEvent.click(screen.getByText('Create endpoint')));
  expect(vi.mocked(post).mock.calls[0][1]).toEqual({ body: { name: 'life-s-span', model: model.ref } });
  fireEvent.change(screen.getByLabelText('Name of a new endpoint'), { target: { value: 'till' } });
  await act(async () => fireEvent.keyDown(screen.getByLabelText('Name of a new endpoint'), { key: 'Enter' }));
  expect(vi.mocked(post)).toHaveBeenCalledTimes(2);
  expect(vi.mocked(post).mock.calls[1][1]).toEqual({ body: { name: 'till', model: model.ref } });
});

it('says why one cannot be made', async () => {
  await shown();
  const error = new StudioError('Conflict', 'It is there already.', 409);
  vi.mocked(post).mockRejectedValue(error);
  await act(async () => fireEvent.click(screen.getByText('Create endpoint')));
  expect(fail).toHaveBeenCalledWith(error);
});

it('lets this version answer, and takes that back', async () => {
  await shown(endpoint('till', "Life's Span@1"));
  await act(async () => fireEvent.click(screen.getByText('Let this version answer')));
  expect(vi.mocked(put).mock.calls[0][1]).toEqual({ at: { name: 'till' }, body: { model: model.ref } });
  await act(async () => tell.mock.calls[0][1].callback());
  expect(vi.mocked(put).mock.calls[1][1]).toEqual({ at: { name: 'till' }, body: { model: "Life's Span@1" } });
});

it('removes one, and puts it back', async () => {
  await shown(endpoint('till', model.ref));
  expect(screen.queryByText('Let this version answer')).toBeNull();
  await act(async () => fireEvent.click(screen.getByText('Remove')));
  expect(vi.mocked(remove).mock.calls[0][1]).toEqual({ at: { name: 'till' } });
  await act(async () => tell.mock.calls[0][1].callback());
  expect(vi.mocked(post).mock.calls[0][1]).toEqual({ body: { name: 'till', model: model.ref } });
});

it('copies a call without the token, which a shell takes as it is', async () => {
  const copy = vi.spyOn(Clipboard, 'copyToSystem').mockImplementation(() => undefined);
  await shown(endpoint('till', model.ref));
  fireEvent.click(screen.getByText('Copy a call'));
  const call = copy.mock.calls[0][0] as string;
  expect(call).toContain('token $JUPYTER_TOKEN');
  expect(call).toContain(`'{"rows":[{"it'\\''s":1}]}'`);
  expect(call).toContain('/labstudio/api/endpoints/till/predict');
});

it.each([
  ['Life Expectancy', 'life-expectancy'],
  ['  Übung_2 ', 'bung-2'],
  ['寿命', 'model'],
  ['x'.repeat(80), 'x'.repeat(63)]
])('calls an endpoint of %s %s', (name, expected) => expect(plain(name)).toBe(expected));

it('quotes what a shell would read', () => expect(quoted("a'b")).toBe("'a'\\''b'"));
