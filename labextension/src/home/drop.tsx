/**
 * A place to drop a file: it goes up in chunks, becomes a data asset, and is opened.
 */
import React, { DragEvent, ReactElement, useEffect, useRef, useState } from 'react';

import { post } from '../api/client';
import { nameOf, opened } from '../shared/adding';
import { bytes, percent } from '../shared/format';
import { dataIcon, uploadIcon } from '../shared/icons';
import { Button } from '../shared/parts';
import { upload } from '../shared/upload';
import type { IStudio } from '../studio';

interface IGoing {
  file: File;
  share: number;
}

export function Drop({ studio, quiet }: { studio: IStudio; quiet?: boolean }): ReactElement {
  const { trans } = studio;
  const [over, setOver] = useState(false);
  const [going, setGoing] = useState<IGoing | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const bring = async (file: File) => {
    const { signal } = (abort.current = new AbortController());
    const onProgress = (arrived: number, size: number) => setGoing({ file, share: size ? arrived / size : 1 });
    try {
      const id = await upload(file, { onProgress, signal });
      opened(
        studio,
        await post('/labstudio/api/data', { body: { name: nameOf(file.name), upload: id } as any, signal })
      );
    } catch (error) {
      signal.aborted || studio.fail(error);
    }
    setGoing(null);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && !going) {
      void bring(file);
    }
  };
  return (
    <section
      className={`ls-Drop${over ? ' ls-mod-over' : ''}`}
      aria-label={trans.__('Bring in a file')}
      onDragOver={event => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <dataIcon.react tag="span" className="ls-icon ls-Drop-icon" />
      {going ? (
        <>
          <div className="ls-Drop-text">
            <h2>
              {going.share < 1 ? trans.__('Bringing in %1', going.file.name) : trans.__('Reading %1', going.file.name)}
            </h2>
            <progress aria-label={going.file.name} value={going.share < 1 ? going.share : undefined} />
            <p className="ls-note">{trans.__('%1 of %2', percent(going.share), bytes(going.file.size))}</p>
          </div>
          <Button label={trans.__('Cancel')} onClick={() => abort.current?.abort()} />
        </>
      ) : (
        <>
          <div className="ls-Drop-text">
            <h2>{trans.__('Drop a file here')}</h2>
            <p>{trans.__('A table, or any other file. It stays on this server.')}</p>
            <p className="ls-note">{trans.__('In the file browser, right-click a file and choose “Add to Studio”.')}</p>
          </div>
          <Button
            main={!quiet}
            label={trans.__('Import data')}
            icon={uploadIcon}
            onClick={() => studio.open('import:')}
          />
        </>
      )}
    </section>
  );
}
