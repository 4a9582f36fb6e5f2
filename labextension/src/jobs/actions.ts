/**
 * What can be done with a job.
 */
import { refreshIcon } from '@jupyterlab/ui-components';

import { Job, post } from '../api/client';
import { ask } from '../shared/dialogs';
import { badIcon, jobIcon, stopIcon } from '../shared/icons';
import type { IAction, IStudio } from '../studio';
import { isGoing, resultOf } from './words';

export async function stop(studio: IStudio, { id }: Job): Promise<void> {
  await post('/labstudio/api/jobs/{id}/stop', { at: { id } });
  studio.tell(studio.trans.__('%1 is asked to stop; it keeps what it has.', id));
}

export async function end(studio: IStudio, { id, title }: Job): Promise<void> {
  const { trans } = studio;
  const text = trans.__('%1 (%2) ends at once. What it has not kept yet is lost.', id, title);
  if (await ask(studio, trans.__('End %1 now?', id), text, trans.__('End now'))) {
    await post('/labstudio/api/jobs/{id}/kill', { at: { id } });
  }
}

export async function again(studio: IStudio, { id }: Job): Promise<void> {
  const job = await post('/labstudio/api/jobs/{id}/again', { at: { id } });
  studio.open(job.subject);
}

export function actionsOf(studio: IStudio, job: Job): IAction[] {
  const { trans } = studio;
  const made = resultOf(job);
  const open = { label: trans.__('Open'), icon: jobIcon, run: () => studio.open(job.subject) };
  const result = made && { label: trans.__('Open result'), icon: jobIcon, run: () => studio.open(made) };
  const doing = isGoing(job)
    ? [
        { label: trans.__('Stop and keep'), icon: stopIcon, run: () => stop(studio, job) },
        { label: trans.__('End now'), icon: badIcon, run: () => end(studio, job) }
      ]
    : [{ label: trans.__('Run again'), icon: refreshIcon, run: () => again(studio, job) }];
  return [...doing, ...(result ? [result] : []), open];
}
