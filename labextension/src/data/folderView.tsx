/**
 * The files of a folder's version: found by name, sub-folder and kind, as pictures or as a list, one looked at.
 */
import React, { useEffect, useMemo, useState } from 'react';

import type { AssetDetail, FileOf } from '../api/client';
import { bytes, number } from '../shared/format';
import { closeIcon } from '../shared/icons';
import { Button, Chip, Empty, Failed, Middle, Skeleton } from '../shared/parts';
import type { IStudio } from '../studio';
import { FilePages, IWhich } from './filePages';
import { FileTiles } from './fileTiles';
import { FileView } from './fileView';

const PAUSE = 250; // ms after the last key in the filter
const MANY = 12; // sub-folders that are chosen from a list rather than by chips

interface IProps {
  studio: IStudio;
  asset: AssetDetail;
}

export function FolderView({ studio, asset }: IProps) {
  const { trans } = studio;
  const kinds = (asset.found.kinds ?? {}) as Record<string, number>;
  const labels = (asset.found.labels ?? {}) as Record<string, number>;
  const links = Number(asset.found.links ?? 0);
  const [which, setWhich] = useState<IWhich>({ filter: '', label: null, kind: null });
  const [asTiles, setAsTiles] = useState((kinds.image ?? 0) * 2 >= asset.rows);
  const [chosen, choose] = useState(-1);
  const [looked, look] = useState<FileOf | null>(null);
  const pages = useMemo(() => new FilePages(asset.ref, which), [asset.ref, which]);
  const [, draw] = useState(0);
  useEffect(() => {
    const changed = () => draw(n => n + 1);
    pages.changed.connect(changed);
    changed();
    return () => pages.dispose();
  }, [pages]);
  const narrow = (part: Partial<IWhich>) => {
    setWhich({ ...which, ...part });
    choose(-1);
    look(null);
  };
  const pick = (index: number) => {
    choose(index);
    const file = pages.at(index);
    file && look(file);
  };
  const { total, error } = pages;
  const count =
    total === null
      ? trans.__('looking…')
      : total === asset.rows
        ? trans._n('%2 file', '%2 files', total, number(total))
        : trans.__('%1 of %2 files', number(total), number(asset.rows));
  return (
    <section className="ls-folder" aria-label={trans.__('Files')}>
      <div className="ls-folder-bar">
        <span role="status" className="ls-muted">
          {count}
        </span>
        {links > 0 && (
          <span title={trans.__('A link may lead out of the folder, so links are not followed.')}>
            <Chip tone="warn" label={trans._n('%1 link left out', '%1 links left out', links)} />
          </span>
        )}
        <span className="ls-grow" />
        <button className="ls-link" aria-pressed={!asTiles} onClick={() => setAsTiles(!asTiles)}>
          {asTiles ? trans.__('Show as list') : trans.__('Show as tiles')}
        </button>
        <Kind studio={studio} kinds={kinds} kind={which.kind} onChange={kind => narrow({ kind })} />
        <Filter studio={studio} onChange={filter => narrow({ filter })} />
      </div>
      {Object.keys(labels).length > 1 && (
        <Labels studio={studio} labels={labels} label={which.label} onChange={label => narrow({ label })} />
      )}
      {error && <Failed error={error} retry={() => pages.retry()} />}
      {total === null && !error && <Skeleton lines={6} />}
      {total === 0 && <Empty text={trans.__('No file matches.')} />}
      {total !== null && total > 0 && (
        <div className="ls-folder-files">
          <FileTiles
            studio={studio}
            pages={pages}
            total={total}
            asTiles={asTiles}
            chosen={chosen}
            onChoose={pick}
            onOpen={look}
          />
          {looked && (
            <aside className="ls-folder-one" aria-label={looked.path}>
              <header className="ls-folder-name">
                <h2>
                  <Middle text={looked.path} max={44} />
                </h2>
                <span className="ls-note">{bytes(looked.size)}</span>
                <span className="ls-grow" />
                <Button bare label={trans.__('Close')} icon={closeIcon} onClick={() => look(null)} />
              </header>
              <FileView key={looked.path} studio={studio} reference={asset.ref} path={looked.path} />
            </aside>
          )}
        </div>
      )}
    </section>
  );
}

interface IKind {
  studio: IStudio;
  kinds: Record<string, number>;
  kind: IWhich['kind'];
  onChange: (kind: IWhich['kind']) => void;
}

function Kind({ studio: { trans }, kinds, kind, onChange }: IKind) {
  if (Object.keys(kinds).length < 2) {
    return null;
  }
  return (
    <select
      className="ls-input"
      aria-label={trans.__('Kind of file')}
      value={kind ?? ''}
      onChange={event => onChange((event.target.value || null) as IWhich['kind'])}
    >
      <option value="">{trans.__('all kinds')}</option>
      <option value="image">{trans.__('pictures')}</option>
      <option value="text">{trans.__('texts')}</option>
      <option value="other">{trans.__('others')}</option>
    </select>
  );
}

function Filter({ studio: { trans }, onChange }: { studio: IStudio; onChange: (filter: string) => void }) {
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    if (text === asked) {
      return;
    }
    const timer = window.setTimeout(() => {
      setAsked(text);
      onChange(text);
    }, PAUSE);
    return () => window.clearTimeout(timer);
  }, [text, asked]);
  return (
    <input
      type="search"
      className="ls-input"
      aria-label={trans.__('Filter files by path')}
      placeholder={trans.__('part of a path')}
      value={text}
      onChange={event => setText(event.target.value)}
    />
  );
}

interface ILabels {
  studio: IStudio;
  labels: Record<string, number>;
  label: string | null;
  onChange: (label: string | null) => void;
}

/** The sub-folders, which many image folders use as classes, with their numbers of files. */
function Labels({ studio: { trans }, labels, label, onChange }: ILabels) {
  const names = Object.keys(labels);
  const said = (name: string) => `${name || trans.__('at the top')} ${number(labels[name])}`;
  if (names.length > MANY) {
    return (
      <label className="ls-folder-labels">
        {trans.__('Sub-folder')}{' '}
        <select
          className="ls-input"
          value={label === null ? '*' : `=${label}`}
          onChange={event => onChange(event.target.value === '*' ? null : event.target.value.slice(1))}
        >
          <option value="*">{trans.__('all %1', number(names.length))}</option>
          {names.map(name => (
            <option key={name} value={`=${name}`}>
              {said(name)}
            </option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <div className="ls-folder-labels" role="group" aria-label={trans.__('Sub-folder')}>
      {[null, ...names].map(name => (
        <button
          key={name ?? '*'}
          className="ls-Version"
          aria-pressed={label === name}
          onClick={() => onChange(name === label ? null : name)}
        >
          {name === null ? trans.__('all') : said(name)}
        </button>
      ))}
    </div>
  );
}
