/**
 * The form of one step, over the columns that it is given.
 */
import React, { useEffect, useRef } from 'react';

import type { IStudio } from '../../studio';
import { Fields } from '../fields/fields';
import type { PrepareModel } from './model';
import { argumentsOf, IOperation, IPlaced } from './steps';

interface IProps {
  studio: IStudio;
  model: PrepareModel;
  one: IPlaced;
  operation: IOperation;
  error?: string;
}

export function StepForm({ studio: { trans }, model, one, operation, error }: IProps) {
  const { id, step } = one;
  const form = useRef<HTMLDivElement>(null);
  const values = argumentsOf(step);
  const columns = model.before.state.value?.columns ?? [];
  const there = columns.length > 0;
  // a step that was just added is told at once; one that is looked at leaves the focus on its row
  useEffect(() => {
    if (!form.current!.closest('.ls-step')!.contains(document.activeElement)) {
      form.current!.querySelector<HTMLElement>('input, select, textarea')?.focus();
    }
  }, [there]);
  return (
    <div
      className="ls-step-form"
      ref={form}
      role="group"
      aria-label={trans.__('%1: what it is told', operation.title)}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          const open = form.current!.closest('.ls-step')!.querySelector<HTMLElement>('.ls-step-open')!;
          open.focus();
          model.edit(null);
        }
      }}
    >
      <p className="ls-note">{operation.help}</p>
      <Fields
        fields={operation.fields}
        value={values}
        table={{ columns, functions: model.functions, assets: model.assets }}
        error={error}
        onChange={(next, field) => model.tell(id, next, field)}
      />
    </div>
  );
}
