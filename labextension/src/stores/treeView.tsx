/**
 * The tree of a datastore by mouse and keyboard: folders open, and what is in the studio's reach is imported.
 */
import { caretDownIcon, caretRightIcon, fileIcon, folderIcon } from '@jupyterlab/ui-components';
import React, { KeyboardEvent, useEffect, useState } from 'react';

import { ago, bytes, exact, number } from '../shared/format';
import { dataIcon, uploadIcon } from '../shared/icons';
import { Button, Empty, Failed, Skeleton } from '../shared/parts';
import type { IStudio } from '../studio';
import type { Line, Tree } from './tree';

interface IProps {
  studio: IStudio;
  tree: Tree;
  label: string;
  /** Whether folders are imported as they are, too. */
  folders?: boolean;
  onImport: (path: string) => void;
}

const PAUSE = 300; // ms after the last key in the filter

export function TreeView({ studio, tree, label, folders = false, onImport }: IProps) {
  const { trans } = studio;
  const [, redraw] = useState(0);
  const [chosen, choose] = useState('');
  useEffect(() => {
    const update = () => redraw(n => n + 1);
    tree.changed.connect(update);
    if (!tree.top) {
      void tree.open('');
    }
    return () => void tree.changed.disconnect(update);
  }, [tree]);
  const { top, lines } = tree;
  if (!top || top.kind === 'loading') {
    return <Skeleton lines={5} />;
  }
  if (top.kind === 'failed') {
    return <Failed error={top.error} retry={() => void tree.open('')} />;
  }
  if (!lines.length && !tree.filter) {
    return <Empty text={trans.__('There is nothing in it yet.')} />;
  }
  const at = (line: Line) => ('entry' in line ? line.entry.path : `${line.path}/…`);
  const tabbed = lines.some(line => at(line) === chosen) ? chosen : lines.length ? at(lines[0]) : '';
  return (
    <>
      <Filter studio={studio} tree={tree} />
      {!lines.length && <Empty text={trans.__('No name has “%1” in it.', tree.filter)} />}
      <div className="ls-Tree" role="tree" aria-label={label}>
        {lines.map(line => {
          const shared = { studio, tree, tabbed: at(line) === tabbed, onChoose: () => choose(at(line)) };
          return 'entry' in line ? (
            <EntryLine
              key={at(line)}
              {...shared}
              line={line}
              importable={folders || line.entry.kind !== 'folder'}
              onImport={() => onImport(line.entry.path)}
            />
          ) : (
            <MoreLine key={at(line)} {...shared} line={line} />
          );
        })}
      </div>
    </>
  );
}

function Filter({ studio: { trans }, tree }: { studio: IStudio; tree: Tree }) {
  const [text, setText] = useState(tree.filter);
  useEffect(() => {
    if (text !== tree.filter) {
      const timer = window.setTimeout(() => void tree.narrow(text), PAUSE);
      return () => window.clearTimeout(timer);
    }
  }, [text, tree]);
  return (
    <input
      type="search"
      className="ls-input ls-Tree-filter"
      aria-label={trans.__('Filter by name')}
      placeholder={trans.__('part of a name')}
      value={text}
      onChange={event => setText(event.target.value)}
    />
  );
}

interface ILine<T> {
  studio: IStudio;
  tree: Tree;
  line: T;
  tabbed: boolean;
  onChoose: () => void;
}

interface IEntryLine extends ILine<Extract<Line, { entry: object }>> {
  importable: boolean;
  onImport: () => void;
}

