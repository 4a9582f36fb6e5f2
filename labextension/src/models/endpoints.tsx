/**
 * Endpoints of a model: names under which applications ask it, and which version answers.
 */
import { Clipboard } from '@jupyterlab/apputils';
import React, { ReactElement, useMemo, useState } from 'react';

import { address, Endpoint, get, ModelDetail, post, put, remove } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { copyIcon, endpointIcon } from '../shared/icons';
import { Ago, Button, Card, StateView } from '../shared/parts';
import type { IStudio } from '../studio';

interface ICard {
  studio: IStudio;
  model: ModelDetail;
}

export function EndpointsCard({ studio, model }: ICard): ReactElement {
  const { trans } = studio;
  const endpoints = useMemo(
    () => new Fetched(signal => get('/labstudio/api/endpoints', { signal }), studio.changes),
    [studio]
  );
  const state = useFetched(endpoints);
  return (
    <Card title={trans.__('Endpoints')} note={trans.__('names under which applications ask it')}>
      <StateView state={state} retry={() => void endpoints.refresh()}>
        {found => {
          const own = found.filter(one => one.model.startsWith(`${model.name}@`));
          return (
            <>
              {own.map(one => (
                <Row key={one.name} studio={studio} model={model} endpoint={one} />
              ))}
              <Create studio={studio} model={model} first={own.length === 0} />
            </>
          );
        }}
      </StateView>
    </Card>
  );
}

function Row({ studio, model, endpoint }: ICard & { endpoint: Endpoint }): ReactElement {
  const { trans } = studio;
  const { name } = endpoint;
  const current = endpoint.model === model.ref;
  const change = (asked: Promise<unknown>, told: string, undo: () => Promise<unknown>) =>
    asked
      .then(() => studio.tell(told, { label: trans.__('Undo'), callback: () => void undo().catch(studio.fail) }))
      .catch(studio.fail);
  const answering = (ref: string) => put('/labstudio/api/endpoints/{name}', { at: { name }, body: { model: ref } });
  const take = () =>
    change(answering(model.ref), trans.__('%1 answers at %2.', model.ref, name), () => answering(endpoint.model));
  const drop = () =>
    change(
      remove('/labstudio/api/endpoints/{name}', { at: { name } }),
      trans.__('The endpoint %1 is removed.', name),
      () => post('/labstudio/api/endpoints', { body: { name, model: endpoint.model } })
    );
  const row = JSON.stringify({ rows: [Object.fromEntries(model.inputs.map(one => [one.name, one.usual]))] });
  const url = new URL(address('/labstudio/api/endpoints/{name}/predict', { name }), window.location.href);
  const call = [
    'curl -H "Authorization: token $JUPYTER_TOKEN" -H "Content-Type: application/json"',
    `-d ${quoted(row)} ${quoted(url.href)}`
  ].join(' \\\n  ');
  return (
    <div className="ls-endpoint">
      <div className="ls-head-line">
        <endpointIcon.react tag="span" className="ls-icon" />
        <b>{name}</b>
        <span className="ls-muted">
          {current ? trans.__('this version answers, since') : trans.__('%1 answers, since', endpoint.model)}{' '}
          <Ago time={endpoint.changed} />
        </span>
      </div>
      <div className="ls-endpoint-actions">
        {!current && <Button label={trans.__('Let this version answer')} onClick={() => void take()} />}
        <Button
          label={trans.__('Copy a call')}
          icon={copyIcon}
          title={trans.__('A curl command; the token stays in the variable JUPYTER_TOKEN')}
          onClick={() => Clipboard.copyToSystem(call)}
        />
        <Button label={trans.__('Remove')} onClick={() => void drop()} />
      </div>
    </div>
  );
}

function Create({ studio, model, first }: ICard & { first: boolean }): ReactElement {
  const { trans } = studio;
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const usual = plain(model.name);
  const create = async () => {
    setBusy(true);
    try {
      await post('/labstudio/api/endpoints', { body: { name: name || usual, model: model.ref } });
      setName('');
    } catch (error) {
      studio.fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="ls-endpoint-new">
      {first && (
        <p className="ls-note">{trans.__('Applications that ask an endpoint need not know which version answers.')}</p>
      )}
      <input
        className="ls-input"
        aria-label={trans.__('Name of a new endpoint')}
        placeholder={usual}
        value={name}
        onChange={event => setName(event.target.value)}
        onKeyDown={event => event.key === 'Enter' && !busy && void create()}
      />
      <Button label={trans.__('Create endpoint')} disabled={busy} onClick={() => void create()} />
    </div>
  );
}

/** A model's name as an endpoint may be called. */
export function plain(name: string): string {
  const found = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63);
  return found.replace(/^-+|-+$/g, '') || 'model';
}

/** A text as one word of a shell. */
export function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
