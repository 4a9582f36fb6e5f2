/**
 * What a person does with a run, the same from the side panel and from its document.
 */
import { address, get, post, remove, type Run } from '../api/client';
import { ask, askName } from '../shared/dialogs';
import type { IStudio } from '../studio';
import { modelName, modelNameProblem, runTitle } from './words';

/** Ask a run to stop; it then fits and certifies the best it has. */
export async function stopRun(studio: IStudio, id: string): Promise<boolean> {
  try {
    await post('/labstudio/api/automl/runs/{id}/stop', { at: { id } });
    return true;
  } catch (error) {
    studio.fail(error);
    return false;
  }
}

/** Register a run's model under a name that is asked for; `onBusy` hears when it begins and ends. */
export async function registerRun(
  studio: IStudio,
  run: Run,
  onBusy: (busy: boolean) => void = () => undefined
): Promise<void> {
  const { trans } = studio;
  const text = trans.__('A name that is there already gets a new version.');
  const name = await askName(studio, trans.__('Register the model of %1', run.id), text, modelName(run), one =>
    modelNameProblem(one, trans)
  );
  if (!name) {
    return;
  }
  onBusy(true); // the first one waits for the registry's library to be loaded
  try {
    const model = await post('/labstudio/api/models', { body: { run: run.id, name } });
    const message = model.existed
      ? trans.__('It is registered already, as %1.', model.ref)
      : trans.__('Registered %1.', model.ref);
    studio.tell(message, { label: trans.__('Open model'), callback: () => studio.open(model.subject) });
  } catch (error) {
    studio.fail(error);
  } finally {
    onBusy(false);
  }
}

/** Forget a run that left no model, after naming what goes. */
export async function forgetRun(studio: IStudio, run: Run): Promise<void> {
  const { trans } = studio;
  const title = trans.__('Forget %1?', run.id);
  const text = trans.__(
    '%1: its settings and its %2 tried candidates go. The data stays.',
    runTitle(run, trans),
    run.trials
  );
  if (!(await ask(studio, title, text, trans.__('Forget %1', run.id)))) {
    return;
  }
  try {
    await remove('/labstudio/api/automl/runs/{id}', { at: { id: run.id } });
  } catch (error) {
    studio.fail(error);
  }
}

/** Ask people about what a run is least sure of, or gets wrong, in a labeling project. */
export async function askAbout(studio: IStudio, run: string, kind: 'unsure' | 'wrong'): Promise<void> {
  try {
    const body = { run, kind, project: '', most: 200 };
    const { project, items } = await post('/labstudio/api/labeling-from-run', { body });
    studio.tell(studio.trans.__('%1 items are asked first.', items));
    studio.open(`labeling:${project}`);
  } catch (error) {
    studio.fail(error);
  }
}

/** Insert the cell that does what a run did. */
export async function insertRun(studio: IStudio, id: string): Promise<void> {
  try {
    const { settings } = await get('/labstudio/api/automl/runs/{id}', { at: { id } });
    await studio.insertCell('automl', '', given(settings));
  } catch (error) {
    studio.fail(error);
  }
}

/** The settings that say something; the cell leaves out those at their default. */
export function given(settings: Record<string, unknown>): Record<string, unknown> {
  const empty = (value: unknown) =>
    value === null ||
    value === undefined ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => !empty(value)));
}

/** Where the ONNX file of a run is saved from. */
export function fileAddress(id: string): string {
  return address('/labstudio/api/automl/runs/{id}/model', { id });
}
