/**
 * A field for an expression: what may come next is offered, and the place of a mistake is marked.
 */
import React, { KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';

import { __ } from '../../shared/words';
import { IKnown, IOffer, marked, offers } from './completion';

interface IExpression {
  id: string;
  value: string;
  known: IKnown;
  placeholder: string;
  label: string;
  described?: string;
  /** What the server says is wrong with it. */
  error?: string;
  onChange: (value: string) => void;
}

export function Expression({ id, value, known, placeholder, label, described, error, onChange }: IExpression) {
  const box = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  const wrong = useId();
  const [offered, setOffered] = useState<{ from: number; found: IOffer[]; at: number } | null>(null);
  const caret = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (caret.current !== null) {
      box.current?.setSelectionRange(caret.current, caret.current);
      caret.current = null;
    }
  });
  const offer = (text: string, at: number) => {
    const { from, found } = offers(text, at, known);
    setOffered(found.length ? { from, found, at: 0 } : null);
  };
  const take = (one: IOffer) => {
    const end = box.current!.selectionStart;
    const start = offered!.from;
    caret.current = start + one.text.length - one.back;
    setOffered(null);
    onChange(value.slice(0, start) + one.text + value.slice(end));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (offered) {
      const { found, at } = offered;
      const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        setOffered({ ...offered, at: (to + found.length) % found.length });
      } else if (event.key === 'Enter' || event.key === 'Tab') {
        event.preventDefault();
        take(found[at]);
      } else if (event.key === 'Escape') {
        event.stopPropagation();
        setOffered(null);
      }
    } else if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      offer(value, box.current!.selectionStart);
    }
  };
  const said = error ? marked(error) : null;
  return (
    <div className="ls-Expression">
      <textarea
        ref={box}
        id={id}
        rows={Math.min(6, value.split('\n').length + Number(value.length > 40))}
        spellCheck={false}
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={offered !== null}
        aria-controls={list}
        aria-activedescendant={offered ? `${list}-${offered.at}` : undefined}
        aria-invalid={said !== null}
        aria-describedby={[said ? wrong : '', described ?? ''].join(' ').trim() || undefined}
        placeholder={placeholder}
        value={value}
        onChange={event => {
          onChange(event.target.value);
          offer(event.target.value, event.target.selectionStart);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOffered(null)}
      />
      <ul id={list} role="listbox" aria-label={__('What may come next')} hidden={!offered} className="ls-Offers">
        {offered?.found.map((one, at) => (
          <Offer key={`${one.label} ${one.note}`} id={`${list}-${at}`} one={one} on={at === offered.at} take={take} />
        ))}
      </ul>
      {said && (
        <div className="ls-wrong" role="alert" id={wrong}>
          {said.sentence}
          {said.line !== undefined && (
            <code className="ls-marked">
              {said.line.slice(0, said.at)}
              <mark>{said.line.slice(said.at, said.at! + 1) || ' '}</mark>
              {said.line.slice(said.at! + 1)}
            </code>
          )}
        </div>
      )}
    </div>
  );
}

function Offer({ id, one, on, take }: { id: string; one: IOffer; on: boolean; take: (one: IOffer) => void }) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    on && row.current?.scrollIntoView?.({ block: 'nearest' });
  }, [on]);
  return (
    <li
      id={id}
      ref={row}
      role="option"
      aria-selected={on}
      onMouseDown={event => {
        event.preventDefault(); // the field keeps the focus
        take(one);
      }}
    >
      <code>{one.label}</code>
      <span className="ls-note">{one.note}</span>
    </li>
  );
}
