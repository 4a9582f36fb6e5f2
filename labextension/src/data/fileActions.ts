/**
 * What a person does with a file of a version: open a copy of it in JupyterLab, save it.
 */
import { address, post } from '../api/client';
import type { IStudio } from '../studio';

/** Put a copy where the file browser shows it, and open that. */
export async function openCopy(studio: IStudio, ref: string, path: string): Promise<void> {
  try {
    const opened = await post('/labstudio/api/data/{ref}/open', { at: { ref }, body: { path } });
    await studio.app.commands.execute('docmanager:open', { path: opened.path });
  } catch (error) {
    studio.fail(error);
  }
}

/** Have the browser save a version: as it was added, one file of it, or a table in another format. */
export function download(ref: string, query: { path?: string; format?: string } = {}): void {
  const link = document.createElement('a');
  link.href = address('/labstudio/api/data/{ref}/download', { ref }, query);
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}
