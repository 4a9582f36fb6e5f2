/**
 * The workbench in a notebook's output: the labeler and the grid of the document, answered by the kernel.
 */
import { launchIcon } from '@jupyterlab/ui-components';
import React, { ReactElement, useEffect, useReducer, useRef, useState } from 'react';

import { get } from '../api/client';
import { number } from '../shared/format';
import { Button, ITab, Tabs } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import type { CommTransport } from './commTransport';
import { Grid } from './grid';
import { Labeler } from './labeler';
import { useOwnKeys } from './ownKeys';
import { useBench } from './useBench';

interface IProps {
  studio: IStudio;
  bench: Bench;
  transport: CommTransport;
}

export default function WorkbenchOutput({ studio, bench, transport }: IProps): ReactElement {
  useBench(bench);
  const root = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState('workbench');
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const subject = useDocument(bench);
  useOwnKeys(root);
  useEffect(() => void bench.start(), [bench]);
  useEffect(() => {
    transport.changed.connect(draw);
    return () => void transport.changed.disconnect(draw);
  }, [transport]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) {
      root.current?.closest<HTMLElement>('.jp-Cell')?.focus();
    }
  };
  const tabs: ITab[] = [
    { id: 'workbench', label: __('Workbench'), content: () => <Labeler studio={studio} bench={bench} /> },
    { id: 'grid', label: __('Grid'), content: () => <Grid studio={studio} bench={bench} /> }
  ];
  const open = subject && (
    <Button plain label={__('Open in a tab')} icon={launchIcon} onClick={() => studio.open(subject)} />
  );
  return (
    <div className="ls-Labeling ls-Workbench" ref={root} onKeyDown={onKeyDown}>
      {!transport.line.isOpen ? (
        <div className="ls-Empty" role="alert">
          <p>
            {bench.outbox.waiting.length > 0
              ? __(
                  'The kernel of this notebook is gone or was restarted. %1 answers are kept in this browser; run the cell again, and they are saved.',
                  number(bench.outbox.waiting.length)
                )
              : __(
                  'The kernel of this notebook is gone or was restarted. All you have said is saved; run the cell again to go on.'
                )}
          </p>
          {open}
        </div>
      ) : (
        <>
          <div className="ls-Workbench-head">
            {transport.isSlow ? (
              <span className="ls-note" role="status">
                {__('The kernel is busy; what you say is kept here until it answers.')}
              </span>
            ) : (
              <span className="ls-note ls-Workbench-hint">
                <span>{__('Click here, and keys are its own')}</span>
                <span>{__('Esc gives the keyboard back')}</span>
              </span>
            )}
            {open}
          </div>
          <Tabs tabs={tabs} active={active} onChange={setActive} />
        </>
      )}
    </div>
  );
}

/** What the document of the same project is called; null where the server has another workspace than the kernel. */
function useDocument(bench: Bench): string | null {
  const { project } = bench;
  const [subject, setSubject] = useState<string | null>(null);
  useEffect(() => {
    if (project) {
      get('/labstudio/api/labeling/{project}', { at: { project: project.id } }).then(
        ({ created }) => created === project.created && setSubject(project.subject),
        () => undefined
      );
    }
  }, [project?.id]);
  return subject;
}
