/**
 * Files as tiles or as lines, any number of them: only those in sight are in the page.
 *
 * One list for the keyboard and for screen readers: arrows move, Enter opens, whatever the looks.
 */
import { fileIcon } from '@jupyterlab/ui-components';
import React, { KeyboardEvent, UIEvent, useEffect, useId, useRef, useState } from 'react';

import { address, FileOf } from '../api/client';
import { bytes } from '../shared/format';
import { Middle } from '../shared/parts';
import type { IStudio } from '../studio';
import type { FilePages } from './filePages';

const TILE = { width: 148, height: 140 };
const LINE = { width: 0, height: 28 };
const BESIDE = 2; // rows beyond those in sight

interface IProps {
  studio: IStudio;
  pages: FilePages;
  total: number;
  asTiles: boolean;
  chosen: number;
  onChoose: (index: number) => void;
  onOpen: (file: FileOf) => void;
}

export function FileTiles({ studio, pages, total, asTiles, chosen, onChoose, onOpen }: IProps) {
  const { trans } = studio;
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const [{ width, height }, setSize] = useState({ width: 600, height: 400 });
  const [top, setTop] = useState(0);
  useEffect(() => {
    const { current } = frame;
    if (!current) {
      return;
    }
    const measure = () => setSize({ width: current.clientWidth, height: current.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    measure();
    return () => observer.disconnect();
  }, []);
  const size = asTiles ? TILE : LINE;
  const columns = asTiles ? Math.max(1, Math.floor(width / TILE.width)) : 1;
  const rows = Math.ceil(total / columns);
  const first = Math.max(0, Math.floor(top / size.height) - BESIDE) * columns;
  const last = Math.min(total, (Math.ceil((top + height) / size.height) + BESIDE) * columns);
  useEffect(() => {
    const { current } = frame;
    const at = Math.floor(chosen / columns) * size.height;
    if (current && chosen >= 0 && (at < current.scrollTop || at + size.height > current.scrollTop + height)) {
      current.scrollTop = at < current.scrollTop ? at : at + size.height - height;
    }
  }, [chosen, columns, height, size.height]);
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / size.height)) * columns;
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      PageDown: page,
      PageUp: -page,
      Home: -total,
      End: total
    };
    if (event.key in steps) {
      event.preventDefault();
      event.stopPropagation();
      onChoose(Math.min(total - 1, Math.max(0, chosen + steps[event.key])));
    } else if (event.key === 'Enter' && chosen >= 0) {
      event.preventDefault();
      const file = pages.at(chosen);
      file && onOpen(file);
    }
  };
  const indexes = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
  return (
    <div
      ref={frame}
      className={`ls-tiles ${asTiles ? '' : 'ls-mod-lines'}`}
      role="listbox"
      tabIndex={0}
      aria-label={trans.__('Files')}
      aria-activedescendant={chosen >= first && chosen < last ? `${id}-${chosen}` : undefined}
      data-lm-suppress-shortcuts="true"
      onKeyDown={onKeyDown}
      onScroll={(event: UIEvent<HTMLDivElement>) => setTop(event.currentTarget.scrollTop)}
    >
      <div className="ls-tiles-all" style={{ height: rows * size.height }} role="presentation">
        {indexes.map(index => {
          const file = pages.at(index);
          const column = index % columns;
          return (
            <div
              key={index}
              id={`${id}-${index}`}
              className="ls-tile"
              role="option"
              aria-selected={index === chosen}
              aria-setsize={total}
              aria-posinset={index + 1}
              aria-label={file?.path ?? trans.__('Loading')}
              title={file ? `${file.path} · ${bytes(file.size)}` : undefined}
              style={{
                top: Math.floor(index / columns) * size.height,
                left: asTiles ? `${(100 * column) / columns}%` : 0,
                width: asTiles ? `${100 / columns}%` : '100%',
                height: size.height
              }}
              onClick={() => onChoose(index)}
              onDoubleClick={() => file && onOpen(file)}
            >
              {file && (asTiles ? <Tile reference={pages.ref} file={file} /> : <Line file={file} />)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Tile({ reference, file }: { reference: string; file: FileOf }) {
  const [broken, setBroken] = useState(false);
  const at = { ref: reference };
  return (
    <>
      <span className="ls-tile-picture">
        {file.kind === 'image' && !broken ? (
          <img
            alt=""
            loading="lazy"
            decoding="async"
            src={address('/labstudio/api/data/{ref}/thumbnail', at, { path: file.path, longest: 256 })}
            onError={() => setBroken(true)}
          />
        ) : (
          <fileIcon.react tag="span" className="ls-icon" />
        )}
      </span>
      <span className="ls-cut">{file.path.slice(file.path.lastIndexOf('/') + 1)}</span>
    </>
  );
}

function Line({ file }: { file: FileOf }) {
  return (
    <>
      <fileIcon.react tag="span" className="ls-icon" />
      <span className="ls-cut ls-grow">
        <Middle text={file.path} max={90} />
      </span>
      <span className="ls-muted">{file.media || '–'}</span>
      <span className="ls-tile-size">{bytes(file.size)}</span>
    </>
  );
}
