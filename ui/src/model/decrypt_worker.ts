// Decryption of a result in a thread of its own, so that the page stays quick (D-01). The key comes by message and goes
// with the thread.
import { decryptResult } from './decrypt';
import { listZip } from './zip';

type Question = { archive: Uint8Array; pem: string };
export type Answer = { bytes: Uint8Array<ArrayBuffer> } | { problem: string };
type Thread = { onmessage: ((event: MessageEvent<Question>) => void) | null; postMessage: (answer: Answer, transfer?: Transferable[]) => void };

const thread = self as unknown as Thread;

thread.onmessage = ({ data }) => {
  decryptResult(data.archive, listZip(data.archive), data.pem).then(
    (bytes) => {
      const own = bytes.slice();
      thread.postMessage({ bytes: own }, [own.buffer]);
    },
    (error: Error) => thread.postMessage({ problem: error.message }),
  );
};
