/**
 * Items that are alike, in groups: a whole group is labeled at once, but for what is marked as wrong.
 */
import React, { KeyboardEvent, ReactElement, useEffect, useMemo, useState } from 'react';

import { get, LabelingGroup, LabelingListed, LabelingValue, post, StudioError } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { number, percent } from '../shared/format';
import { Button, Empty, Failed, StateView } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { Preview } from './preview';
import { clientId } from './transport';
import { EMPTY, inWords, ofClass } from './value';

const PAGE = 8;

export type GroupKind = 'clusters' | 'duplicates';

interface IProps {
  studio: IStudio;
  bench: Bench;
  kind: GroupKind;
}

export function Groups({ studio, bench, kind }: IProps): ReactElement {
  const at = { project: bench.transport.project };
  const [offset, setOffset] = useState(0);
  const groups = useMemo(
    () =>
      new Fetched(
        signal =>
          get('/labstudio/api/labeling/{project}/groups', {
            at,
            query: { kind, offset, limit: PAGE, shown: 12 },
            signal
          }),
        studio.changes
      ),
    [at.project, kind, offset]
  );
  useEffect(() => () => groups.dispose(), [groups]);
  useEffect(() => setOffset(0), [kind]);
  const state = useFetched(groups);
  return (
    <StateView state={state} retry={() => void groups.refresh()}>
      {({ compared, total, groups: found }) =>
        !compared ? (
          <Comparing studio={studio} bench={bench} />
        ) : total === 0 ? (
          <Empty
            text={
              kind === 'clusters' ? __('No open items are alike any more.') : __('No open items are nearly the same.')
            }
          />
        ) : (
          <>
            {found.map(group => (
              <One key={group.number} studio={studio} bench={bench} kind={kind} group={group} />
            ))}
            <div className="ls-head-line">
              <span className="ls-note">
                {__('%1 to %2 of %3', number(offset + 1), number(offset + found.length), number(total))}
              </span>
              <span className="ls-grow" />
              <Button label={__('Before')} disabled={offset === 0} onClick={() => setOffset(offset - PAGE)} />
              <Button label={__('After')} disabled={offset + PAGE >= total} onClick={() => setOffset(offset + PAGE)} />
            </div>
          </>
        )
      }
    </StateView>
  );
}

/** A job compares the items: the trainer does it too, but there is none where suggestions are off. */
function Comparing({ studio, bench }: Omit<IProps, 'kind'>): ReactElement {
  const at = { project: bench.transport.project };
  const job = useMemo(() => {
    const begun = post('/labstudio/api/labeling/{project}/compare', { at });
    const ask = async (signal: AbortSignal) =>
      get('/labstudio/api/jobs/{id}', { at: { id: (await begun).job! }, signal });
    return new Fetched(ask, studio.changes);
  }, [at.project]);
  useEffect(() => () => job.dispose(), [job]);
  return (
    <StateView state={useFetched(job)} retry={() => void job.refresh()}>
      {({ state, error }) =>
        state === 'failed' ? (
          <Failed error={new StudioError('Failed', error, 0)} />
        ) : (
          <Empty text={__('The items are being compared; groups come by themselves.')} />
        )
      }
    </StateView>
  );
}

/** What all items of a group get by one label; null where they cannot get it in one stroke. */
export function forAll(task: string, label: string): LabelingValue | null {
  return task === 'class' ? ofClass(label) : task === 'multi' ? { ...EMPTY, labels: [label] } : null;
}

/** What a model says of the most of some items, in words, and how many that are. */
export function mostly(items: Pick<LabelingListed, 'suggestion'>[], words: (value: LabelingValue) => string) {
  const counts = new Map<string, number>();
  items.forEach(one => {
    const said = one.suggestion && words(one.suggestion.value);
    said && counts.set(said, (counts.get(said) ?? 0) + 1);
  });
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best ? { words: best[0], count: best[1] } : null;
}

function One({ studio, bench, kind, group }: IProps & { group: LabelingGroup }): ReactElement {
  const [marked, setMarked] = useState(new Set<number>());
  const [busy, setBusy] = useState(false);
  const { task } = bench.project!;
  const count = group.open - marked.size;
  const told = mostly(group.items, value => inWords(value, bench.labelById, __('nothing')));
  const mark = (item: number) => {
    const next = new Set(marked);
    next.has(item) ? next.delete(item) : next.add(item);
    setMarked(next);
  };
  const label = async (value: LabelingValue | null) => {
    if (busy || count === 0) {
      return;
    }
    setBusy(true);
    const at = { project: bench.transport.project };
    const which = {
      filter: '',
      state: 'open' as const,
      label: '',
      suggested: '',
      annotator: '',
      least: 0,
      cluster: kind === 'clusters' ? group.number : null,
      duplicates: kind === 'duplicates' ? group.number : null
    };
    try {
      const body = { ...which, client_id: clientId(), value, without: [...marked] };
      const { changed, progress } = await post('/labstudio/api/labeling/{project}/bulk', { at, body });
      bench.progress = progress;
      studio.tell(__('%1 items are labeled.', number(changed)), {
        label: __('Undo'),
        callback: () => void bench.transport.undo(clientId()).catch(studio.fail)
      });
    } catch (error) {
      studio.fail(error);
    }
    setBusy(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const meaning = event.target === event.currentTarget ? bench.keys.meaning(event.nativeEvent) : null;
    const value = meaning?.kind === 'label' ? forAll(task, meaning.label.id) : null;
    if (value || (meaning?.kind === 'action' && meaning.action === 'accept' && told)) {
      event.preventDefault();
      void label(value);
    }
  };
  const name = kind === 'clusters' ? __('%1 alike', number(group.open)) : __('%1 nearly the same', number(group.open));
  return (
    <section
      className="ls-Group"
      role="group"
      aria-label={told ? `${name}, ${told.words}` : name}
      tabIndex={0}
      data-lm-suppress-shortcuts
      onKeyDown={onKeyDown}
    >
      <header className="ls-head-line">
        <b>{name}</b>
        {kind === 'clusters' && <span className="ls-note">{__('likeness %1', percent(group.likeness))}</span>}
        {told && (
          <span className="ls-note">
            {__('%1 of the %2 shown are likely %3', told.count, group.items.length, told.words)}
          </span>
        )}
        <span className="ls-grow" />
        {told && (
          <Button
            disabled={busy || count === 0}
            label={__('Accept what is suggested')}
            onClick={() => void label(null)}
          />
        )}
        {forAll(task, '') && (
          <select
            className="ls-input"
            aria-label={__('Label these %1', number(count))}
            value=""
            disabled={busy || count === 0}
            onChange={event => event.target.value && void label(forAll(task, event.target.value))}
          >
            <option value="">{__('Label these %1 as…', number(count))}</option>
            {bench.labels.map(one => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </header>
      <div className="ls-Group-items">
        {group.items.map(item => (
          <button
            key={item.number}
            className={`ls-Grid-cell ${marked.has(item.number) ? 'ls-mod-marked' : ''}`}
            aria-pressed={marked.has(item.number)}
            aria-label={__('Leave out %1', item.text ?? item.key)}
            onClick={() => mark(item.number)}
          >
            <Preview bench={bench} item={item} />
          </button>
        ))}
        {group.open > group.items.length && (
          <span className="ls-note">{__('and %1 more', number(group.open - group.items.length))}</span>
        )}
      </div>
    </section>
  );
}
