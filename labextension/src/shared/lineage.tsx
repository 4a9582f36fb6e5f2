/**
 * What something was made from and what was made from it: boxes from left to right, each opening its thing.
 */
import { fileIcon, LabIcon } from '@jupyterlab/ui-components';
import React, { ReactElement, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';

import { address, get, Lineage } from '../api/client';
import type { IStudio } from '../studio';
import { Fetched, useFetched } from './fetched';
import { dataIcon, endpointIcon, jobIcon, modelIcon, recipeIcon, runIcon, storeIcon } from './icons';
import { Card, Skeleton, StateView } from './parts';
import { __ } from './words';

const NARROWEST = 132;
const WIDEST = 190;
const HEIGHT = 44;
const ACROSS = 26;
const DOWN = 14;
const SWEEPS = 4;

const ICONS: Record<string, LabIcon> = {
  data: dataIcon,
  datastore: storeIcon,
  endpoint: endpointIcon,
  job: jobIcon,
  model: modelIcon,
  recipe: recipeIcon,
  run: runIcon
};

/** Whose boxes open something, and what. */
const OPENS: Record<string, (subject: string) => string> = {
  data: subject => subject,
  datastore: subject => subject,
  job: subject => subject,
  model: subject => subject,
  recipe: subject => subject.replace('recipe:', 'data:'),
  run: subject => subject
};

/** Where each thing stands, counted in columns and rows, and through which places the lines go. */
export interface ILayout {
  columns: string[][];
  edges: { source: string; target: string; way: string[] }[];
}

/** What the box of the thing says that the graph is about. */
function itself(kind: string, facts: string): string {
  return { data: __('this version'), model: __('this model'), run: __('this run') }[kind] ?? facts;
}

/** The lineage of a version, a run or a model, and the way to take it along. */
export function LineageCard({ studio, subject }: { studio: IStudio; subject: string }): ReactElement {
  const events = address('/labstudio/api/lineage/events', {}, { subject });
  return (
    <Card title={__('Lineage')} note={__('click a box to open it')}>
      <LineageView studio={studio} subject={subject} />
      <p className="ls-note">
        <a className="ls-link" href={events} download title={__('A line of JSON for each thing that was made')}>
          {__('Download as OpenLineage events')}
        </a>
      </p>
    </Card>
  );
}

function LineageView({ studio, subject }: { studio: IStudio; subject: string }): ReactElement {
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
  const here = places.get(lineage.subject)?.x ?? 0;
  useLayoutEffect(() => {
    // of a chain that is wider than the room, what it is about is seen first
    frame.current!.scrollLeft = here - (room - box) / 2;
  }, [here, room, box]);
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
          {edges.map(({ source, target, way }) => (
            <path
              key={`${source} ${target}`}
              d={line(
                [source, ...way, target].map(one => places.get(one)!),
                box
              )}
              markerEnd={`url(#${marker})`}
            />
          ))}
        </svg>
        {lineage.nodes.map(node => {
          const { subject, kind, facts } = node;
          const { x, y } = places.get(subject)!;
          const Icon = ICONS[kind] ?? fileIcon;
          const current = subject === lineage.subject;
          const inside = (
            <>
              <Icon.react tag="span" className="ls-icon" />
              <Label text={node.label} />
              <span className="ls-note ls-cut">{current ? itself(kind, facts) : facts}</span>
            </>
          );
          const place = {
            className: `ls-lineage-box${node.here ? '' : ' ls-gone'}`,
            style: { left: x, top: y, width: box, height: HEIGHT }
          };
          const title = [node.label, facts, node.place, howItWasMade(lineage, subject, label)]
            .filter(Boolean)
            .join('\n');
          return kind in OPENS && node.here && !current ? (
            <button key={subject} {...place} title={title} onClick={() => studio.open(OPENS[kind](subject))}>
              {inside}
            </button>
          ) : (
            <div key={subject} {...place} title={title} aria-current={current || undefined}>
              {inside}
            </div>
          );
        })}
      </div>
      {lineage.cut && <p className="ls-note">{__('There is more than is drawn: it is far from here.')}</p>}
    </div>
  );
}

/** Such as "appended orders@1". */
function howItWasMade({ edges }: Lineage, subject: string, label: (one: string) => string): string {
  const into = edges.filter(edge => edge.target === subject);
  return into.map(({ source, relation }) => `${relation} ${label(source)}`).join(', ');
}

/** A line from box to box, turning in the gaps between columns. */
function line(places: { x: number; y: number }[], box: number): string {
  const middle = HEIGHT / 2;
  const [first, ...rest] = places;
  const turns = rest.map(({ x, y }, at) => {
    const last = at === rest.length - 1;
    return `H${x - ACROSS / 2}V${y + middle}H${last ? x - 1 : x + box}`;
  });
  return `M${first.x + box} ${first.y + middle}${turns.join('')}`;
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
 * A line past a column keeps a place of its own there, and things stand as near as they can to what they were
 * made from and to what was made from them (Sugiyama's layers, ordered by the means of their neighbours).
 */
export function arrange({ nodes, edges }: Pick<Lineage, 'nodes' | 'edges'>): ILayout {
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
  const drawn = edges
    .filter(
      ({ source, target }, at) =>
        before(source, target) &&
        !implied(source, target) &&
        edges.findIndex(edge => edge.source === source && edge.target === target) === at
    )
    .map(({ source, target }) => {
      const between = columns.slice(depths.get(source)! + 1, depths.get(target)!);
      const way = between.map(column => {
        const place = `${source} → ${target} ${column[0]}`;
        column.push(place);
        return place;
      });
      return { source, target, way };
    });
  order(columns, drawn);
  return { columns, edges: drawn };
}

/** Let everything stand beside the middle of its neighbours, so that few lines cross. */
function order(columns: string[][], edges: ILayout['edges']): void {
  const beside = new Map<string, string[]>(columns.flat().map(one => [one, []]));
  edges.forEach(({ source, target, way }) => {
    const path = [source, ...way, target];
    path.slice(1).forEach((one, at) => {
      beside.get(one)!.push(path[at]);
      beside.get(path[at])!.push(one);
    });
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const heights = new Map<string, number>();
    columns.forEach(column => column.forEach((one, row) => heights.set(one, row - column.length / 2)));
    const mean = (one: string) => {
      const near = beside.get(one)!.map(other => heights.get(other)!);
      return near.length ? near.reduce((a, b) => a + b, 0) / near.length : heights.get(one)!;
    };
    columns.forEach(column => {
      const means = new Map(column.map(one => [one, mean(one)]));
      column.sort((a, b) => means.get(a)! - means.get(b)!);
      column.forEach((one, row) => heights.set(one, row - column.length / 2));
    });
  }
}
