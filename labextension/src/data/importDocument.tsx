/**
 * The document that imports something: choose it, see what would be read, say otherwise where need be, keep it.
 */
import { UseSignal } from '@jupyterlab/ui-components';
import React, { DragEvent, KeyboardEvent, ReactNode, useId, useRef, useState } from 'react';

import type { Look } from '../api/client';
import { bytes, number, percent } from '../shared/format';
import { closeIcon, dataIcon, uploadIcon } from '../shared/icons';
import { useLatest } from '../shared/latest';
import { Button, Empty, Failed, Middle, Skeleton } from '../shared/parts';
import type { IStudio } from '../studio';
import { Controls } from './importControls';
import { LookAtContent, LookTable } from './importPreview';
import type { ImportState, IProblem } from './importState';
import { Warnings } from './importWarnings';

interface IProps {
  studio: IStudio;
  state: ImportState;
}

export default function ImportDocument({ studio, state }: IProps) {
  return <UseSignal signal={state.stateChanged}>{() => <ImportForm studio={studio} state={state} />}</UseSignal>;
}

function ImportForm({ studio, state }: IProps) {
  const { trans } = studio;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      void state.start();
    }
  };
  const from = state.chosen || state.file;
  const title = state.into ? trans.__('Append to %1', state.into) : trans.__('Import data');
  return (
    <div role="form" aria-label={title} className="ls-import" onKeyDown={onKeyDown}>
      <header className="ls-import-head">
        <h1>{title}</h1>
        <p className="ls-muted">
          {state.into
            ? trans.__('Rows stand below the newest ones, files lie beside them; that is a new version.')
            : trans.__('It becomes a version that never changes. How it is read is found; the file stays as it is.')}
        </p>
      </header>
      <Source studio={studio} state={state} />
      {from && (
        <div className="ls-import-name">
          {!state.into && (
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
                  onKeyDown={event => event.key === 'Enter' && void state.start()}
                />
              )}
            </Field>
          )}
          <Doing studio={studio} state={state} />
        </div>
      )}
      {state.problem?.field === 'options' && <Failed error={state.problem.error} />}
      {from && state.progress === null && <Looked studio={studio} state={state} />}
    </div>
  );
}

/** How it is read at the left, what is read at the right. */
function Looked({ studio, state }: IProps) {
  const { trans } = studio;
  const { value, error, pending } = useLatest(state.look);
  if (!value) {
    return error ? (
      <>
        <Failed error={error} retry={() => state.again()} />
        <Controls studio={studio} state={state} look={null} />
      </>
    ) : pending ? (
      <Skeleton lines={8} />
    ) : (
      <Empty text={trans.__('Write the path of a file to see it here.')} />
    );
  }
  return (
    <div className="ls-import-look">
      <Controls studio={studio} state={state} look={value} />
      <section className="ls-import-shown" aria-label={trans.__('Preview')} aria-busy={pending}>
        <div className="ls-import-status">
          <h2>{trans.__('Preview')}</h2>
          <span className="ls-note" role="status">
            {pending ? trans.__('reading…') : shape(studio, value)}
          </span>
        </div>
        {error && <Failed error={error} retry={() => state.again()} />}
        <Warnings studio={studio} state={state} look={value} />
        {value.content ? (
          <LookAtContent studio={studio} content={value.content} />
        ) : (
          <LookTable studio={studio} state={state} look={value} />
        )}
      </section>
    </div>
  );
}

function shape({ trans }: IStudio, { content, values, fields }: Look): string {
  if (!content) {
    const columns = trans._n('%2 column', '%2 columns', fields.length, number(fields.length));
    return trans.__('the first %1 rows, %2', number(values[0]?.length ?? 0), columns);
  }
  const files = content.files === 1 ? '' : trans.__('%1 files', number(content.files));
  return [files, content.media, bytes(content.size)].filter(Boolean).join(', ');
}

/** What is imported: a large place to drop something, then one line that says what it is. */
function Source({ studio, state }: IProps) {
  const { trans } = studio;
  const suggestions = useId();
  if (state.store) {
    return (
      <p className="ls-import-source">
        <dataIcon.react tag="span" className="ls-icon" />
        <b>{state.store}</b>
        <code className="ls-cut" title={state.query || state.path}>
          {state.query || state.path}
        </code>
      </p>
    );
  }
  return (
    <div className={state.chosen || state.file ? 'ls-import-from' : 'ls-import-choice'}>
      <Drop studio={studio} state={state} />
      {!state.file && (
        <Field
          label={state.chosen ? trans.__('On the server') : trans.__('or a file or folder on the server')}
          field="file"
          problem={state.problem}
        >
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
      )}
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
      void state.chooseFile(file);
    }
  };
  const small = state.file !== null || state.chosen;
  return (
    <div
      className={`ls-drop ${over ? 'ls-over' : ''} ${small ? 'ls-mod-small' : ''}`}
      onDragEnter={event => drag(event, true)}
      onDragOver={event => drag(event, true)}
      onDragLeave={event => drag(event, false)}
      onDrop={drop}
    >
      <uploadIcon.react tag="span" className="ls-icon" />
      {state.file ? (
        <span>
          <b>
            <Middle text={state.file.name} max={48} />
          </b>{' '}
          <span className="ls-muted">{bytes(state.file.size)}</span>
        </span>
      ) : (
        !small && <span>{trans.__('Drop a table, or any other file of this computer, here')}</span>
      )}
      {state.progress !== null ? (
        <span className="ls-import-upload" role="status">
          <progress aria-label={trans.__('Uploading')} value={state.progress} />
          {trans.__('Uploading, %1', percent(state.progress))}
          <Button label={trans.__('Cancel')} onClick={() => state.cancel()} />
        </span>
      ) : (
        <Button
          label={state.file ? trans.__('Choose another file') : trans.__('Choose a file of this computer')}
          disabled={state.busy}
          onClick={() => input.current?.click()}
        />
      )}
      {state.file && state.progress === null && (
        <Button bare label={trans.__('Put the file away')} icon={closeIcon} onClick={() => state.cancel()} />
      )}
      <input
        ref={input}
        type="file"
        hidden
        aria-label={trans.__('File of this computer')}
        onChange={event => {
          const [file] = event.target.files ?? [];
          event.target.value = ''; // the same file may be chosen again after it was changed
          if (file) {
            void state.chooseFile(file);
          }
        }}
      />
    </div>
  );
}

function Doing({ studio: { trans }, state }: IProps) {
  if (!state.adding) {
    return (
      <Button
        label={state.into ? trans.__('Append') : trans.__('Import')}
        icon={uploadIcon}
        main
        disabled={state.progress !== null}
        title={state.into ? trans.__('Append (Ctrl Enter)') : trans.__('Import (Ctrl Enter)')}
        onClick={() => void state.start()}
      />
    );
  }
  return (
    <span className="ls-import-upload" role="status">
      <progress aria-label={trans.__('Reading all of it')} />
      {trans.__('Reading all of it…')}
    </span>
  );
}

interface IField {
  label: string;
  field: IProblem['field'];
  problem: IProblem | null;
  children: (props: { id: string; 'aria-invalid': boolean; 'aria-describedby'?: string }) => ReactNode;
}

function Field({ label, field, problem, children }: IField) {
  const id = useId();
  const wrong = problem?.field === field ? problem.error : null;
  return (
    <div className="ls-import-field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-invalid': !!wrong, 'aria-describedby': wrong ? `${id}-wrong` : undefined })}
      {wrong && (
        <p className="ls-wrong" role="alert" id={`${id}-wrong`}>
          {wrong.message}
        </p>
      )}
    </div>
  );
}
