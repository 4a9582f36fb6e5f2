/**
 * The plugin: puts the studio's parts together and into the places that the application has for them.
 *
 * All but the rendermime registry is optional, so that the studio starts wherever JupyterLab's parts do.
 */
import { ILabShell, ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { get } from './api/client';
import { automlPanel } from './automl';
import { dataPanel } from './data';
import { homePanel } from './home';
import { jobsPanel } from './jobs';
import { labelingPanel } from './labeling';
import { registerWorkbench } from './labeling/register';
import { modelsPanel } from './models';
import { Fetched } from './shared/fetched';
import { addCommands, addOpen } from './shell/commands';
import { makeStudio } from './shell/context';
import { Documents, linkTo, takeLinked } from './shell/documents';
import { StudioPanel } from './shell/panel';
import { statusItem } from './shell/status';
import { storesPanel } from './stores';
import { ISection, IStudio, StudioToken } from './studio';

const ID = '@labstudio/lab:plugin';

const plugin: JupyterFrontEndPlugin<IStudio> = {
  id: ID,
  description: 'The studio: data, runs, models and jobs of a workspace.',
  autoStart: true,
  provides: StudioToken,
  optional: [
    ITranslator,
    ILabShell,
    ILayoutRestorer,
    ICommandPalette,
    ILauncher,
    ISettingRegistry,
    IDefaultFileBrowser,
    INotebookTracker,
    IThemeManager,
    IRenderMimeRegistry,
    IStatusBar
  ],
  activate
};

function activate(
  app: JupyterFrontEnd,
  translator: ITranslator | null,
  labShell: ILabShell | null,
  restorer: ILayoutRestorer | null,
  palette: ICommandPalette | null,
  launcher: ILauncher | null,
  registry: ISettingRegistry | null,
  files: IDefaultFileBrowser | null,
  notebooks: INotebookTracker | null,
  themes: IThemeManager | null,
  rendermime: IRenderMimeRegistry | null,
  statusBar: IStatusBar | null
): IStudio {
  const linked = takeLinked();
  const trans = (translator ?? nullTranslator).load('labstudio');
  const studio = makeStudio({ app, trans, rendermime, themes, files, notebooks });
  const panels = [dataPanel, storesPanel, labelingPanel, automlPanel, modelsPanel, jobsPanel, homePanel].map(make =>
    make(studio)
  );
  const sections = panels
    .map(panel => panel.section)
    .filter((section): section is ISection => section !== undefined)
    .sort((a, b) => a.rank - b.rank);
  const overview = new Fetched(signal => get('/labstudio/api/workspace', { signal }), studio.changes);

  const documents = new Documents(
    studio,
    panels.flatMap(panel => panel.documents)
  );
  // without JupyterLab's main area a document opens in a tab of the browser that has one
  addOpen(studio, subject => (labShell ? documents.open(subject) : window.open(linkTo(subject), '_blank')));
  restorer && documents.restore(restorer);

  const panel = new StudioPanel(studio, sections, overview);
  app.shell.add(panel, 'left', { rank: 300, type: 'Labstudio' });
  restorer?.add(panel, panel.id);
  labShell?.currentChanged.connect(() => (panel.current = documents.current));

  const refresh = () => [overview, ...sections.map(section => section.items)].forEach(one => void one.refresh());
  addCommands(studio, { palette, launcher }, () => app.shell.activateById(panel.id), refresh);
  statusBar?.registerStatusItem(`${ID}:status`, {
    item: statusItem(studio, overview, () => app.shell.activateById(panel.id)),
    align: 'left',
    rank: 90
  });
  registry
    ?.load(ID)
    .then(settings => {
      const read = () => void Object.assign(studio.settings, settings.composite);
      settings.changed.connect(read);
      read();
    })
    .catch(reason => console.error('Labstudio goes without its settings.', reason));
  if (linked) {
    void app.restored.then(() => studio.open(linked));
  }
  return studio;
}

// waited for before notebooks are restored, whose widgets would find nothing to show them with
const workbench: JupyterFrontEndPlugin<void> = {
  id: '@labstudio/lab:workbench',
  description: "The labeling workbench in a notebook's output.",
  autoStart: true,
  requires: [StudioToken],
  activate: registerWorkbench
};

export default [plugin, workbench];
