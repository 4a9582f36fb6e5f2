/**
 * A recipe as code: to be read, copied, put into a notebook.
 */
import { Clipboard } from '@jupyterlab/apputils';
import { notebookIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useState } from 'react';

import type { RecipeCode } from '../../api/client';
import { cellIcon, copyIcon } from '../../shared/icons';
import { Latest, useLatest } from '../../shared/latest';
import { Button, Failed, Skeleton } from '../../shared/parts';
import type { IStudio } from '../../studio';
import type { CodeKind, PrepareModel } from './model';

const KINDS: [CodeKind, string][] = [
  ['pandas', 'pandas'],
  ['polars', 'Polars'],
  ['sql', 'SQL'],
  ['cell', '%%prepare']
];

export function Code({ studio, model }: { studio: IStudio; model: PrepareModel }) {
  const { trans } = studio;
  const [kind, setKind] = useState<CodeKind>('pandas');
  const [code] = useState(() => new Latest<RecipeCode>());
  useEffect(() => () => code.dispose(), [code]);
  const { value, error, pending } = useLatest(code);
  useEffect(() => code.ask(() => model.code(kind), value ? 250 : 0), [kind, model.steps, model.input, model.name]);
  const shown = value?.kind === kind ? value : undefined;
  return (
    <>
      <div className="ls-preview-bar">
        <div className="ls-Segments" role="group" aria-label={trans.__('Language')}>
          {KINDS.map(([one, label]) => (
            <button key={one} aria-pressed={one === kind} onClick={() => setKind(one)}>
              {label}
            </button>
          ))}
        </div>
        {pending && <span className="ls-muted">{trans.__('writing…')}</span>}
        <span className="ls-grow" />
        {shown && (
          <>
            <Button
              plain
              label={trans.__('Copy')}
              icon={copyIcon}
              onClick={() => {
                Clipboard.copyToSystem(shown.text);
                studio.tell(trans.__('The code is copied.'));
              }}
            />
            {kind !== 'sql' && (
              <Button
                plain
                label={trans.__('Insert into the notebook')}
                icon={cellIcon}
                onClick={() => void studio.insertSource(shown.text)}
              />
            )}
            {shown.notebook && (
              <Button
                plain
                label={trans.__('Open as notebook')}
                icon={notebookIcon}
                onClick={() => void openNotebook(studio, model.name, shown.notebook!).catch(studio.fail)}
              />
            )}
          </>
        )}
      </div>
      {error && <Failed error={error} />}
      {shown ? (
        <pre className="ls-code" tabIndex={0} role="region" aria-label={trans.__('Code')}>
          <code>{shown.text}</code>
        </pre>
      ) : (
        !error && <Skeleton lines={8} />
      )}
    </>
  );
}

/** Keep a notebook beside the others, under a name that is free, and open it. */
async function openNotebook({ app, files }: IStudio, name: string, content: object): Promise<void> {
  const { contents } = app.serviceManager;
  const folder = files?.model.path ?? '';
  const listed = await contents.get(folder, { content: true });
  const taken = new Set((listed.content as { name: string }[]).map(one => one.name));
  let file = `${name}.ipynb`;
  for (let number = 1; taken.has(file); number++) {
    file = `${name}-${number}.ipynb`;
  }
  const path = folder ? `${folder}/${file}` : file;
  await contents.save(path, { type: 'notebook', format: 'json', content });
  await app.commands.execute('docmanager:open', { path });
}
