/**
 * Makes what every panel gets: the studio, out of what the application offers.
 */
import { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, IThemeManager, Notification } from '@jupyterlab/apputils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Changes } from '../api/changes';
import { StudioError } from '../api/client';
import { speak } from '../shared/words';
import type { IStudio } from '../studio';
import { insertCell, insertSource } from './cell';

export interface IOffered {
  app: JupyterFrontEnd;
  trans: TranslationBundle;
  rendermime: IRenderMimeRegistry | null;
  themes: IThemeManager | null;
  files: IDefaultFileBrowser | null;
  notebooks: INotebookTracker | null;
}

export const OPEN = 'labstudio:open';

export function makeStudio({ notebooks, ...offered }: IOffered): IStudio {
  const { app, trans } = offered;
  speak(trans);
  const studio: IStudio = {
    ...offered,
    changes: new Changes(),
    settings: {},
    open: subject => void app.commands.execute(OPEN, { subject }),
    insertCell: (magic, verb, options) =>
      insertCell(app, notebooks, { magic, verb, options }).catch(error => studio.fail(error)),
    insertSource: source => insertSource(app, notebooks, source).catch(error => studio.fail(error)),
    fail: error => {
      const message = error instanceof Error ? error.message : String(error);
      const details = error instanceof StudioError ? `${error.kind} ${error.status}: ${message}` : message;
      const callback = () => Clipboard.copyToSystem(details);
      Notification.error(message, { actions: [{ label: trans.__('Copy details'), callback }], autoClose: 10_000 });
    },
    tell: (message, action) => {
      if (studio.settings.notifications !== false) {
        Notification.success(message, { actions: action && [action], autoClose: 6_000 });
      }
    }
  };
  return studio;
}
