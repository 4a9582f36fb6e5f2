import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import React, { useState } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { get, post } from '../../src/api/client';
import { Budget } from '../../src/automl/budget';
import { ColumnPicker } from '../../src/automl/columnPicker';
import { Guardrails } from '../../src/automl/guardrails';
import { Leaderboard } from '../../src/automl/leaderboard';
import { RunModel } from '../../src/automl/model';
import { RunToolbar, RunView } from '../../src/automl/run';
import { item } from '../../src/automl/section';
import { aRun, aStudio, aTrial, running } from './runs';

vi.mock('../../src/api/client', async original => ({ ...(await original<object>()), get: vi.fn(), post: vi.fn() }));

const studio = aStudio();
const columns = ['country', 'continent', 'pop', 'lifeExp'].map(name => ({ name, physical: 'x', semantic: 'number' }));

afterEach(cleanup);

function shown(run = aRun(), figures: object = { figures: {}, missing: {}, features: [] }): RunModel {
  const lineage = { subject: run.subject, nodes: [], edges: [] };
  (vi.mocked(get) as ReturnType<typeof vi.fn>).mockImplementation(async (path: string) =>
    path.endsWith('/figures') ? figures : path.endsWith('/lineage') ? lineage : run
  );
  const check = {
    task: 'regression',
    metric: 'rmse',
    rows: 1704,
    features: { number: 3 },
    classes: [],
    target: {},
    sampled: false,
    budget: 60,
    guardrails: []
  };
  (vi.mocked(post) as ReturnType<typeof vi.fn>).mockResolvedValue(check);
  const model = new RunModel(aStudio(), run.id);
  render(
    <>
      <RunToolbar model={model} />
      <RunView model={model} />
    </>
  );
  return model;
}

describe('the column picker', () => {
  function Picker({ onChange }: { onChange: (name: string) => void }) {
    const [value, setValue] = useState('pop');
    const choose = (name: string) => {
      setValue(name);
      onChange(name);
    };
    return <ColumnPicker studio={studio} id="target" columns={columns} value={value} onChange={choose} />;
  }

  it('is searched by typing, moved in by arrows, and chosen from by Enter', () => {
    const chosen = vi.fn();
    render(<Picker onChange={chosen} />);
    const field = screen.getByRole('combobox');
    fireEvent.change(field, { target: { value: 'con' } });
    expect(screen.getAllByRole('option').map(one => one.textContent)).toEqual(['continentnumber']);
    fireEvent.change(field, { target: { value: 'co' } });
    fireEvent.keyDown(field, { key: 'ArrowDown' });
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(chosen).toHaveBeenCalledWith('continent');
    expect(screen.queryByRole('listbox')).toBeNull();
  });

  it('Esc leaves it as it was', () => {
    const chosen = vi.fn();
    render(<Picker onChange={chosen} />);
    const field = screen.getByRole<HTMLInputElement>('combobox');
    fireEvent.change(field, { target: { value: 'life' } });
    fireEvent.keyDown(field, { key: 'Escape' });
    expect(field.value).toBe('pop');
    expect(chosen).not.toHaveBeenCalled();
  });
});

it('a time of one’s own is told in seconds', () => {
  const told = vi.fn();
  render(<Budget studio={studio} value={60} unlimited={false} onChange={told} />);
  fireEvent.click(screen.getByLabelText('Own'));
  fireEvent.change(screen.getByLabelText('Time'), { target: { value: '2' } });
  expect(told).toHaveBeenLastCalledWith(120);
  fireEvent.change(screen.getByLabelText('Unit'), { target: { value: '3600' } });
  expect(told).toHaveBeenLastCalledWith(7200);
});

it('the leaderboard names the best and the baseline, and says why a trial failed', () => {
  const failed = aTrial({ number: 9, state: 'failed', score: null, message: 'It ran out of memory.' });
  const { leaderboard } = aRun();
  render(<Leaderboard studio={studio} run={aRun({ leaderboard: [failed, ...leaderboard] })} />);
  const rows = screen.getAllByRole('row').slice(1);
  expect(within(rows[0]).getByText('best')).toBeTruthy();
  expect(within(rows[1]).getByText('baseline')).toBeTruthy();
  expect(rows[2].textContent).toContain('It ran out of memory.');
});

it('the leaderboard says which score is out of fold and which is held out, and how sure that is', () => {
  render(<Leaderboard studio={studio} run={aRun()} />);
  expect(screen.getByRole('columnheader', { name: 'RMSE, out of fold' })).toBeTruthy();
  const held = screen.getByText(/Recommended: LightGBM, trial 1/);
  expect(held.textContent).toContain('RMSE 2.100 on 341 held-out rows');
  expect(held.textContent).toContain('95 % interval 1.95 – 2.31');
});

