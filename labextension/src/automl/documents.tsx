/**
 * The documents of AutoML: what stands in a tab. Their views are loaded when the first one is opened.
 */
import React, { lazy, ReactElement, Suspense } from 'react';

import { runIcon } from '../shared/icons';
import { Skeleton } from '../shared/parts';
import type { IDocument, IStudio } from '../studio';
import { Draft } from './draft';
import { RunModel } from './model';

const RunView = lazy(async () => ({ default: (await import('./run')).RunView }));
const RunToolbar = lazy(async () => ({ default: (await import('./run')).RunToolbar }));
const NewRunView = lazy(async () => ({ default: (await import('./newRun')).NewRunView }));
const NewRunToolbar = lazy(async () => ({ default: (await import('./newRun')).NewRunToolbar }));

export function runDocument(studio: IStudio): IDocument {
  return {
    kind: 'run',
    icon: runIcon,
    title: name => name,
    open: name => {
      const model = new RunModel(studio, name);
      return {
        toolbar: () => (
          <Soon lines={0}>
            <RunToolbar model={model} />
          </Soon>
        ),
        view: () => (
          <Soon lines={8}>
            <RunView model={model} />
          </Soon>
        ),
        cell: () => model.cell,
        title: model.title,
        dispose: () => model.dispose()
      };
    }
  };
}

export function newRunDocument(studio: IStudio): IDocument {
  return {
    kind: 'new-run',
    icon: runIcon,
    title: () => studio.trans.__('New AutoML run'),
    open: name => {
      const draft = new Draft(studio, name);
      return {
        toolbar: () => (
          <Soon lines={0}>
            <NewRunToolbar draft={draft} />
          </Soon>
        ),
        view: () => (
          <Soon lines={8}>
            <NewRunView draft={draft} />
          </Soon>
        ),
        cell: () => (draft.data && draft.target ? { magic: 'automl', verb: '', options: draft.told } : null),
        dispose: () => draft.dispose()
      };
    }
  };
}

function Soon({ lines, children }: { lines: number; children: React.ReactNode }): ReactElement {
  return <Suspense fallback={lines ? <Skeleton lines={lines} /> : null}>{children}</Suspense>;
}
