/**
 * A text with spans: drawn by mouse, or word by word with the arrow keys; they may overlap.
 */
import React, { ReactElement, useEffect, useMemo, useRef, useState } from 'react';

import type { LabelingItem, LabelingSpan } from '../api/client';
import { percent } from '../shared/format';
import { __ } from '../shared/words';
import type { Bench } from './bench';
import { toPoints, toUnits } from './codePoints';
import { onTop } from './imageView';
import { clientId } from './transport';
import { isSpan, withSpan } from './value';

interface IRange {
  start: number; // UTF-16 units
  end: number;
}

interface IPart extends IRange {
  span: LabelingSpan;
  suggested: boolean;
}

export function SpanText({ bench, item }: { bench: Bench; item: LabelingItem }): ReactElement {
  const text = item.text ?? '';
  const root = useRef<HTMLDivElement>(null);
  const words = useMemo(() => wordsOf(text), [text]);
  const [cursor, setCursor] = useState<IRange | null>(null);
  useEffect(() => setCursor(null), [item.number]);
  const labels = bench.labelById;
  const told = bench.suggested.filter(isSpan);
  const { atHand } = bench;
  const parts: IPart[] = [
    ...(bench.value.spans ?? []).map(span => ({ span, suggested: false })),
    ...told.map(span => ({ span, suggested: true }))
  ].map(one => ({ ...one, start: toUnits(text, one.span.start), end: toUnits(text, one.span.end) }));
  const add = (range: IRange) => {
    if (!bench.drawing) {
      bench.tell(__('Choose a label before you mark a part of the text.'));
      return;
    }
    const [start, end] = [toPoints(text, range.start), toPoints(text, range.end)];
    const quoted = text.slice(range.start, range.end);
    const id = clientId().slice(0, 16);
    const span = { id, start, end, label: bench.drawing, text: quoted, attributes: {}, score: null };
    bench.edit(withSpan(bench.value, span));
    bench.select(span.id);
    setCursor(null);
  };
  // a label's key marks what the cursor stands on
  const pending = useRef<IRange | null>(null);
  pending.current = cursor;
  useEffect(() => {
    bench.mark = () => {
      const range = pending.current;
      range && add(range);
      return range !== null;
    };
    return () => {
      bench.mark = null;
    };
  });
  const onUp = () => {
    const range = selected(root.current!, text);
    if (range) {
      window.getSelection()?.removeAllRanges();
      add(range);
    }
  };
  const buttons = (span: LabelingSpan): [string, string, () => void][] => [
    ['✓', __('Accept'), () => bench.take(span)],
    ['✕', __('Dismiss'), () => bench.dismiss(span)]
  ];
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && words.length) {
      event.preventDefault();
      bench.clock.touch();
      const last = words.findIndex(word => word.end === cursor?.end);
      const at = last < 0 ? (step > 0 ? 0 : words.length - 1) : Math.max(0, Math.min(last + step, words.length - 1));
      const begins = event.shiftKey && cursor ? Math.min(cursor.start, words[at].start) : words[at].start;
      bench.select(null);
      setCursor({ start: begins, end: words[at].end });
    } else if (event.key === 'Escape' && (cursor || bench.selected)) {
      event.preventDefault();
      setCursor(null);
      bench.select(null);
    }
  };
  return (
    <div
      className="ls-Spans"
      ref={root}
      tabIndex={0}
      data-stage
      data-lm-suppress-shortcuts
      role="textbox"
      aria-readonly="true"
      aria-multiline="true"
      aria-label={__('Text; arrows choose words, with Shift several, a label’s key marks them')}
      onMouseUp={onUp}
      onKeyDown={onKeyDown}
    >
      {piecesOf(text, parts, cursor).map(({ start, end, over, marked }) => {
        const [first] = over;
        const color = first && (labels.get(first.span.label)?.color ?? '#7f7f7f');
        const ends = over.filter(part => part.end === end);
        const isChosen = over.some(({ span }) => span.id === bench.selected || span.id === atHand?.id);
        const own = over.filter(part => !part.suggested);
        const lines = own.map(
          ({ span }, at) => `inset 0 -${2 + 3 * at}px 0 ${labels.get(span.label)?.color ?? '#7f7f7f'}`
        );
        return (
          <React.Fragment key={start}>
            <span
              data-at={start}
              className={[
                over.length ? 'ls-Spans-part' : '',
                over.length && own.length === 0 ? 'ls-mod-suggested' : '',
                isChosen ? 'ls-mod-selected' : '',
                marked ? 'ls-mod-marked' : ''
              ].join(' ')}
              style={
                first && {
                  background: `color-mix(in srgb, ${color} ${own.length ? 22 : 9}%, transparent)`,
                  boxShadow: lines.reverse().join(', '),
                  textDecorationColor: color
                }
              }
              onClick={() => over.length && bench.select(following(over, bench.selected))}
            >
              {text.slice(start, end)}
            </span>
            {ends.map(({ span, suggested }) => {
              const label = labels.get(span.label);
              return (
                <span
                  key={span.id}
                  className={`ls-Spans-tag ${suggested ? 'ls-mod-suggested' : ''}`}
                  style={{ background: label?.color, color: onTop(label?.color ?? '#7f7f7f') }}
                  onClick={() => bench.select(span.id)}
                >
                  {label?.name ?? '?'}
                  {suggested && `? ${span.score === null ? '' : percent(span.score)}`}
                  {suggested &&
                    buttons(span).map(([sign, title, act]) => (
                      <button
                        key={sign}
                        tabIndex={-1}
                        title={title}
                        aria-label={`${title}: ${label?.name ?? '?'}, ${span.text}`}
                        onMouseDown={event => event.preventDefault()}
                        onClick={event => {
                          event.stopPropagation();
                          act();
                        }}
                      >
                        {sign}
                      </button>
                    ))}
                </span>
              );
            })}
          </React.Fragment>
        );
      })}
    </div>
  );
}

