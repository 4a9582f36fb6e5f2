/**
 * The ONNX file of a model: where it is, and how a person gets it.
 */
import { address } from '../api/client';

export function fileOf(ref: string): string {
  return address('/labstudio/api/models/{ref}/file', { ref });
}

/** Have the browser save it. */
export function save(ref: string): void {
  const link = document.createElement('a');
  link.href = fileOf(ref);
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}
