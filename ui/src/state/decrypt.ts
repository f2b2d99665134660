// Asks a thread of its own for the decryption of a result; the thread ends with its answer.
import { t } from '@lingui/core/macro';
import type { Answer } from '../model/decrypt_worker';

export function decryptInThread(archive: Uint8Array, pem: string): Promise<Uint8Array<ArrayBuffer>> {
  const thread = new Worker(new URL('../model/decrypt_worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
    thread.onmessage = ({ data }: MessageEvent<Answer>) => ('bytes' in data ? resolve(data.bytes) : reject(new Error(data.problem)));
    thread.onerror = () => reject(new Error(t`The decryption could not be started in this browser.`));
    thread.postMessage({ archive, pem });
  }).finally(() => thread.terminate());
}
