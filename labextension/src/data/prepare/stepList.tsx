/**
 * The steps of a recipe: looked at, edited, switched, moved by hand and by keys.
 */
import { ellipsesIcon } from '@jupyterlab/ui-components';
import React, { DragEvent, KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';

import type { StepPreview } from '../../api/client';
import { number } from '../../shared/format';
import { warnIcon } from '../../shared/icons';
import { below, openMenu } from '../../shared/menu';
import { Button } from '../../shared/parts';
import type { IStudio } from '../../studio';
import { marked } from '../fields/completion';
import type { PrepareModel } from './model';
import { StepForm } from './stepForm';
import { IPlaced, summary, wanting } from './steps';

interface IProps {
  studio: IStudio;
  model: PrepareModel;
}

export function StepList({ studio, model }: IProps) {
  const { trans } = studio;
  const list = useRef<HTMLOListElement>(null);
  const wanted = useRef<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [said, setSaid] = useState('');
  const { steps, place } = model;
  const tried = model.preview.state.value?.steps ?? [];
  const focus = (id: number) => list.current?.querySelector<HTMLElement>(`[data-step="${id}"] .ls-step-open`)?.focus();
  // a row that was moved loses the focus with its place in the page
  useLayoutEffect(() => {
    if (wanted.current !== null) {
      focus(wanted.current);
      wanted.current = null;
    }
  });
  const move = (one: IPlaced, to: number) => {
    if (to >= 0 && to < steps.length) {
      wanted.current = one.id;
      model.move(one.id, to);
      setSaid(trans.__('Step %1 of %2', to + 1, steps.length));
    }
  };
  const drop = (at: number) => {
    const from = steps.findIndex(one => one.id === dragged);
    if (from >= 0) {
      model.move(steps[from].id, at > from ? at - 1 : at);
    }
    setDragged(null);
    setOver(null);
  };
  const onDragOver = (event: DragEvent, at: number) => {
    if (dragged !== null) {
      event.preventDefault();
      const { top, height } = event.currentTarget.getBoundingClientRect();
      setOver(event.clientY > top + height / 2 ? at + 1 : at);
    }
  };
  return (
    <>
      <ol className="ls-steps" ref={list} aria-label={trans.__('Steps')} onDrop={() => over !== null && drop(over)}>
        <li className={`ls-step ls-step-input ${place < 0 ? 'ls-mod-shown' : ''}`}>
          <button className="ls-step-open" aria-current={place < 0} onClick={() => model.show(-1)}>
            <b>{model.input}</b>
            <span className="ls-note">{trans.__('the input')}</span>
          </button>
        </li>
        {steps.map((one, at) => (
          <Row
            key={one.id}
            studio={studio}
            model={model}
            one={one}
            at={at}
            tried={tried[at]?.op === one.step.op ? tried[at] : undefined}
            drop={over === at ? 'before' : over === at + 1 && at === steps.length - 1 ? 'after' : ''}
            onMove={to => move(one, to)}
            onGo={to => steps[to] && focus(steps[to].id)}
            onDelete={() => {
              wanted.current = (steps[at + 1] ?? steps[at - 1])?.id ?? null;
              model.delete(one.id);
            }}
            onDrag={on => (on ? setDragged(one.id) : (setDragged(null), setOver(null)))}
            onDragOver={event => onDragOver(event, at)}
          />
        ))}
      </ol>
      <span className="ls-hidden" role="status">
        {said}
      </span>
    </>
  );
}

interface IRow extends IProps {
  one: IPlaced;
  at: number;
  tried?: StepPreview;
  drop: string;
  onMove: (to: number) => void;
  onGo: (to: number) => void;
  onDelete: () => void;
  onDrag: (on: boolean) => void;
  onDragOver: (event: DragEvent) => void;
}

function Row({ studio, model, one, at, tried, drop, onMove, onGo, onDelete, onDrag, onDragOver }: IRow) {
  const { trans } = studio;
  const { id, step } = one;
  const row = useRef<HTMLLIElement>(null);
  const [noting, setNoting] = useState(false);
  const operation = model.operation(step.op);
  const title = operation?.title ?? step.op;
  const on = step.enabled !== false;
  const missing = on ? wanting(step, operation) : [];
  const error = on && !missing.length ? (tried?.error ?? '') : '';
  const open = model.editing === id;
  const shown = model.place === at;
  const menu = () =>
    openMenu(
      [
        { label: trans.__('Move up'), disabled: at === 0, run: () => onMove(at - 1) },
        { label: trans.__('Move down'), disabled: at === model.steps.length - 1, run: () => onMove(at + 1) },
        null,
        { label: step.note ? trans.__('Edit the comment') : trans.__('Comment'), run: () => setNoting(true) },
        { label: trans.__('Duplicate'), run: () => model.duplicate(id) },
        { label: on ? trans.__('Switch off') : trans.__('Switch on'), run: () => model.toggle(id) },
        null,
        { label: trans.__('Delete'), run: onDelete }
      ],
      below(row.current!.querySelector('.ls-step-menu')!)
    );
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowUp: at - 1, ArrowDown: at + 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.altKey ? onMove(to) : onGo(to);
    } else if (event.key === 'Delete') {
      event.preventDefault();
      onDelete();
    }
  };
  const state = [!on && 'ls-mod-off', shown && 'ls-mod-shown', error && 'ls-mod-wrong', open && 'ls-mod-open'];
  return (
    <li
      ref={row}
      data-step={id}
      data-drop={drop || undefined}
      className={['ls-step', ...state].filter(Boolean).join(' ')}
      onDragOver={onDragOver}
    >
      <div className="ls-step-line">
        <span
          className="ls-step-handle"
          draggable
          aria-hidden="true"
          title={trans.__('Drag to move; Alt and an arrow key move it as well')}
          onDragStart={event => {
            event.dataTransfer.effectAllowed = 'move';
            event.dataTransfer.setData('text/plain', title);
            event.dataTransfer.setDragImage(row.current!, 12, 12);
            onDrag(true);
          }}
          onDragEnd={() => onDrag(false)}
        >
          ⠿
        </span>
        <input
          type="checkbox"
          checked={on}
          aria-label={trans.__('Step %1 is on', at + 1)}
          title={on ? trans.__('Switch off') : trans.__('Switch on')}
          onChange={() => model.toggle(id)}
        />
        <button
          className="ls-step-open"
          aria-expanded={open}
          aria-current={shown}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Delete"
          onClick={() => model.edit(open ? null : id)}
          onKeyDown={onKeyDown}
        >
          <b>{`${at + 1}. ${title}`}</b>
          <span className="ls-note ls-cut" title={summary(step)}>
            {summary(step)}
          </span>
        </button>
        {on && tried && !error && <Effect studio={studio} tried={tried} />}
        <span className="ls-step-menu">
          <Button bare label={trans.__('More for step %1', at + 1)} icon={ellipsesIcon} onClick={menu} />
        </span>
      </div>
      {(noting || step.note) && (
        <Note
          label={trans.__('Comment on step %1', at + 1)}
          value={step.note ?? ''}
          editing={noting}
          onEdit={setNoting}
          onChange={note => model.note(id, note)}
        />
      )}
      {missing.length > 0 && !open && (
        <p className="ls-step-said ls-note">
          {trans.__('Still to be told: %1', missing.map(field => field.label.toLowerCase()).join(', '))}
        </p>
      )}
      {error && !open && (
        <p className="ls-step-said ls-mod-bad" role="alert">
          <warnIcon.react tag="span" className="ls-icon" />
          {marked(error).sentence}
        </p>
      )}
      {on && tried?.warning && !error && (
        <p className="ls-step-said ls-mod-warn">
          <warnIcon.react tag="span" className="ls-icon" />
          <span>{tried.warning}</span>
        </p>
      )}
      {open && operation && (
        <StepForm studio={studio} model={model} one={one} operation={operation} error={error || undefined} />
      )}
    </li>
  );
}

