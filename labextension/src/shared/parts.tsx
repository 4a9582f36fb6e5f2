/**
 * The small parts that every view is made of. They know no panel and no server.
 */
import { Clipboard } from '@jupyterlab/apputils';
import { Button as LabButton, caretDownIcon, LabIcon } from '@jupyterlab/ui-components';
import React, { KeyboardEvent, ReactElement, ReactNode, useEffect, useId, useRef, useState } from 'react';

import type { StudioError } from '../api/client';
import type { Tone } from '../studio';
import type { State } from './fetched';
import { ago, exact, middle } from './format';
import { copyIcon, toneIcon, warnIcon } from './icons';
import { __ } from './words';

interface IButton {
  label: string;
  icon?: LabIcon;
  /** The one button of a view that does the next step. */
  main?: boolean;
  disabled?: boolean;
  title?: string;
  /** Shown without its label, which then is its name. */
  bare?: boolean;
  /** Without a frame, as in a toolbar. */
  plain?: boolean;
  onClick: () => void;
}

export function Button({ label, icon, main, bare, plain, disabled, title, onClick }: IButton): ReactElement {
  const kind = `ls-Button${main ? ' jp-mod-accept' : ''}${bare ? ' ls-mod-bare' : ''}${plain ? ' ls-mod-frameless' : ''}`;
  return (
    <LabButton
      className={kind}
      minimal={bare}
      disabled={disabled}
      title={title ?? (bare ? label : undefined)}
      aria-label={bare ? label : undefined}
      onClick={onClick}
    >
      {icon && <icon.react tag="span" className="ls-icon" />}
      {!bare && label}
    </LabButton>
  );
}

export function Chip({ tone, label, icon }: { tone: Tone; label: string; icon?: LabIcon }): ReactElement {
  const shown = icon ?? (tone === 'plain' ? undefined : toneIcon(tone));
  return (
    <span className={`ls-Chip ls-mod-${tone}`}>
      {shown && <shown.react tag="span" className="ls-icon" />}
      {label}
    </span>
  );
}

interface IVersionChip {
  ref_: string;
  /** All versions as refs, newest first; with them the chip opens a menu. */
  versions?: string[];
  onChoose?: (ref: string) => void;
}

export function VersionChip({ ref_, versions, onChoose }: IVersionChip): ReactElement {
  const version = ref_.slice(ref_.lastIndexOf('@'));
  if (!onChoose || (versions?.length ?? 0) < 2) {
    return onChoose && !versions ? (
      <button className="ls-Version" onClick={() => onChoose(ref_)}>
        {ref_}
      </button>
    ) : (
      <span className="ls-Version">{version}</span>
    );
  }
  return (
    <span className="ls-Version ls-mod-menu">
      <select aria-label={__('Version')} value={ref_} onChange={event => onChoose(event.target.value)}>
        {versions?.map(one => (
          <option key={one} value={one}>
            {one.slice(one.lastIndexOf('@'))}
          </option>
        ))}
      </select>
      <caretDownIcon.react tag="span" className="ls-icon" />
    </span>
  );
}

/** When something was, kept fresh, with the exact time as tooltip. */
export function Ago({ time }: { time: number }): ReactElement {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => tick(n => n + 1), 30_000);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <time dateTime={new Date(time * 1000).toISOString()} title={exact(time)}>
      {ago(time)}
    </time>
  );
}

export function Middle({ text, max = 40 }: { text: string; max?: number }): ReactElement {
  return <span title={text.length > max ? text : undefined}>{middle(text, max)}</span>;
}

interface ICard {
  title?: ReactNode;
  note?: ReactNode;
  tone?: Tone;
  children: ReactNode;
  className?: string;
}

export function Card({ title, note, tone, children, className = '' }: ICard): ReactElement {
  const id = useId();
  return (
    <section className={`ls-Card ls-mod-${tone ?? 'plain'} ${className}`} aria-labelledby={title ? id : undefined}>
      {title && (
        <header className="ls-Card-head">
          <h2 id={id}>{title}</h2>
          {note && <span className="ls-note">{note}</span>}
        </header>
      )}
      {children}
    </section>
  );
}

