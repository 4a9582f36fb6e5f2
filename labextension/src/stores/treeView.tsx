/**
 * The tree of a datastore by mouse and keyboard: folders open, files and tables are imported.
 */
import { caretDownIcon, caretRightIcon, fileIcon, folderIcon } from '@jupyterlab/ui-components';
import React, { KeyboardEvent, useEffect, useState } from 'react';

import { ago, bytes, exact } from '../shared/format';
import { dataIcon, uploadIcon } from '../shared/icons';
import { Button, Empty, Failed, Skeleton } from '../shared/parts';
import type { IStudio } from '../studio';
import type { ILine, Tree } from './tree';

interface IProps {
  studio: IStudio;
  tree: Tree;
  label: string;
  onImport: (path: string) => void;
}

export function TreeView({ studio, tree, label, onImport }: IProps) {
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
  if (!lines.length) {
    return <Empty text={trans.__('There is nothing in it yet.')} />;
  }
  const tabbed = lines.some(({ entry }) => entry.path === chosen) ? chosen : lines[0].entry.path;
  return (
    <div className="ls-Tree" role="tree" aria-label={label}>
      {lines.map(line => (
        <Line
          key={line.entry.path}
          studio={studio}
          tree={tree}
          line={line}
          tabbed={line.entry.path === tabbed}
          onChoose={() => choose(line.entry.path)}
          onImport={() => onImport(line.entry.path)}
        />
      ))}
    </div>
  );
}

interface ILineProps {
  studio: IStudio;
  tree: Tree;
  line: ILine;
  tabbed: boolean;
  onChoose: () => void;
  onImport: () => void;
}

function Line({ studio: { trans }, tree, line, tabbed, onChoose, onImport }: ILineProps) {
  const { entry, level, folder } = line;
  const isFolder = entry.kind === 'folder';
  const Icon = isFolder ? folderIcon : entry.kind === 'table' ? dataIcon : fileIcon;
  const Caret = folder ? caretDownIcon : caretRightIcon;
  const toggle = () => (folder ? tree.close(entry.path) : void tree.open(entry.path));
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const here = event.currentTarget;
    if (event.target !== here) {
      return;
    }
    const others = [...here.parentElement!.querySelectorAll<HTMLElement>('[role=treeitem]')];
    const at = others.indexOf(here);
    const acts: Record<string, () => void> = {
      ArrowDown: () => others[at + 1]?.focus(),
      ArrowUp: () => others[at - 1]?.focus(),
      Home: () => others[0].focus(),
      End: () => others[others.length - 1].focus(),
      ArrowRight: () => (isFolder && !folder ? toggle() : others[at + 1]?.focus()),
      ArrowLeft: () => (folder ? toggle() : parent(others, at, level)?.focus()),
      Enter: isFolder ? toggle : onImport
    };
    if (acts[event.key]) {
      event.preventDefault();
      acts[event.key]();
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
        {!isFolder && (
          <span className="ls-Tree-do">
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

/** The line that a line stands under. */
function parent(lines: HTMLElement[], at: number, level: number): HTMLElement | undefined {
  return lines
    .slice(0, at)
    .reverse()
    .find(one => Number(one.getAttribute('aria-level')) === level);
}