/** How many rows are left, and how many columns came and went. */
function Effect({ studio: { trans }, tried }: { studio: IStudio; tried: StepPreview }) {
  const { before, after, added, removed } = tried;
  if (before === null || after === null) {
    return null;
  }
  const parts = [
    ...(after === before ? [] : [`${after > before ? '+' : '−'}${number(Math.abs(after - before))}`]),
    ...(added.length ? [trans.__('+%1 col', added.length)] : []),
    ...(removed.length ? [trans.__('−%1 col', removed.length)] : [])
  ];
  const title = trans.__('%1 rows of the sample before, %2 after', number(before), number(after));
  return (
    <span className="ls-step-effect ls-note" title={title}>
      {parts.join(' ') || number(after)}
    </span>
  );
}

interface INote {
  label: string;
  value: string;
  editing: boolean;
  onEdit: (on: boolean) => void;
  onChange: (note: string) => void;
}

function Note({ label, value, editing, onEdit, onChange }: INote) {
  return editing ? (
    <textarea
      className="ls-step-note"
      rows={2}
      autoFocus
      maxLength={1000}
      aria-label={label}
      value={value}
      onChange={event => onChange(event.target.value)}
      onBlur={() => onEdit(false)}
      onKeyDown={event => event.key === 'Escape' && (event.stopPropagation(), onEdit(false))}
    />
  ) : (
    <button className="ls-step-note" aria-label={`${label}: ${value}`} onClick={() => onEdit(true)}>
      {value}
    </button>
  );
}
