/**
 * The menu of operations: searched by what is typed, walked with the arrow keys.
 */
import { addIcon } from '@jupyterlab/ui-components';
import React, { KeyboardEvent, useEffect, useId, useRef, useState } from 'react';

import { Button } from '../../shared/parts';
import type { IStudio } from '../../studio';
import type { IOperation } from './steps';

interface IAddStep {
  studio: IStudio;
  operations: readonly IOperation[];
  /** Whether it is what a person does next. */
  main: boolean;
  onAdd: (op: string) => void;
}

export function AddStep({ studio: { trans }, operations, main, onAdd }: IAddStep) {
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const close = (back = true) => {
    setOpen(false);
    back && frame.current?.querySelector('button')?.focus();
  };
  return (
    <div
      className="ls-AddStep"
      ref={frame}
      onBlur={event => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      <Button
        main={main}
        label={trans.__('Add a step')}
        icon={addIcon}
        disabled={!operations.length}
        onClick={() => setOpen(!open)}
      />
      {open && (
        <Choices
          label={trans.__('Steps')}
          placeholder={trans.__('Search, such as fill or join')}
          none={trans.__('There is no such step.')}
          operations={operations}
          onChoose={op => {
            close(false);
            onAdd(op);
          }}
          onClose={close}
        />
      )}
    </div>
  );
}

interface IChoices {
  label: string;
  placeholder: string;
  none: string;
  operations: readonly IOperation[];
  onChoose: (op: string) => void;
  onClose: () => void;
}

function Choices({ label, placeholder, none, operations, onChoose, onClose }: IChoices) {
  const list = useId();
  const [sought, setSought] = useState('');
  const [at, setAt] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const groups = found(operations, sought);
  const flat = groups.flatMap(([, ops]) => ops);
  const active = flat[Math.min(at, flat.length - 1)];
  useEffect(() => {
    active && document.getElementById(`${list}-${active.op}`)?.scrollIntoView?.({ block: 'nearest' });
  }, [active, list]);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: flat.length - 1 }[event.key];
    if (to !== undefined && flat.length) {
      event.preventDefault();
      setAt((to + flat.length) % flat.length);
    } else if (event.key === 'Enter' && active) {
      event.preventDefault();
      onChoose(active.op);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
  };
  return (
    <div className="ls-AddStep-menu">
      <input
        ref={field}
        type="search"
        className="ls-input"
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={active && `${list}-${active.op}`}
        aria-label={placeholder}
        placeholder={placeholder}
        value={sought}
        onChange={event => {
          setSought(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={list} role="listbox" aria-label={label} className="ls-AddStep-list" tabIndex={-1}>
        {groups.map(([group, ops]) => (
          <div key={group} role="group" aria-label={group}>
            <div className="ls-AddStep-group ls-note" aria-hidden="true">
              {group}
            </div>
            {ops.map(one => (
              <div
                key={one.op}
                id={`${list}-${one.op}`}
                role="option"
                aria-selected={one === active}
                onMouseDown={event => event.preventDefault()} // the field keeps the focus
                onClick={() => onChoose(one.op)}
              >
                {one.title}
                <small className="ls-note">{one.help}</small>
              </div>
            ))}
          </div>
        ))}
        {!flat.length && (
          <div role="option" aria-selected="false" aria-disabled="true" className="ls-muted">
            {none}
          </div>
        )}
      </div>
    </div>
  );
}

/** The operations that have all the words that are sought, by group. */
export function found(operations: readonly IOperation[], sought: string): [string, IOperation[]][] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, IOperation[]>();
  for (const one of operations) {
    const text = `${one.title} ${one.op} ${one.group} ${one.help}`.toLowerCase();
    if (words.every(word => text.includes(word))) {
      groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
    }
  }
  return [...groups];
}
