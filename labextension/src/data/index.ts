/**
 * The data panel: a section of assets, the documents of versions, and the one that imports a file.
 */
import { addIcon, launchIcon } from '@jupyterlab/ui-components';
import React, { lazy, Suspense } from 'react';

import { Asset, get } from '../api/client';
import { Fetched } from '../shared/fetched';
import { ago, exact, number } from '../shared/format';
import { cellIcon, dataIcon, runIcon, uploadIcon } from '../shared/icons';
import { Button, Skeleton } from '../shared/parts';
import type { IContent, IItem, IPanel, IStudio } from '../studio';
import { ImportState } from './importState';
import { AssetView } from './view';

const DataDocument = lazy(() => import('./dataDocument'));
const ImportDocument = lazy(() => import('./importDocument'));

const IMPORT = 'import:';

export function dataPanel(studio: IStudio): IPanel {
  const { trans } = studio;
  const views = new Map<string, AssetView>();
  const items = new Fetched(async signal => {
    const assets = await get('/labstudio/api/data', { signal });
    return assets.map(asset => item(studio, asset));
  }, studio.changes);
  const importData = { label: trans.__('Import data'), icon: addIcon, run: () => studio.open(IMPORT) };
  return {
    section: {
      id: 'data',
      title: trans.__('Data'),
      rank: 10,
      items,
      add: importData,
      empty: { text: trans.__('No data yet. Import a CSV or Parquet file to begin.'), action: importData }
    },
    documents: [
      { kind: 'data', icon: dataIcon, title: ref => ref, open: ref => openAsset(studio, ref, views) },
      { kind: 'import', icon: uploadIcon, title: () => trans.__('Import data'), open: () => openImport(studio) }
    ]
  };
}

function item(studio: IStudio, asset: Asset): IItem {
  const { trans } = studio;
  const run = { label: trans.__('New AutoML run'), icon: runIcon, run: () => studio.open(`new-run:${asset.ref}`) };
  const open = { label: trans.__('Open'), icon: launchIcon, run: () => studio.open(asset.subject) };
  const cell = {
    label: trans.__('Insert as cell'),
    icon: cellIcon,
    run: () => studio.insertCell('data', 'show', { data: asset.ref })
  };
  return {
    subject: asset.subject,
    icon: dataIcon,
    tone: 'plain',
    name: asset.name,
    version: asset.version,
    facts: `${number(asset.rows)} × ${number(asset.columns)} · ${ago(asset.created)}`,
    title: trans.__('%1, added %2 by %3, from %4', asset.ref, exact(asset.created), asset.by, asset.source),
    actions: [run, open, cell]
  };
}

function openAsset(studio: IStudio, ref: string, views: Map<string, AssetView>): IContent {
  const at = { ref };
  const view = views.get(ref) ?? new AssetView();
  views.set(ref, view);
  const asset = new Fetched(signal => get('/labstudio/api/data/{ref}', { at, signal }), studio.changes);
  const changes = ref.includes('@') ? null : studio.changes; // a version never changes, the newest one may be another
  const profile = new Fetched(signal => get('/labstudio/api/data/{ref}/profile', { at, signal }), changes);
  const run = () => studio.open(`new-run:${asset.value?.ref ?? ref}`);
  const props = { studio, asset, profile, view };
  return {
    toolbar: () =>
      React.createElement(Button, {
        label: studio.trans.__('New AutoML run'),
        icon: runIcon,
        main: true,
        onClick: run
      }),
    view: () => later(React.createElement(DataDocument, props)),
    cell: () => (asset.value ? { magic: 'data', verb: 'show', options: { data: asset.value.ref } } : null),
    dispose: () => {
      asset.dispose();
      profile.dispose();
      view.release();
    }
  };
}

function openImport(studio: IStudio): IContent {
  const state = new ImportState(studio);
  return {
    view: () => later(React.createElement(ImportDocument, { studio, state })),
    cell: () => state.cell,
    dispose: () => state.dispose()
  };
}

function later(document: React.ReactElement): React.ReactElement {
  return React.createElement(Suspense, { fallback: React.createElement(Skeleton, { lines: 6 }) }, document);
}
