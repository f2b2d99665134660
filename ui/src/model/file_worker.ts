// Reads, encrypts and hashes a file in a thread of its own, so that the page stays quick (D-05). The key comes by message
// and goes with the thread.
import { digestOf, StoredFile, type Secret } from './stored_file';

export type Question = { kind: 'open'; file: Blob; secret: Secret | null } | { kind: 'digest' } | { kind: 'read'; offset: number; length: number };
export type Answer = { kind: 'progress'; done: number; total: number } | { kind: 'digest'; sha256: string; size: number } | { kind: 'bytes'; bytes: Uint8Array<ArrayBuffer> } | { kind: 'problem'; problem: string };
type Thread = { onmessage: ((event: MessageEvent<Question>) => void) | null; postMessage: (answer: Answer, transfer?: Transferable[]) => void };

const thread = self as unknown as Thread;
const TELL_MS = 100;
let stored: StoredFile | null = null;

async function digest(file: StoredFile): Promise<void> {
  let told = 0;
  const sha256 = await digestOf(file, (done) => {
    if (Date.now() - told < TELL_MS) return;
    told = Date.now();
    thread.postMessage({ kind: 'progress', done, total: file.size });
  });
  thread.postMessage({ kind: 'digest', sha256, size: file.size });
}

async function read(file: StoredFile, offset: number, length: number): Promise<void> {
  const bytes = await file.read(offset, length);
  thread.postMessage({ kind: 'bytes', bytes }, [bytes.buffer]);
}

thread.onmessage = ({ data }) => {
  if (data.kind === 'open') {
    stored = new StoredFile(data.file, data.secret);
    return;
  }
  if (!stored) return;
  const work = data.kind === 'digest' ? digest(stored) : read(stored, data.offset, data.length);
  work.catch((error: Error) => thread.postMessage({ kind: 'problem', problem: error.message }));
};
