/**
 * The toolbar of an asset's document: what is done next with a table, and how any version leaves the studio.
 */
import { addIcon, caretDownIcon, refreshIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { AssetDetail } from '../api/client';
import { importOf } from '../shared/adding';
import { Fetched, useFetched } from '../shared/fetched';
import { registerIcon, runIcon } from '../shared/icons';
import { Button } from '../shared/parts';
import type { IStudio } from '../studio';
import { refresh } from './assetActions';
import { download } from './fileActions';

interface IProps {
  studio: IStudio;
  asset: Fetched<AssetDetail>;
  reference: string;
}

export function AssetToolbar({ studio, asset, reference }: IProps) {
  const { trans } = studio;
  useFetched(asset);
  const { kind = 'table', ref = reference, name = '', refreshable = false, found } = asset.value ?? {};
  const renewed = (
    <>
      {refreshable && (
        <Button
          plain
          label={trans.__('Refresh')}
          icon={refreshIcon}
          title={trans.__('Read the source of %1 again; what has changed is a new version', name)}
          onClick={() => void refresh(studio, name).catch(studio.fail)}
        />
      )}
      {name && kind !== 'file' && (
        <Button
          plain
          label={trans.__('Append')}
          icon={addIcon}
          title={
            kind === 'table'
              ? trans.__('Add rows below those of %1, as a new version', name)
              : trans.__('Add files to those of %1, as a new version', name)
          }
          onClick={() => studio.open(importOf({ into: name }))}
        />
      )}
    </>
  );
  if (kind !== 'table') {
    return (
      <>
        {renewed}
        <Button
          label={kind === 'folder' ? trans.__('Download as zip') : trans.__('Download')}
          icon={registerIcon}
          plain
          onClick={() => download(ref)}
        />
      </>
    );
  }
  const original = !['frame', 'appended', 'recipe'].includes(String(found?.format));
  return (
    <>
      <Button label={trans.__('New AutoML run')} icon={runIcon} main onClick={() => studio.open(`new-run:${ref}`)} />
      {renewed}
      <span className="ls-Download">
        <registerIcon.react tag="span" className="ls-icon" />
        <select
          aria-label={trans.__('Download as')}
          title={trans.__('Texts that a spreadsheet would run as formulas are written as text')}
          value=""
          onChange={event => download(ref, event.target.value === 'original' ? {} : { format: event.target.value })}
        >
          <option value="" disabled>
            {trans.__('Download')}
          </option>
          {original && <option value="original">{trans.__('As it was added')}</option>}
          <option value="csv">CSV</option>
          <option value="xlsx">Excel</option>
          <option value="parquet">Parquet</option>
          <option value="jsonl">{trans.__('JSON lines')}</option>
        </select>
        <caretDownIcon.react tag="span" className="ls-icon" />
      </span>
    </>
  );
}
