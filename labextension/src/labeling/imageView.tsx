/**
 * An image with what is drawn on it: zoom, pan, brightness; boxes and polygons by mouse and keyboard.
 *
 * Everything is in pixels of the upright original, so that what is drawn does not depend on how it is looked at.
 */
import React, { PointerEvent, ReactElement, useEffect, useLayoutEffect, useRef, useState } from 'react';

import type { LabelingItem, LabelingLabel, LabelingShape } from '../api/client';
import { percent } from '../shared/format';
import { __ } from '../shared/words';
import { Bench, SCREEN } from './bench';
import { boundsOf, boxBetween, clamp, handleAt, HANDLES, IHandle, IPoint, middleOf, moved, resized } from './geometry';
import { round, turn, turned } from './geometry';
import { usePicture } from './picture';
import { clientId } from './transport';
import { isSpan, withPart } from './value';

const CLOSE = 8; // px of the screen within which a click means a point that is there
const LEAST = 3; // px of the image below which a drag was a click
const STEP = 1.2;

interface IView {
  x: number;
  y: number;
  scale: number;
}

type Drag =
  | { kind: 'pan'; from: IPoint; view: IView }
  | { kind: 'draw'; from: IPoint }
  | { kind: 'move'; from: IPoint; shape: LabelingShape }
  | { kind: 'resize'; handle: IHandle; shape: LabelingShape }
  | { kind: 'turn'; shape: LabelingShape }
  | { kind: 'vertex'; ring: number; at: number; shape: LabelingShape };

interface IProps {
  bench: Bench;
  item: LabelingItem;
}

export function ImageView({ bench, item }: IProps): ReactElement {
  const [frame, room] = useRoom();
  const [wide, high] = [item.width ?? 0, item.height ?? 0];
  const [view, setView] = useState<IView | null>(null);
  const [brightness, setBrightness] = useState(100);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    setView(null);
    setBroken(false);
  }, [item.number]);
  const fit = fitted(wide, high, room);
  const seen = view ?? fit;
  const zoom = (factor: number, at?: IPoint) => {
    const about = at ?? { x: seen.x + room.width / seen.scale / 2, y: seen.y + room.height / seen.scale / 2 };
    const scale = Math.max(fit.scale / 2, Math.min(seen.scale * factor, 40));
    const part = seen.scale / scale;
    setView({ scale, x: about.x - (about.x - seen.x) * part, y: about.y - (about.y - seen.y) * part });
  };
  const pointOf = (event: { clientX: number; clientY: number }): IPoint => {
    const { clientLeft, clientTop } = frame.current!; // the image begins inside of the border
    const { left, top } = frame.current!.getBoundingClientRect();
    return {
      x: (event.clientX - left - clientLeft) / seen.scale + seen.x,
      y: (event.clientY - top - clientTop) / seen.scale + seen.y
    };
  };
  // in a notebook the wheel moves the page until somebody works here; React's own listener could not keep it from that
  useEffect(() => {
    const node = frame.current!;
    const onWheel = (event: WheelEvent) => {
      if (node.closest('.ls-Labeler')?.contains(document.activeElement)) {
        event.preventDefault();
        zoom(event.deltaY < 0 ? STEP : 1 / STEP, pointOf(event));
      }
    };
    node.addEventListener('wheel', onWheel, { passive: false });
    return () => node.removeEventListener('wheel', onWheel);
  });
  // the original is fetched only when it is looked at closely
  const size = seen.scale * Math.max(wide, high) > SCREEN ? 0 : SCREEN;
  const source = usePicture(bench, item, size);
  return (
    <div className="ls-Image">
      <div className="ls-Image-tools" role="group" aria-label={__('How the image is shown')}>
        <button className="ls-link" onClick={() => zoom(1 / STEP)} aria-label={__('Smaller')}>
          −
        </button>
        <span className="ls-note">{percent(seen.scale)}</span>
        <button className="ls-link" onClick={() => zoom(STEP)} aria-label={__('Larger')}>
          +
        </button>
        <button className="ls-link" onClick={() => setView(null)}>
          {__('Fit')}
        </button>
        <label className="ls-note">
          {__('Brightness')}{' '}
          <input
            type="range"
            min={30}
            max={300}
            step={10}
            value={brightness}
            onChange={event => setBrightness(Number(event.target.value))}
          />
        </label>
        <span className="ls-grow" />
        <span className="ls-note">
          {item.caption ?? item.key} · {wide} × {high}
        </span>
      </div>
      <div className="ls-Image-frame" ref={frame}>
        {broken || item.error || source === null ? (
          // the canvas is gone, and the keyboard with it where it was there
          <p
            className="ls-Empty"
            role="alert"
            tabIndex={-1}
            data-stage
            ref={node => document.activeElement === document.body && node?.focus()}
          >
            {item.error ?? __('The image cannot be shown; skip it, or flag it.')}
          </p>
        ) : (
          item.media && (
            <Canvas
              bench={bench}
              item={item}
              source={source}
              view={seen}
              setView={setView}
              room={room}
              pointOf={pointOf}
              brightness={brightness}
              onBroken={() => setBroken(true)}
            />
          )
        )}
      </div>
    </div>
  );
}

