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
import { useBench } from './useBench';

const TRAINED = ['class', 'number'];

/** What a live run says of itself. */
interface ILearned {
  labels: number;
  judged: number;
  score: { value: number; low: number; high: number } | null;
  outlook: { sentence: string } | null;
  stop: string | null;
}

interface IProps {
  studio: IStudio;
  bench: Bench;
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
  const { labels, score, outlook, stop } = run.outcome as unknown as ILearned;
  return (
    <>
      <p className="ls-note">
        {__('Learned from %1 labels.', number(labels))}{' '}
        {score
          ? __(
              'Score on items drawn at random: %1 (%2 to %3).',
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

/** The models of a project on its dashboard. */
export function Models({ studio, bench }: IProps): ReactElement {
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
              <Words run={live} />
            ) : (
              <p className="ls-note">{__('Suggestions begin after ten labels of at least two kinds.')}</p>
            )}
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
                  disabled={busy || !(bench.progress?.labeled ?? 0) || !(seconds >= 1)}
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
