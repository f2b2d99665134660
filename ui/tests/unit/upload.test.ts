// Uploads (D-05): what leaves the page opens with other programs, and every break ends in the whole file.
import { createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestOf, keyText, newIv, newKey, parseKey, StoredFile } from '../../src/model/stored_file';
import { UploadRun, uploadText, type UploadDoors, type UploadProgress } from '../../src/model/upload';
import { withInputFile } from '../../src/model/orders';
import type { Upload } from '../../src/transport/api';

const STEP = 64;
const fileOf = (content: Uint8Array): Blob => new Blob([content as Uint8Array<ArrayBuffer>]);
async function whole(stored: StoredFile, length: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < stored.size; ) {
    const part = await stored.read(at, length);
    parts.push(part);
    at += part.length;
  }
  return Buffer.concat(parts);
}

describe('encrypted file, format v1', () => {
  const secret = { key: newKey(), iv: newIv() };
  function opened(sealed: Buffer): Buffer {
    const decipher = createDecipheriv('aes-256-cbc', secret.key, sealed.subarray(0, 16));
    return Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]);
  }
  it.each([0, 1, 15, 16, 17, STEP - 1, STEP, STEP + 1, 3 * STEP, 3 * STEP + 5])('of %i bytes opens with another program', async (size) => {
    const content = randomBytes(size);
    const stored = new StoredFile(fileOf(content), secret, STEP);
    const sealed = await whole(stored, 50);
    expect(sealed.length).toBe(stored.size);
    expect(sealed.subarray(0, 16)).toEqual(Buffer.from(secret.iv));
    expect(opened(sealed).equals(content)).toBe(true);
  });
  it('is the same bytes from any place on, so that a broken upload goes on', async () => {
    const stored = new StoredFile(fileOf(randomBytes(500)), secret, STEP);
    const sealed = await whole(stored, 1_000);
    for (const [from, length] of [[300, 40], [16, 100], [0, 5], [499, 500], [stored.size, 10]] as const) expect(Buffer.from(await stored.read(from, length))).toEqual(sealed.subarray(from, from + length));
  });
  it('has the checksum of what is stored, not of what was chosen', async () => {
    const content = randomBytes(300);
    const seen: number[] = [];
    const stored = new StoredFile(fileOf(content), secret, STEP);
    expect(await digestOf(stored, (done) => seen.push(done))).toBe(`0x${createHash('sha256').update(await whole(stored, 77)).digest('hex')}`);
    expect(seen.at(-1)).toBe(stored.size);
    expect(await digestOf(new StoredFile(fileOf(content), null), () => undefined)).toBe(`0x${createHash('sha256').update(content).digest('hex')}`);
  });
  it('that is stored as it is reads the same from any place, whether the browser reads into a buffer or not', async () => {
    const content = randomBytes(500);
    for (const file of [fileOf(content), Object.assign(fileOf(content), { slice: (from: number, to: number) => Object.assign(fileOf(content.subarray(from, to)), { stream: () => new ReadableStream() }) })]) {
      const stored = new StoredFile(file, null, STEP);
      for (const [from, length] of [[0, 70], [70, 100], [170, 100], [10, 5], [450, 100]] as const) expect(Buffer.from(await stored.read(from, length))).toEqual(content.subarray(from, from + length));
    }
  });
  it('keeps keys as the SDK does', () => {
    expect(keyText(new Uint8Array(32))).toBe(`${'A'.repeat(43)}=`);
    expect(parseKey(`${keyText(secret.key)}\n`)).toEqual(secret.key);
    for (const wrong of ['', 'AAAA', `${'A'.repeat(44)}`, `${'!'.repeat(43)}=`]) expect(parseKey(wrong)).toBeNull();
  });
  it('says what to do when the file was changed meanwhile', async () => {
    const gone = { size: 100, slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) }) } as unknown as Blob;
    await expect(new StoredFile(gone, null).read(0, 10)).rejects.toThrow('Choose it again');
  });
});

