/**
 * How the picture of a winner is laid out: boxes in four columns and the lines between them, from the
 * plain values a run keeps. Geometry and words; nothing is drawn here.
 */
import type { TranslationBundle } from '@jupyterlab/translation';

export interface IDiagram {
  columns: { name: string; count: number; names: string[] }[];
  steps: { name: string; detail: string; columns: number }[];
  members: { learner: string; settings: Record<string, unknown>; weight: number; trial?: number; steps: number[] }[];
  /** What is done to the members' sum; older runs do not say. */
  corrections?: { name: string; detail: string }[];
  answer: { name: string; detail: string };
}

export interface IBox {
  kind: 'columns' | 'steps' | 'members' | 'answer';
  x: number;
  y: number;
  width: number;
  height: number;
  title: string;
  /** At the right of the title: a count or a weight. */
  note: string;
  lines: string[];
  /** All of it, as a tooltip. */
  full: string;
}

export interface IPath {
  d: string;
  width: number;
}

export interface IPlan {
  width: number;
  height: number;
  heads: { x: number; text: string }[];
  boxes: IBox[];
  paths: IPath[];
  /** The picture in words. */
  words: string;
}

const WIDTHS = { columns: 132, steps: 148, members: 168, answer: 132 };
const GAP = 28; // between two columns of boxes
const SPACE = 16; // between two boxes
const TOP = 24;
const LEAST = 200; // height, so that a single row of boxes looks no emptier than its card
const LINE = 15;
const MOST_LINES = 5; // of a text
const MOST_STEPS = 9; // of one box
const MOST_BOXES = 6; // of more members, only the heaviest
const MOST_LINKS = 12; // between steps and members: with more, steps of the same members stand in one box

/** Whether what a run keeps is such a diagram. */
export function isDiagram(value: unknown): value is IDiagram {
  const told = value as Partial<IDiagram> | null;
  return (
    !!told && [told.columns, told.steps, told.members].every(Array.isArray) && typeof told.answer?.name === 'string'
  );
}

/** @param titles - a learner's name for people, by its name */
export function plan(diagram: IDiagram, titles: Record<string, string>, trans: TranslationBundle): IPlan {
  const members = [...diagram.members].sort((a, b) => b.weight - a.weight).slice(0, MOST_BOXES);
  const weighted = diagram.members.length > 1;
  const steps = stepBoxes(diagram, members, trans);
  const titled = (learner: string) => titles[learner] ?? learner;
  const stacks: Record<IBox['kind'], IBox[]> = {
    columns: diagram.columns.map(one => {
      const rest = one.count - one.names.length;
      const shown = one.names.join(', ') + (one.names.length && rest > 0 ? trans.__(' and %1 more', rest) : '');
      return box('columns', one.name, String(one.count), shown);
    }),
    steps: steps.map(one => one.box),
    members: members.map(one =>
      box('members', titled(one.learner), weighted ? one.weight.toFixed(2) : '', memberText(one, weighted, trans))
    ),
    answer: [...(diagram.corrections ?? []), diagram.answer].map(one => box('answer', one.name, '', one.detail))
  };
  const kinds = (Object.keys(stacks) as IBox['kind'][]).filter(kind => stacks[kind].length > 0);
  const height = Math.max(LEAST, ...kinds.map(kind => stackHeight(stacks[kind])));
  const names = {
    columns: trans.__('Columns'),
    steps: trans.__('Steps'),
    members: trans.__('Members'),
    answer: trans.__('Answer')
  };
  names.members = weighted ? trans.__('Members, weight') : trans.__('Model');
  let x = 1;
  const heads = kinds.map(kind => {
    setStack(stacks[kind], x, height, kind === 'answer');
    const head = { x, text: names[kind] };
    x += WIDTHS[kind] + GAP;
    return head;
  });
  const paths = [
    ...steps.flatMap(one => one.columns.flatMap(group => path(stacks.columns[group], one.box, 1))),
    ...steps.flatMap(one => one.members.flatMap(member => path(one.box, stacks.members[member], 1))),
    ...members.flatMap((one, i) => path(stacks.members[i], stacks.answer[0], 1 + 7 * (weighted ? one.weight : 0.15)))
  ];
  if (diagram.steps.length === 0) {
    paths.push(...members.flatMap((_, i) => stacks.columns.flatMap(group => path(group, stacks.members[i], 1))));
  }
  for (const [i, one] of stacks.answer.slice(1).entries()) {
    paths.push(downwards(stacks.answer[i], one));
  }
  const boxes = kinds.flatMap(kind => stacks[kind]);
  return { width: x - GAP + 1, height: TOP + height + 2, heads, boxes, paths, words: describe(diagram, titled, trans) };
}

interface IStepBox {
  box: IBox;
  /** Places of the groups that are read, and of the members that read it. */
  columns: number[];
  members: number[];
}

