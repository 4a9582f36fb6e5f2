/**
 * Labeling in the studio: the projects in the side panel, the form of a new one, and the document of each.
 */
import { addIcon, launchIcon } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import React, { lazy, Suspense } from 'react';

import { get, LabelingProject, post, remove } from '../api/client';
import { Fetched } from '../shared/fetched';
import { exact, number } from '../shared/format';
import { archiveIcon, labelIcon } from '../shared/icons';
import { Skeleton } from '../shared/parts';
import type { IContent, IItem, IPanel, IStudio } from '../studio';
import { Bench } from './bench';
import { RestTransport } from './transport';
import { taskName } from './words';

const LabelingDocument = lazy(() => import('./document'));
const NewProject = lazy(() => import('./newProject'));

const NEW = 'new-labeling:';

export function labelingPanel(studio: IStudio): IPanel {
  const { trans } = studio;
  const items = new Fetched(async signal => {
    const projects = await get('/labstudio/api/labeling', { signal });
    return projects.map(project => item(studio, project));
  }, studio.changes);
  const add = { label: trans.__('New labeling project'), icon: addIcon, run: () => studio.open(NEW) };
  return {
    section: {
      id: 'labeling',
      title: trans.__('Labeling'),
      rank: 15,
      items,
      add,
      empty: { text: trans.__('No labeling projects yet. Label rows, images or texts.'), action: add }
    },
    documents: [
      {
        kind: 'labeling',
        icon: labelIcon,
        title: name => name,
        open: name => openProject(studio, name)
      },
      {
        kind: 'new-labeling',
        icon: labelIcon,
        title: () => trans.__('New labeling project'),
        open: data => ({
          view: () => later(React.createElement(NewProject, { studio, data })),
          dispose: () => undefined
        })
      }
    ]
  };
}

function item(studio: IStudio, project: LabelingProject): IItem {
  const { trans } = studio;
  const { labeled, auto, items } = project.progress;
  const put = async () => {
    await remove('/labstudio/api/labeling/{project}', { at: { project: project.id } });
    studio.tell(trans.__('%1 is put away.', project.name), {
      label: trans.__('Undo'),
      callback: () =>
        void post('/labstudio/api/labeling/{project}/restore', { at: { project: project.id } }).catch(studio.fail)
    });
  };
  return {
    subject: project.subject,
    icon: labelIcon,
    tone: items > 0 && labeled + auto >= items ? 'ok' : 'plain',
    name: project.name,
    facts: trans.__('%1 of %2 · %3', number(labeled + auto), number(items), taskName(trans, project.task)),
    title: trans.__(
      '%1 of %2, begun %3 by %4',
      taskName(trans, project.task),
      project.ref,
      exact(project.created),
      project.by
    ),
    actions: [
      { label: trans.__('Open'), icon: launchIcon, run: () => studio.open(project.subject) },
      { label: trans.__('Archive'), icon: archiveIcon, run: put }
    ]
  };
}

function openProject(studio: IStudio, name: string): IContent {
  const bench = new Bench(new RestTransport(name));
  const title = new Signal<object, { label: string }>({});
  let told = '';
  bench.changed.connect(({ project }) => {
    if (project && project.name !== told) {
      told = project.name;
      title.emit({ label: told });
    }
  });
  return {
    title,
    view: () => later(React.createElement(LabelingDocument, { studio, bench })),
    cell: () => ({ magic: 'label', verb: 'open', options: { project: bench.project?.name ?? name } }),
    dispose: () => bench.dispose()
  };
}

function later(document: React.ReactElement): React.ReactElement {
  return React.createElement(Suspense, { fallback: React.createElement(Skeleton, { lines: 6 }) }, document);
}