function EntryLine({ studio: { trans }, tree, line, tabbed, importable, onChoose, onImport }: IEntryLine) {
  const { entry, level, folder } = line;
  const isFolder = entry.kind === 'folder';
  const Icon = isFolder ? folderIcon : entry.kind === 'table' ? dataIcon : fileIcon;
  const Caret = folder ? caretDownIcon : caretRightIcon;
  const toggle = () => (folder ? tree.close(entry.path) : void tree.open(entry.path));
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const acts: Record<string, () => void> = {
      ArrowRight: () => (isFolder && !folder ? toggle() : walk(event, 1)),
      ArrowLeft: () => (folder ? toggle() : upwards(event, level)),
      Enter: isFolder ? toggle : onImport
    };
    if (event.target === event.currentTarget && acts[event.key]) {
      event.preventDefault();
      acts[event.key]();
    } else {
      walked(event);
    }
  };
  const facts = [entry.size !== null && bytes(entry.size), entry.modified !== null && ago(entry.modified)];
  return (
    <>
      <div
        className="ls-Tree-line"
        role="treeitem"
        aria-level={level + 1}
        aria-expanded={isFolder ? folder !== null : undefined}
        aria-label={entry.name}
        tabIndex={tabbed ? 0 : -1}
        style={{ paddingLeft: 8 + 16 * level }}
        onFocus={onChoose}
        onKeyDown={onKeyDown}
        onClick={isFolder ? toggle : undefined}
        onDoubleClick={isFolder ? undefined : onImport}
      >
        {isFolder ? <Caret.react tag="span" className="ls-icon" /> : <span className="ls-icon ls-Tree-gap" />}
        <Icon.react tag="span" className="ls-icon" />
        <span className="ls-cut" title={entry.path}>
          {entry.name}
        </span>
        <span className="ls-note" title={entry.modified !== null ? exact(entry.modified) : undefined}>
          {facts.filter(Boolean).join(' · ')}
        </span>
        {importable && (
          <span className="ls-Tree-do" onClick={event => event.stopPropagation()}>
            <Button plain label={trans.__('Import')} icon={uploadIcon} onClick={onImport} />
          </span>
        )}
      </div>
      {folder?.kind === 'loading' && <Skeleton lines={1} />}
      {folder?.kind === 'failed' && <Failed error={folder.error} retry={() => void tree.open(entry.path)} />}
      {folder?.kind === 'ready' && !folder.entries.length && (
        <p className="ls-note" style={{ paddingLeft: 48 + 16 * level }}>
          {trans.__('empty')}
        </p>
      )}
    </>
  );
}

/** The last line of a folder of which more can be shown. */
function MoreLine({ studio: { trans }, tree, line, tabbed, onChoose }: ILine<Exclude<Line, { entry: object }>>) {
  const { path, level, shown, total, more } = line;
  const go = () => void tree.more(path);
  const said = trans.__('%1 of %2 are shown', number(shown), number(total));
  const label = more ? trans.__('looking…') : trans.__('Show more');
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Enter' || event.key === 'ArrowLeft') {
      event.preventDefault();
      event.key === 'Enter' ? go() : upwards(event, level);
    } else {
      walked(event);
    }
  };
  return (
    <div
      className="ls-Tree-line ls-mod-more"
      role="treeitem"
      aria-level={level + 1}
      aria-label={`${said}. ${label}`}
      tabIndex={tabbed ? 0 : -1}
      style={{ paddingLeft: 8 + 16 * level + 44 }}
      onFocus={onChoose}
      onKeyDown={onKeyDown}
      onClick={go}
    >
      <span className="ls-note">
        {said} · <span className="ls-link">{label}</span>
      </span>
    </div>
  );
}

/** Go up and down by the keys of every list. */
function walked(event: KeyboardEvent<HTMLElement>): void {
  const steps: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };
  const by = steps[event.key];
  if (by !== undefined && event.target === event.currentTarget) {
    event.preventDefault();
    walk(event, by);
  }
}

function walk({ currentTarget: here }: KeyboardEvent<HTMLElement>, by: number): void {
  const lines = siblings(here);
  lines[Math.max(0, Math.min(lines.length - 1, lines.indexOf(here) + by))]?.focus();
}

/** Go to the line that a line stands under. */
function upwards({ currentTarget: here }: KeyboardEvent<HTMLElement>, level: number): void {
  const lines = siblings(here);
  lines
    .slice(0, lines.indexOf(here))
    .reverse()
    .find(one => Number(one.getAttribute('aria-level')) === level)
    ?.focus();
}

function siblings(here: HTMLElement): HTMLElement[] {
  return [...here.parentElement!.querySelectorAll<HTMLElement>('[role=treeitem]')];
}
