/**
 * Removing a connection.
 */
import { ask as server } from '../api/awaited';
import { ask } from '../shared/dialogs';
import type { IStudio } from '../studio';

/** Remove a connection, when a person means it; what was read through it stays. */
export async function forget(studio: IStudio, name: string): Promise<void> {
  const { trans } = studio;
  const text = trans.__('The connection goes; the data there and the versions made from it stay as they are.');
  if (await ask(studio, trans.__('Remove the datastore %1?', name), text, trans.__('Remove %1', name))) {
    await server.remove('/labstudio/api/datastores/{name}', { at: { name } });
    studio.tell(trans.__('The datastore %1 is removed.', name));
  }
}
