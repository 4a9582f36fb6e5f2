import { act, fireEvent, render, screen } from '@testing-library/react';
import React from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Input, ModelDetail, post, StudioError } from '../../src/api/client';
import { TryIt } from '../../src/models/tryIt';
import type { IStudio } from '../../src/studio';
import { trans } from '../words';

vi.mock('../../src/api/client', async original => ({ ...(await original<object>()), post: vi.fn() }));
vi.mock('../../src/shared/upload', () => ({ upload: vi.fn(async (file: File) => `id of ${file.name}`) }));

const asked = vi.mocked(post);
const studio = { trans } as unknown as IStudio;
const input = (name: string, other: Partial<Input>): Input => ({
  name,
  kind: 'number',
  usual: 1,
  minimum: null,
  maximum: null,
  choices: [],
  ...other
});
const model = {
  ref: 'life@1',
  version: 1,
  target: 'lifeExp',
  certificate: { encoder: null },
  inputs: [
    input('year', { kind: 'integer', usual: 1980, minimum: 1952, maximum: 2007 }),
    input('continent', { kind: 'choice', usual: 'Asia', choices: ['Africa', 'Asia', 'Europe'] })
  ]
} as unknown as ModelDetail;
const predicted = (value: number) =>
  ({ ref: 'life@1', predictions: [value], classes: null, probabilities: null, seconds: 0.00006 }) as never;
const rowsSent = () => asked.mock.calls.map(([, told]) => (told as { body: { rows: unknown[] } }).body.rows[0]);
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

beforeEach(() => {
  vi.useFakeTimers();
  asked.mockReset();
});

afterEach(() => void vi.useRealTimers());

it('answers for the usual values at once, and says how fast', async () => {
  asked.mockResolvedValue(predicted(64.5));
  render(<TryIt studio={studio} model={model} />);
  await pass(0);
  expect(screen.getByText('64.5')).toBeTruthy();
  expect(screen.getByText('@1, answered by the ONNX file in 0.06 ms')).toBeTruthy();
  expect(rowsSent()).toEqual([{ year: 1980, continent: 'Asia' }]);
});

it('asks once, a moment after the last key, and shows the newest answer only', async () => {
  asked.mockResolvedValueOnce(predicted(64.5));
  render(<TryIt studio={studio} model={model} />);
  await pass(0);
  const year = screen.getByLabelText('year');
  let late = (_: never) => undefined as void;
  asked.mockImplementationOnce(() => new Promise(resolve => (late = resolve)) as never);
  fireEvent.change(year, { target: { value: '1990' } });
  fireEvent.change(year, { target: { value: '1995' } });
  await pass(200);
  asked.mockResolvedValueOnce(predicted(72.5));
  fireEvent.change(year, { target: { value: '2007' } });
  await pass(200);
  await act(async () => late(predicted(11)));
  expect(screen.getByText('72.5')).toBeTruthy();
  expect(rowsSent().map(row => (row as { year: number }).year)).toEqual([1980, 1995, 2007]);
});

it('chooses with the arrow keys, and leaves out what is missing', async () => {
  asked.mockResolvedValue(predicted(1));
  render(<TryIt studio={studio} model={model} />);
  await pass(0);
  fireEvent.keyDown(screen.getByRole('radio', { name: 'Asia' }), { key: 'ArrowRight' });
  expect(screen.getByRole('radio', { name: 'Europe' }).getAttribute('aria-checked')).toBe('true');
  fireEvent.click(screen.getByRole('button', { name: 'Leave year missing' }));
  await pass(200);
  expect(rowsSent().at(-1)).toEqual({ continent: 'Europe' });
});

it('shows the likeliest classes as bars', async () => {
  asked.mockResolvedValue({
    ref: 'wine@1',
    predictions: ['good'],
    classes: ['bad', 'fair', 'good'],
    probabilities: [[0.1, 0.2, 0.7]],
    seconds: 0.002
  } as never);
  render(<TryIt studio={studio} model={model} />);
  await pass(0);
  expect(screen.getAllByRole('listitem').map(one => one.textContent)).toEqual([
    'good70.0 %',
    'fair20.0 %',
    'bad10.0 %'
  ]);
});

it('takes an image where the model has learned from images, and says what is wrong with one', async () => {
  URL.createObjectURL = () => 'blob:x';
  URL.revokeObjectURL = () => undefined;
  const likely = { ref: 'street@1', predictions: ['car'], classes: ['car', 'tree'], probabilities: [[0.9, 0.1]] };
  asked.mockResolvedValueOnce({ ...likely, seconds: 0.002 } as never);
  const images = { ...model, ref: 'street@1', certificate: { encoder: 'ab12' } } as unknown as ModelDetail;
  render(<TryIt studio={studio} model={images} />);
  expect(screen.queryByLabelText('year')).toBeNull();
  const choose = async (name: string) => {
    fireEvent.change(screen.getByLabelText('Image to predict'), { target: { files: [new File(['x'], name)] } });
    await pass(0);
  };
  await choose('a.png');
  expect(screen.getAllByRole('listitem').map(one => one.textContent)).toEqual(['car90.0 %', 'tree10.0 %']);
  expect(screen.getByRole('img', { name: 'a.png' })).toBeTruthy();
  expect(asked.mock.calls[0]).toMatchObject([
    '/labstudio/api/models/{ref}/predict/images',
    { at: { ref: 'street@1' }, body: { uploads: ['id of a.png'] } }
  ]);
  asked.mockRejectedValueOnce(new StudioError('Invalid', 'b.svg cannot be read as an image.', 400));
  await choose('b.svg');
  expect(screen.getByText('b.svg cannot be read as an image.')).toBeTruthy();
  expect(screen.queryByText('90.0 %')).toBeNull();
});
