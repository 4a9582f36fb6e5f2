/**
 * All versions of an asset, and what one was made from and what from it.
 */
import React, { useState } from 'react';

import { address, Asset, AssetDetail, Said } from '../api/client';
import { bytes, number } from '../shared/format';
import { okIcon } from '../shared/icons';
import { LineageCard } from '../shared/lineage';
import { Ago, Button, Card, Chip, Middle } from '../shared/parts';
import { IColumn, SortableTable } from '../shared/table';
import type { IStudio } from '../studio';
import { verify } from './assetActions';

interface IProps {
  studio: IStudio;
  asset: AssetDetail;
  /** Look at what differs between a version and the one shown; undefined where rows cannot be compared. */
  onCompare?: (other: string) => void;
}

export function VersionsAndLineage({ studio, asset, onCompare }: IProps) {
  const { trans } = studio;
  return (
    <>
      <LineageCard studio={studio} subject={asset.subject} />
      <Card title={trans.__('Versions')} note={trans.__('a version never changes')}>
        <Versions studio={studio} asset={asset} onCompare={onCompare} />
      </Card>
    </>
  );
}

function Versions({ studio, asset, onCompare }: IProps) {
  const { trans } = studio;
  const isTable = asset.kind === 'table';
  const anyHeld = asset.versions.some((one: Asset) => one.held);
  const held: IColumn<Asset> = {
    id: 'held',
    label: trans.__('State'),
    render: one =>
      one.held ? (
        <span title={one.held}>
          <Chip tone="warn" label={trans.__('held back')} />
        </span>
      ) : null
  };
  return (
    <div className="ls-versions">
      <SortableTable<Asset>
        label={trans.__('Versions')}
        rows={asset.versions}
        rowKey={one => one.ref}
        tint={one => one.ref === asset.ref}
        columns={[
          {
            id: 'version',
            label: trans.__('Version'),
            value: one => one.version,
            render: one =>
              one.ref === asset.ref ? (
                <b aria-current="true">{one.ref}</b>
              ) : (
                <button className="ls-link" onClick={() => studio.open(one.subject)}>
                  {one.ref}
                </button>
              )
          },
          {
            id: 'rows',
            label: isTable ? trans.__('Rows × columns') : trans.__('Files'),
            right: true,
            value: one => one.rows,
            render: one => (isTable ? `${number(one.rows)} × ${number(one.columns)}` : number(one.rows))
          },
          { id: 'size', label: trans.__('Size'), right: true, value: one => one.size, render: one => bytes(one.size) },
          { id: 'source', label: trans.__('From'), render: one => <Middle text={one.source} max={40} /> },
          {
            id: 'created',
            label: trans.__('Added'),
            value: one => one.created,
            render: one => (
              <>
                <Ago time={one.created} /> {trans.__('by %1', one.by)}
              </>
            )
          },
          ...(anyHeld ? [held] : []),
          {
            id: 'do',
            label: '',
            right: true,
            render: one => <Actions studio={studio} version={one} here={one.ref === asset.ref} onCompare={onCompare} />
          }
        ]}
      />
    </div>
  );
}

interface IActions {
  studio: IStudio;
  version: Asset;
  here: boolean;
  onCompare?: (other: string) => void;
}

function Actions({ studio, version, here, onCompare }: IActions) {
  const { trans } = studio;
  const [verified, setVerified] = useState<Said | 'asking' | null>(null);
  const look = async () => {
    setVerified('asking');
    try {
      setVerified(await verify(version.ref));
    } catch (error) {
      setVerified(null);
      studio.fail(error);
    }
  };
  return (
    <span className="ls-version-do">
      <span role="status">
        {verified === 'asking' ? (
          <Chip tone="run" label={trans.__('reading…')} />
        ) : (
          verified && (
            <span title={verified.sentence}>
              <Chip tone={verified.ok ? 'ok' : 'bad'} label={verified.ok ? trans.__('whole') : verified.sentence} />
            </span>
          )
        )}
      </span>
      <a
        className="ls-link"
        href={address('/labstudio/api/data/{ref}/card', { ref: version.ref })}
        download
        title={trans.__('What %1 is and holds, as a Croissant card for catalogues and loaders', version.ref)}
      >
        {trans.__('Card')}
      </a>
      {!here && onCompare && <Button plain label={trans.__('Compare')} onClick={() => onCompare(version.ref)} />}
      <Button
        plain
        icon={okIcon}
        label={trans.__('Verify')}
        title={trans.__('Read all bytes of %1 again and see that none has changed', version.ref)}
        onClick={() => void look()}
      />
    </span>
  );
}
