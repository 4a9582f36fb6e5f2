/**
 * The steps of a recipe as a list that is changed: added to, edited, moved, switched off. It knows no server.
 */
import { empty, fieldsOf, IField, ISchema, unfilled, Values } from '../fields/describe';

/** A step as the server is told: its operation and what that is told. */
export type Step = { op: string; enabled?: boolean; note?: string } & Values;

/** A step with a number of its own, which it keeps wherever it is moved. */
export interface IPlaced {
  id: number;
  step: Step;
}

export type Steps = readonly IPlaced[];

/** One operation of the menu. */
export interface IOperation {
  op: string;
  title: string;
  group: string;
  help: string;
  fields: IField[];
}

export function operationOf({ form, ...told }: Omit<IOperation, 'fields'> & { form: unknown }): IOperation {
  return { ...told, fields: fieldsOf(form as ISchema) };
}

let numbers = 0;

export function placed(step: Step): IPlaced {
  return { id: ++numbers, step };
}

export function insert(steps: Steps, at: number, one: IPlaced): Steps {
  return [...steps.slice(0, at), one, ...steps.slice(at)];
}

export function change(steps: Steps, id: number, part: { enabled?: boolean; note?: string }): Steps {
  return steps.map(one => (one.id === id ? { id, step: tidy({ ...one.step, ...part }) } : one));
}

/** Put other values in the place of all that a step was told. */
export function retell(steps: Steps, id: number, values: Values): Steps {
  return steps.map(one => {
    const { op, enabled, note } = one.step;
    return one.id === id ? { id, step: tidy({ ...values, op, enabled, note }) } : one;
  });
}

export function without(steps: Steps, id: number): Steps {
  return steps.filter(one => one.id !== id);
}

/** The same steps with one of them at another place, counted without it. */
export function moved(steps: Steps, id: number, to: number): Steps {
  const one = steps.find(other => other.id === id);
  const rest = without(steps, id);
  return one ? insert(rest, Math.max(0, Math.min(rest.length, to)), one) : steps;
}

export function duplicated(steps: Steps, id: number): Steps {
  const at = steps.findIndex(one => one.id === id);
  return at < 0 ? steps : insert(steps, at + 1, placed({ ...steps[at].step }));
}

/** What a step is told, without what every step has. */
export function argumentsOf(step: Step): Values {
  return Object.fromEntries(Object.entries(step).filter(([name]) => !['op', 'enabled', 'note'].includes(name)));
}

/** What still has to be told to a step before it can be done. */
export function wanting(step: Step, operation: IOperation | undefined): IField[] {
  return operation ? unfilled(operation.fields, argumentsOf(step)) : [];
}

/** What a step is told, in a line. */
export function summary(step: Step): string {
  return Object.values(argumentsOf(step))
    .filter(value => !empty(value))
    .map(said)
    .filter(Boolean)
    .join(' · ');
}

function said(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map(said).join(', ');
  }
  if (typeof value === 'object' && value !== null) {
    const { name, function: how, column } = value as Values;
    const pairs = Object.entries(value).map(([from, to]) => `${from} → ${said(to)}`);
    return how && name ? `${name} = ${how}(${column ?? ''})` : pairs.join(', ');
  }
  return value === false ? '' : String(value);
}

function tidy({ enabled, note, ...rest }: Step): Step {
  return { ...rest, ...(enabled === false ? { enabled } : {}), ...(note ? { note } : {}) };
}
