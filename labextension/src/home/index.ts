/**
 * Home: where a person begins, and where what runs and what is new is seen at a glance.
 */
import { get } from '../api/client';
import { Fetched } from '../shared/fetched';
import { studioIcon } from '../shared/icons';
import type { IPanel, IStudio } from '../studio';
import { homeView } from './home';

export function homePanel(studio: IStudio): IPanel {
  const { changes, trans } = studio;
  const open = () => {
    const all = new Fetched(async signal => {
      const [workspace, data, runs, models, jobs] = await Promise.all([
        get('/labstudio/api/workspace', { signal }),
        get('/labstudio/api/data', { signal }),
        get('/labstudio/api/automl/runs', { signal }),
        get('/labstudio/api/models', { signal }),
        get('/labstudio/api/jobs', { signal })
      ]);
      return { workspace, data, runs, models, jobs };
    }, changes);
    return { view: () => homeView(studio, all), dispose: () => all.dispose() };
  };
  return { documents: [{ kind: 'home', icon: studioIcon, title: () => trans.__('Home'), open }] };
}
