// A result from the store: fetched, opened as an archive, compared with the chain.
import { t } from '@lingui/core/macro';
import type { Task } from '../transport/api';
import { downloadInto, joined, nothingYet, type Kept, type Transfer } from '../model/download';
import { isEncrypted, verifyResult, type Verdict } from '../model/result';
import { listZip, type ZipEntry } from '../model/zip';
import { decryptInThread } from './decrypt';

export type Fetched = { bytes: Uint8Array; entries: ZipEntry[]; verdict: Verdict; encrypted: boolean };

/** Entries of an archive; none where it is no archive (the verdict says so). */
function entriesOf(file: Uint8Array): ZipEntry[] {
  try {
    return listZip(file);
  } catch {
    return [];
  }
}

/** `kept` holds what has come when this rejects; given again, the rest is asked for. */
export async function fetchResult(task: Pick<Task, 'digest' | 'result'>, hasCallback: boolean, signal: AbortSignal, progress: (transfer: Transfer) => void, kept: Kept = nothingYet()): Promise<Fetched> {
  const path = task.result?.path;
  if (!path) throw new Error(t`the chain names no place of this result`);
  await downloadInto(kept, path, signal, progress);
  const bytes = joined(kept);
  const entries = entriesOf(bytes);
  const encrypted = isEncrypted(entries);
  const verdict: Verdict = encrypted ? { kind: 'unbound', reason: t`the result is encrypted; choose your private key to open it` } : await verifyResult(bytes, task.digest, hasCallback);
  return { bytes, entries, verdict, encrypted };
}

/** The inner archive of an encrypted result. Rejects with words. */
export async function openResult(fetched: Fetched, task: Pick<Task, 'digest'>, hasCallback: boolean, pem: string): Promise<Fetched> {
  const bytes = await decryptInThread(fetched.bytes, pem);
  return { bytes, entries: entriesOf(bytes), verdict: await verifyResult(bytes, task.digest, hasCallback), encrypted: false };
}
