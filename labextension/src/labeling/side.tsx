/**
 * Beside the item: the labels with their keys, what was drawn, and what the keys do.
 */
import React, { ReactElement, useEffect, useRef } from 'react';

import type { LabelingLabel } from '../api/client';
import { middle, percent } from '../shared/format';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { Action, shown } from './keys';
import { Learned } from './models';
import { useBench } from './useBench';
import { isSpan, labelsOf, Part, partsOf } from './value';

interface ISide {
  studio: IStudio;
  bench: Bench;
  /** What is typed to find a label; null while nothing is. */
  filter: string | null;
  setFilter: (text: string | null) => void;
  onHelp: () => void;
  /** Bring the keyboard back to the item. */
  onFocus: () => void;
}

export function Side({ studio, bench, filter, setFilter, onHelp, onFocus }: ISide): ReactElement {
  useBench(bench);
  const { task, settings } = bench.project!;
  const parts = partsOf(bench.value);
  return (
    <aside className="ls-Side" aria-label={__('Labels and keys')}>
      {task !== 'number' && <Labels bench={bench} filter={filter} setFilter={setFilter} onFocus={onFocus} />}
      {parts.length + bench.suggested.length > 0 && <Parts bench={bench} parts={parts} />}
      {settings.instructions && (
        <details className="ls-Side-part" open>
          <summary>
            <h2>{__('Instructions')}</h2>
          </summary>
          <p className="ls-Side-told">{settings.instructions}</p>
        </details>
      )}
      <Learned studio={studio} bench={bench} />
      <section className="ls-Side-part">
        <h2>{__('Keys')}</h2>
        <dl className="ls-Side-keys">
          {keysOf(bench).map(([action, label]) => (
            <div key={action}>
              <dt>
                <Key of={bench.keys.of(action)} />
              </dt>
              <dd>{label}</dd>
            </div>
          ))}
        </dl>
        <button className="ls-link" onClick={onHelp}>
          {__('All keys, and how to change them')}
        </button>
      </section>
    </aside>
  );
}

function keysOf(bench: Bench): [Action, string][] {
  const { task } = bench.project!;
  const drawn = task === 'boxes' || task === 'polygons' || task === 'spans';
  return [
    ...(bench.item?.suggestion ? ([['accept', drawn ? __('accept all') : __('accept')]] as [Action, string][]) : []),
    ...(bench.atHand
      ? ([
          ['take', __('accept one')],
          ['dismiss', __('dismiss one')]
        ] as [Action, string][])
      : []),
    ...(task === 'class' ? [] : ([['done', __('done, next')]] as [Action, string][])),
    ['skip', __('skip')],
    ['undo', __('undo')],
    ['flag', __('flag')],
    ...(drawn ? ([['remove', __('remove')]] as [Action, string][]) : [])
  ];
}

