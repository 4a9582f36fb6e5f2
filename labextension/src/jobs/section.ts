/**
 * A job as a row of the side panel.
 */
import type { Job } from '../api/client';
import { ago, exact } from '../shared/format';
import { toneIcon } from '../shared/icons';
import type { IItem, IStudio } from '../studio';
import { actionsOf } from './actions';
import { factsOf, isGoing, toneOf, wordOf } from './words';

export function itemOf(studio: IStudio, job: Job): IItem {
  const tone = toneOf(job);
  const when = job.ended ?? job.started ?? job.created;
  return {
    subject: job.subject,
    icon: toneIcon(tone),
    tone,
    state: wordOf(job),
    name: job.title || job.id,
    facts: isGoing(job) ? factsOf(job) : `${factsOf(job)} · ${ago(when)}`,
    title: `${job.id}, ${exact(when)}`,
    actions: actionsOf(studio, job)
  };
}
