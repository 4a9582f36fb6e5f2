/**
 * The document that imports a file: choose it here or on the server, name it, say how to read it if need be.
 */
import { UseSignal } from '@jupyterlab/ui-components';
import React, { DragEvent, KeyboardEvent, ReactNode, useId, useRef, useState } from 'react';

import { bytes, percent } from '../shared/format';
import { SchemaForm } from '../shared/form';
import { uploadIcon } from '../shared/icons';
import { Button, Middle, Skeleton } from '../shared/parts';
import type { IStudio } from '../studio';
import type { ImportState, IProblem } from './importState';

interface IProps {
  studio: IStudio;
  state: ImportState;
}

export default function ImportDocument({ studio, state }: IProps) {
  return <UseSignal signal={state.stateChanged}>{() => <ImportForm studio={studio} state={state} />}</UseSignal>;
}

function ImportForm({ studio, state }: IProps) {
  const { trans } = studio;
  const suggestions = useId();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement && event.target.type === 'text') {
      void state.start();
    }
  };
  // no <form>: the one of the options stands inside, and forms do not nest
  return (
    <div role="form" aria-label={trans.__('Import data')} className="ls-import" onKeyDown={onKeyDown}>
      <h1>{trans.__('Import data')}</h1>
      <p className="ls-muted">
        {trans.__(
          'A CSV or Parquet file becomes a version that never changes. Its types are found; the file stays as it is.'
        )}
      </p>
      <Drop studio={studio} state={state} />
      <Field label={trans.__('or a file on the server')} field="file" problem={state.problem}>
        {props => (
          <>
            <input
              {...props}
              type="text"
              className="ls-input"
              list={suggestions}
              value={state.path}
              disabled={state.busy}
              spellCheck={false}
              placeholder={trans.__('Path as in the file browser, such as data/gapminder.csv')}
              onChange={event => state.choosePath(event.target.value)}
            />
            <datalist id={suggestions}>
              {state.suggestions.map(path => (
                <option key={path} value={path} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label={trans.__('Name')} field="name" problem={state.problem}>
        {props => (
          <input
            {...props}
            type="text"
            className="ls-input"
            value={state.name}
            disabled={state.busy}
            spellCheck={false}
            onChange={event => state.rename(event.target.value)}
          />
        )}
      </Field>
      <details
        className="ls-import-options"
        open={state.problem?.field === 'options' || undefined}
        onToggle={event => event.currentTarget.open && !state.form && void state.loadForm()}
      >
        <summary>{trans.__('How to read it')}</summary>
        <p className="ls-note">{trans.__('What is left empty is found in the file.')}</p>
        <Field field="options" problem={state.problem}>
          {() =>
            state.form ? (
              <SchemaForm
                studio={studio}
                form={state.form}
                value={state.options}
                onChange={options => state.read(options)}
                choices={async () => []}
              />
            ) : (
              <Skeleton lines={4} />
            )
          }
        </Field>
      </details>
      <Progress studio={studio} state={state} />
    </div>
  );
}

function Drop({ studio: { trans }, state }: IProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drag = (event: DragEvent, entered: boolean) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(entered);
  };
  const drop = (event: DragEvent) => {
    drag(event, false);
    const [file] = event.dataTransfer.files;
    if (file && !state.busy) {
      state.chooseFile(file);
    }
  };
  return (
    <div
      className={`ls-drop ${over ? 'ls-over' : ''}`}
      onDragEnter={event => drag(event, true)}
      onDragOver={event => drag(event, true)}
      onDragLeave={event => drag(event, false)}
      onDrop={drop}
    >
      <uploadIcon.react tag="span" width="24px" height="24px" />
      {state.file ? (
        <span>
          <b>
            <Middle text={state.file.name} max={48} />
          </b>{' '}
          <span className="ls-muted">{bytes(state.file.size)}</span>
        </span>
      ) : (
        <span>{trans.__('Drop a file of this computer here')}</span>
      )}
      <Button
        label={state.file ? trans.__('Choose another file') : trans.__('Choose a file')}
        disabled={state.busy}
        onClick={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.tsv,.txt,.gz,.parquet"
        onChange={event => {
          const [file] = event.target.files ?? [];
          event.target.value = ''; // the same file may be chosen again after it was changed
          if (file) {
            state.chooseFile(file);
          }
        }}
      />
    </div>
  );
}

function Progress({ studio: { trans }, state }: IProps) {
  if (state.progress === null) {
    return (
      <div className="ls-import-actions">
        <Button label={trans.__('Import')} icon={uploadIcon} main onClick={() => void state.start()} />
      </div>
    );
  }
  const reading = state.progress === 1;
  const label = reading ? trans.__('Reading the file…') : trans.__('Uploading, %1', percent(state.progress));
  return (
    <div className="ls-import-actions" role="status">
      <progress aria-label={label} value={reading || !state.file ? undefined : state.progress} />
      <span>{state.file ? label : trans.__('Reading the file…')}</span>
      {!reading && state.file && <Button label={trans.__('Cancel')} onClick={() => state.cancel()} />}
    </div>
  );
}

interface IField {
  label?: string;
  field: IProblem['field'];
  problem: IProblem | null;
  children: (props: { id: string; 'aria-invalid': boolean; 'aria-describedby'?: string }) => ReactNode;
}

function Field({ label, field, problem, children }: IField) {
  const id = useId();
  const wrong = problem?.field === field ? problem.error : null;
  return (
    <div className="ls-import-field">
      {label && <label htmlFor={id}>{label}</label>}
      {children({ id, 'aria-invalid': !!wrong, 'aria-describedby': wrong ? `${id}-wrong` : undefined })}
      {wrong && (
        <p className="ls-wrong" role="alert" id={`${id}-wrong`}>
          {wrong.message}
        </p>
      )}
    </div>
  );
}
