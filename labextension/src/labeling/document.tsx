/**
 * The document of a labeling project: workbench, grid, items, labels.
 */
import React, { ReactElement, useEffect, useState } from 'react';

import { ITab, Tabs } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { Dashboard } from './dashboard';
import { Grid } from './grid';
import { InAndOut } from './inAndOut';
import { Items } from './items';
import { Labeler } from './labeler';
import { LabelsEditor } from './labelsEditor';
import { Review } from './review';

export default function LabelingDocument({ studio, bench }: { studio: IStudio; bench: Bench }): ReactElement {
  const [active, setActive] = useState('workbench');
  useEffect(() => void bench.start(), [bench]);
  const show = (item: number) => {
    void bench.revisit(item);
    setActive('workbench');
  };
  const tabs: ITab[] = [
    { id: 'workbench', label: __('Workbench'), content: () => <Labeler studio={studio} bench={bench} /> },
    { id: 'grid', label: __('Grid'), content: () => <Grid studio={studio} bench={bench} /> },
    { id: 'items', label: __('Items'), content: () => <Items studio={studio} bench={bench} onOpen={show} /> },
    {
      id: 'dashboard',
      label: __('Dashboard'),
      content: () => <Dashboard studio={studio} bench={bench} onOpen={show} />
    },
    { id: 'review', label: __('Review'), content: () => <Review studio={studio} bench={bench} /> },
    { id: 'export', label: __('Export'), content: () => <InAndOut studio={studio} bench={bench} /> },
    { id: 'labels', label: __('Labels'), content: () => <LabelsEditor studio={studio} bench={bench} /> }
  ];
  return (
    <div className="ls-Labeling">
      <Tabs tabs={tabs} active={active} onChange={setActive} />
    </div>
  );
}
