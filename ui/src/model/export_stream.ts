// A list as a file (web-ui.md §8.2): read as a stream, counted and hashed on its way, so that a companion checksum file
// can stand beside it.
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';

export type ExportProgress = { rows: number; bytes: number };
export type ExportedFile = ExportProgress & { name: string; content: Blob; sha256: string };

const NEWLINE = 10;

/** The name that the server gives (`deals_<chain>_<height>_<filterhash>.csv`), cleaned of what could name a folder. */
export function nameOfAnswer(disposition: string | null, fallback: string): string {
  const name = /filename="([^"]+)"/.exec(disposition ?? '')?.[1] ?? fallback;
  return name.replace(/[^\w.-]+/g, '_');
}

function linesIn(part: Uint8Array): number {
  let lines = 0;
  for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

/** Reads an answer to its end. `headerLines`: lines that are no rows. Rejects when `signal` ends it. */
export async function readExport(answer: Response, fallback: string, headerLines: number, signal: AbortSignal, progress: (now: ExportProgress) => void): Promise<ExportedFile> {
  if (!answer.body) throw new Error('the answer has no content');
  const hash = sha256.create();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let lines = 0;
  let bytes = 0;
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (signal.aborted) {
      await reader.cancel().catch(() => undefined);
      throw signal.reason instanceof Error ? signal.reason : new DOMException('stopped', 'AbortError');
    }
    if (done) break;
    parts.push(value);
    hash.update(value);
    bytes += value.length;
    lines += linesIn(value);
    progress({ rows: Math.max(0, lines - headerLines), bytes });
  }
  const name = nameOfAnswer(answer.headers.get('content-disposition'), fallback);
  return { name, content: new Blob(parts), rows: Math.max(0, lines - headerLines), bytes, sha256: bytesToHex(hash.digest()) };
}

/** The companion file, in the form that `sha256sum --check` reads. */
export const checksumLine = (file: Pick<ExportedFile, 'name' | 'sha256'>): string => `${file.sha256}  ${file.name}\n`;
