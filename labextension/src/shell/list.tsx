/**
 * The rows of a section of the side panel: a name, a line of facts, actions on hover; by mouse and by keyboard.
 */
import { LabIcon } from '@jupyterlab/ui-components';
import React, { KeyboardEvent, MouseEvent, ReactElement, useEffect, useState } from 'react';

import { middle } from '../shared/format';
import { Button } from '../shared/parts';
import { __ } from '../shared/words';
import type { IAction, IItem } from '../studio';

const PORTION = 200;

interface IList {
  label: string;
  items: IItem[];
  /** The subject of the document that is looked at. */
  current: string | null;
  onOpen: (subject: string) => void;
  onMenu: (event: MouseEvent, actions: IAction[]) => void;
  onFail: (error: unknown) => void;
}

export function List({ label, items, current, onOpen, onMenu, onFail }: IList): ReactElement {
  const [chosen, choose] = useState(current);
  const [shown, show] = useState(PORTION);
  useEffect(() => choose(current), [current]);
  return (
    <>
      <ul className="ls-List" aria-label={label}>
        {items.slice(0, shown).map(item => (
          <Row
            key={item.subject}
            item={item}
            chosen={item.subject === chosen}
            onChoose={() => choose(item.subject)}
            onOpen={() => onOpen(item.subject)}
            onMenu={event => onMenu(event, item.actions)}
            onFail={onFail}
          />
        ))}
      </ul>
      {items.length > shown && (
        <div className="ls-List-more">
          <Button
            plain
            label={__('Show %1 more', Math.min(PORTION, items.length - shown))}
            onClick={() => show(shown + PORTION)}
          />
          <span className="ls-note">{__('%1 in all', items.length)}</span>
        </div>
      )}
    </>
  );
}

interface IRow {
  item: IItem;
  chosen: boolean;
  onChoose: () => void;
  onOpen: () => void;
  onMenu: (event: MouseEvent) => void;
  onFail: (error: unknown) => void;
}

function Row({ item, chosen, onChoose, onOpen, onMenu, onFail }: IRow): ReactElement {
  // a click by keyboard or screen reader counts no mouse button: it opens
  const onClick = (event: MouseEvent) => (event.detail === 0 ? onOpen() : onChoose());
  const act = (action: IAction) => Promise.resolve(action.run()).catch(onFail);
  return (
    <li className={`ls-Row ls-mod-${item.tone}${chosen ? ' ls-mod-chosen' : ''}`} onContextMenu={onMenu}>
      <button
        className="ls-Row-open"
        data-subject={item.subject}
        title={item.title ?? item.name}
        aria-current={chosen || undefined}
        onClick={onClick}
        onDoubleClick={onOpen}
        onFocus={onChoose}
        onKeyDown={onKeyDown}
      >
        <Icon icon={item.icon} />
        <span className="ls-Row-name">
          {middle(item.name, 32)}
          {item.version !== undefined && <span className="ls-Version">@{item.version}</span>}
        </span>
        <span className="ls-Row-facts">
          {item.state && <span className="ls-hidden">{item.state}: </span>}
          {item.facts}
        </span>
      </button>
      <span className="ls-Row-actions">
        {item.actions.slice(0, 2).map(action => (
          <button
            key={action.label}
            title={action.label}
            aria-label={`${action.label}: ${item.name}`}
            onClick={() => void act(action)}
          >
            <Icon icon={action.icon} />
          </button>
        ))}
      </span>
    </li>
  );
}

function Icon({ icon }: { icon: LabIcon }): ReactElement {
  return <icon.react tag="span" className="ls-icon" />;
}

/** Up and down through the rows of all sections, right to a row's actions and left back to it. */
function onKeyDown(event: KeyboardEvent<HTMLButtonElement>): void {
  const rows = [...event.currentTarget.closest('.ls-Panel, .ls-List')!.querySelectorAll<HTMLElement>('.ls-Row-open')];
  const at = rows.indexOf(event.currentTarget);
  const next = {
    ArrowDown: rows[at + 1],
    ArrowUp: rows[at - 1],
    Home: rows[0],
    End: rows[rows.length - 1]
  }[event.key];
  if (next) {
    event.preventDefault();
    next.focus();
    next.scrollIntoView?.({ block: 'nearest' });
  }
}
