/**
 * The document of a run: live while it goes on, its result after.
 */
import React, { ReactElement, useState } from 'react';

import { useFetched } from '../shared/fetched';
import { downloadIcon, registerIcon, runIcon, stopIcon } from '../shared/icons';
import { Button, StateView } from '../shared/parts';
import { fileAddress, registerRun } from './actions';
import { LiveRun, useStopping } from './live';
import type { RunModel } from './model';
import { EndedRun } from './result';
import { hasModel, isLive } from './words';

export function RunView({ model }: { model: RunModel }): ReactElement {
  const state = useFetched(model.run);
  return (
    <StateView state={state}>
      {run => (isLive(run) ? <LiveRun model={model} run={run} /> : <EndedRun model={model} run={run} />)}
    </StateView>
  );
}

export function RunToolbar({ model }: { model: RunModel }): ReactElement | null {
  const { studio, id } = model;
  const { trans } = studio;
  const state = useFetched(model.run);
  const stopping = useStopping(model);
  const [busy, setBusy] = useState(false);
  const run = 'value' in state ? state.value : undefined;
  if (!run) {
    return null;
  }
  const log = run.job && <Button plain label={trans.__('Open log')} onClick={() => studio.open(`job:${run.job}`)} />;
  if (isLive(run)) {
    return (
      <>
        <Button
          label={stopping ? trans.__('Stopping …') : trans.__('Stop and keep')}
          title={trans.__('End the search now; the best so far is fitted on all training rows, certified and kept')}
          icon={stopIcon}
          disabled={stopping}
          onClick={() => void model.stop()}
        />
        {log}
      </>
    );
  }
  return (
    <>
      {hasModel(run) && (
        <Button
          label={busy ? trans.__('Registering …') : trans.__('Register')}
          icon={registerIcon}
          main
          disabled={busy}
          onClick={() => void registerRun(studio, run, setBusy)}
        />
      )}
      {hasModel(run) && (
        <Button
          label={trans.__('Download ONNX')}
          icon={downloadIcon}
          onClick={() => save(fileAddress(id), `${id}.onnx`)}
        />
      )}
      <Button plain label={trans.__('Run again')} icon={runIcon} onClick={() => studio.open(`new-run:${id}`)} />
      {log}
    </>
  );
}

/** Save a file of the server as the browser does. */
function save(url: string, name: string): void {
  const link = document.createElement('a');
  Object.assign(link, { href: url, download: name });
  link.click();
}
