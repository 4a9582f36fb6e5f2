/**
 * Removing a connection.
 */
import { remove, StudioError } from '../api/client';
import { ask } from '../shared/dialogs';
import type { IStudio } from '../studio';

const CONFLICT = 409;

/** Remove a connection, when a person means it; what was read through it stays. */
export async function forget(studio: IStudio, name: string): Promise<void> {
  const { trans } = studio;
  const text = trans.__('The connection goes; the data there and the versions made from it stay as they are.');
  if (!(await ask(studio, trans.__('Remove the datastore %1?', name), text, trans.__('Remove %1', name)))) {
    return;
  }
  const go = (force: boolean) => remove('/labstudio/api/datastores/{name}', { at: { name }, query: { force } });
  try {
    await go(false);
  } catch (error) {
    const used = error instanceof StudioError && error.status === CONFLICT;
    if (!used) {
      throw error;
    }
    const label = trans.__('Remove it all the same');
    if (!(await ask(studio, trans.__('%1 is in use', name), error.message, label))) {
      return;
    }
    await go(true);
  }
  studio.tell(trans.__('The datastore %1 is removed.', name));
}
