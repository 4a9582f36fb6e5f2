/**
 * Brings a local file to the server in chunks, and goes on where it was when the line is lost.
 *
 * It knows nothing of data assets: what comes back is the id of an upload that is complete.
 */
import { get, post, put, remove, StudioError, Upload } from '../api/client';

const CHUNK = 8 * 1024 * 1024;
const PATIENCE = 8;

interface IUploading {
  /** Bytes that have arrived, of all. */
  onProgress?: (arrived: number, size: number) => void;
  /** Ends it; what has arrived is thrown away. */
  signal?: AbortSignal;
}

/** The id of the upload, when all of the file has arrived. */
export async function upload(file: File, { onProgress, signal }: IUploading = {}): Promise<string> {
  let state = await post('/labstudio/api/uploads', { body: { filename: file.name, size: file.size }, signal });
  let failures = 0;
  try {
    onProgress?.(0, file.size);
    while (state.offset < file.size) {
      try {
        state = await send(file, state, signal);
        failures = 0;
        onProgress?.(state.offset, file.size);
      } catch (error) {
        if (!(error instanceof StudioError) || !lost(error) || ++failures > PATIENCE) {
          throw error;
        }
        await pause(Math.min(15_000, 500 * 2 ** failures), signal);
        // the chunk may have arrived though its answer did not
        state = await get('/labstudio/api/uploads/{id}', { at: { id: state.id }, signal }).catch(() => state);
      }
    }
  } catch (error) {
    remove('/labstudio/api/uploads/{id}', { at: { id: state.id } }).catch(() => undefined);
    throw error;
  }
  return state.id;
}

function send(file: File, { id, offset }: Upload, signal?: AbortSignal): Promise<Upload> {
  const bytes = file.slice(offset, offset + CHUNK);
  return put('/labstudio/api/uploads/{id}', { at: { id }, query: { offset }, bytes, signal });
}

/** Offline, a proxy between, or a chunk that is there already: to be asked again. */
function lost(error: StudioError): boolean {
  return error.kind === 'Offline' || error.kind === 'Conflict' || [502, 503, 504].includes(error.status);
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      window.clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