it('the members of an ensemble lead to their own rows', () => {
  const members = [
    { trial: 2, title: 'Extra trees', weight: 0.6 },
    { trial: 1, title: 'LightGBM', weight: 0.4 }
  ];
  const leaderboard = [
    aTrial({ number: 3, learner: 'ensemble', title: 'Ensemble', members, best: true }),
    aTrial({ number: 1 }),
    aTrial({ number: 2, learner: 'extra_trees', title: 'Extra trees' })
  ];
  render(<Leaderboard studio={studio} run={aRun({ leaderboard })} />);
  fireEvent.click(screen.getByRole('button', { name: '60 % Extra trees (2)' }));
  expect(document.activeElement?.textContent).toContain('Extra treestrial 2');
  expect(document.activeElement?.textContent).toContain('60 % of the ensemble');
});

it('a candidate that was given up has no rank, and says why', () => {
  const message = 'clearly worse than the best on its first folds';
  const pruned = aTrial({ number: 7, state: 'pruned', score: 0.5, message });
  render(<Leaderboard studio={studio} run={aRun({ leaderboard: [pruned, ...aRun().leaderboard] })} />);
  const row = screen.getAllByRole('row').at(-1)!;
  expect(row.textContent).toMatch(/^–LightGBMtrial 7Given up/);
  expect(row.textContent).toContain(message);
});

describe('the charts of a run', () => {
  it('say of a figure that is missing why, and list the features that were made', async () => {
    const feature = {
      feature: 'price / rooms',
      formula: 'price / rooms',
      columns: ['price', 'rooms'],
      importance: 0.2
    };
    const answer = { figures: {}, missing: { hyperparameters: 'It takes 8 trials.' }, features: [feature] };
    shown(aRun(), answer);
    fireEvent.click(await screen.findByRole('tab', { name: 'Charts' }));
    expect(await screen.findByText('It takes 8 trials.')).toBeTruthy();
    const table = screen.getByRole('table', { name: 'Features that were made' });
    expect(within(table).getByText('price, rooms')).toBeTruthy();
  });
});

describe('a guardrail', () => {
  const leak = {
    name: 'Target leak',
    state: 'alerted' as const,
    detail: 'It gives the target away.',
    evidence: { AUC: { after: 0.99912 } },
    fix: { exclude: ['after', 'later'] },
    effect: null
  };

  it('shows its figures, and sets what mends it with one click', () => {
    const mended = vi.fn();
    render(<Guardrails studio={studio} guardrails={[leak]} onFix={mended} />);
    expect(screen.getByText('AUC: after 0.9991')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Leave out after, later' }));
    expect(mended).toHaveBeenCalledWith(leak.fix);
  });

  it('offers nothing where there is no form, and says what a fix has changed', () => {
    const effect = { roc_auc: -0.12 };
    render(<Guardrails studio={studio} guardrails={[{ ...leak, effect }]} />);
    expect(screen.queryByRole('button')).toBeNull();
    expect(screen.getByText(/changed: roc_auc −0.12/)).toBeTruthy();
  });
});

describe('the document of a run', () => {
  it('shows while it runs how far it is, and stops once', async () => {
    shown(running({ leaderboard: [aTrial(), aTrial({ number: 5, state: 'running', score: null, title: 'Linear' })] }));
    expect(await screen.findByText('Trying Linear')).toBeTruthy();
    const stop = screen.getByRole<HTMLButtonElement>('button', { name: 'Stop and keep' });
    fireEvent.click(stop);
    expect(stop.disabled).toBe(true);
    expect(post).toHaveBeenCalledWith('/labstudio/api/automl/runs/{id}/stop', { at: { id: 'run-3' } });
    expect(screen.queryByRole('button', { name: 'Register' })).toBeNull();
  });

  it('shows in the end what it came to, with its parts in tabs', async () => {
    shown();
    expect(await screen.findByText(/75 % lower RMSE/)).toBeTruthy();
    expect(screen.getAllByRole('tab').map(tab => tab.textContent)).toEqual([
      'Overview',
      'Leaderboard2',
      'Charts',
      'Settings'
    ]);
    expect(screen.getByRole('button', { name: 'Register' })).toBeTruthy();
  });

  it('says of a failed run why, and what to do', async () => {
    const model = shown(
      aRun({ state: 'failed', passed: null, error: 'The target has one value only.', leaderboard: [] })
    );
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('The target has one value only.');
    fireEvent.click(within(alert).getByRole('button', { name: 'Run again' }));
    expect(model.studio.open).toHaveBeenCalledWith('new-run:run-3');
    expect(screen.queryByRole('button', { name: 'Download ONNX' })).toBeNull();
  });
});

it('a row of the side panel offers what the state allows', () => {
  const offered = (run = aRun()) => item(studio, run, 1100).actions.map(one => one.label);
  expect(offered(running())).toEqual(['Stop and keep', 'Insert as cell', 'Run again']);
  const label = ['Label what it is unsure of', 'Label what it gets wrong'];
  expect(offered(aRun({ task: 'multiclass' }))).toEqual(['Register', ...label, 'Insert as cell', 'Run again']);
  expect(offered(aRun({ task: 'regression' }))).toEqual(['Register', 'Insert as cell', 'Run again']);
  expect(offered(aRun({ state: 'failed', passed: null }))).toEqual(['Insert as cell', 'Run again', 'Forget']);
});
