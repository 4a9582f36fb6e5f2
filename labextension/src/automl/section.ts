/**
 * The runs in the side panel, newest first.
 */
import { deleteIcon } from '@jupyterlab/ui-components';

import { get, type Run } from '../api/client';
import { Fetched } from '../shared/fetched';
import { exact } from '../shared/format';
import { cellIcon, labelIcon, registerIcon, runIcon, stopIcon, toneIcon } from '../shared/icons';
import type { IAction, IItem, ISection, IStudio } from '../studio';
import { askAbout, forgetRun, insertRun, registerRun, stopRun } from './actions';
import { classifies, hasModel, isLive, runFacts, runTitle, stateName, stateTone } from './words';

export function runsSection(studio: IStudio): ISection {
  const { trans } = studio;
  const add: IAction = { label: trans.__('New AutoML run'), icon: runIcon, run: () => studio.open('new-run:') };
  return {
    id: 'automl',
    title: trans.__('AutoML'),
    rank: 30,
    items: new Fetched(async signal => {
      const runs = await get('/labstudio/api/automl/runs', { signal });
      return runs.map(run => item(studio, run, Date.now() / 1000));
    }, studio.changes),
    add,
    empty: { text: trans.__('A run searches for the best model of a column. There is none yet.'), action: add }
  };
}

/** A run as a row. */
export function item(studio: IStudio, run: Run, now: number): IItem {
  const { trans } = studio;
  const tone = stateTone(run);
  return {
    subject: run.subject,
    icon: toneIcon(tone),
    tone,
    state: stateName(run.state, trans),
    name: runTitle(run, trans),
    facts: runFacts(run, now, trans),
    title: `${run.id}, ${exact(run.started)}`,
    actions: actions(studio, run)
  };
}

function actions(studio: IStudio, run: Run): IAction[] {
  const { trans } = studio;
  const found: (IAction | false)[] = [
    isLive(run) && {
      label: trans.__('Stop and keep'),
      icon: stopIcon,
      run: async () => void (await stopRun(studio, run.id))
    },
    !isLive(run) &&
      hasModel(run) && { label: trans.__('Register'), icon: registerIcon, run: () => registerRun(studio, run) },
    ...(classifies(run)
      ? [
          {
            label: trans.__('Label what it is unsure of'),
            icon: labelIcon,
            run: () => askAbout(studio, run.id, 'unsure')
          },
          { label: trans.__('Label what it gets wrong'), icon: labelIcon, run: () => askAbout(studio, run.id, 'wrong') }
        ]
      : []),
    { label: trans.__('Insert as cell'), icon: cellIcon, run: () => insertRun(studio, run.id) },
    { label: trans.__('Run again'), icon: runIcon, run: () => studio.open(`new-run:${run.id}`) },
    !isLive(run) && !hasModel(run) && { label: trans.__('Forget'), icon: deleteIcon, run: () => forgetRun(studio, run) }
  ];
  return found.filter(one => one !== false);
}
