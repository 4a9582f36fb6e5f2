/**
 * The document of one version of a model: its versions side by side, where it came from, a form to try it.
 */
import React from 'react';

import type { ModelDetail } from '../api/client';
import { CertificateCard } from '../shared/certificate';
import { Fetched, useFetched } from '../shared/fetched';
import { LineageCard } from '../shared/lineage';
import { Ago, Chip, Middle, StateView, VersionChip } from '../shared/parts';
import type { IStudio } from '../studio';
import { EndpointsCard } from './endpoints';
import { fileOf } from './file';
import { TryIt } from './tryIt';
import { Versions } from './versions';

interface IProps {
  studio: IStudio;
  model: Fetched<ModelDetail>;
}

export default function ModelDocument({ studio, model }: IProps) {
  const state = useFetched(model);
  return (
    <StateView state={state} retry={() => void model.refresh()}>
      {found => <Overview studio={studio} model={found} />}
    </StateView>
  );
}

function Overview({ studio, model }: { studio: IStudio; model: ModelDetail }) {
  return (
    <div className="ls-model">
      <Head studio={studio} model={model} />
      <div className="ls-model-columns">
        <div className="ls-model-column">
          <Versions studio={studio} model={model} />
          <LineageCard studio={studio} subject={model.subject} />
        </div>
        <div className="ls-model-column">
          <TryIt key={model.ref} studio={studio} model={model} />
          <EndpointsCard studio={studio} model={model} />
          <CertificateCard certificate={model.certificate} download={fileOf(model.ref)} />
        </div>
      </div>
    </div>
  );
}

function Head({ studio, model }: { studio: IStudio; model: ModelDetail }) {
  const { trans } = studio;
  const run = model.source.startsWith('run:') ? model.source : null;
  return (
    <div className="ls-head">
      <div className="ls-head-line">
        <h1>
          <Middle text={model.name} max={48} />
        </h1>
        <VersionChip
          ref_={model.ref}
          versions={model.versions.map(one => one.ref)}
          onChoose={ref => studio.open(`model:${ref}`)}
        />
        {model.aliases.map(alias => (
          <Chip key={alias} tone="plain" label={alias} />
        ))}
      </div>
      <div className="ls-muted">
        {model.target === null ? model.task : trans.__('%1 on %2', model.task, model.target)}
        {` · ${trans.__('registered')} `}
        <Ago time={model.created} />
        {` ${trans.__('by %1', model.by)}`}
        {run && (
          <>
            {` ${trans.__('from')} `}
            <button className="ls-link" onClick={() => studio.open(run)}>
              {run.slice(4)}
            </button>
          </>
        )}
        {' · '}
        <code title={trans.__('How an MLflow client calls it')}>{model.mlflow_uri}</code>
      </div>
    </div>
  );
}
