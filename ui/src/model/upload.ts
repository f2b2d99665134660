// A file's way to the store (D-05): begun by a signed text, sent chunk by chunk, taken up again after any break.
import type { Upload } from '../transport/api';
import type { ApiError } from '../transport/http';

/** What the owner signs; the store builds the same text. */
export function uploadText(owner: string, sha256: string, size: number, expiry: number): string {
  return `Bourse upload/1\nowner: ${owner}\nsha256: ${sha256}\nsize: ${size}\nexpiry: ${expiry}`;
}

export type UploadPhase = 'sending' | 'waiting' | 'paused' | 'checking' | 'done';
export type UploadProgress = { phase: UploadPhase; got: number; total: number; perSecond: number | null };

/** A part of what is stored: its bytes, or where they lie in the file that was chosen. */
export type Chunk = Uint8Array<ArrayBuffer> | Blob;

export type UploadDoors = {
  /** Begins or finds the upload again. */
  begin: () => Promise<Upload>;
  show: (id: string) => Promise<Upload>;
  put: (id: string, offset: number, chunk: Chunk, signal: AbortSignal) => Promise<Upload>;
  complete: (id: string, signal: AbortSignal) => Promise<Upload>;
  read: (offset: number, length: number) => Promise<Chunk>;
  /** Resolves after the time, or when the signal ends it. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  now: () => number;
};

const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 10_000;
/** The connection broke, or the store stands elsewhere than was thought: worth another try. */
const PASSING = new Set(['UNREACHABLE', 'TIMEOUT', 'STORE_UNREACHABLE', 'CHAIN_UNREACHABLE', 'RATE_LIMITED', 'OFFSET_WRONG', 'UPLOAD_BUSY', 'INTERNAL', 'HTTP_502', 'HTTP_503', 'HTTP_504']);

const codeOf = (error: unknown): string => (error as Partial<ApiError>).code ?? '';

export class UploadRun {
  private state: 'running' | 'paused' | 'stopped' = 'running';
  private control = new AbortController();
  private wake: (() => void) | null = null;
  private started = 0;
  private before = 0;
  /** The chunk that was sent last: sent again after a break without being made again. */
  private last: { offset: number; chunk: Chunk } | null = null;

  constructor(
    private readonly doors: UploadDoors,
    private readonly changed: (progress: UploadProgress) => void,
  ) {}

  /** The finished upload. Rejects where the store refuses, and after `stop`. */
  async run(): Promise<Upload> {
    let upload = await this.doors.begin();
    this.measureFrom(upload);
    for (let waits = 0; !upload.cid; ) {
      try {
        if (this.state === 'paused') upload = await this.afterPause(upload);
        const next = await this.step(upload);
        if (next.received > upload.received) waits = 0;
        upload = next;
      } catch (error) {
        if (this.state === 'paused') continue;
        if (this.state === 'stopped' || !PASSING.has(codeOf(error))) throw error;
        upload = await this.afterBreak(upload, waits);
        waits += 1;
      }
    }
    this.tell('done', upload);
    return upload;
  }

  /** What is on its way is cut off: the store keeps whole chunks only. */
  pause(): void {
    if (this.state === 'running') this.end('paused');
  }

  resume(): void {
    if (this.state !== 'paused') return;
    this.state = 'running';
    this.control = new AbortController();
    this.wake?.();
  }

  stop(): void {
    this.end('stopped');
    this.wake?.();
  }

  private end(state: 'paused' | 'stopped'): void {
    this.state = state;
    this.control.abort();
  }

  private measureFrom(upload: Upload): void {
    this.started = this.doors.now();
    this.before = upload.received;
  }

  private tell(phase: UploadPhase, upload: Upload): void {
    const seconds = (this.doors.now() - this.started) / 1000;
    const moved = upload.received - this.before;
    this.changed({ phase, got: upload.received, total: upload.size, perSecond: phase === 'sending' && seconds > 0 && moved > 0 ? moved / seconds : null });
  }

  private async step(upload: Upload): Promise<Upload> {
    const { signal } = this.control;
    if (upload.received >= upload.size) {
      this.tell('checking', upload);
      return this.doors.complete(upload.id, signal);
    }
    this.tell('sending', upload);
    const chunk = await this.chunkAt(upload);
    signal.throwIfAborted();
    return this.doors.put(upload.id, upload.received, chunk, signal);
  }

  private async chunkAt({ received: offset, chunkBytes, size }: Upload): Promise<Chunk> {
    const { last } = this;
    // A place in the file is looked up again: the file may have gone.
    if (last?.offset === offset && !(last.chunk instanceof Blob)) return last.chunk;
    const chunk = await this.doors.read(offset, Math.min(chunkBytes, size - offset));
    this.last = { offset, chunk };
    return chunk;
  }

  private async afterPause(upload: Upload): Promise<Upload> {
    this.tell('paused', upload);
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.wake = null;
    this.control.signal.throwIfAborted();
    const found = await this.doors.show(upload.id);
    this.measureFrom(found);
    return found;
  }

  /** Asks the store what it has, after a while. */
  private async afterBreak(upload: Upload, waits: number): Promise<Upload> {
    this.tell('waiting', upload);
    await this.doors.wait(Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** waits), this.control.signal);
    if (this.control.signal.aborted) return upload;
    try {
      return await this.doors.show(upload.id);
    } catch (error) {
      if (!PASSING.has(codeOf(error))) throw error;
      return upload;
    }
  }
}
