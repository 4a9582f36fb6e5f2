/**
 * Prepare: the steps of a recipe beside the table they make, on a sample; then on all rows.
 */
import { redoIcon, undoIcon } from '@jupyterlab/ui-components';
import React, { KeyboardEvent, useEffect, useReducer, useRef, useState } from 'react';

import type { AssetDetail } from '../../api/client';
import { percent } from '../../shared/format';
import { runIcon, stopIcon } from '../../shared/icons';
import { Button, Chip, Failed } from '../../shared/parts';
import type { IStudio } from '../../studio';
import type { AssetView } from '../view';
import { AddStep } from './addStep';
import { Code } from './code';
import { PrepareModel } from './model';
import { Sample } from './sample';
import { StepList } from './stepList';

interface IProps {
  studio: IStudio;
  asset: AssetDetail;
  view: AssetView;
  /** Work on a recipe over an asset. */
  onRecipe: (input: string, recipe: { name: string; steps: readonly object[] }) => void;
}

export default function Prepare({ studio, asset, view, onRecipe }: IProps) {
  const { trans } = studio;
  const model = (view.prepare ??= new PrepareModel(studio, asset.ref));
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const [code, setCode] = useState(false);
  useEffect(() => {
    const take = () => {
      if (view.wanted) {
        model.load(view.wanted);
        view.wanted = null;
      }
    };
    take();
    view.changed.connect(take);
    model.changed.connect(redraw);
    redraw();
    return () => {
      view.changed.disconnect(take);
      model.changed.disconnect(redraw);
    };
  }, [model, view]);
  useEffect(() => model.over(asset.ref), [asset.ref, model]);
  const onKeyDown = (event: KeyboardEvent) => {
    const typing = (event.target as HTMLElement).matches('input:not([type=checkbox]), textarea');
    const key = event.key.toLowerCase();
    if (typing || !(event.ctrlKey || event.metaKey) || !['z', 'y'].includes(key)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    key === 'y' || event.shiftKey ? model.redo() : model.undo();
  };
  const add = (op: string) => model.add({ op });
  const empty = model.steps.length === 0;
  return (
    <section className="ls-prepare" aria-label={trans.__('Prepare')} onKeyDown={onKeyDown}>
      <Origin studio={studio} asset={asset} onRecipe={onRecipe} />
      <Bar studio={studio} model={model} code={code} onCode={setCode} />
      <Run studio={studio} model={model} />
      <div className="ls-prepare-work">
        <div className="ls-prepare-side">
          {model.broken && <Failed error={model.broken} retry={() => void model.begin()} />}
          <StepList studio={studio} model={model} />
          {empty && (
            <p className="ls-note">
              {trans.__(
                'No steps yet. Add one here, or click the name of a column in the table for what can be done with it. The data itself stays as it is: a run makes a new version.'
              )}
            </p>
          )}
          <AddStep studio={studio} operations={model.operations} main={empty} onAdd={add} />
        </div>
        <div className="ls-prepare-main">
          {code && !empty ? <Code studio={studio} model={model} /> : <Sample studio={studio} model={model} />}
        </div>
      </div>
    </section>
  );
}

interface IBar {
  studio: IStudio;
  model: PrepareModel;
  code: boolean;
  onCode: (on: boolean) => void;
}

function Bar({ studio, model, code, onCode }: IBar) {
  const { trans } = studio;
  const words = {
    new: '',
    saving: trans.__('saving…'),
    saved: trans.__('saved'),
    failed: trans.__('not saved')
  };
  return (
    <div className="ls-prepare-bar">
      <label className="ls-prepare-name">
        <span>{trans.__('Makes')}</span>
        <Name label={trans.__('Data asset that is made')} value={model.name} onChange={name => model.rename(name)} />
      </label>
      <Recipes studio={studio} model={model} />
      <span className="ls-note" role="status">
        {model.saved === 'failed' ? (
          <Chip tone="bad" label={`${words.failed}: ${model.problem}`} />
        ) : (
          words[model.saved]
        )}
      </span>
      <span className="ls-grow" />
      <Button bare label={trans.__('Undo')} icon={undoIcon} disabled={!model.canUndo} onClick={() => model.undo()} />
      <Button bare label={trans.__('Redo')} icon={redoIcon} disabled={!model.canRedo} onClick={() => model.redo()} />
      <button className="ls-link" aria-pressed={code} disabled={!model.steps.length} onClick={() => onCode(!code)}>
        {code ? trans.__('Show the table') : trans.__('Show as code')}
      </button>
      <Button
        main={model.steps.length > 0}
        label={trans.__('Run on all rows')}
        icon={runIcon}
        disabled={!model.whole || model.running.going}
        onClick={() => void model.run()}
      />
    </div>
  );
}

/** The name is told when it is whole: with Enter, or when the field is left. */
function Name({ label, value, onChange }: { label: string; value: string; onChange: (name: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <input
      className="ls-input"
      aria-label={label}
      spellCheck={false}
      value={text}
      onChange={event => setText(event.target.value)}
      onBlur={() => (text.trim() ? onChange(text.trim()) : setText(value))}
      onKeyDown={event => {
        if (event.key === 'Enter') {
          onChange(text.trim());
        } else if (event.key === 'Escape') {
          setText(value);
        }
      }}
    />
  );
}

const NEW = '\0new'; // no asset is called so

/** Other recipes over the same asset. */
function Recipes({ studio: { trans }, model }: { studio: IStudio; model: PrepareModel }) {
  const { others, name } = model;
  if (!others.length) {
    return null;
  }
  const here = others.some(one => one.name === name);
  return (
    <select
      className="ls-input"
      aria-label={trans.__('Recipe')}
      value={here ? name : ''}
      onChange={({ target: { value } }) => {
        const found = others.find(one => one.name === value);
        found ? model.load(found) : value === NEW && model.fresh();
      }}
    >
      {!here && <option value="">{trans.__('A new recipe')}</option>}
      {others.map(one => (
        <option key={one.name} value={one.name}>
          {trans._n('%2, %1 step', '%2, %1 steps', one.steps.length, one.name)}
        </option>
      ))}
      {here && <option value={NEW}>{trans.__('New recipe…')}</option>}
    </select>
  );
}

/** How the run goes, and what it made. */
function Run({ studio, model }: { studio: IStudio; model: PrepareModel }) {
  const { trans } = studio;
  const { running } = model;
  const { job, made } = running;
  const told = useRef('');
  useEffect(() => {
    if (made && told.current !== made) {
      told.current = made;
      studio.open(`data:${made}`);
    }
  }, [made]);
  if (!job) {
    return null;
  }
  return (
    <div className="ls-prepare-run" role="status">
      {running.going ? (
        <>
          <Chip tone="run" label={job.state === 'queued' ? trans.__('waiting') : trans.__('running')} />
          <span>{trans.__('The recipe runs on all rows of %1.', model.input)}</span>
          <progress aria-label={trans.__('Progress')} value={running.share ?? undefined} />
          {running.share !== null && <span className="ls-note">{percent(running.share)}</span>}
          <Button label={trans.__('Cancel')} icon={stopIcon} onClick={() => void running.cancel().catch(studio.fail)} />
        </>
      ) : made ? (
        <>
          <Chip tone="ok" label={trans.__('done')} />
          <button className="ls-link" onClick={() => studio.open(`data:${made}`)}>
            {trans.__('Open %1', made)}
          </button>
        </>
      ) : (
        <>
          <Chip tone={job.state === 'failed' ? 'bad' : 'warn'} label={trans.__(job.state)} />
          <span>{job.error || trans.__('Nothing was made.')}</span>
        </>
      )}
      {!running.going && (
        <button className="ls-link" onClick={() => running.forget()}>
          {trans.__('Close')}
        </button>
      )}
    </div>
  );
}

/** Where a prepared version is from, and the way back to its recipe. */
function Origin({ studio, asset, onRecipe }: Omit<IProps, 'view'>) {
  const { trans } = studio;
  const { kind, input, steps } = (asset.origin ?? {}) as { kind?: string; input?: string; steps?: object[] };
  if (kind !== 'recipe' || !input || !steps) {
    return null;
  }
  const source = input.replace(/@.*$/, '');
  return (
    <div className="ls-prepare-origin">
      <span>
        {trans._n(
          '%2 was prepared from %3 by %1 step.',
          '%2 was prepared from %3 by %1 steps.',
          steps.length,
          asset.ref,
          input
        )}
      </span>
      <Button label={trans.__('Open the recipe')} onClick={() => onRecipe(input, { name: asset.name, steps })} />
      <Button
        plain
        label={trans.__('Replay it on the newest %1', source)}
        onClick={() => onRecipe(source, { name: asset.name, steps })}
      />
    </div>
  );
}
