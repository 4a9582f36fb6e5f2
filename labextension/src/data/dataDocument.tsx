/**
 * The document of one version of a data asset: what it is and where from, its rows, its columns, its lineage.
 */
import React, { lazy, Suspense, useEffect, useState } from 'react';

import type { AssetDetail, Profile } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { Skeleton, StateView, Tabs } from '../shared/parts';
import type { IStudio } from '../studio';
import { Compare } from './compare';
import { Explore } from './explore';
import { FilesDocument } from './filesDocument';
import { Counts, Head } from './head';
import { Preview } from './preview';
import { ProfileView } from './profile';
import { VersionsAndLineage } from './versions';
import type { AssetView } from './view';

const Prepare = lazy(() => import('./prepare/prepare'));
const Quality = lazy(() => import('./quality/quality'));

export type OpenRecipe = (input: string, recipe: { name: string; steps: readonly object[] }) => void;

interface IProps {
  studio: IStudio;
  asset: Fetched<AssetDetail>;
  profile: Fetched<Profile>;
  view: AssetView;
  onRecipe: OpenRecipe;
}

export default function DataDocument({ studio, asset, profile, view, onRecipe }: IProps) {
  const state = useFetched(asset);
  return (
    <div className="ls-data-document">
      <StateView state={state} retry={() => void asset.refresh()}>
        {found =>
          found.kind === 'table' ? (
            <Whole studio={studio} asset={found} profile={profile} view={view} onRecipe={onRecipe} />
          ) : (
            <FilesDocument studio={studio} asset={found} view={view} />
          )
        }
      </StateView>
    </div>
  );
}

function Whole({ studio, asset, profile, view, onRecipe }: Omit<IProps, 'asset'> & { asset: AssetDetail }) {
  const { trans } = studio;
  const [tab, setTab] = useState(view.tab);
  useEffect(() => {
    const follow = () => setTab(view.tab);
    view.changed.connect(follow);
    return () => {
      view.changed.disconnect(follow);
    };
  }, [view]);
  const page = (content: JSX.Element, extra?: JSX.Element) => (
    <div className="ls-data">
      <Head studio={studio} asset={asset} extra={extra} />
      {content}
    </div>
  );
  const count = asset.versions.length;
  return (
    <Tabs
      active={tab}
      onChange={id => setTab((view.tab = id))}
      tabs={[
        {
          id: 'preview',
          label: trans.__('Preview'),
          content: () => page(<Preview studio={studio} asset={asset} view={view} />)
        },
        {
          id: 'profile',
          label: trans.__('Profile'),
          content: () =>
            page(
              <ProfileView studio={studio} profile={profile} columns={asset.columns} view={view} />,
              <Counts studio={studio} profile={profile} />
            )
        },
        {
          id: 'explore',
          label: trans.__('Explore'),
          content: () => page(<Explore studio={studio} asset={asset} view={view} />)
        },
        {
          id: 'prepare',
          label: trans.__('Prepare'),
          content: () =>
            page(
              <Suspense fallback={<Skeleton lines={8} />}>
                <Prepare studio={studio} asset={asset} view={view} onRecipe={onRecipe} />
              </Suspense>
            )
        },
        {
          id: 'quality',
          label: trans.__('Quality'),
          note: asset.held ? trans.__('held back') : undefined,
          content: () =>
            page(
              <Suspense fallback={<Skeleton lines={8} />}>
                <Quality studio={studio} asset={asset} onPrepare={() => view.go('prepare')} />
              </Suspense>
            )
        },
        {
          id: 'compare',
          label: trans.__('Compare'),
          content: () => page(<Compare studio={studio} asset={asset} view={view} />)
        },
        {
          id: 'lineage',
          label: trans.__('Versions & lineage'),
          note: trans._n('%1 version', '%1 versions', count),
          content: () =>
            page(
              <VersionsAndLineage
                studio={studio}
                asset={asset}
                onCompare={other => {
                  view.compared = { other, key: view.compared?.key ?? [] };
                  setTab((view.tab = 'compare'));
                }}
              />
            )
        }
      ]}
    />
  );
}
