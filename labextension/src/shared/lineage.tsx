/**
 * What something was made from and what was made from it: boxes from left to right, each opening its thing.
 */
import { fileIcon, LabIcon } from '@jupyterlab/ui-components';
import React, { ReactElement, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';

import { get, Lineage } from '../api/client';
import type { IStudio } from '../studio';
import { Fetched, useFetched } from './fetched';
import { dataIcon, jobIcon, modelIcon, runIcon } from './icons';
import { Skeleton, StateView } from './parts';
import { __ } from './words';

const NARROWEST = 124;
const WIDEST = 190;
const HEIGHT = 44;
const ACROSS = 22;
const DOWN = 14;

const ICONS: Record<string, LabIcon> = { data: dataIcon, run: runIcon, model: modelIcon, job: jobIcon };

/** Where each thing stands, counted in columns and rows, and which lines are drawn. */
export interface ILayout {
  columns: string[][];
  edges: Lineage['edges'];
}

export function LineageView({ studio, subject }: { studio: IStudio; subject: string }): ReactElement {
  const lineage = useMemo(
    () => new Fetched(signal => get('/labstudio/api/lineage', { query: { subject }, signal }), studio.changes),
    [studio, subject]
  );
  useEffect(() => () => lineage.dispose(), [lineage]);
  const state = useFetched(lineage);
  return (
    <StateView state={state} skeleton={<Skeleton lines={2} />} retry={() => void lineage.refresh()}>
      {found => <Boxes studio={studio} lineage={found} />}
    </StateView>
  );
}

function Boxes({ studio, lineage }: { studio: IStudio; lineage: Lineage }): ReactElement {
  const marker = useId();
  const [frame, room] = useWidth();
  const { columns, edges } = useMemo(() => arrange(lineage), [lineage]);
  const wished = (room - (columns.length - 1) * ACROSS) / columns.length;
  const box = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(wished)));
  const rows = Math.max(1, ...columns.map(column => column.length));
  const height = rows * (HEIGHT + DOWN) - DOWN;
  const width = columns.length * (box + ACROSS) - ACROSS;
  const places = new Map<string, { x: number; y: number }>();
  columns.forEach((column, at) => {
    const top = (height - column.length * (HEIGHT + DOWN) + DOWN) / 2;
    column.forEach((one, row) => places.set(one, { x: at * (box + ACROSS), y: top + row * (HEIGHT + DOWN) }));
  });
  const nodes = new Map(lineage.nodes.map(node => [node.subject, node]));
  const label = (one: string) => nodes.get(one)?.label ?? one;
  return (
    <div className="ls-lineage" role="group" aria-label={__('Lineage')} tabIndex={0} ref={frame}>
      <ul className="ls-hidden">
        {lineage.edges.map(({ source, target, relation }) => (
          <li key={`${source} ${target} ${relation}`}>{`${label(source)} → ${label(target)} (${relation})`}</li>
        ))}
      </ul>
      <div style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          <marker id={marker} viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto">
            <path d="M0 0 6 3 0 6z" />
          </marker>
          {edges.map(({ source, target }) => {
            const from = places.get(source)!;
            const to = places.get(target)!;
            const turn = to.x - ACROSS / 2;
            const path = `M${from.x + box} ${from.y + HEIGHT / 2}H${turn}V${to.y + HEIGHT / 2}H${to.x - 1}`;
            return <path key={`${source} ${target}`} d={path} markerEnd={`url(#${marker})`} />;
          })}
        </svg>
        {[...places].map(([one, { x, y }]) => {
          const { kind = '', facts = '' } = nodes.get(one) ?? {};
          const Icon = ICONS[kind] ?? fileIcon;
          const here = one === lineage.subject;
          const inside = (
            <>
              <Icon.react tag="span" className="ls-icon" />
              <Label text={label(one)} />
              <span className="ls-note ls-cut">{here ? __('this version') : facts}</span>
            </>
          );
          const place = { className: 'ls-lineage-box', style: { left: x, top: y, width: box, height: HEIGHT } };
          const title = [label(one), facts].filter(Boolean).join('\n');
          return kind in ICONS && !here ? (
            <button key={one} {...place} title={title} onClick={() => studio.open(one)}>
              {inside}
            </button>
          ) : (
            <div key={one} {...place} title={title} aria-current={here || undefined}>
              {inside}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** A name that is too long is cut before its version. */
function Label({ text }: { text: string }): ReactElement {
  const at = text.lastIndexOf('@');
  return (
    <b>
      <span className="ls-cut">{at < 0 ? text : text.slice(0, at)}</span>
      {at >= 0 && text.slice(at)}
    </b>
  );
}

/** The width that there is, inside the padding. */
function useWidth(): [React.RefObject<HTMLDivElement>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const seen = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width));
    seen.observe(ref.current!);
    return () => seen.disconnect();
  }, []);
  return [ref, width];
}

/**
 * Put each thing one column after the last of those it was made from; leave out lines that others imply.
 *
 * A file that something has made is left out too: it is what the run and the model have inside.
 */
export function arrange(lineage: Lineage): ILayout {
  const { nodes, edges } = withoutInnerFiles(lineage);
  const made = new Map<string, string[]>(nodes.map(node => [node.subject, []]));
  edges.forEach(({ source, target }) => made.has(source) && made.get(target)?.push(source));
  const depths = new Map<string, number>();
  const depth = (one: string, path: string[]): number => {
    if (path.includes(one)) {
      return 0; // a circle has no first column: it is cut where it was entered
    }
    if (!depths.has(one)) {
      depths.set(one, Math.max(0, ...made.get(one)!.map(source => depth(source, [...path, one]) + 1)));
    }
    return depths.get(one)!;
  };
  const columns: string[][] = [];
  nodes.forEach(({ subject }) => (columns[depth(subject, [])] ??= []).push(subject));
  const before = (a: string, b: string) => (depths.get(a) ?? 0) < (depths.get(b) ?? 0);
  const reaches = (from: string, to: string): boolean =>
    made.get(to)!.some(source => source === from || (before(from, source) && reaches(from, source)));
  const implied = (from: string, to: string) =>
    made.get(to)!.some(other => before(from, other) && before(other, to) && reaches(from, other));
  const drawn = edges.filter(
    ({ source, target }, at) =>
      before(source, target) &&
      !implied(source, target) &&
      edges.findIndex(edge => edge.source === source && edge.target === target) === at
  );
  return { columns: columns.filter(Boolean), edges: drawn };
}

function withoutInnerFiles({ subject, nodes, edges }: Lineage): Pick<Lineage, 'nodes' | 'edges'> {
  const inner = nodes.filter(
    one => one.kind === 'file' && one.subject !== subject && edges.some(edge => edge.target === one.subject)
  );
  return inner.reduce(
    (rest, { subject: file }) => {
      const into = rest.edges.filter(edge => edge.target === file);
      const out = rest.edges.filter(edge => edge.source === file);
      const past = into.flatMap(({ source }) => out.map(({ target, relation }) => ({ source, target, relation })));
      const others = rest.edges.filter(edge => edge.target !== file && edge.source !== file);
      return { nodes: rest.nodes.filter(node => node.subject !== file), edges: [...others, ...past] };
    },
    { nodes, edges }
  );
}
