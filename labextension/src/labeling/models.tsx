/**
 * What models do here: how good they are on items drawn at random, what more labels would bring, and the rest
 * labeled by one, with a promise and a way back.
 */
import React, { ReactElement, useEffect, useMemo, useState } from 'react';

import { LabelingModelRun, post, put } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { ago, exact, number, percent } from '../shared/format';
import { cellIcon } from '../shared/icons';
import { Button, Card, Chip, StateView } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { Detector } from './detector';
import { useBench } from './useBench';

const TRAINED = ['class', 'number'];

interface IPoint {
  labels: number;
  value: number;
  low: number;
  high: number;
}

/** What a live run says of itself. */
interface ILearned {
  labels: number;
  judged: number;
  measure?: string; // of what was learned before there was more than one
  score: { value: number; low: number; high: number } | null;
  curve: IPoint[];
  outlook: { plateau: number; sentence: string } | null;
  stop: string | null;
}

interface IProps {
  studio: IStudio;
  bench: Bench;
}

function begins(task?: string): string {
  return task === 'spans' || task === 'boxes' || task === 'polygons'
    ? __('Suggestions begin with ten marks in three items.')
    : __('Suggestions begin after ten labels of at least two kinds.');
}

export function useModels({ studio, bench }: IProps) {
  const { transport } = bench;
  const models = useMemo(() => new Fetched(() => transport.models(), studio.changes), [transport]);
  useEffect(() => () => models.dispose(), [models]);
  return { models, state: useFetched(models) };
}

/** One line beside the item; what a person said a while ago may have taught a model since. */
export function Learned({ studio, bench }: IProps): ReactElement | null {
  const { models } = useModels({ studio, bench });
  const said = bench.progress?.sequence ?? 0;
  useEffect(() => void (said > 0 && models.refresh()), [Math.floor(said / 5)]);
  const live = models.value?.live;
  return live ? (
    <section className="ls-Side-part">
      <h2>
        {__('Suggestions')} <span className="ls-note">{__('round %1', live.number)}</span>
      </h2>
      <Words run={live} />
    </section>
  ) : null;
}

function Words({ run }: { run: LabelingModelRun }): ReactElement {
  const { labels, measure, score, outlook, stop } = run.outcome as unknown as ILearned;
  const detector = run.settings.detector as { name: string } | undefined;
  return (
    <>
      <p className="ls-note">
        {detector && __('Suggested by %1 and by what people have drawn.', detector.name)}{' '}
        {__('Learned from %1 items.', number(labels))}{' '}
        {score
          ? __(
              '%1 on items drawn at random: %2 (%3 to %4).',
              measureName(measure),
              percent(score.value),
              percent(score.low),
              percent(score.high)
            )
          : __('Too few items drawn at random are labeled for an honest score.')}
      </p>
      {(stop || outlook) && <p className="ls-note">{stop ?? outlook!.sentence}</p>}
    </>
  );
}

function measureName(measure = ''): string {
  const names: Record<string, string> = {
    'R²': __('Share of variation explained'),
    'F1 of spans': __('F1 of spans'),
    'F1 of shapes that share half of their area': __('F1 of shapes that share half of their area')
  };
  return names[measure] ?? __('Share of right answers');
}

/** How the score grew with the labels, each with its interval; the dashed line is where it leads to. */
export function Curve({ run }: { run: LabelingModelRun }): ReactElement | null {
  const { curve = [], outlook } = run.outcome as unknown as ILearned;
  if (curve.length < 2) {
    return null;
  }
  const [wide, high] = [300, 90];
  const [first, last] = [curve[0].labels, curve[curve.length - 1].labels];
  // as many labels again matter as much as the first ones
  const x = (labels: number) => (wide * Math.log(labels / first)) / Math.log(last / first);
  const y = (score: number) => high * (1 - Math.max(0, Math.min(score, 1)));
  const line = (points: [number, number][]) => points.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(' ');
  const words = curve.map(one =>
    __('%1 items: %2 (%3 to %4)', number(one.labels), percent(one.value), percent(one.low), percent(one.high))
  );
  return (
    <figure className="ls-Curve">
      <svg viewBox={`0 -4 ${wide} ${high + 8}`} role="img" aria-label={words.join('; ')} preserveAspectRatio="none">
        <polygon
          points={line([
            ...curve.map((one): [number, number] => [x(one.labels), y(one.low)]),
            ...curve.map((one): [number, number] => [x(one.labels), y(one.high)]).reverse()
          ])}
        />
        {outlook && <line x1={0} x2={wide} y1={y(outlook.plateau)} y2={y(outlook.plateau)} />}
        <polyline points={line(curve.map(one => [x(one.labels), y(one.value)]))} />
      </svg>
      <figcaption className="ls-note">
        <span>{__('%1 items: %2', number(first), percent(curve[0].value))}</span>
        <span>{__('%1 items: %2', number(last), percent(curve[curve.length - 1].value))}</span>
      </figcaption>
    </figure>
  );
}