function Labels({ bench, filter, setFilter, onFocus }: Omit<ISide, 'studio' | 'onHelp'>): ReactElement {
  const box = useRef<HTMLInputElement>(null);
  const { task } = bench.project!;
  const text = filter?.toLowerCase() ?? '';
  const found = nested(bench.labels).filter(({ label }) => label.name.toLowerCase().includes(text));
  const best = found.find(({ label }) => label.name.toLowerCase().startsWith(text)) ?? found[0];
  const told = new Set(labelsOf(bench.value));
  const suggested = bench.item?.value ? null : bench.item?.suggestion?.value.label;
  useEffect(() => void (filter !== null && box.current?.focus()), [filter !== null]);
  // of what is drawn the label at hand counts, else what is said
  const draws = !['class', 'multi'].includes(task);
  const chosen = (id: string) => (draws ? bench.drawing === id : told.has(id));
  const choose = (label: LabelingLabel) => {
    setFilter(null);
    bench.choose(label.id);
    onFocus();
  };
  return (
    <section className="ls-Side-part">
      <h2>
        {__('Labels')}{' '}
        <span className="ls-note">{task === 'class' ? __('a key chooses, saves, goes on') : __('a key chooses')}</span>
      </h2>
      {bench.keys.filters && (
        <input
          ref={box}
          className="ls-input ls-Side-filter"
          aria-label={__('Find a label')}
          placeholder={__('Type to find a label')}
          value={filter ?? ''}
          onChange={event => setFilter(event.target.value)}
          onBlur={() => setFilter(null)}
          onKeyDown={event => {
            if (event.key === 'Enter' && best) {
              event.preventDefault();
              choose(best.label);
            } else if (event.key === 'Escape') {
              event.preventDefault();
              setFilter(null);
              onFocus();
            }
          }}
        />
      )}
      {found.length === 0 && <p className="ls-note">{__('No label is called so.')}</p>}
      <ul className="ls-Side-labels">
        {found.map(({ label, depth }) => (
          <li key={label.id} style={{ paddingLeft: 12 * depth }}>
            <button
              className={[
                'ls-Side-label',
                suggested === label.id ? 'ls-mod-suggested' : '',
                filter !== null && label === best?.label ? 'ls-mod-best' : ''
              ].join(' ')}
              aria-pressed={chosen(label.id)}
              onMouseDown={event => event.preventDefault()}
              onClick={() => choose(label)}
            >
              {label.key && <Key of={label.key} />}
              <i style={{ background: label.color }} aria-hidden="true" />
              <span className="ls-cut">{label.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Labels below those they are a kind of. */
export function nested(labels: LabelingLabel[]): { label: LabelingLabel; depth: number }[] {
  const ids = new Set(labels.map(label => label.id));
  const below = (parent: string | null, depth: number): { label: LabelingLabel; depth: number }[] =>
    labels
      .filter(label => (label.parent && ids.has(label.parent) ? label.parent : null) === parent)
      .flatMap(label => [{ label, depth }, ...(depth < 8 ? below(label.id, depth + 1) : [])]);
  return below(null, 0);
}

function Parts({ bench, parts }: { bench: Bench; parts: Part[] }): ReactElement {
  const { suggested, atHand } = bench;
  return (
    <section className="ls-Side-part">
      <h2>
        {__('In this item')}{' '}
        <span className="ls-note">
          {suggested.length ? __('%1, and %2 suggested', parts.length, suggested.length) : parts.length}
        </span>
      </h2>
      <ul className="ls-Side-parts">
        {suggested.map(part => (
          <li key={part.id} className="ls-Side-suggested">
            <button
              className={`ls-Side-label ${part === atHand ? 'ls-mod-suggested' : ''}`}
              aria-pressed={bench.selected === part.id}
              onMouseDown={event => event.preventDefault()}
              onClick={() => bench.select(part.id)}
            >
              <i style={{ borderColor: bench.labelById.get(part.label)?.color }} aria-hidden="true" />
              <span className="ls-cut">{bench.labelById.get(part.label)?.name ?? part.label}?</span>
              <span className="ls-note">
                {sizeOf(part)} {part.score !== null && percent(part.score)}
              </span>
            </button>
            <button
              className="ls-link"
              aria-label={__('Accept %1', bench.labelById.get(part.label)?.name ?? part.label)}
              onMouseDown={event => event.preventDefault()}
              onClick={() => bench.take(part)}
            >
              ✓
            </button>
            <button
              className="ls-link"
              aria-label={__('Dismiss %1', bench.labelById.get(part.label)?.name ?? part.label)}
              onMouseDown={event => event.preventDefault()}
              onClick={() => bench.dismiss(part)}
            >
              ✕
            </button>
          </li>
        ))}
        {parts.map(part => (
          <li key={part.id}>
            <button
              className="ls-Side-label"
              aria-pressed={bench.selected === part.id}
              onMouseDown={event => event.preventDefault()}
              onClick={() => bench.select(part.id)}
            >
              <i style={{ background: bench.labelById.get(part.label)?.color }} aria-hidden="true" />
              <span className="ls-cut">{bench.labelById.get(part.label)?.name ?? part.label}</span>
              <span className="ls-note">{sizeOf(part)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function sizeOf(part: Part): string {
  if (isSpan(part)) {
    return middle(part.text, 18);
  }
  return part.kind === 'box'
    ? `${Math.round(part.w!)} × ${Math.round(part.h!)}`
    : __('%1 points', part.rings!.flat().length);
}

/** A key cap. */
export function Key({ of }: { of: string }): ReactElement {
  return <kbd className="ls-Key">{shown(of)}</kbd>;
}
