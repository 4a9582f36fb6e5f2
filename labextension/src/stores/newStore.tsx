/**
 * The form that connects a datastore: where it is, and where its secret is found; the secret itself is never asked for.
 */
import { caretRightIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useMemo, useState } from 'react';

import { get, post, StudioError } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { SchemaForm } from '../shared/form';
import { Button, Failed, StateView } from '../shared/parts';
import type { IStudio } from '../studio';
import { EXAMPLES } from './kinds';

type Values = Record<string, unknown>;

export default function NewStore({ studio }: { studio: IStudio }) {
  const { trans } = studio;
  const form = useMemo(
    () => new Fetched(signal => get('/labstudio/api/forms/{name}', { at: { name: 'datastore.add' }, signal }), null),
    []
  );
  useEffect(() => () => form.dispose(), [form]);
  const state = useFetched(form);
  const [value, setValue] = useState<Values>({});
  const [error, setError] = useState<StudioError | null>(null);
  const [busy, setBusy] = useState(false);
  const add = async () => {
    setBusy(true);
    setError(null);
    try {
      const { name } = await post('/labstudio/api/datastores', { body: value as never });
      studio.tell(trans.__('The datastore %1 is connected.', name));
      setValue({});
      studio.open(`datastore:${name}`);
    } catch (reason) {
      setError(reason instanceof StudioError ? reason : new StudioError('Unexpected', String(reason), 0));
    }
    setBusy(false);
  };
  const ready = Boolean(value.name && value.url);
  return (
    <div role="form" aria-label={trans.__('Connect a datastore')} className="ls-Store ls-Store-new">
      <header>
        <h1>{trans.__('Connect a datastore')}</h1>
        <p className="ls-muted">
          {trans.__(
            'The studio keeps the address and a reference to the secret, such as env:LAKE_KEY; never the secret itself.'
          )}
        </p>
      </header>
      <StateView state={state} retry={() => void form.refresh()}>
        {found => (
          <SchemaForm studio={studio} form={found} value={value} onChange={setValue} choices={async () => []} />
        )}
      </StateView>
      {error && <Failed error={error} />}
      <div>
        <Button main label={trans.__('Connect')} disabled={busy || !ready} onClick={() => void add()} />
      </div>
      <details className="ls-Form-group">
        <summary>
          <caretRightIcon.react tag="span" className="ls-icon" />
          {trans.__('How addresses look')}
        </summary>
        <dl className="ls-Facts ls-Store-examples">
          {EXAMPLES.map(([kind, address]) => (
            <React.Fragment key={kind}>
              <dt>{trans.__(kind)}</dt>
              <dd>
                <button
                  className="ls-link"
                  title={trans.__('Begin with this address')}
                  onClick={() => setValue({ ...value, url: address })}
                >
                  <code>{address}</code>
                </button>
              </dd>
            </React.Fragment>
          ))}
        </dl>
      </details>
    </div>
  );
}
