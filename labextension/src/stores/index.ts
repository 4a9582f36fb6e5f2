/**
 * The datastores panel: a section of the places where a team keeps its data, and the documents to add and browse them.
 */
import { addIcon, launchIcon } from '@jupyterlab/ui-components';
import React, { lazy, Suspense } from 'react';

import { Datastore, get } from '../api/client';
import { Fetched } from '../shared/fetched';
import { archiveIcon, okIcon, storeIcon } from '../shared/icons';
import { Skeleton } from '../shared/parts';
import type { IContent, IItem, IPanel, IStudio } from '../studio';
import { forget } from './forget';
import { kindName } from './kinds';
import { Tests } from './tests';

const StoreDocument = lazy(() => import('./storeDocument'));
const NewStore = lazy(() => import('./newStore'));

export const NEW = 'new-datastore:';

export function storesPanel(studio: IStudio): IPanel {
  const { trans } = studio;
  const tests = new Tests();
  const items = new Fetched(async signal => {
    const stores = await get('/labstudio/api/datastores', { signal });
    return stores.map(store => item(studio, tests, store));
  }, studio.changes);
  tests.changed.connect(() => void items.refresh());
  const add = { label: trans.__('Connect a datastore'), icon: addIcon, run: () => studio.open(NEW) };
  return {
    section: {
      id: 'datastores',
      title: trans.__('Datastores'),
      rank: 12,
      items,
      add,
      empty: { text: trans.__('No datastores yet. Connect a folder, a bucket or a database.'), action: add }
    },
    documents: [
      { kind: 'datastore', icon: storeIcon, title: name => name, open: name => openStore(studio, tests, name) },
      {
        kind: 'new-datastore',
        icon: storeIcon,
        title: () => trans.__('Connect a datastore'),
        open: () => ({ view: () => later(React.createElement(NewStore, { studio })), dispose: () => undefined })
      }
    ]
  };
}

function item(studio: IStudio, tests: Tests, store: Datastore): IItem {
  const { trans } = studio;
  const subject = `datastore:${store.name}`;
  const tested = tests.of(store.name);
  const test = async () => {
    const { ok, sentence } = await tests.run(store.name);
    ok ? studio.tell(sentence) : studio.fail(sentence);
  };
  return {
    subject,
    icon: storeIcon,
    tone: tested === null ? 'plain' : tested.ok ? 'ok' : 'bad',
    state: tested === null ? undefined : tested.ok ? trans.__('answers') : trans.__('does not answer'),
    name: store.name,
    facts: [kindName(trans, store.kind), store.url].filter(Boolean).join(' · '),
    title: tested?.sentence ?? store.url,
    actions: [
      { label: trans.__('Test the connection'), icon: okIcon, run: test },
      { label: trans.__('Browse'), icon: launchIcon, run: () => studio.open(subject) },
      { label: trans.__('Remove'), icon: archiveIcon, run: () => forget(studio, store.name) }
    ]
  };
}

function openStore(studio: IStudio, tests: Tests, name: string): IContent {
  return {
    view: () => later(React.createElement(StoreDocument, { studio, tests, name })),
    dispose: () => undefined
  };
}

function later(document: React.ReactElement): React.ReactElement {
  return React.createElement(Suspense, { fallback: React.createElement(Skeleton, { lines: 6 }) }, document);
}
