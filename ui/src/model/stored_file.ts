// A file as a store will have it: as it is, or encrypted on the way (dataset format v1, sdk-interop.md §5.4: a 16-byte IV,
// then AES-256-CBC with PKCS#7 padding). It is read piece by piece, so memory does not grow with it.
import { t } from '@lingui/core/macro';
import { sha256 } from '@noble/hashes/sha2';

export type Secret = { key: Uint8Array<ArrayBuffer>; iv: Uint8Array<ArrayBuffer> };

const BLOCK = 16;
const KEY_BYTES = 32;
/** Clear bytes encrypted at a time; whole blocks. */
const STEP = 1 << 20;

const hexOf = (bytes: Uint8Array): string => `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;

export const newKey = (): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(KEY_BYTES));
export const newIv = (): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(BLOCK));

/** A key as the SDK writes it into its key files: 44 characters of base64. */
export const keyText = (key: Uint8Array): string => btoa(String.fromCharCode(...key));

/** Null for what is no such key. */
export function parseKey(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text.trim())) return null;
  return Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
}

export const goneText = (): string => t`The file cannot be read any more: it was changed, moved or removed. Choose it again.`;

/** The bytes of a blob, in `buffer` where the browser can read into it. A buffer for each would wait for the collector, who
 * counts such memory late: a large file would stand in memory as a whole. */
async function bytesOf(blob: Blob, buffer: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = blob.stream().getReader({ mode: 'byob' });
  } catch {
    return new Uint8Array(await blob.arrayBuffer());
  }
  let [into, got] = [buffer, 0];
  while (got < blob.size) {
    const { value, done } = await reader.read(new Uint8Array(into, got, blob.size - got));
    if (!value || done) throw new Error('shorter than it was');
    got += value.length;
    into = value.buffer;
  }
  return new Uint8Array(into, 0, got);
}

export class StoredFile {
  private pieces: AsyncIterator<Uint8Array<ArrayBuffer>> | null = null;
  private piece = new Uint8Array(0);
  /** Where `piece` begins. */
  private at = 0;

  constructor(
    private readonly file: Blob,
    private readonly secret: Secret | null,
    private readonly step = STEP,
  ) {}

  get size(): number {
    return this.secret ? BLOCK + Math.floor(this.file.size / BLOCK) * BLOCK + BLOCK : this.file.size;
  }

  /** The whole, piece by piece. A piece is good until the next one is asked for. */
  whole(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    return this.secret ? this.encrypted(this.secret) : this.plain();
  }

  /** Bytes from an offset on, fewer only at the end. Forwards it is quick, backwards it begins anew. */
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const out = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    if (offset < this.at) this.rewind();
    for (let got = 0; got < out.length; ) {
      const from = offset + got - this.at;
      if (from >= this.piece.length) {
        await this.next();
        continue;
      }
      const part = this.piece.subarray(from, from + out.length - got);
      out.set(part, got);
      got += part.length;
    }
    return out;
  }

  private rewind(): void {
    this.pieces = null;
    this.piece = new Uint8Array(0);
    this.at = 0;
  }

  private async next(): Promise<void> {
    this.pieces ??= this.whole();
    const { length } = this.piece; // the next piece may take its memory
    const { done, value } = await this.pieces.next();
    if (done) throw new Error(t`The file has become shorter while it was read.`);
    this.at += length;
    this.piece = value;
  }

  private async *plain(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let buffer = new ArrayBuffer(this.step);
    for (let from = 0; from < this.file.size; from += this.step) {
      const piece = await this.clear(from, buffer);
      yield piece;
      buffer = piece.buffer;
    }
  }

  /** A step of the file, shorter only at its end. */
  private async clear(from: number, buffer: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await bytesOf(this.file.slice(from, from + this.step), buffer);
    } catch {
      throw new Error(goneText());
    }
  }

  /** The browser encrypts whole texts only: each step begins with the last block of the one before, and the padding that
   * the browser puts behind each is left out but for the last. */
  private async *encrypted(secret: Secret): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const key = await crypto.subtle.importKey('raw', secret.key, 'AES-CBC', false, ['encrypt']);
    yield secret.iv;
    let iv = secret.iv;
    let buffer = new ArrayBuffer(this.step);
    for (let from = 0; ; from += this.step) {
      const clear = await this.clear(from, buffer);
      buffer = clear.buffer;
      const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, key, clear));
      if (clear.length < this.step) {
        yield sealed;
        return;
      }
      iv = sealed.slice(this.step - BLOCK, this.step);
      yield sealed.subarray(0, this.step);
    }
  }
}

/** SHA-256 of the whole, as it stands on chain. */
export async function digestOf(stored: StoredFile, progress: (done: number) => void): Promise<string> {
  const hash = sha256.create();
  let at = 0;
  for await (const part of stored.whole()) {
    hash.update(part);
    at += part.length;
    progress(at);
  }
  return hexOf(hash.digest());
}
