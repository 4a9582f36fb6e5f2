/**
 * The form of a new run: the four things that matter first, the rest folded, what the check says beside it.
 */
import { HTMLSelect } from '@jupyterlab/ui-components';
import React, { ReactElement, useEffect, useId, useMemo, useReducer } from 'react';

import { useFetched } from '../shared/fetched';
import { duration } from '../shared/format';
import { runIcon } from '../shared/icons';
import { Button, Card, Chip, Empty, Failed, Skeleton, StateView } from '../shared/parts';
import { SchemaForm } from '../shared/form';
import { Budget } from './budget';
import { ColumnPicker } from './columnPicker';
import type { Draft, Settings } from './draft';
import { DataFacts } from './facts';
import { Guardrails } from './guardrails';
import { taskName } from './words';

const TASKS = ['binary', 'multiclass', 'regression'];

export function NewRunView({ draft }: { draft: Draft }): ReactElement {
  const { studio } = draft;
  const { trans } = studio;
  useDraft(draft);
  const assets = useFetched(draft.assets);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      void startRun(draft);
    }
  };
  return (
    <StateView state={assets} retry={() => void draft.assets.refresh()}>
      {found =>
        found.length === 0 ? (
          <Empty
            text={trans.__('There is no data to learn from yet.')}
            action={<Button label={trans.__('Import data')} main onClick={() => studio.open('import:')} />}
          />
        ) : (
          <div className="ls-NewRun" onKeyDown={onKeyDown}>
            <div className="ls-NewRun-form">
              <h1>{trans.__('New AutoML run')}</h1>
              <First
                draft={draft}
                refs={refs(
                  found.map(one => one.ref),
                  draft.data
                )}
              />
              <Rest draft={draft} />
            </div>
            <aside aria-label={trans.__('What the run will do')} aria-live="polite">
              <Preview draft={draft} />
            </aside>
          </div>
        )
      }
    </StateView>
  );
}

export function NewRunToolbar({ draft }: { draft: Draft }): ReactElement {
  const { trans } = draft.studio;
  useDraft(draft);
  return (
    <Button
      label={draft.starting ? trans.__('Starting …') : trans.__('Start')}
      title={trans.__('Start the run (Ctrl+Enter)')}
      icon={runIcon}
      main
      disabled={!draft.ready}
      onClick={() => void startRun(draft)}
    />
  );
}

/** Start the run and show it in place of the form. */
async function startRun(draft: Draft): Promise<void> {
  const { studio } = draft;
  const form = studio.app.shell.currentWidget;
  const run = await draft.start();
  if (run) {
    studio.open(run.subject);
    form?.close();
  }
}

/** Data, target, task and time. */
function First({ draft, refs }: { draft: Draft; refs: string[] }): ReactElement {
  const { studio, settings } = draft;
  const { trans } = studio;
  const guess = draft.checked.kind === 'ready' ? draft.checked.check.task : '';
  const task = String(settings.task ?? 'auto');
  return (
    <>
      <Field draft={draft} name="data" label={trans.__('Data')}>
        {id => (
          <HTMLSelect id={id} value={draft.data} onChange={event => draft.set({ data: event.target.value })}>
            {!draft.data && <option value="">{trans.__('Choose data')}</option>}
            {refs.map(ref => (
              <option key={ref}>{ref}</option>
            ))}
          </HTMLSelect>
        )}
      </Field>
      <Field
        draft={draft}
        name="target"
        label={trans.__('Target')}
        help={
          draft.guessed && draft.target ? trans.__('A guess: the last column. Choose what is to be predicted.') : ''
        }
      >
        {(id, help) => (
          <ColumnPicker
            studio={studio}
            id={id}
            columns={draft.columns}
            value={draft.target}
            invalid={problem(draft, 'target') !== ''}
            describedBy={help}
            onChange={target => draft.set({ target })}
          />
        )}
      </Field>
      <Field draft={draft} name="task" label={trans.__('Task')}>
        {id => (
          <HTMLSelect id={id} value={task} onChange={event => draft.set({ task: event.target.value })}>
            <option value="auto">
              {guess && task === 'auto'
                ? trans.__('%1, guessed from the values', taskName(guess, trans))
                : trans.__('Guess from the values')}
            </option>
            {TASKS.map(one => (
              <option key={one} value={one}>
                {taskName(one, trans)}
              </option>
            ))}
          </HTMLSelect>
        )}
      </Field>
      <Field draft={draft} name="budget" label={trans.__('Time budget')} help={budgetHint(draft)} group>
        {() => (
          <Budget
            key={String(draft.columns === undefined)} // anew when a run's settings have come
            studio={studio}
            value={(settings.budget as number | null) ?? null}
            unlimited={Boolean(settings.trials)}
            onChange={budget => draft.set({ budget })}
          />
        )}
      </Field>
    </>
  );
}