interface IPiece extends IRange {
  over: IPart[];
  marked: boolean;
}

/** The text in pieces in which the same spans lie from one end to the other. */
export function piecesOf(text: string, parts: IPart[], cursor: IRange | null): IPiece[] {
  const edges = new Set([0, text.length]);
  [...parts, ...(cursor ? [cursor] : [])].forEach(({ start, end }) => edges.add(start).add(end));
  const sorted = [...edges].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((start, at) => ({
    start,
    end: sorted[at + 1],
    over: parts.filter(part => part.start <= start && part.end >= sorted[at + 1]),
    marked: cursor !== null && cursor.start <= start && cursor.end >= sorted[at + 1]
  }));
}

/** Words and signs, as a cursor walks over them. */
export function wordsOf(text: string): IRange[] {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}_'’-]+|[^\s\p{L}\p{N}\p{M}]/gu)].map(found => ({
    start: found.index,
    end: found.index + found[0].length
  }));
}

/** What is selected in the text, without white space at its ends; null where nothing is. */
function selected(root: HTMLElement, text: string): IRange | null {
  const selection = window.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) {
    return null;
  }
  const range = selection.getRangeAt(0);
  const [a, b] = [
    placeOf(root, range.startContainer, range.startOffset),
    placeOf(root, range.endContainer, range.endOffset)
  ];
  if (a === null || b === null) {
    return null;
  }
  const inside = text.slice(a, b);
  const start = a + (inside.length - inside.trimStart().length);
  const end = start + inside.trim().length;
  return end > start ? { start, end } : null;
}

/** The place in the text of one in the page; tags at the end of spans count as the place before them. */
function placeOf(root: HTMLElement, node: Node, offset: number): number | null {
  if (!root.contains(node)) {
    return null;
  }
  const element = node instanceof HTMLElement ? node : node.parentElement!;
  const piece = element.closest<HTMLElement>('[data-at]');
  if (piece && node.nodeType === Node.TEXT_NODE) {
    return Number(piece.dataset.at) + offset;
  }
  const pieces = [...root.querySelectorAll<HTMLElement>('[data-at]')];
  const before = pieces.filter(one => one.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING);
  const last = node === root ? pieces[offset - 1] : before[before.length - 1];
  return last ? Number(last.dataset.at) + last.textContent!.length : 0;
}

/** Of spans that lie over each other, the one after the one that is selected. */
function following(over: IPart[], selected: string | null): string {
  const at = over.findIndex(part => part.span.id === selected);
  return over[(at + 1) % over.length].span.id;
}
