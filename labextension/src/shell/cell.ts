/**
 * Puts a cell into the notebook last used, or into a new one: what a click does, as code.
 */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { INotebookTracker, Notebook, NotebookActions, NotebookPanel } from '@jupyterlab/notebook';

import { post } from '../api/client';

const SETUP = '%load_ext labstudio';

interface ITold {
  magic: string;
  verb: string;
  options: Record<string, unknown>;
}

export async function insertCell(app: JupyterFrontEnd, notebooks: INotebookTracker | null, told: ITold): Promise<void> {
  const { setup, source } = await post('/labstudio/api/cells', { body: told });
  await put(app, notebooks, [setup, source]);
}

/** Put code in; what is a magic of the studio gets the line that loads it. */
export async function insertSource(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker | null,
  source: string
): Promise<void> {
  await put(app, notebooks, [...(source.startsWith('%') ? [SETUP] : []), source]);
}

async function put(app: JupyterFrontEnd, notebooks: INotebookTracker | null, cells: string[]): Promise<void> {
  const panel = notebooks?.currentWidget ?? (await newNotebook(app));
  await panel.context.ready;
  await panel.revealed;
  const notebook = panel.content;
  cells.filter(source => source !== SETUP || !hasCell(notebook, source)).forEach(source => write(notebook, source));
  app.shell.activateById(panel.id);
  notebook.activate();
  await notebook.scrollToCell(notebook.activeCell!);
}

async function newNotebook(app: JupyterFrontEnd): Promise<NotebookPanel> {
  const kernels = app.serviceManager.kernelspecs;
  await kernels.ready;
  const made = await app.commands.execute('notebook:create-new', { kernelName: kernels.specs?.default });
  return made as NotebookPanel;
}

/** Below the active cell, or into it where it is empty. */
function write(notebook: Notebook, source: string): void {
  if (notebook.activeCell?.model.type !== 'code' || notebook.activeCell.model.sharedModel.source.trim()) {
    NotebookActions.insertBelow(notebook);
  }
  notebook.activeCell!.model.sharedModel.setSource(source);
  notebook.deselectAll();
}

function hasCell(notebook: Notebook, source: string): boolean {
  return notebook.widgets.some(cell => cell.model.sharedModel.source.includes(source));
}
