/**
 * The form of a new labeling project.
 */
import React, { ReactElement, useEffect, useMemo, useState } from 'react';

import { get, post, StudioError } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { SchemaForm } from '../shared/form';
import { Button, Failed, StateView } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';

type Values = Record<string, unknown>;

export default function NewProject({ studio, data }: { studio: IStudio; data: string }): ReactElement {
  const form = useMemo(
    () => new Fetched(signal => get('/labstudio/api/forms/{name}', { at: { name: 'label.create' }, signal }), null),
    []
  );
  useEffect(() => () => form.dispose(), [form]);
  const state = useFetched(form);
  const [value, setValue] = useState<Values>(data ? { data } : {});
  const [error, setError] = useState<StudioError | null>(null);
  const [busy, setBusy] = useState(false);
  const create = async () => {
    setBusy(true);
    setError(null);
    try {
      const { subject } = await post('/labstudio/api/labeling', { body: value as any });
      setValue({});
      studio.open(subject);
    } catch (reason) {
      setError(reason instanceof StudioError ? reason : new StudioError('Unexpected', String(reason), 0));
    }
    setBusy(false);
  };
  return (
    <div role="form" aria-label={__('New labeling project')} className="ls-Store ls-Store-new">
      <header>
        <h1>{__('New labeling project')}</h1>
        <p className="ls-muted">{__('People and models label the rows, images or texts of a data asset together.')}</p>
      </header>
      <StateView state={state} retry={() => void form.refresh()}>
        {found => <SchemaForm studio={studio} form={found} value={value} onChange={setValue} choices={choices} />}
      </StateView>
      {error && <Failed error={error} />}
      <div>
        <Button main label={__('Create')} disabled={busy || !value.data} onClick={() => void create()} />
      </div>
    </div>
  );

  async function choices(source: string): Promise<string[]> {
    if (source === 'assets') {
      return (await get('/labstudio/api/data', {})).map(one => one.name);
    }
    const ref = String(value.data ?? '');
    return source.startsWith('columns') && ref
      ? (await get('/labstudio/api/data/{ref}', { at: { ref } })).fields.map(one => one.name)
      : [];
  }
}
