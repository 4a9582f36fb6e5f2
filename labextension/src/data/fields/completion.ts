/**
 * What an expression may go on with where the caret stands: columns, functions, words. It knows no view.
 */
export interface IKnown {
  columns: readonly { name: string; kind: string }[];
  functions: readonly { name: string; takes: string[]; gives: string }[];
}

export interface IOffer {
  label: string;
  /** What it is: a kind of column, or what a function takes and gives. */
  note: string;
  /** What is put in, and how far from its end the caret then stands. */
  text: string;
  back: number;
}

const WORDS = ['and', 'or', 'not', 'in', 'is missing', 'is not missing', 'true', 'false'];
const MOST = 12;

/** The word before the caret, and what begins like it; nothing within quotes. */
export function offers(text: string, caret: number, known: IKnown): { from: number; found: IOffer[] } {
  const before = text.slice(0, caret);
  const bare = before.replace(/'[^']*'|"[^"]*"/g, one => ' '.repeat(one.length));
  if (/['"]/.test(bare)) {
    return { from: caret, found: [] };
  }
  const ticked = /`[^`]*$/.exec(bare.replace(/`[^`]*`/g, one => ' '.repeat(one.length)));
  const word = ticked?.[0] ?? /[^\W\d]\w*$|[\p{L}_][\p{L}\p{N}_]*$/u.exec(bare)?.[0] ?? '';
  const from = caret - word.length;
  const sought = word.replace(/^`/, '').toLowerCase();
  if (!sought && !ticked) {
    return { from, found: [] };
  }
  const columns = known.columns.map(({ name, kind }) => ({ label: name, note: kind, text: written(name), back: 0 }));
  const functions = known.functions.map(({ name, takes, gives }) => ({
    label: name,
    note: `(${takes.join(', ')}) → ${gives}`,
    text: `${name}()`,
    back: 1
  }));
  const words = WORDS.map(label => ({ label, note: '', text: `${label} `, back: 0 }));
  const all = ticked ? columns : [...columns, ...functions, ...words];
  const begins = all.filter(one => one.label.toLowerCase().startsWith(sought));
  const within = all.filter(one => !begins.includes(one) && one.label.toLowerCase().includes(sought));
  const found = [...begins, ...within].slice(0, MOST);
  return { from, found: found.length === 1 && found[0].text.trim() === word ? [] : found };
}

/** A column's name as an expression has it. */
export function written(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !RESERVED.has(name) ? name : `\`${name.replace(/`/g, '``')}\``;
}

const RESERVED = new Set(['and', 'or', 'not', 'in', 'is', 'missing', 'true', 'false']);

export interface IMarked {
  sentence: string;
  /** The line of the expression, and the place in it; undefined where none is named. */
  line?: string;
  at?: number;
}

/** A sentence of the server with the place it marks. */
export function marked(message: string): IMarked {
  const [sentence, line, caret] = message.split('\n');
  const found = /^(.*?) \(at character \d+\)$/.exec(sentence);
  return found && caret !== undefined
    ? { sentence: found[1], line: line.slice(2), at: Math.max(0, caret.indexOf('^') - 2) }
    : { sentence: message };
}