/** A box for each step; where the lines to the members would be too many, one for all that they read together. */
function stepBoxes(diagram: IDiagram, members: IDiagram['members'], trans: TranslationBundle): IStepBox[] {
  const readers = (steps: number[]) =>
    members.flatMap((one, i) => (steps.every(step => one.steps.includes(step)) ? [i] : []));
  if (members.reduce((sum, one) => sum + one.steps.length, 0) <= MOST_LINKS) {
    return diagram.steps.map(({ name, detail, columns }, i) => {
      return { box: box('steps', name, '', detail), columns: [columns], members: readers([i]) };
    });
  }
  const together = new Map(members.filter(one => one.steps.length).map(one => [one.steps.join(), one.steps]));
  return [...together].map(([key, places]) => {
    const steps = places.map(place => diagram.steps[place]);
    const lines = steps.map(one => `${diagram.columns[one.columns]?.name ?? ''}: ${one.name.toLowerCase()}`);
    const full = steps.map(one => `${one.name}: ${one.detail}`).join('; ');
    return {
      box: { ...listed('steps', trans._n('%1 step', '%1 steps', steps.length), lines), full },
      columns: [...new Set(steps.map(one => one.columns))],
      members: members.flatMap((one, i) => (one.steps.join() === key ? [i] : []))
    };
  });
}

/** The picture in a few sentences. */
function describe(diagram: IDiagram, titled: (learner: string) => string, trans: TranslationBundle): string {
  const columns = diagram.columns.map(one => `${one.name} (${one.count})`).join(', ');
  const steps = diagram.steps.map(one => `${one.name}: ${one.detail}`).join('; ');
  const members = diagram.members.map(one =>
    diagram.members.length > 1 ? `${titled(one.learner)} ${one.weight.toFixed(2)}` : titled(one.learner)
  );
  const sentences = [
    trans.__('Columns: %1.', columns),
    steps && trans.__('Steps: %1.', steps),
    trans.__('Model: %1.', members.join(', ')),
    ...(diagram.corrections ?? []).map(one => `${one.name}: ${one.detail}.`),
    trans.__('Answer: %1, %2.', diagram.answer.name, diagram.answer.detail)
  ];
  return sentences.filter(Boolean).join(' ');
}

/** What a member is made of; of several also where it stands on the leaderboard. */
function memberText(one: IDiagram['members'][number], several: boolean, trans: TranslationBundle): string {
  const known = several && one.trial !== undefined;
  return [known ? trans.__('trial %1', one.trial) : '', settingsText(one.settings)].filter(Boolean).join(', ');
}

function settingsText(settings: Record<string, unknown>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name.replace(/_/g, ' ')} ${typeof value === 'number' ? +value.toPrecision(3) : value}`)
    .join(', ');
}

function box(kind: IBox['kind'], title: string, note: string, text: string): IBox {
  return framed(kind, title, note, wrap(text, letters(kind)), `${title}: ${text}`);
}

/** A box of lines that are cut where they are too long. */
function listed(kind: IBox['kind'], title: string, all: string[]): IBox {
  const shown = all.length > MOST_STEPS ? [...all.slice(0, MOST_STEPS - 1), '…'] : all;
  const lines = shown.map(line => cut(line, letters(kind)));
  return framed(kind, title, '', lines, all.join('; '));
}

function framed(kind: IBox['kind'], title: string, note: string, lines: string[], full: string): IBox {
  const width = WIDTHS[kind];
  const fitting = Math.floor((width - (note ? 30 : 20) - 7 * note.length) / 7); // at 12 px, bold
  return { kind, x: 0, y: 0, width, height: 28 + LINE * lines.length, title: cut(title, fitting), note, lines, full };
}

/** How many letters of 11 px fit into a line. */
function letters(kind: IBox['kind']): number {
  return Math.floor((WIDTHS[kind] - 20) / 5.9);
}

/** Break a text at blanks; what is too much ends in "…". */
export function wrap(text: string, letters: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (longer.length <= letters || !line) {
      line = cut(longer, letters);
    } else {
      lines.push(line);
      line = cut(word, letters);
    }
  }
  const all = line ? [...lines, line] : lines;
  return all.length > MOST_LINES ? [...all.slice(0, MOST_LINES - 1), cut(`${all[MOST_LINES - 1]} …`, letters)] : all;
}

function cut(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1))}…`;
}

function stackHeight(boxes: IBox[]): number {
  return boxes.reduce((sum, one) => sum + one.height, 0) + SPACE * (boxes.length - 1);
}

/** Spread the boxes of a column evenly over the height; those that follow each other stand close. */
function setStack(boxes: IBox[], x: number, height: number, close: boolean): void {
  const free = (height - boxes.reduce((sum, one) => sum + one.height, 0)) / (boxes.length + 1);
  const edge = close ? (height - stackHeight(boxes)) / 2 : Math.min(free, (height - stackHeight(boxes)) / 2);
  const between = close ? SPACE : Math.max(SPACE, free);
  let y = TOP + edge;
  for (const one of boxes) {
    Object.assign(one, { x, y });
    y += one.height + between;
  }
}

function downwards(from: IBox, to: IBox): IPath {
  const x = from.x + from.width / 2;
  return { d: `M${x} ${from.y + from.height}V${to.y}`, width: 2 };
}

function path(from: IBox | undefined, to: IBox | undefined, width: number): IPath[] {
  if (!from || !to) {
    return [];
  }
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const middle = (x1 + x2) / 2;
  return [{ d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, width }];
}
