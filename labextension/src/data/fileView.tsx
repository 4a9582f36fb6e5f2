/**
 * One file of a version: a picture, a text, or what can be done with anything else.
 */
import { launchIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useMemo, useState } from 'react';

import { address, get } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { registerIcon } from '../shared/icons';
import { Button, Empty, StateView } from '../shared/parts';
import type { IStudio } from '../studio';
import { download, openCopy } from './fileActions';

interface IProps {
  studio: IStudio;
  /** The version, such as `pets@2`. */
  reference: string;
  /** Within a folder; empty for a version that is one file. */
  path: string;
}

const PICTURE = /^image\/(?!svg)/;

export function FileView({ studio, reference, path }: IProps) {
  const { trans } = studio;
  const text = useMemo(() => {
    const told = { at: { ref: reference }, query: { path } };
    return new Fetched(signal => get('/labstudio/api/data/{ref}/text', { ...told, signal }), null);
  }, [reference, path]);
  useEffect(() => () => text.dispose(), [text]);
  const state = useFetched(text);
  return (
    <section className="ls-file" aria-label={path || trans.__('Content')}>
      <div className="ls-file-do">
        <Button
          label={trans.__('Open this version')}
          icon={launchIcon}
          title={trans.__('Open a copy of this version in JupyterLab, in the folder versions')}
          onClick={() => void openCopy(studio, reference, path)}
        />
        <Button
          label={trans.__('Download')}
          icon={registerIcon}
          onClick={() => download(reference, path ? { path } : {})}
        />
      </div>
      <StateView state={state} retry={() => void text.refresh()}>
        {found =>
          PICTURE.test(found.media) ? (
            <Picture studio={studio} reference={reference} path={path} name={found.path} />
          ) : found.text === null ? (
            <Empty text={trans.__('This file is neither a text nor a picture; download it to look at it.')} />
          ) : (
            <>
              {found.cut && <p className="ls-note">{trans.__('This is its beginning; download it for all of it.')}</p>}
              <pre className="ls-file-text" tabIndex={0} aria-label={found.path}>
                {found.text}
              </pre>
            </>
          )
        }
      </StateView>
    </section>
  );
}

function Picture({ studio: { trans }, reference, path, name }: IProps & { name: string }) {
  const [broken, setBroken] = useState(false);
  if (broken) {
    return <Empty text={trans.__('This picture is damaged or too large to be shown; download it to look at it.')} />;
  }
  // a copy that the server has made upright and of bearable size, never the file itself
  const source = address('/labstudio/api/data/{ref}/thumbnail', { ref: reference }, { path, longest: 1024 });
  return <img className="ls-file-picture" src={source} alt={name} onError={() => setBroken(true)} />;
}
