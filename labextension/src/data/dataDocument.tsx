/**
 * The document of one version of a data asset: what it is and where from, its rows, its columns, its lineage.
 */
import React, { useState } from 'react';

import type { Asset, AssetDetail, Profile } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { ago, bytes, exact, number } from '../shared/format';
import { LineageView } from '../shared/lineage';
import { Ago, Card, Chip, Middle, StateView, Tabs, VersionChip } from '../shared/parts';
import type { IStudio } from '../studio';
import { readAs } from './found';
import { Preview } from './preview';
import { ProfileView } from './profile';
import type { AssetView } from './view';

interface IProps {
  studio: IStudio;
  asset: Fetched<AssetDetail>;
  profile: Fetched<Profile>;
  view: AssetView;
}

export default function DataDocument({ studio, asset, profile, view }: IProps) {
  const state = useFetched(asset);
  return (
    <div className="ls-data-document">
      <StateView state={state} retry={() => void asset.refresh()}>
        {found => <Whole studio={studio} asset={found} profile={profile} view={view} />}
      </StateView>
    </div>
  );
}

function Whole({ studio, asset, profile, view }: Omit<IProps, 'asset'> & { asset: AssetDetail }) {
  const { trans } = studio;
  const [tab, setTab] = useState(view.tab);
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
              <ProfileView studio={studio} profile={profile} columns={asset.columns} />,
              <Counts studio={studio} profile={profile} />
            )
        },
        {
          id: 'lineage',
          label: trans.__('Lineage'),
          note: trans._n('%1 version', '%1 versions', count),
          content: () =>
            page(
              <>
                <Card title={trans.__('Lineage')} note={trans.__('click a box to open it')}>
                  <LineageView studio={studio} subject={asset.subject} />
                </Card>
                <Versions studio={studio} asset={asset} />
              </>
            )
        }
      ]}
    />
  );
}

function Head({ studio, asset, extra }: { studio: IStudio; asset: AssetDetail; extra?: JSX.Element }) {
  const { trans } = studio;
  const newest = asset.versions[0]?.version ?? asset.version;
  const place =
    asset.version === newest
      ? trans._n('the only version', 'newest of %1', asset.versions.length)
      : trans.__('version %1 is newer', newest);
  const read = readAs(trans, asset.found);
  return (
    <div className="ls-head">
      <div className="ls-head-line">
        <h1>
          <Middle text={asset.name} max={48} />
        </h1>
        <VersionChip
          ref_={asset.ref}
          versions={asset.versions.map(one => one.ref)}
          onChoose={ref => studio.open(`data:${ref}`)}
        />
        <span className="ls-note">{place}</span>
        <span className="ls-grow" />
        {extra}
      </div>
      <div className="ls-muted">
        {`${shape(studio, asset)} · ${bytes(asset.size)} · `}
        {trans.__('added')} <Ago time={asset.created} /> {trans.__('by %1', asset.by)}
      </div>
      <div className="ls-note">
        {trans.__('from')} <Middle text={asset.source} max={64} />
        {read && ` · ${read}`}
      </div>
    </div>
  );
}

/** What is to be looked at in the columns, said beside the name. */
function Counts({ studio: { trans }, profile }: { studio: IStudio; profile: Fetched<Profile> }) {
  useFetched(profile);
  const noted = (profile.value?.columns ?? []).filter(column => column.note);
  const alerts = noted.filter(column => column.alert).length;
  const notes = noted.length - alerts;
  return (
    <>
      {alerts > 0 && <Chip tone="warn" label={trans.__('%1 to look at', alerts)} />}
      {notes > 0 && <Chip tone="plain" label={trans._n('%1 note', '%1 notes', notes)} />}
    </>
  );
}

function Versions({ studio, asset }: { studio: IStudio; asset: AssetDetail }) {
  const { trans } = studio;
  return (
    <Card title={trans.__('Versions')} note={trans.__('a version never changes')}>
      <table className="ls-Table ls-versions">
        <thead>
          <tr>
            <th scope="col">{trans.__('Version')}</th>
            <th scope="col" className="ls-right">
              {trans.__('Rows × columns')}
            </th>
            <th scope="col" className="ls-right">
              {trans.__('Size')}
            </th>
            <th scope="col">{trans.__('From')}</th>
            <th scope="col">{trans.__('Added')}</th>
          </tr>
        </thead>
        <tbody>
          {asset.versions.map(one => (
            <tr key={one.ref} className={one.ref === asset.ref ? 'ls-mod-tint' : undefined}>
              <th scope="row">
                {one.ref === asset.ref ? (
                  <span aria-current="true">{one.ref}</span>
                ) : (
                  <button className="ls-link" onClick={() => studio.open(one.subject)}>
                    {one.ref}
                  </button>
                )}
              </th>
              <td className="ls-right">{`${number(one.rows)} × ${number(one.columns)}`}</td>
              <td className="ls-right">{bytes(one.size)}</td>
              <td>
                <Middle text={one.source} max={40} />
              </td>
              <td title={exact(one.created)}>{trans.__('%1 by %2', ago(one.created), one.by)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function shape({ trans }: IStudio, asset: Asset): string {
  const columns = trans._n('%2 column', '%2 columns', asset.columns, number(asset.columns));
  return `${trans._n('%2 row', '%2 rows', asset.rows, number(asset.rows))} × ${columns}`;
}
