import { expect, it } from 'vitest';

import type { QualityCheck, QualityKind, Rule, RuleResult } from '../../../src/api/client';
import * as r from '../../../src/data/quality/rules';

const rule = (part: Partial<Rule>): Rule => ({
  kind: 'not_null',
  columns: ['age'],
  share: 0,
  minimum: null,
  maximum: null,
  values: [],
  pattern: null,
  days: null,
  other: null,
  key: null,
  expression: null,
  shift: 0.2,
  gaps: 0.05,
  change: 0.5,
  severity: 'warn',
  note: '',
  enabled: true,
  ...part
});
const result = (one: Rule, passed: boolean): RuleResult => ({
  rule: one,
  sentence: '',
  passed,
  failing: 0,
  share: 0,
  sample: [],
  evidence: ''
});
const check = (number: number, version: number, results: RuleResult[]) =>
  ({ number, version, ref: `people@${version}`, results }) as QualityCheck;

it('tells of a rule only what is not at its default', () => {
  expect(r.told(rule({ severity: 'block' }))).toEqual({ kind: 'not_null', columns: ['age'], severity: 'block' });
  expect(r.told(rule({ enabled: false, share: 0.1 }))).toMatchObject({ enabled: false, share: 0.1 });
});

it('knows a rule again whatever is said beside it', () => {
  const [age, city] = [rule({}), rule({ columns: ['city'] })];
  const one = check(1, 1, [result(city, true), result(age, false)]);
  expect(r.placeIn(one, rule({ severity: 'block', note: 'why' }))).toBe(1);
  expect(r.placeIn(one, rule({ share: 0.5 }))).toBe(-1);
  expect(r.placeIn(undefined, age)).toBe(-1);
});

it('says how a rule fares, and how it fared in each version', () => {
  const age = rule({});
  expect(r.stateOf(age, undefined).word).toBe('not checked');
  expect(r.stateOf(rule({ enabled: false }), result(age, false)).word).toBe('off');
  expect(r.stateOf(rule({ severity: 'block' }), result(age, false))).toEqual({ tone: 'bad', word: 'fails' });
  const history = [
    check(4, 2, [result(age, true)]),
    check(3, 2, [result(age, false)]), // checked again since
    check(2, 1, [result(age, false)]),
    check(1, 1, [result(rule({ columns: ['city'] }), true)])
  ];
  expect(r.over(history, age).map(one => [one.check.number, one.result.passed])).toEqual([
    [2, false],
    [4, true]
  ]);
  expect(r.checkOf(history, 2)?.number).toBe(4);
});

it('asks for one column where a rule is about one', () => {
  const form = { properties: { columns: { type: 'array', items: { type: 'string' }, choices: 'columns' } } };
  const kind = { kind: 'not_null', title: '', summary: '', columns: 'one', form } as unknown as QualityKind;
  expect(r.fieldsOfKind(kind)[0].editor).toBe('column');
  const value = r.formValue(r.told(rule({})), kind);
  expect(value).toEqual({ columns: 'age' });
  expect(r.ruleOf(value, kind)).toMatchObject({ kind: 'not_null', columns: ['age'] });
});
