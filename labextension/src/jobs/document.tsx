/**
 * A job: its state and times, what it made, and what it says while it goes on.
 */
import { LabIcon, launchIcon, refreshIcon } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import React, { ReactElement, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';

import { get, Job, StudioError } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { duration } from '../shared/format';
import { stopIcon, toneIcon } from '../shared/icons';
import { Ago, Button, Chip, Failed, Skeleton, StateView } from '../shared/parts';
import type { IContent, IStudio } from '../studio';
import { again, end, stop } from './actions';
import { Log } from './log';
import { isGoing, resultOf, toneOf, took, wordOf } from './words';

export function jobContent(studio: IStudio, id: string): IContent {
  const job = new Fetched(signal => get('/labstudio/api/jobs/{id}', { at: { id }, signal }), studio.changes);
  const title = new Signal<object, { label: string; icon?: LabIcon }>({});
  job.changed.connect(() => {
    const { value } = job;
    value && title.emit({ label: value.title || id, icon: toneIcon(toneOf(value)) });
  });
  return {
    title,
    cell: () => ({ magic: 'jobs', verb: 'log', options: { job: id } }),
    toolbar: () => <Actions studio={studio} job={job} />,
    view: () => <View studio={studio} job={job} id={id} />,
    dispose: () => job.dispose()
  };
}

function Actions({ studio, job: fetched }: { studio: IStudio; job: Fetched<Job> }): ReactElement | null {
  const { trans } = studio;
  const state = useFetched(fetched);
  const job = 'value' in state ? state.value : undefined;
  if (!job) {
    return null;
  }
  const act = (what: (studio: IStudio, job: Job) => Promise<void>) => () => void what(studio, job).catch(studio.fail);
  const made = resultOf(job);
  return (
    <>
      {isGoing(job) ? (
        <>
          <Button label={trans.__('Stop and keep')} icon={stopIcon} disabled={job.stop_requested} onClick={act(stop)} />
          <Button plain label={trans.__('End now')} onClick={act(end)} />
        </>
      ) : (
        <Button label={trans.__('Run again')} icon={refreshIcon} onClick={act(again)} />
      )}
      {made && (
        <Button
          plain
          label={trans.__('Open %1', made.slice(made.indexOf(':') + 1))}
          icon={launchIcon}
          onClick={() => studio.open(made)}
        />
      )}
    </>
  );
}

function View({ studio, job, id }: { studio: IStudio; job: Fetched<Job>; id: string }): ReactElement {
  const state = useFetched(job);
  return (
    <div className="ls-Job">
      <StateView state={state} skeleton={<Skeleton lines={8} />} retry={() => void job.refresh()}>
        {value => (
          <>
            <Head studio={studio} job={value} />
            {value.error && <Failed error={new StudioError(wordOf(value), value.error, 0)} />}
            <Said studio={studio} id={id} />
          </>
        )}
      </StateView>
    </div>
  );
}

function Head({ studio: { trans }, job }: { studio: IStudio; job: Job }): ReactElement {
  const [, tick] = useReducer((n: number) => n + 1, 0);
  const going = isGoing(job);
  useEffect(() => {
    const timer = going ? window.setInterval(tick, 1_000) : 0;
    return () => window.clearInterval(timer);
  }, [going]);
  return (
    <div className="ls-Job-head">
      <div>
        <h1>{job.title || job.id}</h1>
        <Chip tone={toneOf(job)} label={wordOf(job)} />
      </div>
      <p className="ls-Job-facts">
        <span>{job.id}</span>
        <span>{job.kind}</span>
        <span>
          {trans.__('by %1', job.by)}, <Ago time={job.started ?? job.created} />
        </span>
        <span>
          {going ? trans.__('running for %1', duration(took(job))) : trans.__('took %1', duration(took(job)))}
        </span>
      </p>
    </div>
  );
}

/** What the job says; it follows the end unless a person has scrolled up. */
function Said({ studio: { trans }, id }: { studio: IStudio; id: string }): ReactElement {
  const [log, setLog] = useState<Log | null>(null);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const box = useRef<HTMLPreElement>(null);
  const following = useRef(true);
  useEffect(() => {
    const made = new Log(id);
    made.changed.connect(redraw);
    setLog(made);
    return () => made.dispose();
  }, [id]);
  useLayoutEffect(() => {
    const node = box.current;
    if (node && following.current) {
      node.scrollTop = node.scrollHeight;
    }
  });
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    following.current = scrollTop + clientHeight > scrollHeight - 20;
  };
  return (
    <pre className="ls-Job-log" ref={box} tabIndex={0} role="log" aria-label={trans.__('Log')} onScroll={onScroll}>
      {log?.cut && <i>{trans.__('The beginning is left out; it is kept on the server.')}</i>}
      {log?.text || <span className="ls-note">{trans.__('Nothing said yet.')}</span>}
    </pre>
  );
}
