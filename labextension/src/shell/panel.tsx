/**
 * The side panel: search, and a section for each kind of thing in the workspace.
 */
import { addIcon, caretDownIcon, caretRightIcon, MenuSvg, ReactWidget, refreshIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import React, { MouseEvent, ReactElement, useEffect, useMemo, useState } from 'react';

import type { Overview } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { homeIcon, studioIcon, warnIcon } from '../shared/icons';
import { Button, Failed, Missing, Skeleton } from '../shared/parts';
import type { IAction, IItem, ISection, IStudio } from '../studio';
import { List } from './list';

const FOLDED = 'labstudio:folded';

export class StudioPanel extends ReactWidget {
  constructor(
    private _studio: IStudio,
    private _sections: ISection[],
    private _overview: Fetched<Overview>
  ) {
    super();
    this.id = 'labstudio-panel';
    this.title.icon = studioIcon;
    this.title.caption = _studio.trans.__('Studio');
    this.node.setAttribute('aria-label', _studio.trans.__('Studio'));
    this.node.setAttribute('role', 'region');
    this.addClass('ls-Studio');
    this.addClass('ls-Panel');
  }

  /** Mark the row of the document that is looked at. */
  set current(subject: string | null) {
    this._current = subject;
    this._currentChanged.emit(subject);
  }

  protected onActivateRequest(): void {
    this.node.querySelector('input')?.focus();
  }

  protected render(): ReactElement {
    return (
      <Panel
        studio={this._studio}
        sections={this._sections}
        overview={this._overview}
        first={this._current}
        changed={this._currentChanged}
      />
    );
  }

  private _current: string | null = null;
  private _currentChanged = new Signal<this, string | null>(this);
}

interface IPanelProps {
  studio: IStudio;
  sections: ISection[];
  overview: Fetched<Overview>;
  first: string | null;
  changed: Signal<any, string | null>;
}

function Panel({ studio, sections, overview, first, changed }: IPanelProps): ReactElement {
  const { trans } = studio;
  const [search, setSearch] = useState('');
  const [current, setCurrent] = useState(first);
  const workspace = useFetched(overview);
  useEffect(() => {
    const follow = (_: unknown, subject: string | null) => setCurrent(subject);
    changed.connect(follow);
    return () => void changed.disconnect(follow);
  }, [changed]);
  const refresh = () => [overview, ...sections.map(section => section.items)].forEach(one => void one.refresh());
  const known = 'value' in workspace ? workspace.value : undefined;
  return (
    <>
      <div className="ls-Panel-head">
        <h2>{trans.__('Studio')}</h2>
        <span className="ls-Panel-workspace" title={known?.root}>
          {known?.name}
        </span>
        <Button bare label={trans.__('Home')} icon={homeIcon} onClick={() => studio.open('home:')} />
        <Button bare label={trans.__('Refresh')} icon={refreshIcon} onClick={refresh} />
      </div>
      {workspace.kind === 'missing' ? (
        <Missing />
      ) : (
        <>
          <div className="ls-Panel-search">
            <input
              type="search"
              placeholder={trans.__('Search')}
              aria-label={trans.__('Search')}
              spellCheck={false}
              onChange={event => setSearch(event.target.value.trim())}
            />
          </div>
          <Connection studio={studio} />
          <div className="ls-Panel-sections">
            {sections.map(section => (
              <Section key={section.id} studio={studio} section={section} search={search} current={current} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

/** Says when the line to the server is lost; nothing while it is first made. */
function Connection({ studio: { changes, trans } }: { studio: IStudio }): ReactElement | null {
  const [lost, setLost] = useState(false);
  useEffect(() => {
    const follow = (_: unknown, connected: boolean) => setLost(!connected);
    changes.connected.connect(follow);
    return () => void changes.connected.disconnect(follow);
  }, [changes]);
  return lost ? (
    <p className="ls-Panel-lost ls-mod-warn" role="status">
      <warnIcon.react tag="span" className="ls-icon" />
      {trans.__('Not connected; shown as last seen')}
    </p>
  ) : null;
}

interface ISectionProps {
  studio: IStudio;
  section: ISection;
  search: string;
  current: string | null;
}

function Section({ studio, section, search, current }: ISectionProps): ReactElement {
  const state = useFetched(section.items);
  const [folded, setFolded] = useState(() => foldedOnes().includes(section.id));
  const items = 'value' in state ? state.value : undefined;
  const found = useMemo(() => items && matching(items, search), [items, search]);
  const open = search ? Boolean(found?.length) : !folded;
  const fold = () => {
    setFolded(open);
    const others = foldedOnes().filter(id => id !== section.id);
    localStorage.setItem(FOLDED, JSON.stringify(open ? [...others, section.id] : others));
  };
  const Caret = open ? caretDownIcon : caretRightIcon;
  const id = `labstudio-section-${section.id}`;
  return (
    <section className="ls-Section" aria-labelledby={id}>
      <header>
        <h3 id={id}>
          <button aria-expanded={open} onClick={fold}>
            <Caret.react tag="span" className="ls-icon" />
            {section.title}
            <span className="ls-note">{found?.length ?? ''}</span>
          </button>
        </h3>
        {section.add && (
          <Button bare label={section.add.label} icon={addIcon} onClick={() => void section.add?.run()} />
        )}
      </header>
      {open && (
        <>
          {state.kind === 'loading' && <Skeleton lines={2} />}
          {state.kind === 'failed' && <Failed error={state.error} retry={() => void section.items.refresh()} />}
          {found && found.length > 0 && (
            <List
              label={section.title}
              items={found}
              current={current}
              onOpen={studio.open}
              onMenu={showMenu}
              onFail={studio.fail}
            />
          )}
          {items && items.length === 0 && <Nothing {...section.empty} />}
          <Foot section={section} />
        </>
      )}
    </section>
  );
}

function Foot({ section }: { section: ISection }): ReactElement | null {
  const action = section.foot?.();
  return action ? (
    <button className="ls-link ls-Section-foot" onClick={() => void action.run()}>
      {action.label}
    </button>
  ) : null;
}

function Nothing({ text, action }: ISection['empty']): ReactElement {
  return (
    <div className="ls-Section-empty">
      <p>{text}</p>
      {action && <Button label={action.label} icon={action.icon} onClick={() => void action.run()} />}
    </div>
  );
}

/** Those in which every word of the search is found. */
export function matching(items: IItem[], search: string): IItem[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter(({ name, version, facts, state }) => {
    const text = `${name}@${version ?? ''} ${facts} ${state ?? ''}`.toLowerCase();
    return words.every(word => text.includes(word));
  });
}

function showMenu(event: MouseEvent, actions: IAction[]): void {
  event.preventDefault();
  event.stopPropagation();
  const commands = new CommandRegistry();
  const menu = new MenuSvg({ commands });
  actions.forEach(({ label, icon, run }, at) => {
    commands.addCommand(String(at), { label, icon, execute: () => run() });
    menu.addItem({ command: String(at) });
  });
  menu.open(event.clientX, event.clientY);
}

function foldedOnes(): string[] {
  try {
    return JSON.parse(localStorage.getItem(FOLDED) ?? '[]') as string[];
  } catch {
    return [];
  }
}