/** The models of a project on its dashboard. */
export function Models({ studio, bench, labeled }: IProps & { labeled: number }): ReactElement {
  useBench(bench);
  const { models, state } = useModels({ studio, bench });
  const [precision, setPrecision] = useState(95);
  const [busy, setBusy] = useState(false);
  const [seconds, setSeconds] = useState(60);
  const { project } = bench;
  const at = { project: bench.transport.project };
  const act = async (what: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await what();
      await models.refresh();
    } catch (reason) {
      studio.fail(reason);
    }
    setBusy(false);
  };
  const turn = (suggest: boolean) =>
    act(async () => {
      await put('/labstudio/api/labeling/{project}', { at, body: { suggest } as any });
      await bench.again();
    });
  const rest = () =>
    act(async () => {
      const body = { precision: precision / 100, audit: 50 };
      const { job } = await post('/labstudio/api/labeling/{project}/rest', { at, body });
      studio.tell(__('A model labels the rest.'), {
        label: __('Show the job'),
        callback: () => studio.open(`job:${job}`)
      });
    });
  const revert = (run: number) =>
    act(async () => {
      const found = await post('/labstudio/api/labeling/{project}/models/{run}/revert', {
        at: { ...at, run: String(run) }
      });
      studio.tell(__('%1 labels are taken back.', number(found.labels)));
    });
  const train = () =>
    act(async () => {
      await bench.outbox.flush(); // what was said a moment ago is learned from
      const body = { name: '', models: false, budget: seconds };
      const { run } = await post('/labstudio/api/labeling/{project}/train', { at, body });
      studio.open(`run:${run}`);
    });
  return (
    <Card title={__('Models')} className="ls-Dashboard-wide">
      <StateView state={state} retry={() => void models.refresh()}>
        {({ live, auto }) => (
          <>
            <label className="ls-Models-line">
              <input
                type="checkbox"
                checked={project?.settings.suggest ?? true}
                disabled={busy || !project}
                onChange={event => void turn(event.target.checked)}
              />
              {__('Suggest labels while people work')}
            </label>
            {live ? (
              <>
                <Words run={live} />
                <Curve run={live} />
              </>
            ) : (
              <p className="ls-note">{begins(project?.task)}</p>
            )}
            {project?.task === 'boxes' && <Detector bench={bench} />}
            {project?.task === 'class' && (
              <div className="ls-Models-line">
                <label>
                  {__('Promise that')}{' '}
                  <input
                    className="ls-input ls-Models-share"
                    type="number"
                    min={50}
                    max={99}
                    value={precision}
                    onChange={event => setPrecision(Number(event.target.value))}
                  />{' '}
                  {__('% of the labels given are right')}
                </label>
                <Button
                  label={__('Label the rest')}
                  disabled={busy || !live || precision < 50 || precision > 99}
                  onClick={() => void rest()}
                />
              </div>
            )}
            {project && TRAINED.includes(project.task) && (
              <div className="ls-Models-line">
                <label>
                  {__('Search for a model of these labels for')}{' '}
                  <input
                    className="ls-input ls-Models-share"
                    type="number"
                    min={1}
                    value={seconds}
                    onChange={event => setSeconds(Number(event.target.value))}
                  />{' '}
                  {__('seconds')}
                </label>
                <Button
                  label={__('Train on these labels')}
                  disabled={busy || labeled === 0 || !(seconds >= 1)}
                  onClick={() => void train()}
                />
                <Button
                  plain
                  label={__('Insert as cell')}
                  icon={cellIcon}
                  disabled={busy}
                  onClick={() => void studio.insertCell('label', 'train', { project: project.name, budget: seconds })}
                />
              </div>
            )}
            <ul className="ls-Exports-list">
              {auto.map(run => (
                <li key={run.number} className="ls-head-line">
                  <b>{__('Run %1', run.number)}</b>
                  <span>{run.kind === 'import' ? __('suggestions that came in') : __('labels given by a model')}</span>
                  <span className="ls-note">{number(run.outcome.given as number)}</span>
                  {run.state === 'reverted' && <Chip tone="plain" label={__('taken back')} />}
                  <span className="ls-grow" />
                  <time className="ls-note" title={exact(run.created)}>
                    {ago(run.created)}
                  </time>
                  {run.state === 'complete' && (
                    <Button
                      disabled={busy}
                      label={__('Take back run %1', run.number)}
                      onClick={() => void revert(run.number)}
                    />
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </StateView>
    </Card>
  );
}
