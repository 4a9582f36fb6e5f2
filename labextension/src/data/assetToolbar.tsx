/**
 * The toolbar of an asset's document: what is done next with a table, and how any version leaves the studio.
 */
import { caretDownIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { AssetDetail } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { registerIcon, runIcon } from '../shared/icons';
import { Button } from '../shared/parts';
import type { IStudio } from '../studio';
import { download } from './fileActions';

interface IProps {
  studio: IStudio;
  asset: Fetched<AssetDetail>;
  reference: string;
}

export function AssetToolbar({ studio, asset, reference }: IProps) {
  const { trans } = studio;
  useFetched(asset);
  const { kind = 'table', ref = reference, found } = asset.value ?? {};
  if (kind !== 'table') {
    return (
      <Button
        label={kind === 'folder' ? trans.__('Download as zip') : trans.__('Download')}
        icon={registerIcon}
        plain
        onClick={() => download(ref)}
      />
    );
  }
  const original = !['frame', 'appended', 'recipe'].includes(String(found?.format));
  return (
    <>
      <Button label={trans.__('New AutoML run')} icon={runIcon} main onClick={() => studio.open(`new-run:${ref}`)} />
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
