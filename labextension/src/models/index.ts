/**
 * The models panel: a section of registered models, and the documents of their versions.
 */
import { launchIcon } from '@jupyterlab/ui-components';
import React, { lazy, Suspense } from 'react';

import { get, RegisteredModel } from '../api/client';
import { Fetched } from '../shared/fetched';
import { ago, exact } from '../shared/format';
import { cellIcon, downloadIcon, modelIcon } from '../shared/icons';
import { Button, Skeleton } from '../shared/parts';
import type { IContent, IItem, IPanel, IStudio } from '../studio';
import { save } from './file';

const ModelDocument = lazy(() => import('./modelDocument'));

export function modelsPanel(studio: IStudio): IPanel {
  const { trans } = studio;
  const items = new Fetched(async signal => {
    const models = await get('/labstudio/api/models', { signal });
    return models.map(model => item(studio, model));
  }, studio.changes);
  return {
    section: {
      id: 'models',
      title: trans.__('Models'),
      rank: 30,
      items,
      empty: { text: trans.__('No models yet. Register the model of an AutoML run, and it stands here.') }
    },
    documents: [{ kind: 'model', icon: modelIcon, title: ref => ref, open: ref => openModel(studio, ref) }]
  };
}

function item(studio: IStudio, model: RegisteredModel): IItem {
  const { trans } = studio;
  const state = model.passed ? trans.__('Certified') : trans.__('Not certified');
  const what = model.target === null ? model.task : trans.__('%1 on %2', model.task, model.target);
  return {
    subject: model.subject,
    icon: modelIcon,
    tone: model.passed ? 'ok' : 'bad',
    state,
    name: model.name,
    version: model.version,
    facts: `${state} · ${what} · ${ago(model.created)}`,
    title: trans.__('%1, registered %2 by %3', model.ref, exact(model.created), model.by),
    actions: [
      { label: trans.__('Open'), icon: launchIcon, run: () => studio.open(model.subject) },
      { label: trans.__('Download ONNX'), icon: downloadIcon, run: () => save(model.ref) },
      { label: trans.__('Insert as cell'), icon: cellIcon, run: () => insert(studio, model) }
    ]
  };
}

function openModel(studio: IStudio, ref: string): IContent {
  const model = new Fetched(signal => get('/labstudio/api/models/{ref}', { at: { ref }, signal }), studio.changes);
  const onClick = () => save(model.value?.ref ?? ref);
  return {
    toolbar: () =>
      React.createElement(Button, { label: studio.trans.__('Download ONNX'), icon: downloadIcon, main: true, onClick }),
    view: () => {
      const document = React.createElement(ModelDocument, { studio, model });
      return React.createElement(Suspense, { fallback: React.createElement(Skeleton, { lines: 6 }) }, document);
    },
    cell: () => (model.value ? predict(model.value) : null),
    dispose: () => model.dispose()
  };
}

/** The cell that predicts for the rows that the model has learned from, to be changed there. */
function predict({ ref, data }: RegisteredModel) {
  return { magic: 'predict', verb: '', options: data ? { model: ref, data } : { model: ref } };
}

function insert(studio: IStudio, model: RegisteredModel): Promise<void> {
  const { magic, verb, options } = predict(model);
  return studio.insertCell(magic, verb, options);
}
