/**
 * Many items at once: all are taken as suggested, or as one label, but for those that are marked as wrong.
 */
import React, { KeyboardEvent, ReactElement, useEffect, useRef, useState } from 'react';

import type { LabelingItem } from '../api/client';
import { StudioError } from '../api/client';
import { number, percent } from '../shared/format';
import { Button, Empty, Failed, Skeleton } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { GroupKind, Groups } from './groups';
import { Preview } from './preview';
import { clientId } from './transport';
import { useBench } from './useBench';
import { inWords, labelsOf, ofClass } from './value';

const SIZES = [24, 48, 100];

interface IGrid {
  studio: IStudio;
  bench: Bench;
}

/** Items one beside the other, or in groups of those that are alike. */
export function Grid({ studio, bench }: IGrid): ReactElement {
  const [kind, setKind] = useState<GroupKind | null>(null);
  const kinds: [GroupKind | null, string][] = [
    [null, __('one by one')],
    ['clusters', __('in groups that are alike')],
    ['duplicates', __('near duplicates together')]
  ];
  // groups are asked of the server, whose workspace need not be that of a kernel
  const choice = bench.transport.place === 'server' && (
    <label>
      {__('Show')}{' '}
      <select
        className="ls-input"
        value={kind ?? ''}
        onChange={event => setKind((event.target.value || null) as GroupKind | null)}
      >
        {kinds.map(([one, name]) => (
          <option key={name} value={one ?? ''}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
  return kind === null ? (
    <Singly studio={studio} bench={bench} choice={choice} />
  ) : (
    <div className="ls-Grid">
      <div className="ls-Grid-bar">
        {choice}
        <span className="ls-note">{__('click what does not belong; a label’s key labels the group at hand')}</span>
      </div>
      {bench.project ? <Groups studio={studio} bench={bench} kind={kind} /> : <Skeleton lines={8} />}
    </div>
  );
}

function Singly({ studio, bench, choice }: IGrid & { choice: ReactElement | false }): ReactElement {
  useBench(bench);
  const [size, setSize] = useState(SIZES[0]);
  const [label, setLabel] = useState<string>('');
  const [items, setItems] = useState<LabelingItem[] | null>(null);
  const [marked, setMarked] = useState(new Set<number>());
  const [error, setError] = useState<StudioError | null>(null);
  const [busy, setBusy] = useState(false);
  const held = useRef<LabelingItem[]>([]);
  const { transport, project } = bench;
  const load = async () => {
    setError(null);
    setMarked(new Set());
    try {
      await transport.release(held.current.map(one => one.number));
      const { items: found, progress } = await transport.next(size, [], label || undefined);
      held.current = found;
      bench.progress = progress;
      setItems(found);
    } catch (reason) {
      setError(reason instanceof StudioError ? reason : new StudioError('Unexpected', String(reason), 0));
    }
  };
  useEffect(() => void load(), [size, label]);
  useEffect(() => () => void transport.release(held.current.map(one => one.number)).catch(() => undefined), []);
  if (error) {
    return <Failed error={error} />;
  }
  if (!items || !project) {
    return <Skeleton lines={8} />;
  }
  const chosen = bench.labels.find(one => one.id === label);
  const value = chosen && project.task === 'class' ? ofClass(chosen.id) : null;
  const taken = items.filter(one => !marked.has(one.number) && (value || one.suggestion));
  const mark = (item: number) => {
    const next = new Set(marked);
    next.has(item) ? next.delete(item) : next.add(item);
    setMarked(next);
  };
  const accept = async () => {
    setBusy(true);
    try {
      const unsaid = items.filter(one => !value && !one.suggestion).map(one => one.number);
      const { changed } = await transport.accept(
        clientId(),
        items.map(one => one.number),
        [...marked, ...unsaid],
        value
      );
      held.current = items.filter(one => marked.has(one.number) || unsaid.includes(one.number));
      studio.tell(__('%1 items are labeled.', number(changed)), {
        label: __('Undo'),
        callback: () => void transport.undo(clientId()).then(load, studio.fail)
      });
      await load();
    } catch (reason) {
      studio.fail(reason);
    }
    setBusy(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const cells = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=option]')];
    const at = cells.indexOf(document.activeElement as HTMLElement);
    const across = at < 0 ? 1 : Math.max(1, cells.filter(one => one.offsetTop === cells[0].offsetTop).length);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
    if (step) {
      event.preventDefault();
      cells[Math.max(0, Math.min(at < 0 ? 0 : at + step, cells.length - 1))]?.focus();
    } else if (event.key === 'Enter' && !busy && taken.length > 0) {
      event.preventDefault();
      void accept();
    } else if ((event.key === ' ' || event.key === 'x') && at >= 0) {
      event.preventDefault();
      mark(items[at].number);
    }
  };
  return (
    <div className="ls-Grid" onKeyDown={onKeyDown}>
      <div className="ls-Grid-bar">
        {choice}
        <label>
          {__('so many')}{' '}
          <select className="ls-input" value={size} onChange={event => setSize(Number(event.target.value))}>
            {SIZES.map(one => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        {project.task === 'class' && (
          <label>
            {__('likely to be')}{' '}
            <select className="ls-input" value={label} onChange={event => setLabel(event.target.value)}>
              <option value="">{__('anything')}</option>
              {bench.labels.map(one => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
        )}
        <span className="ls-note">{__('click what is wrong; arrows and Space mark by keyboard')}</span>
        <span className="ls-grow" />
        <Button label={__('Others')} onClick={() => void load()} />
        <Button
          main
          disabled={busy || taken.length === 0}
          label={
            value ? __('Label %1 as %2', taken.length, chosen!.name) : __('Accept %1 but the marked', taken.length)
          }
          onClick={() => void accept()}
        />
      </div>
      {items.length === 0 ? (
        <Empty text={label ? __('Nothing is likely to be that.') : __('Nothing is left for you now.')} />
      ) : (
        <div className="ls-Grid-cells" role="listbox" aria-multiselectable="true" aria-label={__('Items')}>
          {items.map((item, at) => (
            <Cell
              key={item.number}
              bench={bench}
              item={item}
              first={at === 0}
              marked={marked.has(item.number)}
              onMark={() => mark(item.number)}
            />
          ))}
        </div>
      )}
    </div>
  );
}

interface ICell {
  bench: Bench;
  item: LabelingItem;
  first: boolean;
  marked: boolean;
  onMark: () => void;
}

function Cell({ bench, item, first, marked, onMark }: ICell): ReactElement {
  const { suggestion } = item;
  const [label] = labelsOf(suggestion?.value ?? null);
  return (
    <div
      className={`ls-Grid-cell ${marked ? 'ls-mod-marked' : ''}`}
      role="option"
      aria-selected={marked}
      aria-label={`${item.caption ?? item.key}${marked ? `, ${__('marked as wrong')}` : ''}`}
      tabIndex={first ? 0 : -1}
      data-lm-suppress-shortcuts
      onClick={onMark}
    >
      <Preview bench={bench} item={item} />
      {item.alike > 0 && <span className="ls-note">{__('≈ %1 more, nearly the same', item.alike)}</span>}
      <span className="ls-Grid-said">
        {suggestion ? (
          <>
            <i style={{ background: bench.labelById.get(label)?.color }} aria-hidden="true" />
            <span className="ls-cut">{inWords(suggestion.value, bench.labelById, __('nothing'))}</span>
            {suggestion.score !== null && <span className="ls-note">{percent(suggestion.score)}</span>}
          </>
        ) : (
          <span className="ls-note">{__('no suggestion')}</span>
        )}
      </span>
    </div>
  );
}
