import { render, screen } from '@testing-library/react';
import React from 'react';
import { expect, it } from 'vitest';

import type { LabelingItem, LabelingModelRun } from '../../src/api/client';
import type { Bench } from '../../src/labeling/bench';
import { listOf, pairsOf } from '../../src/labeling/detector';
import { forAll, mostly } from '../../src/labeling/groups';
import { Curve } from '../../src/labeling/models';
import { Preview } from '../../src/labeling/preview';
import { EMPTY, ofClass } from '../../src/labeling/value';

const said = (label: string | null) => ({ suggestion: label ? ({ value: ofClass(label) } as any) : null });
const bench = {
  labelById: new Map([['l1', { id: 'l1', name: 'PLACE', color: '#0072b2' }]]),
  transport: { media: () => 'there.png' }
} as unknown as Bench;
const item = (more: Partial<LabelingItem>) =>
  ({ number: 1, key: 'k', row: {}, media: null, text: null, suggestion: null, ...more }) as LabelingItem;

it('gives a whole group one label where items have labels, and no other task', () => {
  expect(forAll('class', 'l1')!.label).toBe('l1');
  expect(forAll('multi', 'l1')!.labels).toEqual(['l1']);
  expect(forAll('spans', 'l1')).toBeNull();
});

it('says what most of a group are likely to be, where a model has said anything', () => {
  const words = (value: { label: string | null }) => value.label ?? '';
  expect(mostly([said('late'), said(null), said('broken'), said('late')], words)).toEqual({ words: 'late', count: 2 });
  expect(mostly([said(null)], words)).toBeNull();
});

it('reads the classes of a detector and which label each is', () => {
  expect(listOf(' cat, dog ,, ')).toEqual(['cat', 'dog']);
  expect(pairsOf('bus = truck, van=car, nothing, = x')).toEqual({ bus: 'truck', van: 'car' });
});

it('marks suggested parts of a text by code points, whatever stands before them', () => {
  const spans = [{ id: 's', start: 2, end: 6, label: 'l1', text: 'Rome', attributes: {}, score: 0.8 }];
  const suggestion = { number: 1, run: 1, score: 0.8, value: { ...EMPTY, spans } };
  const { container } = render(<Preview bench={bench} item={item({ text: '👋 Rome', suggestion })} />);
  expect(container.querySelector('.ls-mod-suggested')!.textContent).toBe('Rome');
  expect(container.textContent).toBe('👋 Rome');
});

it('draws suggested boxes on a small picture in pixels of the original', () => {
  const box = { id: 'b', kind: 'box', label: 'l1', x: 8, y: 4, w: 20, h: 10, rotation: 90, rings: null };
  const value = { ...EMPTY, shapes: [{ ...box, attributes: {}, score: 0.9 }] } as any;
  const pictured = item({ media: 'm', width: 64, height: 48, suggestion: { number: 1, run: 1, score: 0.9, value } });
  const { container } = render(<Preview bench={bench} item={pictured} />);
  expect(container.querySelector('svg')!.getAttribute('viewBox')).toBe('0 0 64 48');
  const rect = container.querySelector('rect')!;
  expect(['x', 'y', 'width', 'height'].map(name => rect.getAttribute(name))).toEqual(['8', '4', '20', '10']);
  expect(rect.getAttribute('transform')).toBe('rotate(90 18 9)');
});

it('draws how the score grew, in words for who cannot see it, and nothing of one point', () => {
  const point = (labels: number, value: number) => ({ labels, value, low: value - 0.1, high: value + 0.05 });
  const run = (curve: unknown[]) => ({ outcome: { curve, outlook: { plateau: 0.9 } } }) as unknown as LabelingModelRun;
  render(<Curve run={run([point(10, 0.5), point(40, 0.8)])} />);
  expect(
    screen.getByRole('img', { name: '10 items: 50 % (40 % to 55 %); 40 items: 80 % (70 % to 85 %)' })
  ).toBeTruthy();
  const { container } = render(<Curve run={run([point(10, 0.5)])} />);
  expect(container.innerHTML).toBe('');
});
