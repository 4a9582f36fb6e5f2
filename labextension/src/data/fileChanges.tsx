/**
 * What differs between two versions of a file or a folder: files that came and went, and lines of texts.
 */
import React, { useEffect, useMemo, useState } from 'react';

import { AssetDetail, FileChanges as Found, get } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { number } from '../shared/format';
import { Card, Chip, Empty, Middle, StateView } from '../shared/parts';
import type { IStudio, Tone } from '../studio';

const SHOWN = 200;

interface IProps {
  studio: IStudio;
  asset: AssetDetail;
  other: string | null;
  onChoose: (ref: string) => void;
}

export function FileChanges({ studio, asset, other, onChoose }: IProps) {
  const { trans } = studio;
  const others = asset.versions.map(one => one.ref).filter(ref => ref !== asset.ref);
  const earlier = asset.versions.find(one => one.version < asset.version)?.ref;
  const from = other !== null && others.includes(other) ? other : (earlier ?? others[0]);
  if (!others.length) {
    return <Empty text={trans.__('There is one version. Add it again when it has changed to compare both.')} />;
  }
  return (
    <div className="ls-compare">
      <div className="ls-compare-bar">
        <label>
          {trans.__('From')}{' '}
          <select className="ls-input" value={from} onChange={event => onChoose(event.target.value)}>
            {others.map(ref => (
              <option key={ref}>{ref}</option>
            ))}
          </select>
        </label>
        <span>{trans.__('to %1', asset.ref)}</span>
      </div>
      <Changed key={`${from} ${asset.ref}`} studio={studio} asset={asset} other={from} path="" />
    </div>
  );
}

function useChanges(ref: string, other: string, path: string) {
  const changes = useMemo(() => {
    const told = { at: { ref }, query: { other, path } };
    return new Fetched(signal => get('/labstudio/api/data/{ref}/changes', { ...told, signal }), null);
  }, [ref, other, path]);
  useEffect(() => () => changes.dispose(), [changes]);
  return { changes, state: useFetched(changes) };
}

function Changed({ studio, asset, other }: { studio: IStudio; asset: AssetDetail; other: string; path: string }) {
  const { changes, state } = useChanges(asset.ref, other, '');
  return (
    <StateView state={state} retry={() => void changes.refresh()}>
      {found => (
        <>
          <p className="ls-compare-summary">{found.summary}</p>
          {asset.kind === 'file' ? (
            <Lines studio={studio} found={found} />
          ) : (
            <Files studio={studio} found={found} reference={asset.ref} />
          )}
        </>
      )}
    </StateView>
  );
}

function Files({ studio, found, reference }: { studio: IStudio; found: Found; reference: string }) {
  const { trans } = studio;
  const [open, setOpen] = useState<string | null>(null);
  const rows: [Tone, string, string, boolean][] = [
    ...found.changed.map(path => ['plain', trans.__('changed'), path, true] as [Tone, string, string, boolean]),
    ...found.added.map(path => ['ok', trans.__('added'), path, false] as [Tone, string, string, boolean]),
    ...found.removed.map(path => ['warn', trans.__('removed'), path, false] as [Tone, string, string, boolean]),
    ...found.moved.map(
      ([before, after]) =>
        ['plain', trans.__('moved'), `${before} → ${after}`, false] as [Tone, string, string, boolean]
    )
  ];
  if (!rows.length) {
    return null;
  }
  const all = Object.entries(found.counts).reduce((sum, [what, count]) => sum + (what === 'unchanged' ? 0 : count), 0);
  return (
    <Card title={trans.__('Files')} note={trans.__('%1 as before', number(found.counts.unchanged ?? 0))}>
      <ul className="ls-compare-columns">
        {rows.slice(0, SHOWN).map(([tone, what, path, comparable]) => (
          <li key={`${what} ${path}`}>
            <Chip tone={tone} label={what} />{' '}
            {comparable ? (
              <button
                className="ls-link"
                aria-expanded={open === path}
                onClick={() => setOpen(open === path ? null : path)}
              >
                <Middle text={path} max={90} />
              </button>
            ) : (
              <Middle text={path} max={90} />
            )}
            {open === path && <OneFile studio={studio} reference={reference} other={found.before} path={path} />}
          </li>
        ))}
      </ul>
      {all > SHOWN && <p className="ls-note">{trans.__('and %1 more', number(all - Math.min(rows.length, SHOWN)))}</p>}
    </Card>
  );
}

function OneFile({
  studio,
  reference,
  other,
  path
}: {
  studio: IStudio;
  reference: string;
  other: string;
  path: string;
}) {
  const { changes, state } = useChanges(reference, other, path);
  return (
    <StateView state={state} retry={() => void changes.refresh()}>
      {found => <Lines studio={studio} found={found} />}
    </StateView>
  );
}

/** A unified diff; added and removed lines are told by their sign as well as by their colour. */
function Lines({ studio: { trans }, found }: { studio: IStudio; found: Found }) {
  if (found.diff === null) {
    return <p className="ls-muted">{trans.__('It is no text, or too long to be compared line by line.')}</p>;
  }
  if (!found.diff.length) {
    return <p className="ls-muted">{trans.__('No line differs.')}</p>;
  }
  return (
    <pre className="ls-diff" tabIndex={0} aria-label={trans.__('Lines that differ')}>
      {found.diff.slice(2).map((line, at) => (
        <div key={at} className={{ '+': 'ls-mod-added', '-': 'ls-mod-removed', '@': 'ls-mod-place' }[line[0]]}>
          {line || ' '}
        </div>
      ))}
    </pre>
  );
}
