/**
 * Lets notebooks show the workbench, where JupyterLab shows widgets at all.
 */
import type { JupyterFrontEnd } from '@jupyterlab/application';

import type { IStudio } from '../studio';
import { MODULE, PROTOCOL } from './protocol';

/**
 * Tell the widget registry of the workbench.
 *
 * Its token comes from a module that jupyterlab_widgets brings: where that is not installed, notebooks show the
 * sentence that stands beside the widget, and everything else of the studio works.
 */
export async function registerWorkbench(app: JupyterFrontEnd, studio: IStudio): Promise<void> {
  let base: typeof import('@jupyter-widgets/base');
  try {
    base = await import('@jupyter-widgets/base');
  } catch {
    return;
  }
  const registry = await app.resolveOptionalService(base.IJupyterWidgetRegistry);
  registry?.registerWidget({
    name: MODULE,
    version: PROTOCOL,
    exports: async () => (await import('./widget')).makeExports(studio)
  });
}
