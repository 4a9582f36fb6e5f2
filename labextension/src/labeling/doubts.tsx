/**
 * Labels that may be wrong, the likeliest first: for a second look, and no verdict.
 */
import React, { ReactElement, useState } from 'react';

import { get, LabelingDoubt, StudioError } from '../api/client';
import { percent } from '../shared/format';
import { Button, Card, Empty, Failed } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { inWords } from './value';

const SHOWN = 20;

interface IProps {
  studio: IStudio;
  bench: Bench;
  onOpen: (item: number) => void;
}

export function Doubts({ studio, bench, onOpen }: IProps): ReactElement {
  const [found, setFound] = useState<LabelingDoubt[] | null>(null);
  const [error, setError] = useState<StudioError | null>(null);
  const [busy, setBusy] = useState(false);
  const look = async () => {
    setBusy(true);
    setError(null);
    try {
      const at = { project: bench.transport.project };
      setFound(await get('/labstudio/api/labeling/{project}/doubtful', { at, query: { most: SHOWN } }));
    } catch (reason) {
      reason instanceof StudioError ? setError(reason) : studio.fail(reason);
    }
    setBusy(false);
  };
  const said = (value: LabelingDoubt['value']) => inWords(value, bench.labelById, __('none'));
  return (
    <Card title={__('Labels that may be wrong')} note={__('a model that has not seen them says otherwise')}>
      {error && <Failed error={error} />}
      {found?.length === 0 && <Empty text={__('No label looks wrong.')} />}
      {!!found?.length && (
        <ul aria-label={__('Labels that may be wrong')}>
          {found.map(({ item, value, instead, quality }) => (
            <li key={item} className="ls-head-line">
              <button className="ls-link ls-cut" onClick={() => onOpen(item)}>
                {__('Item %1', item)}
              </button>
              <span className="ls-cut">{__('%1; rather %2', said(value), said(instead))}</span>
              <span className="ls-grow" />
              <span className="ls-note">{__('looks right by %1', percent(quality))}</span>
            </li>
          ))}
        </ul>
      )}
      <Button
        disabled={busy}
        label={busy ? __('Looking …') : found ? __('Look again') : __('Look for them')}
        onClick={() => void look()}
      />
    </Card>
  );
}
