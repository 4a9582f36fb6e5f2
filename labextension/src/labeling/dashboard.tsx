/**
 * How a project goes: progress by day, how labels are spread, how people do, and what is hardest.
 */
import React, { ReactElement, useEffect, useMemo } from 'react';

import { get, LabelingDashboard } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { ago, duration, exact, number, percent, score } from '../shared/format';
import { Card, Empty, Facts, StateView } from '../shared/parts';
import { IColumn, SortableTable } from '../shared/table';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { Doubts } from './doubts';
import { Models } from './models';

/** What a model of the items' vectors learns, and so may doubt. */
const LEARNED = ['class', 'multi', 'number'];

type Person = LabelingDashboard['people'][number];

interface IProps {
  studio: IStudio;
  bench: Bench;
  onOpen: (item: number) => void;
}

export function Dashboard({ studio, bench, onOpen }: IProps): ReactElement {
  const at = { project: bench.transport.project };
  const numbers = useMemo(
    () => new Fetched(signal => get('/labstudio/api/labeling/{project}/dashboard', { at, signal }), studio.changes),
    [at.project]
  );
  useEffect(() => () => numbers.dispose(), [numbers]);
  const state = useFetched(numbers);
  return (
    <StateView state={state} retry={() => void numbers.refresh()}>
      {found =>
        found.progress.sequence === 0 ? (
          <div className="ls-Dashboard">
            <Card title={__('Progress')} className="ls-Dashboard-wide">
              <Empty text={__('Nothing is labeled yet; what people and models do is counted here.')} />
            </Card>
            <Models studio={studio} bench={bench} labeled={found.progress.labeled} />
          </div>
        ) : (
          <div className="ls-Dashboard">
            <Card title={__('Progress')}>
              <Facts rows={facts(found)} />
              <Days days={found.days} />
            </Card>
            <Card title={__('Labels')} note={__('by people, and by a model alone')}>
              <Spread bench={bench} labels={found.labels} />
            </Card>
            <Models studio={studio} bench={bench} labeled={found.progress.labeled} />
            <Card title={__('People')} className="ls-Dashboard-wide">
              <SortableTable<Person>
                label={__('People')}
                rows={found.people}
                rowKey={one => one.person}
                columns={PEOPLE()}
              />
            </Card>
            <Card title={__('Hardest items')} note={__('people disagree on them')}>
              {found.hardest.length === 0 ? (
                <p className="ls-muted">{__('Nobody disagrees so far.')}</p>
              ) : (
                <ul>
                  {found.hardest.map(({ item, key, sure, votes }) => (
                    <li key={item} className="ls-head-line">
                      <button className="ls-link ls-cut" onClick={() => onOpen(item)}>
                        {key}
                      </button>
                      <span className="ls-grow" />
                      <span className="ls-note">{__('%1 sure, %2 answers', percent(sure), votes)}</span>
                    </li>
                  ))}
                </ul>
              )}
            </Card>
            {LEARNED.includes(bench.project?.task ?? '') && <Doubts studio={studio} bench={bench} onOpen={onOpen} />}
            {found.pairs.length > 0 && (
              <Card title={__('Agreement in pairs')}>
                <ul>
                  {found.pairs.map(({ one, other, same, both }) => (
                    <li key={`${one} ${other}`} className="ls-head-line">
                      <span className="ls-cut">{__('%1 and %2', one, other)}</span>
                      <span className="ls-grow" />
                      <span className="ls-note">{__('%1 of %2', percent(same / both), both)}</span>
                    </li>
                  ))}
                </ul>
              </Card>
            )}
          </div>
        )
      }
    </StateView>
  );
}

function facts(found: LabelingDashboard): [string, string][] {
  const { items, labeled, auto } = found.progress;
  return [
    [__('labeled by people'), __('%1 of %2', number(labeled), number(items))],
    [__('labeled by a model'), number(auto)],
    [__('agreement (alpha)'), found.alpha === null ? __('no item was answered twice') : score(found.alpha)],
    [__('disputed'), number(found.disputed)],
    [__('where a majority would differ'), number(found.majority_differs)]
  ];
}

const PEOPLE = (): IColumn<Person>[] => [
  { id: 'person', label: __('Who'), value: one => one.person, render: one => one.person },
  { id: 'labeled', label: __('Labeled'), right: true, value: one => one.labeled, render: one => number(one.labeled) },
  { id: 'skipped', label: __('Skipped'), right: true, value: one => one.skipped, render: one => number(one.skipped) },
  { id: 'seconds', label: __('An item'), right: true, value: one => one.seconds, render: one => duration(one.seconds) },
  { id: 'pace', label: __('An hour'), right: true, value: one => one.per_hour, render: one => number(one.per_hour, 3) },
  {
    id: 'gold',
    label: __('Gold right'),
    right: true,
    value: one => (one.gold_seen ? one.gold_right / one.gold_seen : null),
    render: one => (one.gold_seen ? __('%1 of %2', one.gold_right, one.gold_seen) : '–')
  },
  {
    id: 'agreement',
    label: __('Agrees'),
    right: true,
    value: one => one.agreement,
    render: one => percent(one.agreement)
  },
  {
    id: 'accuracy',
    label: __('Likely right'),
    right: true,
    value: one => one.accuracy,
    render: one => percent(one.accuracy)
  },
  {
    id: 'last',
    label: __('Last'),
    value: one => one.last,
    render: one => <time title={exact(one.last)}>{ago(one.last)}</time>
  }
];

function Days({ days }: { days: LabelingDashboard['days'] }): ReactElement | null {
  const most = Math.max(1, ...days.map(([, count]) => count));
  const shown = days.slice(-30);
  return shown.length === 0 ? null : (
    <figure className="ls-Dashboard-days">
      <figcaption className="ls-note">{__('labels a day, the most %1', number(most))}</figcaption>
      <ol>
        {shown.map(([day, count]) => (
          <li key={day} title={`${exact(day).slice(0, 10)}: ${number(count)}`}>
            <i style={{ height: `${Math.max(2, (100 * count) / most)}%` }} />
            <span className="ls-hidden">{`${exact(day).slice(0, 10)}: ${number(count)}`}</span>
          </li>
        ))}
      </ol>
    </figure>
  );
}

function Spread({ bench, labels }: { bench: Bench; labels: LabelingDashboard['labels'] }): ReactElement {
  const most = Math.max(1, ...labels.map(one => one.people + one.model));
  return (
    <ul className="ls-Dashboard-spread">
      {labels.map(({ label, people, model }) => {
        const known = bench.labelById.get(label);
        return (
          <li key={label}>
            <span className="ls-cut" title={known?.name}>
              {known?.name ?? label}
            </span>
            <span className="ls-Dashboard-bar" aria-hidden="true">
              <i style={{ width: `${(100 * people) / most}%`, background: known?.color }} />
              <i style={{ width: `${(100 * model) / most}%`, background: known?.color, opacity: 0.45 }} />
            </span>
            <span className="ls-note">{model ? `${number(people)} + ${number(model)}` : number(people)}</span>
          </li>
        );
      })}
    </ul>
  );
}