interface IField {
  draft: Draft;
  name: string;
  label: string;
  help?: string;
  /** Several controls: a label of its own would name only one. */
  group?: boolean;
  children: (id: string, help: string | undefined) => ReactElement;
}

function Field({ draft, name, label, help, group, children }: IField): ReactElement {
  const id = useId();
  const wrong = problem(draft, name);
  const described = wrong || help ? `${id}-help` : undefined;
  return (
    <div className="ls-NewRun-field">
      {group ? <span>{label}</span> : <label htmlFor={id}>{label}</label>}
      <div>
        {children(id, described)}
        {(wrong || help) && (
          <p id={described} className={wrong ? 'ls-wrong' : 'ls-note'} role={wrong ? 'alert' : undefined}>
            {wrong || help}
          </p>
        )}
      </div>
    </div>
  );
}

/** All other settings, as their schema says; folded in groups. */
function Rest({ draft }: { draft: Draft }): ReactElement {
  const state = useFetched(draft.form);
  const form = 'value' in state ? state.value : undefined;
  const folded = useMemo(() => form && { ...form, first: [] }, [form]);
  if (!folded) {
    return state.kind === 'failed' ? (
      <Failed error={state.error} retry={() => void draft.form.refresh()} />
    ) : (
      <Skeleton lines={1} />
    );
  }
  const names = folded.groups.flatMap(group => group.fields);
  const wrong = draft.checked.kind === 'failed' && names.includes(draft.checked.field) ? draft.checked : null;
  return (
    <>
      {wrong && (
        <p className="ls-wrong" role="alert">
          {wrong.field}: {wrong.message}
        </p>
      )}
      <SchemaForm
        studio={draft.studio}
        form={folded}
        value={draft.settings}
        onChange={(told: Settings) => draft.set(Object.fromEntries(names.map(name => [name, told[name]])))}
        choices={source => (source.startsWith('columns') ? draft.columnNames() : draft.assetRefs())}
      />
    </>
  );
}

/** What the run will do, as the check says. */
function Preview({ draft }: { draft: Draft }): ReactElement {
  const { studio, checked } = draft;
  const { trans } = studio;
  const title = trans.__('What the run will do');
  if (checked.kind === 'asking') {
    return (
      <Card title={title}>
        <Skeleton lines={8} />
      </Card>
    );
  }
  if (checked.kind === 'ready') {
    return (
      <>
        <Card title={title}>
          <DataFacts studio={studio} check={checked.check} />
        </Card>
        <Guardrails studio={studio} guardrails={checked.check.guardrails} onFix={fix => draft.mend(fix)} />
      </>
    );
  }
  return (
    <Card title={title}>
      {checked.kind === 'failed' ? (
        <Chip tone="bad" label={trans.__('It cannot start like this: see the field in question.')} />
      ) : (
        <Empty
          text={trans.__('Choose data and target: then this says what the run will do, and what to look at first.')}
        />
      )}
    </Card>
  );
}

function problem({ checked }: Draft, field: string): string {
  return checked.kind === 'failed' && checked.field === field ? checked.message : '';
}

/** That more time would let more folds be used. */
function budgetHint({ studio, settings, checked }: Draft): string {
  const wanted = checked.kind === 'ready' ? checked.check.budget : 0;
  return typeof settings.budget === 'number' && settings.budget < wanted
    ? studio.trans.__('With %1 or more, every candidate is judged on five folds.', duration(wanted))
    : '';
}

/** The data to choose from; the one that is set may be older than those. */
function refs(known: string[], data: string): string[] {
  return !data || known.includes(data) ? known : [data, ...known];
}

function useDraft(draft: Draft): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    draft.changed.connect(draw);
    return () => {
      draft.changed.disconnect(draw);
    };
  }, [draft]);
}
