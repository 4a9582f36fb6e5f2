/**
 * Jobs: work that goes on when the browser is closed.
 */
import type { IPanel, IStudio } from '../studio';
import { get } from '../api/client';
import { Fetched } from '../shared/fetched';
import { jobIcon } from '../shared/icons';
import { jobContent } from './document';
import { itemOf } from './section';

export function jobsPanel(studio: IStudio): IPanel {
  const { changes, trans } = studio;
  return {
    section: {
      id: 'jobs',
      title: trans.__('Jobs'),
      rank: 50,
      items: new Fetched(async signal => {
        const jobs = await get('/labstudio/api/jobs', { signal });
        return jobs.map(job => itemOf(studio, job));
      }, changes),
      empty: { text: trans.__('Work that takes a while shows up here, and goes on when you close the browser.') }
    },
    documents: [{ kind: 'job', icon: jobIcon, title: name => name, open: name => jobContent(studio, name) }]
  };
}