export function Facts({ rows }: { rows: [string, ReactNode][] }): ReactElement {
  return (
    <dl className="ls-Facts">
      {rows.map(([label, value]) => (
        <React.Fragment key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

export interface ITab {
  id: string;
  label: string;
  note?: string;
  content: () => ReactElement;
}

export function Tabs({ tabs, active, onChange }: { tabs: ITab[]; active: string; onChange: (id: string) => void }) {
  const prefix = useId();
  const bar = useRef<HTMLDivElement>(null);
  const shown = tabs.find(tab => tab.id === active) ?? tabs[0];
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.indexOf(shown);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      const tab = tabs[(next + tabs.length) % tabs.length];
      onChange(tab.id);
      (bar.current?.children[tabs.indexOf(tab)] as HTMLElement).focus();
    }
  };
  return (
    <div className="ls-Tabs">
      <div className="ls-Tabs-bar" role="tablist" ref={bar} onKeyDown={onKeyDown}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            id={`${prefix}-${tab.id}`}
            role="tab"
            aria-selected={tab === shown}
            aria-controls={tab === shown ? `${prefix}-panel` : undefined}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => onChange(tab.id)}
          >
            {tab.label}
            {tab.note && <span className="ls-note">{tab.note}</span>}
          </button>
        ))}
      </div>
      <div
        className="ls-Tabs-panel"
        role="tabpanel"
        id={`${prefix}-panel`}
        aria-labelledby={`${prefix}-${shown.id}`}
        tabIndex={0}
      >
        {shown.content()}
      </div>
    </div>
  );
}

export function Skeleton({ lines = 3 }: { lines?: number }): ReactElement {
  return (
    <div className="ls-Skeleton" role="status" aria-label={__('Loading')}>
      {Array.from({ length: lines }, (_, line) => (
        <i key={line} />
      ))}
    </div>
  );
}

export function Empty({ text, action }: { text: string; action?: ReactNode }): ReactElement {
  return (
    <div className="ls-Empty">
      <p>{text}</p>
      {action}
    </div>
  );
}

export function Failed({ error, retry }: { error: StudioError; retry?: () => void }): ReactElement {
  const details = () => Clipboard.copyToSystem(`${error.kind} ${error.status}: ${error.message}\n${error.stack ?? ''}`);
  return (
    <div className="ls-Failed" role="alert">
      <warnIcon.react tag="span" className="ls-icon" />
      <p>{error.message}</p>
      {retry && <Button label={__('Try again')} onClick={retry} />}
      <Button bare label={__('Copy details')} icon={copyIcon} onClick={details} />
    </div>
  );
}

/** There is no Labstudio on the server. */
export function Missing(): ReactElement {
  return (
    <div className="ls-Missing" role="alert">
      <h2>{__('The server part of Labstudio is not there')}</h2>
      <p>{__('Install it where JupyterLab runs, then start JupyterLab again:')}</p>
      <pre>
        <code>pip install labstudio</code>
      </pre>
      <p className="ls-note">{__('If it is installed: jupyter server extension enable labstudio.server')}</p>
    </div>
  );
}

interface IStateView<T> {
  state: State<T>;
  skeleton?: ReactElement;
  retry?: () => void;
  children: (value: T) => ReactElement;
}

/** The frame of every view: loading, failed, missing, or what is there; stale under a strip that says so. */
export function StateView<T>({ state, skeleton, retry, children }: IStateView<T>): ReactElement {
  switch (state.kind) {
    case 'loading':
      return skeleton ?? <Skeleton lines={6} />;
    case 'missing':
      return <Missing />;
    case 'failed':
      return (
        <>
          <Failed error={state.error} retry={retry} />
          {state.value !== undefined && children(state.value)}
        </>
      );
    case 'ready':
      return children(state.value);
  }
}
