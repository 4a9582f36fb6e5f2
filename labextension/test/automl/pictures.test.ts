import { describe, expect, it } from 'vitest';

import { fitted } from '../../src/shared/figure';
import { byState } from '../../src/automl/guardrails';
import { ranked } from '../../src/automl/leaderboard';
import { isDiagram, plan, wrap } from '../../src/automl/plan';
import { place, rail } from '../../src/automl/rail';
import { aTrial, trans } from './runs';

const diagram = {
  columns: [
    { name: 'Numbers', count: 14, names: ['pop', 'year'] },
    { name: 'Categories', count: 1, names: ['continent'] }
  ],
  steps: [
    { name: 'As they are', detail: 'missing values stay missing', columns: 0 },
    { name: 'Ordinal', detail: '5 values as codes', columns: 1 }
  ],
  members: [
    { learner: 'linear', settings: { alpha: 0.123456 }, weight: 0.2, steps: [0, 1] },
    { learner: 'lightgbm', settings: {}, weight: 0.8, steps: [0] }
  ],
  answer: { name: 'Value', detail: 'within the range of the training rows' }
};

describe('the picture of the winner', () => {
  const { boxes, paths, words, width, height } = plan(diagram, { lightgbm: 'LightGBM' }, trans);

  it('has a box for each part and stays within its frame', () => {
    expect(boxes.map(box => box.title)).toEqual([
      'Numbers',
      'Categories',
      'As they are',
      'Ordinal',
      'LightGBM',
      'linear',
      'Value'
    ]);
    for (const box of boxes) {
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
    }
  });
  it('no two boxes of a column overlap', () => {
    for (const one of boxes) {
      for (const other of boxes.filter(box => box.x === one.x && box.y > one.y)) {
        expect(other.y).toBeGreaterThanOrEqual(one.y + one.height);
      }
    }
  });
  it('draws the heavier member with the wider line', () => {
    const [heavy, light] = paths.slice(-2);
    expect(heavy.width).toBeGreaterThan(2 * light.width);
    expect(paths).toHaveLength(2 + 3 + 2);
  });
  it('says itself in words', () => {
    expect(words).toContain('Columns: Numbers (14), Categories (1).');
    expect(words).toContain('LightGBM 0.80');
  });
  it('puts the steps that members read together into one box where the lines would be too many', () => {
    const steps = ['Ordinal', 'One-hot', 'Calendar', 'Topics', 'Words'].map((name, i) => {
      return { name, detail: 'as ever', columns: i % 2 };
    });
    const members = [0, 1, 2, 3, 4, 5].map(i => {
      return { learner: `m${i}`, settings: {}, weight: 1 / 6, steps: i < 4 ? [0, 2, 3] : [1, 2, 4] };
    });
    const joined = plan({ ...diagram, steps, members }, {}, trans);
    const boxes = joined.boxes.filter(box => box.kind === 'steps');
    expect(boxes.map(box => box.lines)).toEqual([
      ['Numbers: ordinal', 'Numbers: calendar', 'Categories: topics'],
      ['Categories: one-hot', 'Numbers: calendar', 'Numbers: words']
    ]);
    expect(joined.paths).toHaveLength(2 * 2 + 6 + 6);
  });
  it('shows what is done to the sum of the members on its way to the answer', () => {
    const corrections = [
      { name: 'Calibration', detail: 'probabilities made surer' },
      { name: 'Threshold', detail: 'yes from a probability of 0.3 on' }
    ];
    const more = plan({ ...diagram, corrections }, {}, trans);
    expect(more.boxes.slice(-3).map(box => box.title)).toEqual(['Calibration', 'Threshold', 'Value']);
    expect(more.paths).toHaveLength(paths.length + 2);
    expect(more.words).toContain('Threshold: yes from a probability of 0.3 on.');
  });
  it('is drawn too where no column is looked at', () => {
    const plain = { ...diagram, steps: [], members: [{ learner: 'baseline', settings: {}, weight: 1, steps: [] }] };
    expect(plan(plain, {}, trans).paths).toHaveLength(3);
  });
  it('is not drawn from anything else', () => {
    expect([null, {}, { columns: [], steps: [] }].map(isDiagram)).toEqual([false, false, false]);
    expect(isDiagram(diagram)).toBe(true);
  });
  it('breaks long texts at blanks', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('x'.repeat(50), 10)[0]).toHaveLength(10);
    expect(wrap('word '.repeat(40), 5)).toHaveLength(5);
  });
});

describe('the rail of the leaderboard', () => {
  const trials = [1, 1.1, 1.2].map((score, number) => aTrial({ number, score }));

  it('holds every score with its error', () => {
    const scale = rail(trials)!;
    const { from, to, beyond } = place(scale, 1, 0.1);
    expect(from).toBeGreaterThan(0);
    expect(to).toBeLessThan(1);
    expect(beyond).toBe(0);
  });
  it('leaves a far baseline at its end', () => {
    const scale = rail([...trials, aTrial({ learner: 'baseline', score: 90 })])!;
    expect(place(scale, 90, 1).beyond).toBe(1);
    expect(scale.high).toBeLessThan(2);
  });
  it('knows nothing of scores on a few folds only', () => {
    expect(rail([...trials, aTrial({ state: 'pruned', score: 50 })])).toEqual(rail(trials));
  });
  it('has room for a single score and for none', () => {
    expect(place(rail([aTrial({ score: 0, error_bar: null })])!, 0, 0).at).toBeCloseTo(0.5);
    expect(rail([aTrial({ score: null })])).toBeNull();
  });
});

it('trials that came to nothing stand last, behind what is tried now', () => {
  const trials = [
    aTrial({ number: 1, state: 'failed', score: null }),
    aTrial({ number: 4, state: 'pruned', score: 0.1 }),
    aTrial({ number: 2, state: 'running', score: null }),
    aTrial({ number: 3 })
  ];
  expect(ranked(trials).map(({ trial }) => trial.number)).toEqual([3, 2, 1, 4]);
});

it('alerts stand before all other guardrails', () => {
  const states = ['passed', 'alerted', 'done'] as const;
  const sorted = byState(
    states.map(state => ({ name: state, state, detail: '', evidence: {}, fix: {}, effect: null }))
  );
  expect(sorted.map(one => one.state)).toEqual(['alerted', 'done', 'passed']);
});

describe('a figure in its card', () => {
  const layout = {
    title: { text: 'Calibration, expected error 1.9%' },
    xaxis: { title: { text: 'said' }, range: [0, 1] }
  };

  it('leaves its title and what follows the comma to the card', () => {
    const { title, note, bare } = fitted({ data: [], layout });
    expect([title, note]).toEqual(['Calibration', 'expected error 1.9%']);
    expect(bare.layout).not.toHaveProperty('title');
    expect((bare.layout as any).xaxis).toMatchObject({ title: { text: 'said' }, range: [0, 1], automargin: true });
  });
  it('may say an axis in the note too, where it has room', () => {
    const { note, bare } = fitted({ data: [], layout }, 'xaxis');
    expect(note).toBe('expected error 1.9% · said');
    expect((bare.layout as any).xaxis).not.toHaveProperty('title');
  });
});
