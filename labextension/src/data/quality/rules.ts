/**
 * Rules of an asset beside what the newest check of a version found. It knows no server.
 */
import type { QualityCheck, QualityKind, Rule, RuleResult } from '../../api/client';
import type { Tone } from '../../studio';
import { fieldsOf, IField, ISchema, Values } from '../fields/describe';

export interface IState {
  tone: Tone;
  word: 'holds' | 'fails' | 'warns' | 'off' | 'not checked';
}

/** What a rule says, without what is at its default: the same for the same rule. */
export function told(rule: Rule): Values {
  const plain: Values = { share: 0, shift: 0.2, gaps: 0.05, change: 0.5, enabled: true, severity: 'warn' };
  return Object.fromEntries(
    Object.entries(rule).filter(([name, value]) => {
      const empty = value === null || value === '' || (Array.isArray(value) && !value.length);
      return !empty && value !== plain[name];
    })
  );
}

/** What tells whether two rules ask the same, whatever is said beside it. */
export function keyOf(rule: Rule): string {
  const asked = Object.entries(told(rule)).filter(([name]) => !['note', 'severity', 'enabled'].includes(name));
  return JSON.stringify(asked.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where a rule stands in a check, or -1. */
export function placeIn(check: QualityCheck | undefined, rule: Rule): number {
  const key = keyOf(rule);
  return check?.results.findIndex(one => keyOf(one.rule) === key) ?? -1;
}

export function stateOf(rule: Rule, result: RuleResult | undefined): IState {
  if (!rule.enabled) {
    return { tone: 'plain', word: 'off' };
  }
  if (!result) {
    return { tone: 'plain', word: 'not checked' };
  }
  if (result.passed) {
    return { tone: 'ok', word: 'holds' };
  }
  return rule.severity === 'block' ? { tone: 'bad', word: 'fails' } : { tone: 'warn', word: 'warns' };
}

/** The newest check of a version. */
export function checkOf(history: readonly QualityCheck[], version: number): QualityCheck | undefined {
  return history.find(one => one.version === version);
}

/** What became of a rule in the newest check of each version, the oldest first. */
export function over(history: readonly QualityCheck[], rule: Rule): { check: QualityCheck; result: RuleResult }[] {
  const newest = new Map<number, QualityCheck>();
  history.forEach(one => newest.has(one.version) || newest.set(one.version, one));
  return [...newest.values()]
    .sort((a, b) => a.version - b.version)
    .map(check => ({ check, result: check.results[placeIn(check, rule)] }))
    .filter(one => one.result !== undefined);
}

/** The fields of a kind; where a rule is about one column, that is one choice. */
export function fieldsOfKind(kind: QualityKind): IField[] {
  return fieldsOf(kind.form as ISchema).map(field =>
    field.name === 'columns' && kind.columns === 'one' ? { ...field, label: 'Column', editor: 'column' } : field
  );
}

/** A rule as its form holds it, and back. */
export function formValue(rule: Values, kind: QualityKind): Values {
  const rest = Object.fromEntries(Object.entries(rule).filter(([name]) => name !== 'kind'));
  return kind.columns === 'one' ? { ...rest, columns: (rule.columns as string[] | undefined)?.[0] } : rest;
}

export function ruleOf(value: Values, kind: QualityKind): Rule {
  const { columns } = value;
  const named = kind.columns === 'one' ? { columns: columns === undefined ? [] : [columns] } : {};
  return { ...value, ...named, kind: kind.kind } as unknown as Rule;
}
