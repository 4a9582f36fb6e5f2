/**
 * What the home shows of a workspace: what runs, what is new, and the next sensible step.
 */
import type { Asset, Job, Overview, RegisteredModel, Run } from '../api/client';
import { number, score } from '../shared/format';
import { dataIcon, modelIcon, toneIcon } from '../shared/icons';
import { __ } from '../shared/words';
import type { IItem, Tone } from '../studio';

export interface IAll {
  workspace: Overview;
  data: Asset[];
  runs: Run[];
  models: RegisteredModel[];
  jobs: Job[];
}

/** An item and when it came to be. */
export type Dated = Omit<IItem, 'actions'> & { time: number };

export interface IStep {
  title: string;
  text: string;
  label: string;
  subject: string;
}

const GOING = ['queued', 'running'];
const TONES: Record<Run['state'], Tone> = {
  queued: 'plain',
  running: 'run',
  complete: 'ok',
  stopped: 'warn',
  failed: 'bad'
};

export function running({ runs, jobs }: IAll): Dated[] {
  const watched = new Set(runs.map(run => run.job));
  const others = jobs.filter(job => GOING.includes(job.state) && !watched.has(job.id));
  return [
    ...runs.filter(run => GOING.includes(run.state)).map(ofRun),
    ...others.map(job => ({
      subject: job.subject,
      icon: toneIcon('run'),
      tone: 'run' as const,
      name: job.title || job.id,
      facts: job.kind,
      time: job.started ?? job.created
    }))
  ];
}

export function recent({ data, runs, models }: IAll, most = 8): Dated[] {
  const items = [
    ...data.map(asset => ({
      subject: asset.subject,
      icon: dataIcon,
      tone: 'plain' as const,
      name: asset.name,
      version: asset.version,
      facts: `${number(asset.rows)} × ${number(asset.columns)}`,
      time: asset.created
    })),
    ...runs.filter(run => !GOING.includes(run.state)).map(ofRun),
    ...models.map(model => ({
      subject: model.subject,
      icon: modelIcon,
      tone: 'plain' as const,
      name: model.name,
      version: model.version,
      facts: model.passed ? __('Certified %1', model.task) : model.task,
      time: model.created
    }))
  ];
  return items.sort((a, b) => b.time - a.time).slice(0, most);
}

/** What to do next, where something is still to be done. */
export function nextStep({ data, runs, models }: IAll): IStep | null {
  if (data.length && !runs.length) {
    const [newest] = [...data].sort((a, b) => b.created - a.created);
    return {
      title: __('Train a model on %1', newest.ref),
      text: __('Name the column you want to know and a time budget, then watch the best score.'),
      label: __('New AutoML run'),
      subject: `new-run:${newest.ref}`
    };
  }
  const done = runs.find(run => run.passed);
  if (done && !models.length) {
    return {
      title: __('Keep the model of %1', done.id),
      text: __('Registered, it has a name, versions, and a form to try it.'),
      label: __('Open %1', done.id),
      subject: done.subject
    };
  }
  return null;
}

function ofRun(run: Run): Dated {
  const said = run.best === null ? run.error : `${run.metric} ${score(run.best)}`;
  return {
    subject: run.subject,
    icon: toneIcon(TONES[run.state]),
    tone: TONES[run.state],
    state: run.state,
    name: __('%1 from %2', run.target, run.data),
    facts: [run.id, said].filter(Boolean).join(' · '),
    time: run.ended ?? run.started
  };
}
