/**
 * What a person does with an asset as a whole: describe it, put it away and back, make a newer version, verify.
 */
import { Asset, post, put, Said } from '../api/client';
import type { IStudio } from '../studio';
import type { IAbout } from './about';

/** Read all bytes of a version again. */
export function verify(ref: string): Promise<Said> {
  return post('/labstudio/api/data/{ref}/verify', { at: { ref } });
}

/** Whether what was said of an asset is kept; what goes wrong is told. */
export async function describe(studio: IStudio, name: string, about: IAbout): Promise<boolean> {
  try {
    await put('/labstudio/api/data/{ref}', { at: { ref: name }, body: about });
    return true;
  } catch (error) {
    studio.fail(error);
    return false;
  }
}

/** Put an asset away; nothing is lost, and one click brings it back. */
export async function archive(studio: IStudio, name: string): Promise<void> {
  const { trans } = studio;
  await post('/labstudio/api/data/{ref}/archive', { at: { ref: name } });
  const undo = () => void restore(studio, name).catch(studio.fail);
  studio.tell(trans.__('%1 is archived.', name), { label: trans.__('Undo'), callback: undo });
}

export async function restore(studio: IStudio, name: string): Promise<void> {
  await post('/labstudio/api/data/{ref}/restore', { at: { ref: name } });
  studio.tell(studio.trans.__('%1 is back.', name));
}

/** Read the source again; where it has changed, that is a new version. */
export async function refresh(studio: IStudio, name: string): Promise<void> {
  const { trans } = studio;
  const { asset, existed, job } = await post('/labstudio/api/data/{ref}/refresh', { at: { ref: name } });
  if (job) {
    studio.open(`job:${job}`);
  } else if (existed || !asset) {
    studio.tell(trans.__('The source of %1 has not changed, so there is no new version.', name));
  } else {
    studio.tell(trans.__('%1 is added.', asset.ref));
    studio.open(asset.subject);
  }
}

/** Whether an asset was put away. */
export function isArchived(asset: Asset): boolean {
  return asset.archived !== null;
}
