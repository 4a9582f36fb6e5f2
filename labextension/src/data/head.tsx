/**
 * The head of a version's document: its name, which version it is, how large, and where from.
 */
import React from 'react';

import type { Asset, AssetDetail, Profile } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { bytes, number } from '../shared/format';
import { Ago, Chip, Middle, VersionChip } from '../shared/parts';
import type { IStudio } from '../studio';
import { About } from './about';
import { describe } from './assetActions';
import { readAs } from './found';

export function Head({ studio, asset, extra }: { studio: IStudio; asset: AssetDetail; extra?: JSX.Element }) {
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
      <About studio={studio} about={asset} onSave={about => describe(studio, asset.name, about)} />
      {asset.held && (
        <div className="ls-note">
          <Chip tone="warn" label={trans.__('held back')} /> {asset.held}
        </div>
      )}
      <div className="ls-note">
        {trans.__('from')} <Middle text={asset.source} max={64} />
        {read && ` · ${read}`}
      </div>
    </div>
  );
}

/** What is to be looked at in the columns, said beside the name. */
export function Counts({ studio: { trans }, profile }: { studio: IStudio; profile: Fetched<Profile> }) {
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

function shape({ trans }: IStudio, asset: Asset): string {
  if (asset.kind !== 'table') {
    return trans._n('%2 file', '%2 files', asset.rows, number(asset.rows));
  }
  const columns = trans._n('%2 column', '%2 columns', asset.columns, number(asset.columns));
  return `${trans._n('%2 row', '%2 rows', asset.rows, number(asset.rows))} × ${columns}`;
}
