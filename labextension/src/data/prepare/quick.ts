/**
 * What can be done with a column at once: steps that are ready, or begun for a form. It knows no view.
 */
import type { TranslationBundle } from '@jupyterlab/translation';

import { written } from '../fields/completion';
import type { Step } from './steps';

export interface IQuick {
  label: string;
  step: Step;
  /** Whether there is something left to be told. */
  form: boolean;
  /** Those of the same number stand together. */
  group: number;
}

/** @param ops - the operations there are; what needs another one is not offered */
export function quickOf(
  trans: TranslationBundle,
  { name, kind }: { name: string; kind: string },
  ops: ReadonlySet<string>
): IQuick[] {
  const said = written(name);
  const kinds = { number: trans.__('numbers'), text: trans.__('text'), date: trans.__('dates') };
  const ready = (group: number, label: string, step: Step) => ({ label, step, form: false, group });
  const begun = (group: number, label: string, step: Step) => ({ label, step, form: true, group });
  const ofKind: Record<string, IQuick[]> = {
    text: [
      ready(2, trans.__('Trim blanks'), { op: 'derive', name, value: `trim(${said})` }),
      begun(2, trans.__('Split text…'), { op: 'split_text', column: name })
    ],
    date: [begun(2, trans.__('Parts of the date…'), { op: 'date_parts', column: name })],
    number: [begun(2, trans.__('Bins…'), { op: 'bin', column: name, into: `${name}_bin` })]
  };
  const found = [
    begun(0, trans.__('Rename…'), { op: 'rename', names: { [name]: name } }),
    ...Object.entries(kinds)
      .filter(([to]) => to !== kind)
      .map(([to, word]) => ready(0, trans.__('Change the type to %1', word), { op: 'cast', column: name, to })),
    begun(1, trans.__('Fill missing values…'), { op: 'fill', names: [name] }),
    ready(1, trans.__('Drop rows where it is missing'), { op: 'filter', where: `${said} is not missing` }),
    begun(1, trans.__('Filter…'), { op: 'filter', where: `${said} ` }),
    begun(1, trans.__('Replace values…'), { op: 'replace', column: name }),
    ...(ofKind[kind] ?? []),
    begun(2, trans.__('New column from it…'), { op: 'derive', value: said }),
    ready(3, trans.__('Sort ascending'), { op: 'sort', by: [name] }),
    ready(3, trans.__('Sort descending'), { op: 'sort', by: [`-${name}`] }),
    ready(3, trans.__('Remove duplicates by it'), { op: 'distinct', names: [name] }),
    ready(4, trans.__('Drop'), { op: 'drop', names: [name] })
  ];
  return found.filter(one => ops.has(one.step.op));
}
