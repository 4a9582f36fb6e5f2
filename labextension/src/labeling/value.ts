/**
 * What is said of an item, as it grows under a person's hands.
 */
import type { Labeling, LabelingLabel, LabelingShape, LabelingSpan, LabelingValue } from '../api/client';

export type Task = Labeling['task'];

export const EMPTY: LabelingValue = {
  label: null,
  labels: null,
  number: null,
  cells: null,
  shapes: null,
  spans: null,
  attributes: {}
};

/** Whether one key says all there is to say, so that it can go on to the next item. */
export function isOneStroke(task: Task): boolean {
  return task === 'class';
}

export function blank(task: Task): LabelingValue {
  switch (task) {
    case 'multi':
      return { ...EMPTY, labels: [] };
    case 'cells':
      return { ...EMPTY, cells: [] };
    case 'spans':
      return { ...EMPTY, spans: [] };
    case 'boxes':
    case 'polygons':
      return { ...EMPTY, shapes: [] };
    default:
      return { ...EMPTY };
  }
}

/** Whether it is an answer: nothing drawn is one, no class is none. */
export function isAnswer(task: Task, value: LabelingValue): boolean {
  return task === 'class' ? value.label !== null : task === 'number' ? value.number !== null : true;
}

export function ofClass(label: string): LabelingValue {
  return { ...EMPTY, label };
}

/** Labels a value gives, each as often as it does. */
export function labelsOf(value: LabelingValue | null): string[] {
  return [
    ...(value?.label ? [value.label] : []),
    ...(value?.labels ?? []),
    ...[...(value?.shapes ?? []), ...(value?.spans ?? []), ...(value?.cells ?? [])]
      .map(part => part.label ?? '')
      .filter(Boolean)
  ];
}

/** A value in a few words: `spam`, `bike, person (2)`, `4.2`, `nothing`. */
export function inWords(value: LabelingValue | null, labels: Map<string, LabelingLabel>, nothing: string): string {
  if (value?.number !== null && value?.number !== undefined) {
    return String(value.number);
  }
  const counts = new Map<string, number>();
  labelsOf(value).forEach(id => counts.set(id, (counts.get(id) ?? 0) + 1));
  const words = [...counts].map(([id, n]) => (labels.get(id)?.name ?? id) + (n > 1 ? ` (${n})` : ''));
  const cells = (value?.cells ?? []).filter(cell => !cell.label).map(cell => cell.column);
  return [...words, ...cells].join(', ') || nothing;
}

/** A part of an item: a box, a polygon, or a part of a text. */
export type Part = LabelingShape | LabelingSpan;

export function partsOf(value: LabelingValue | null): Part[] {
  return [...(value?.shapes ?? []), ...(value?.spans ?? [])];
}

export function isSpan(part: Part): part is LabelingSpan {
  return 'start' in part;
}

/** With a part as a person says it now: how sure a model was of it is nothing that a person says. */
export function withPart(value: LabelingValue, part: Part): LabelingValue {
  return isSpan(part) ? withSpan(value, { ...part, score: null }) : withShape(value, { ...part, score: null });
}

export function withShape(value: LabelingValue, shape: LabelingShape): LabelingValue {
  const shapes = value.shapes ?? [];
  const at = shapes.findIndex(one => one.id === shape.id);
  return { ...value, shapes: at < 0 ? [...shapes, shape] : shapes.map((one, i) => (i === at ? shape : one)) };
}

export function withSpan(value: LabelingValue, span: LabelingSpan): LabelingValue {
  const spans = value.spans ?? [];
  const at = spans.findIndex(one => one.id === span.id);
  const all = at < 0 ? [...spans, span] : spans.map((one, i) => (i === at ? span : one));
  return { ...value, spans: all.sort((a, b) => a.start - b.start || a.end - b.end) };
}

/** Without the shape or span of this id. */
export function without(value: LabelingValue, id: string): LabelingValue {
  return {
    ...value,
    shapes: value.shapes?.filter(one => one.id !== id) ?? null,
    spans: value.spans?.filter(one => one.id !== id) ?? null
  };
}