describe('the way to the store', () => {
  const content = randomBytes(1_000) as Buffer<ArrayBuffer>;
  const broken = (code: string): Error => Object.assign(new Error(code), { code });

  /** A store in memory that takes 100 bytes at a time, and fails as it is told. */
  function store(failures: (Error | null)[] = []): { doors: UploadDoors; got: () => Buffer; puts: number[]; waits: number[]; reads: number[] } {
    let held = Buffer.alloc(0);
    const puts: number[] = [];
    const waits: number[] = [];
    const reads: number[] = [];
    const upload = (cid: string | null = null): Upload => ({ id: '0x1', owner: '0x2', sha256: '0x3', size: content.length, received: held.length, chunkBytes: 100, cid, location: null, expires: null });
    const doors: UploadDoors = {
      begin: async () => upload(),
      show: async () => upload(),
      put: async (_id, offset, chunk, signal) => {
        puts.push(offset);
        signal.throwIfAborted();
        const failure = failures.shift();
        const bytes = chunk instanceof Blob ? Buffer.from(await chunk.arrayBuffer()) : chunk;
        if (failure?.message === 'after') held = Buffer.concat([held, bytes]);
        if (failure) throw failure;
        if (offset !== held.length) throw broken('OFFSET_WRONG');
        held = Buffer.concat([held, bytes]);
        return upload();
      },
      complete: async () => upload('bafy'),
      read: async (offset, length) => {
        reads.push(offset);
        return content.subarray(offset, offset + length);
      },
      wait: async (ms) => void waits.push(ms),
      now: () => 0,
    };
    return { doors, got: () => held, puts, waits, reads };
  }

  it('sends chunk after chunk and tells how far it is', async () => {
    const { doors, got } = store();
    const seen: UploadProgress[] = [];
    expect((await new UploadRun(doors, (progress) => seen.push(progress)).run()).cid).toBe('bafy');
    expect(got().equals(content)).toBe(true);
    expect([seen[0]?.phase, seen.at(-2)?.phase, seen.at(-1)?.phase, seen.at(-1)?.got]).toEqual(['sending', 'checking', 'done', 1_000]);
  });
  it('asks where the store stands after a break, whether the chunk came or not', async () => {
    const cut = broken('UNREACHABLE');
    const { doors, got, waits, reads } = store([null, cut, cut, Object.assign(new Error('after'), { code: 'TIMEOUT' }), null, broken('UPLOAD_BUSY')]);
    await new UploadRun(doors, () => undefined).run();
    expect(got().equals(content)).toBe(true);
    expect(waits).toEqual([500, 1_000, 2_000, 500]);
    expect(reads).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });
  it('looks a place in the file up again after a break, and makes bytes once', async () => {
    const { doors, got, reads } = store([null, broken('UNREACHABLE'), ...Array<null>(5).fill(null), broken('UNREACHABLE')]);
    doors.read = async (offset, length) => {
      reads.push(offset);
      const bytes = new Uint8Array(content.subarray(offset, offset + length));
      return offset < 500 ? bytes : fileOf(bytes);
    };
    await new UploadRun(doors, () => undefined).run();
    expect(got().equals(content)).toBe(true);
    expect(reads).toEqual([0, 100, 200, 300, 400, 500, 600, 600, 700, 800, 900]);
  });
  it('ends where the store refuses', async () => {
    await expect(new UploadRun(store([broken('QUOTA_EXCEEDED')]).doors, () => undefined).run()).rejects.toThrow('QUOTA_EXCEEDED');
    const lost = store([broken('UNREACHABLE')]);
    lost.doors.show = () => Promise.reject(broken('UPLOAD_NOT_FOUND'));
    await expect(new UploadRun(lost.doors, () => undefined).run()).rejects.toThrow('UPLOAD_NOT_FOUND');
  });
  it('pauses, goes on and stops', async () => {
    const { doors, got, puts } = store();
    const phases: string[] = [];
    const run = new UploadRun(doors, ({ phase, got: sent }) => {
      phases.push(phase);
      if (sent === 300 && phase === 'sending' && !phases.includes('paused')) run.pause();
      if (phase === 'paused') setTimeout(() => run.resume());
    });
    await run.run();
    expect(got().equals(content)).toBe(true);
    expect(phases.filter((phase) => phase === 'paused')).toHaveLength(1);
    expect(puts.filter((at) => at === 300).length).toBeGreaterThan(0);
    const other = store();
    const stopped: UploadRun = new UploadRun(other.doors, ({ got: sent }) => sent === 500 && stopped.stop());
    await expect(stopped.run()).rejects.toThrow();
    expect(other.got().length).toBe(500);
  });
  it('signs the text that the store builds', () => {
    expect(uploadText('0xAb', '0xcd', 5, 9)).toBe('Bourse upload/1\nowner: 0xAb\nsha256: 0xcd\nsize: 5\nexpiry: 9');
  });
});

describe('an input file of a task', () => {
  it('joins the params that are there', () => {
    expect(withInputFile('', '/ipfs/a')).toBe('{"iexec_input_files":["/ipfs/a"]}');
    expect(withInputFile('hello you', '/ipfs/a')).toBe('{"iexec_args":"hello you","iexec_input_files":["/ipfs/a"]}');
    expect(withInputFile('{"iexec_input_files":["https://b"],"iexec_args":"x"}', '/ipfs/a')).toBe('{"iexec_input_files":["https://b","/ipfs/a"],"iexec_args":"x"}');
    expect(withInputFile('{"0":"first"}', '/ipfs/a')).toBeNull();
    expect(withInputFile('{broken', '/ipfs/a')).toBeNull();
  });
});