interface ICanvas extends IProps {
  source: string | undefined;
  view: IView;
  setView: (view: IView) => void;
  room: { width: number; height: number };
  pointOf: (event: { clientX: number; clientY: number }) => IPoint;
  brightness: number;
  onBroken: () => void;
}

function Canvas({ bench, item, source, view, setView, room, pointOf, brightness, onBroken }: ICanvas): ReactElement {
  const task = bench.project!.task;
  const draws = task === 'boxes' || task === 'polygons';
  const [live, setLive] = useState<LabelingShape | null>(null); // what is being drawn or changed
  const [corners, setCorners] = useState<IPoint[]>([]); // of a polygon that is not closed yet
  const [over, setOver] = useState<IPoint | null>(null);
  const drag = useRef<Drag | null>(null);
  const [wide, high] = [item.width!, item.height!];
  const labels = bench.labelById;
  const told = bench.suggested.filter(one => !isSpan(one)) as LabelingShape[];
  useEffect(() => {
    setLive(null);
    setCorners([]);
    drag.current = null;
  }, [item.number]);

  const begin = (next: Drag) => (event: PointerEvent) => {
    if (event.button === 0 && !event.shiftKey) {
      event.stopPropagation();
      svgOf(event).setPointerCapture(event.pointerId);
      drag.current = next;
      bench.clock.touch();
    }
  };
  const onDown = (event: PointerEvent<SVGSVGElement>) => {
    const from = pointOf(event);
    const pans = event.button === 1 || event.shiftKey || !draws;
    if (event.button > 1) {
      return;
    }
    if (pans) {
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { kind: 'pan', from: { x: event.clientX, y: event.clientY }, view };
    } else if (task === 'polygons') {
      addCorner(from);
    } else {
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { kind: 'draw', from };
      bench.select(null);
    }
  };
  const onMove = (event: PointerEvent<SVGSVGElement>) => {
    const at = pointOf(event);
    const now = drag.current;
    if (corners.length) {
      setOver(at);
    }
    switch (now?.kind) {
      case 'pan': {
        const { x, y, scale } = now.view;
        setView({ scale, x: x - (event.clientX - now.from.x) / scale, y: y - (event.clientY - now.from.y) / scale });
        break;
      }
      case 'draw':
        setLive({ ...fresh(bench, 'box'), ...boxBetween(now.from, at, wide, high) } as LabelingShape);
        break;
      case 'move':
        setLive(moved(now.shape, at.x - now.from.x, at.y - now.from.y, wide, high));
        break;
      case 'resize':
        setLive(resized(now.shape, now.handle, now.shape.rotation ? at : within(at, wide, high)));
        break;
      case 'turn':
        setLive(turned(now.shape, at));
        break;
      case 'vertex':
        setLive(withVertex(now.shape, now.ring, now.at, within(at, wide, high)));
        break;
    }
  };
  const onUp = () => {
    const now = drag.current;
    drag.current = null;
    if (live && now && now.kind !== 'pan') {
      const isDrawn = now.kind !== 'draw' || (live.w! >= LEAST && live.h! >= LEAST);
      isDrawn && keep(live);
      setLive(null);
    }
  };
  const keep = (shape: LabelingShape) => {
    if (!shape.label) {
      bench.tell(__('Choose a label before you draw.'));
      return;
    }
    bench.edit(withPart(bench.value, shape));
    bench.select(shape.id);
  };
  const addCorner = (at: IPoint) => {
    const [first] = corners;
    const closes = corners.length > 2 && Math.hypot(at.x - first.x, at.y - first.y) * view.scale < CLOSE;
    closes ? close() : setCorners([...corners, within(at, wide, high)]);
  };
  const close = () => {
    if (corners.length > 2) {
      const ring = corners.map(({ x, y }) => [round(x), round(y)] as [number, number]);
      keep({ ...fresh(bench, 'polygon'), rings: [ring] });
    }
    setCorners([]);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (corners.length && ['Enter', 'Escape', 'Backspace'].includes(event.key)) {
      event.preventDefault();
      event.stopPropagation();
      event.key === 'Enter' ? close() : setCorners(event.key === 'Escape' ? [] : corners.slice(0, -1));
      return;
    }
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const chosen = [...told, ...(bench.value.shapes ?? [])].find(one => one.id === bench.selected);
    if (step && chosen) {
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1;
      bench.edit(withPart(bench.value, moved(chosen, step[0] * far, step[1] * far, wide, high)));
    }
  };
  const shapes = (bench.value.shapes ?? []).map(one => (live?.id === one.id ? live : one));
  const all = live && !shapes.includes(live) ? [...shapes, live] : shapes;
  const place = (point: IPoint) => ({ x: (point.x - view.x) * view.scale, y: (point.y - view.y) * view.scale });
  const props = { labels, place, scale: view.scale };
  return (
    <svg
      className={`ls-Image-canvas ${draws ? 'ls-mod-draws' : ''}`}
      width={room.width}
      height={room.height}
      role="img"
      aria-label={item.caption ?? item.key}
      tabIndex={0}
      data-stage
      data-lm-suppress-shortcuts
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onKeyDown={onKeyDown}
      onDoubleClick={close}
    >
      {source && (
        <image
          href={source}
          {...place({ x: 0, y: 0 })}
          width={wide * view.scale}
          height={high * view.scale}
          preserveAspectRatio="none"
          style={{ filter: `brightness(${brightness}%)`, imageRendering: view.scale > 3 ? 'pixelated' : 'auto' }}
          onError={onBroken}
        />
      )}
      {[...told.filter(one => one.id !== live?.id), ...all].map(shape => (
        <Drawn
          key={shape.id}
          {...props}
          shape={shape}
          selected={bench.selected === shape.id}
          suggestion={told.includes(shape) ? { bench, isAtHand: bench.atHand?.id === shape.id } : undefined}
          onDown={event => {
            if (!event.shiftKey && event.button === 0) {
              bench.select(shape.id);
              begin({ kind: 'move', from: pointOf(event), shape })(event);
            }
          }}
          handles={{
            resize: handle => begin({ kind: 'resize', handle, shape }),
            turn: begin({ kind: 'turn', shape }),
            vertex: (ring, at) => begin({ kind: 'vertex', ring, at, shape })
          }}
        />
      ))}
      {corners.length > 0 && (
        <g className="ls-Image-open">
          <polyline
            points={[...corners, over ?? corners[corners.length - 1]].map(one => pairOf(place(one))).join(' ')}
          />
          {corners.map((corner, at) => (
            <circle key={at} cx={place(corner).x} cy={place(corner).y} r={at === 0 ? 6 : 4} />
          ))}
        </g>
      )}
    </svg>
  );
}

