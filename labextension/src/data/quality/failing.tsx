/**
 * The rows that fail a rule, a page at a time.
 */
import React, { useEffect, useMemo, useState } from 'react';

import { get, RuleResult } from '../../api/client';
import { Fetched, useFetched } from '../../shared/fetched';
import { number } from '../../shared/format';
import { Button, Card, StateView } from '../../shared/parts';
import type { IStudio } from '../../studio';
import { Grid } from '../grid';
import { SampleModel } from '../sampleModel';

const PAGE = 200;

interface IProps {
  studio: IStudio;
  reference: string;
  /** Place of the rule in the newest check of the version. */
  place: number;
  result: RuleResult;
  onClose: () => void;
}

export function Failing({ studio, reference, place, result, onClose }: IProps) {
  const { trans } = studio;
  const [offset, setOffset] = useState(0);
  const page = useMemo(() => {
    const query = { rule: place, offset, limit: PAGE };
    return new Fetched(
      signal => get('/labstudio/api/quality/{ref}/failing', { at: { ref: reference }, query, signal }),
      null
    );
  }, [reference, place, offset]);
  useEffect(() => () => page.dispose(), [page]);
  const state = useFetched(page);
  const found = 'value' in state ? state.value : undefined;
  const model = useMemo(
    () =>
      found &&
      new SampleModel(found.columns, found.values, found.numbers.length, found.numbers, new Set(result.rule.columns)),
    [found]
  );
  const scroll = useMemo(() => ({ x: 0, y: 0 }), [page]);
  const last = Math.min(offset + PAGE, found?.total ?? 0);
  const label = found
    ? trans.__('Rows %1 to %2 of %3 that fail', number(offset + 1), number(last), number(found.total))
    : '';
  return (
    <Card
      className="ls-quality-failing"
      title={trans.__('Rows that fail: %1', result.sentence)}
      note={<span role="status">{label}</span>}
    >
      <StateView state={state} retry={() => void page.refresh()}>
        {() =>
          model ? (
            <Grid
              studio={studio}
              model={model}
              label={label}
              scroll={scroll}
              asks={{ head: () => undefined, menu: () => undefined }}
            />
          ) : (
            <></>
          )
        }
      </StateView>
      <div className="ls-quality-do">
        {(found?.total ?? 0) > PAGE && (
          <>
            <Button
              label={trans.__('Before')}
              disabled={offset === 0}
              onClick={() => setOffset(Math.max(0, offset - PAGE))}
            />
            <Button
              label={trans.__('Next')}
              disabled={!found || offset + PAGE >= found.total}
              onClick={() => setOffset(offset + PAGE)}
            />
          </>
        )}
        <Button plain label={trans.__('Close')} onClick={onClose} />
      </div>
    </Card>
  );
}
