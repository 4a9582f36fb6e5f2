/**
 * The document of a file or a folder: what it holds, what differs from another version, versions and lineage.
 */
import React, { useState } from 'react';

import type { AssetDetail } from '../api/client';
import { Tabs } from '../shared/parts';
import type { IStudio } from '../studio';
import { FileChanges } from './fileChanges';
import { FileView } from './fileView';
import { FolderView } from './folderView';
import { Head } from './head';
import { VersionsAndLineage } from './versions';
import type { AssetView } from './view';

interface IProps {
  studio: IStudio;
  asset: AssetDetail;
  view: AssetView;
}

export function FilesDocument({ studio, asset, view }: IProps) {
  const { trans } = studio;
  const [tab, setTab] = useState(view.tab);
  const [other, setOther] = useState<string | null>(view.compared?.other ?? null);
  const page = (content: JSX.Element) => (
    <div className="ls-data">
      <Head studio={studio} asset={asset} />
      {content}
    </div>
  );
  const choose = (ref: string) => {
    view.compared = { other: ref, key: [] };
    setOther(ref);
  };
  const isFolder = asset.kind === 'folder';
  return (
    <Tabs
      active={tab}
      onChange={id => setTab((view.tab = id))}
      tabs={[
        {
          id: 'preview',
          label: isFolder ? trans.__('Files') : trans.__('Content'),
          content: () =>
            page(
              isFolder ? (
                <FolderView key={asset.ref} studio={studio} asset={asset} />
              ) : (
                <FileView key={asset.ref} studio={studio} reference={asset.ref} path="" />
              )
            )
        },
        {
          id: 'compare',
          label: trans.__('Compare'),
          content: () => page(<FileChanges studio={studio} asset={asset} other={other} onChoose={choose} />)
        },
        {
          id: 'lineage',
          label: trans.__('Versions & lineage'),
          note: trans._n('%1 version', '%1 versions', asset.versions.length),
          content: () =>
            page(
              <VersionsAndLineage
                studio={studio}
                asset={asset}
                onCompare={ref => {
                  choose(ref);
                  setTab((view.tab = 'compare'));
                }}
              />
            )
        }
      ]}
    />
  );
}