interface IDrawn {
  shape: LabelingShape;
  labels: Map<string, LabelingLabel>;
  place: (point: IPoint) => IPoint;
  scale: number;
  selected: boolean;
  /** Of one that is no more than suggested: changing it in any way takes it. */
  suggestion?: { bench: Bench; isAtHand: boolean };
  onDown: (event: PointerEvent) => void;
  handles: {
    resize: (handle: IHandle) => (event: PointerEvent) => void;
    turn: (event: PointerEvent) => void;
    vertex: (ring: number, at: number) => (event: PointerEvent) => void;
  };
}

function Drawn({ shape, labels, place, scale, selected, suggestion, onDown, handles }: IDrawn): ReactElement {
  const label = labels.get(shape.label);
  const color = label?.color ?? '#7f7f7f';
  const [left, top] = boundsOf(shape);
  const tag = place({ x: left, y: top });
  const name = `${label?.name ?? '?'}${suggestion ? `? ${shape.score ? percent(shape.score) : ''}` : ''}`;
  const outline = { fill: color, stroke: color, strokeDasharray: suggestion ? '4 3' : undefined };
  const length = name.length * 7 + 12;
  const middle = shape.kind === 'box' ? place(middleOf(shape)) : null;
  const above =
    shape.kind === 'box'
      ? turn({ x: middle!.x, y: middle!.y - (shape.h! * scale) / 2 - 22 }, middle!, shape.rotation)
      : null;
  return (
    <g
      className={`ls-Shape ${selected || suggestion?.isAtHand ? 'ls-mod-selected' : ''}`}
      data-suggested={suggestion ? shape.id : undefined}
      onPointerDown={onDown}
    >
      {shape.kind === 'box' ? (
        <rect
          {...outline}
          {...place({ x: shape.x!, y: shape.y! })}
          width={shape.w! * scale}
          height={shape.h! * scale}
          transform={shape.rotation ? `rotate(${shape.rotation} ${middle!.x} ${middle!.y})` : undefined}
        />
      ) : (
        <path
          {...outline}
          fillRule="evenodd"
          d={shape.rings!.map(ring => `M${ring.map(([x, y]) => pairOf(place({ x, y }))).join('L')}Z`).join('')}
        />
      )}
      <g transform={`translate(${tag.x} ${tag.y})`} className="ls-Shape-tag">
        <rect y={-18} width={length} height={18} fill={color} />
        <text x={5} y={-5} fill={onTop(color)}>
          {name}
        </text>
        {suggestion && (selected || suggestion.isAtHand) && (
          <>
            <TagButton x={length + 2} sign="✓" title={__('Accept')} act={() => suggestion.bench.take(shape)} />
            <TagButton x={length + 22} sign="✕" title={__('Dismiss')} act={() => suggestion.bench.dismiss(shape)} />
          </>
        )}
      </g>
      {selected && shape.kind === 'box' && (
        <>
          {HANDLES.map(handle => {
            const { x, y } = place(handleAt(shape, handle));
            return (
              <rect
                key={handle.name}
                className={`ls-Shape-handle ls-mod-${handle.name}`}
                x={x - 4}
                y={y - 4}
                width={8}
                height={8}
                stroke={color}
                onPointerDown={handles.resize(handle)}
              />
            );
          })}
          <circle
            className="ls-Shape-handle ls-mod-turn"
            cx={above!.x}
            cy={above!.y}
            r={5}
            stroke={color}
            onPointerDown={handles.turn}
          >
            <title>{__('Turn')}</title>
          </circle>
        </>
      )}
      {selected &&
        shape.kind === 'polygon' &&
        shape.rings!.flatMap((ring, number) =>
          ring.map(([x, y], at) => {
            const point = place({ x, y });
            return (
              <circle
                key={`${number} ${at}`}
                className="ls-Shape-handle"
                cx={point.x}
                cy={point.y}
                r={5}
                stroke={color}
                onPointerDown={handles.vertex(number, at)}
              />
            );
          })
        )}
    </g>
  );
}

