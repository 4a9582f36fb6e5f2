/**
 * What runs, in the status bar: nothing when nothing does.
 */
import { ReactWidget } from '@jupyterlab/ui-components';
import React, { ReactElement } from 'react';

import type { Overview } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import type { IStudio } from '../studio';

export function statusItem(studio: IStudio, overview: Fetched<Overview>, onClick: () => void): ReactWidget {
  const item = ReactWidget.create(<Status studio={studio} overview={overview} onClick={onClick} />);
  item.addClass('ls-Status');
  return item;
}

interface IStatus {
  studio: IStudio;
  overview: Fetched<Overview>;
  onClick: () => void;
}

function Status({ studio: { trans }, overview, onClick }: IStatus): ReactElement | null {
  const state = useFetched(overview);
  const running = 'value' in state ? (state.value?.running ?? 0) : 0;
  return running ? (
    <button className="jp-StatusItem-button" title={trans.__('Show the studio')} onClick={onClick}>
      {trans._n('Studio: %1 run', 'Studio: %1 runs', running)}
    </button>
  ) : null;
}
