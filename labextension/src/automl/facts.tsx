/**
 * What is known of a run's data before it starts: rows, columns by type, the target.
 */
import React, { ReactElement, ReactNode } from 'react';

import type { Check } from '../api/client';
import { number, percent } from '../shared/format';
import { Facts } from '../shared/parts';
import type { IStudio } from '../studio';
import { taskName } from './words';

const SHOWN = 6; // classes that are named

export function DataFacts({ studio, check }: { studio: IStudio; check: Check }): ReactElement {
  const { trans } = studio;
  const types = Object.entries(check.features).filter(([, count]) => count > 0);
  const rows: [string, ReactNode][] = [
    [trans.__('Task'), taskName(check.task, trans)],
    [trans.__('Optimised'), check.metric_title],
    [trans.__('Rows'), number(check.rows)],
    [trans.__('Columns used'), number(types.reduce((sum, [, count]) => sum + count, 0))],
    ...types.map(([type, count]): [string, ReactNode] => [typeName(type, studio), number(count)]),
    ...check.classes
      .slice(0, SHOWN)
      .map(([name, share]): [string, ReactNode] => [trans.__('Class %1', name), percent(share)]),
    ...spread(check, studio)
  ];
  const more = (check.target.classes ?? 0) - check.classes.slice(0, SHOWN).length;
  return (
    <>
      <Facts rows={rows} />
      {more > 0 && <p className="ls-note">{trans.__('and %1 more classes', number(more))}</p>}
      {check.sampled && (
        <p className="ls-note">{trans.__('Shares and guardrails are those of a sample of the rows.')}</p>
      )}
    </>
  );
}

/** Where the values of a regression's target lie. */
function spread({ target }: Check, { trans }: IStudio): [string, ReactNode][] {
  return target.median === undefined
    ? []
    : [
        [trans.__('Target mean'), number(target.mean)],
        [trans.__('Target range'), `${number(target.minimum)} – ${number(target.maximum)}`]
      ];
}

/** A type of columns, for several of them. */
export function typeName(type: string, { trans }: IStudio): string {
  const names: Record<string, string> = {
    number: trans.__('Numbers'),
    integer: trans.__('Whole numbers'),
    boolean: trans.__('Yes or no'),
    category: trans.__('Categories'),
    high_cardinality: trans.__('Categories of many values'),
    text: trans.__('Texts'),
    datetime: trans.__('Dates'),
    id: trans.__('Ids'),
    constant: trans.__('Constants')
  };
  return names[type] ?? type;
}
