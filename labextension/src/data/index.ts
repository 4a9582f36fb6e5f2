/**
 * The data panel: a section of assets, the documents of versions, and the one that imports a file.
 */
import { addIcon, fileIcon, folderIcon, launchIcon, refreshIcon, undoIcon } from '@jupyterlab/ui-components';
import React, { lazy, Suspense } from 'react';

import { Asset, get } from '../api/client';
import { importOf } from '../shared/adding';
import { Fetched } from '../shared/fetched';
import { ago, exact, number } from '../shared/format';
import { archiveIcon, cellIcon, dataIcon, runIcon, uploadIcon } from '../shared/icons';
import { Skeleton } from '../shared/parts';
import type { IContent, IItem, IPanel, IStudio } from '../studio';
import { AssetToolbar } from './assetToolbar';
import { archive, isArchived, refresh, restore } from './assetActions';
import type { OpenRecipe } from './dataDocument';
import { ImportState } from './importState';
import { AssetView } from './view';

const DataDocument = lazy(() => import('./dataDocument'));
const ImportDocument = lazy(() => import('./importDocument'));

const IMPORT = 'import:';

export function dataPanel(studio: IStudio): IPanel {
  const { trans } = studio;
  const views = new Map<string, AssetView>();
  let away = 0; // assets that were put away
  let showAway = false;
  const items = new Fetched(async signal => {
    const assets = await get('/labstudio/api/data', { signal, query: { archived: true } });
    away = assets.filter(isArchived).length;
    return assets.filter(asset => showAway || !isArchived(asset)).map(asset => item(studio, asset));
  }, studio.changes);
  const toggle = () => {
    showAway = !showAway;
    void items.refresh();
  };
  const importData = { label: trans.__('Import data'), icon: addIcon, run: () => studio.open(IMPORT) };
  return {
    section: {
      id: 'data',
      title: trans.__('Data'),
      rank: 10,
      items,
      add: importData,
      foot: () =>
        away === 0
          ? null
          : { label: showAway ? trans.__('Hide archived') : trans.__('Show %1 archived', away), run: toggle },
      empty: { text: trans.__('No data yet. Import a file to begin.'), action: importData }
    },
    documents: [
      { kind: 'data', icon: dataIcon, title: ref => ref, open: ref => openAsset(studio, ref, views) },
      {
        kind: 'import',
        icon: uploadIcon,
        title: from => importTitle(studio, from),
        open: from => openImport(studio, from)
      }
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
  const again = {
    label: trans.__('Refresh'),
    icon: refreshIcon,
    run: () => refresh(studio, asset.name)
  };
  const more = {
    label: trans.__('Append'),
    icon: addIcon,
    run: () => studio.open(importOf({ into: asset.name }))
  };
  const put = isArchived(asset)
    ? { label: trans.__('Take out of the archive'), icon: undoIcon, run: () => restore(studio, asset.name) }
    : { label: trans.__('Archive'), icon: archiveIcon, run: () => archive(studio, asset.name) };
  return {
    subject: asset.subject,
    icon: { table: dataIcon, file: fileIcon, folder: folderIcon }[asset.kind],
    tone: 'plain',
    name: asset.name,
    version: asset.version,
    facts: `${isArchived(asset) ? `${trans.__('archived')} · ` : ''}${shape(studio, asset)} · ${ago(asset.created)}`,
    title: trans.__('%1, added %2 by %3, from %4', asset.ref, exact(asset.created), asset.by, asset.source),
    actions: [
      ...(asset.kind === 'table' ? [run] : []),
      open,
      cell,
      ...(asset.refreshable ? [again] : []),
      ...(asset.kind === 'file' ? [] : [more]),
      put
    ]
  };
}

function shape({ trans }: IStudio, asset: Asset): string {
  const { rows, columns } = asset;
  return asset.kind === 'table' ? `${number(rows)} × ${number(columns)}` : trans._n('%1 file', '%1 files', rows);
}

function openAsset(studio: IStudio, ref: string, views: Map<string, AssetView>): IContent {
  const at = { ref };
  const view = views.get(ref) ?? new AssetView();
  views.set(ref, view);
  const asset = new Fetched(signal => get('/labstudio/api/data/{ref}', { at, signal }), studio.changes);
  const changes = ref.includes('@') ? null : studio.changes; // a version never changes, the newest one may be another
  const profile = new Fetched(signal => {
    const query = view.target ? { target: view.target } : {};
    return get('/labstudio/api/data/{ref}/profile', { at, query, signal });
  }, changes);
  const onRecipe: OpenRecipe = (input, recipe) => {
    const other = views.get(input) ?? new AssetView();
    views.set(input, other);
    other.wanted = recipe;
    other.go('prepare');
    studio.open(`data:${input}`);
  };
  const props = { studio, asset, profile, view, onRecipe };
  return {
    toolbar: () => React.createElement(AssetToolbar, { studio, asset, reference: ref }),
    view: () => later(React.createElement(DataDocument, props)),
    cell: () => (asset.value ? view.cell(asset.value.ref) : null),
    dispose: () => {
      asset.dispose();
      profile.dispose();
      view.release();
    }
  };
}

function importTitle({ trans }: IStudio, from: string): string {
  const into = new URLSearchParams(from).get('into');
  return into ? trans.__('Append to %1', into) : trans.__('Import data');
}

function openImport(studio: IStudio, from: string): IContent {
  const state = new ImportState(studio, from);
  return {
    view: () => later(React.createElement(ImportDocument, { studio, state })),
    cell: () => state.cell,
    dispose: () => state.dispose()
  };
}

function later(document: React.ReactElement): React.ReactElement {
  return React.createElement(Suspense, { fallback: React.createElement(Skeleton, { lines: 6 }) }, document);
}