interface ITagButton {
  x: number;
  sign: string;
  title: string;
  act: () => void;
}

/** A button on the tag of a suggested shape; the keyboard has keys for what it does. */
function TagButton({ x, sign, title, act }: ITagButton): ReactElement {
  return (
    <g
      className="ls-Shape-button"
      transform={`translate(${x} 0)`}
      onPointerDown={event => event.stopPropagation()}
      onClick={act}
    >
      <title>{title}</title>
      <rect y={-18} width={18} height={18} />
      <text x={9} y={-5} textAnchor="middle">
        {sign}
      </text>
    </g>
  );
}

function fresh(bench: Bench, kind: 'box' | 'polygon'): LabelingShape {
  const id = clientId().slice(0, 16);
  const none = { x: null, y: null, w: null, h: null, rings: null };
  return { id, kind, label: bench.drawing ?? '', ...none, rotation: 0, attributes: {}, score: null } as LabelingShape;
}

function withVertex(shape: LabelingShape, ring: number, at: number, { x, y }: IPoint): LabelingShape {
  const rings = shape.rings!.map((points, number) =>
    number === ring ? points.map((point, i) => (i === at ? [round(x), round(y)] : point)) : points
  );
  return { ...shape, rings: rings as [number, number][][] };
}

function within({ x, y }: IPoint, wide: number, high: number): IPoint {
  return { x: clamp(x, wide), y: clamp(y, high) };
}

function pairOf({ x, y }: IPoint): string {
  return `${x},${y}`;
}

function svgOf(event: PointerEvent): SVGSVGElement {
  return (event.currentTarget as SVGElement).closest('svg') as SVGSVGElement;
}

/** Black or white, whichever can be read on a colour. */
export function onTop(color: string): string {
  const [r, g, b] = [1, 3, 5]
    .map(at => parseInt(color.slice(at, at + 2), 16) / 255)
    .map(c => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}

function fitted(wide: number, high: number, { width, height }: { width: number; height: number }): IView {
  const scale = wide && high ? Math.min(width / wide, height / high, 8) : 1;
  return { scale, x: (wide - width / scale) / 2, y: (high - height / scale) / 2 };
}

function useRoom(): [React.RefObject<HTMLDivElement>, { width: number; height: number }] {
  const ref = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState({ width: 640, height: 480 });
  useLayoutEffect(() => {
    const seen = new ResizeObserver(([{ contentRect }]) => {
      setRoom({ width: Math.max(50, contentRect.width), height: Math.max(50, contentRect.height) });
    });
    seen.observe(ref.current!);
    return () => seen.disconnect();
  }, []);
  return [ref, room];
}
