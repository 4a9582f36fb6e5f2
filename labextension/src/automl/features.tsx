/**
 * The features that were made of the raw columns: how, of which, and what the model loses without them.
 */
import React, { ReactElement } from 'react';

import type { Figures } from '../api/client';
import { number } from '../shared/format';
import { Card } from '../shared/parts';
import { SortableTable } from '../shared/table';
import type { IStudio } from '../studio';

type Feature = Figures['features'][number];

export function MadeFeatures({ studio, features }: { studio: IStudio; features: Feature[] }): ReactElement {
  const { trans } = studio;
  const title = trans.__('Features that were made');
  return (
    <Card
      title={title}
      note={trans.__('of the raw columns; all of it is inside the ONNX file')}
      className="ls-Features ls-mod-wide"
    >
      <SortableTable<Feature>
        label={title}
        rowKey={one => one.feature}
        rows={[...features].sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0))}
        columns={[
          { id: 'feature', label: trans.__('Feature'), value: one => one.feature, render: one => one.feature },
          { id: 'formula', label: trans.__('Is'), render: one => <code>{one.formula}</code> },
          { id: 'columns', label: trans.__('Of'), render: one => one.columns.join(', ') },
          {
            id: 'importance',
            label: trans.__('Importance'),
            right: true,
            value: one => one.importance,
            render: one => number(one.importance)
          }
        ]}
      />
    </Card>
  );
}
