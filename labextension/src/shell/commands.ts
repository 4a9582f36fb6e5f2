/**
 * The studio's commands, and where they are found: palette, launcher, file browser.
 */
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { ILauncher } from '@jupyterlab/launcher';
import type { LabIcon } from '@jupyterlab/ui-components';
import { refreshIcon } from '@jupyterlab/ui-components';

import { post, StudioError } from '../api/client';
import { importOf, nameOf, opened, READABLE } from '../shared/adding';
import { dataIcon, labelIcon, runIcon, studioIcon, uploadIcon } from '../shared/icons';
import type { IStudio } from '../studio';
import { OPEN } from './context';

interface IDoing {
  id: string;
  label: string;
  caption: string;
  icon: LabIcon;
  launcher?: boolean;
  run: () => unknown;
}

interface IPlaces {
  palette: ICommandPalette | null;
  launcher: ILauncher | null;
}

export function addCommands(studio: IStudio, places: IPlaces, showPanel: () => void, refresh: () => void): void {
  const { app, trans } = studio;
  const category = trans.__('Studio');
  const doings: IDoing[] = [
    {
      id: 'labstudio:home',
      label: trans.__('Studio home'),
      caption: trans.__('What runs, what is new, and what to do next'),
      icon: studioIcon,
      launcher: true,
      run: () => studio.open('home:')
    },
    {
      id: 'labstudio:import-data',
      label: trans.__('Import data'),
      caption: trans.__('Bring a table into the studio'),
      icon: uploadIcon,
      launcher: true,
      run: () => studio.open('import:')
    },
    {
      id: 'labstudio:new-run',
      label: trans.__('New AutoML run'),
      caption: trans.__('Look for the best model in the time you give'),
      icon: runIcon,
      launcher: true,
      run: () => studio.open('new-run:')
    },
    {
      id: 'labstudio:new-labeling',
      label: trans.__('New labeling project'),
      caption: trans.__('Label rows, images or texts, with suggestions'),
      icon: labelIcon,
      launcher: true,
      run: () => studio.open('new-labeling:')
    },
    {
      id: 'labstudio:open-panel',
      label: trans.__('Show the studio'),
      caption: trans.__('Show the side panel of the studio'),
      icon: studioIcon,
      run: showPanel
    },
    {
      id: 'labstudio:refresh',
      label: trans.__('Refresh the studio'),
      caption: trans.__('Ask the server again for all that is shown'),
      icon: refreshIcon,
      run: refresh
    }
  ];
  doings.forEach(({ id, label, caption, icon, launcher, run }, rank) => {
    app.commands.addCommand(id, {
      label,
      caption,
      icon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: run
    });
    places.palette?.addItem({ command: id, category });
    if (launcher) {
      places.launcher?.add({ command: id, category, rank });
    }
  });
  addToStudio(studio);
}

/** "Add to Studio" in the file browser: on any file or folder. */
function addToStudio(studio: IStudio): void {
  const { app, files, trans } = studio;
  const chosen = () => [...(files?.selectedItems() ?? [])].filter(({ path }) => path !== '');
  const drive = (path: string) => app.serviceManager.contents.localPath(path);
  app.commands.addCommand('labstudio:add-to-studio', {
    label: trans.__('Add to Studio'),
    caption: trans.__('Keep this in the studio, with a version for every change'),
    icon: dataIcon,
    isVisible: () => chosen().length > 0,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: async () => {
      for (const { path, type } of chosen()) {
        try {
          opened(studio, await post('/labstudio/api/data', { body: { name: nameOf(path), path: drive(path) } as any }));
        } catch (error) {
          studio.fail(error);
          // what a table is not read as shows where it is read
          if (type !== 'directory' && READABLE.test(path) && error instanceof StudioError && error.kind === 'Invalid') {
            studio.open(importOf({ path: drive(path) }));
          }
        }
      }
    }
  });
  app.commands.addCommand('labstudio:add-with-options', {
    label: trans.__('Look before Adding to Studio…'),
    caption: trans.__('See how it is read, change that, then keep it in the studio'),
    icon: uploadIcon,
    isVisible: () => chosen().length === 1,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => chosen().forEach(({ path }) => studio.open(importOf({ path: drive(path) })))
  });
}

/** The command behind every link and every row: `{subject: 'data:churn@3'}`. */
export function addOpen(studio: IStudio, open: (subject: string) => unknown): void {
  studio.app.commands.addCommand(OPEN, {
    label: studio.trans.__('Open in the studio'),
    icon: studioIcon,
    describedBy: {
      args: { type: 'object', properties: { subject: { type: 'string' } }, required: ['subject'] }
    },
    execute: args => {
      try {
        return open(String(args.subject));
      } catch (error) {
        studio.fail(error);
      }
    }
  });
}
