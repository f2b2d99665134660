// Uploads of this browser: the file in its thread, the store behind the market, and what was begun and not ended (D-05).
import { t } from '@lingui/core/macro';
import { getAddress } from 'viem';
import type { Upload } from '../transport/api';
import type { Answer, Question } from '../model/file_worker';
import { goneText, type Secret } from '../model/stored_file';
import { UploadRun, uploadText, type Chunk, type UploadProgress } from '../model/upload';
import { api } from '../transport/http';
import { keptStore } from './store';

const CHUNK_LIMIT_MS = 120_000;
const CHECK_LIMIT_MS = 15 * 60_000;
const SIGNATURE_LIFE_S = 3_600;
const MOST_KEPT = 20;

/** A file that is ready to be sent: what the store will have of it. */
export type Prepared = { name: string; sha256: string; size: number; secret: Secret | null };

type Waiting = { resolve: (answer: Answer) => void; reject: (error: Error) => void; progress: ((done: number, total: number) => void) | undefined };

/** A file in a thread of its own. One question at a time; `close` ends the thread with what it does. */
export class FileThread {
  private readonly thread = new Worker(new URL('../model/file_worker.ts', import.meta.url), { type: 'module' });
  private waiting: Waiting | null = null;

  constructor(
    private readonly file: Blob,
    private readonly secret: Secret | null,
  ) {
    this.thread.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === 'progress') this.waiting?.progress?.(data.done, data.total);
      else if (data.kind === 'problem') this.end(new Error(data.problem));
      else this.waiting?.resolve(data);
    };
    this.thread.onerror = () => this.end(new Error(t`The file cannot be prepared in this browser.`));
    this.thread.postMessage({ kind: 'open', file, secret } satisfies Question);
  }

  private end(error: Error): void {
    this.waiting?.reject(error);
  }

  private ask(question: Question, progress?: (done: number, total: number) => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject, progress };
      this.thread.postMessage(question);
    });
  }

  async digest(progress: (done: number, total: number) => void): Promise<{ sha256: string; size: number }> {
    const answer = await this.ask({ kind: 'digest' }, progress);
    if (answer.kind !== 'digest') throw new Error(t`The file cannot be prepared in this browser.`);
    return answer;
  }

  /** Of a file that is stored as it is, the place in it: the browser sends it from the disk. */
  async read(offset: number, length: number): Promise<Chunk> {
    if (!this.secret) return this.place(offset, length);
    const answer = await this.ask({ kind: 'read', offset, length });
    if (answer.kind !== 'bytes') throw new Error(t`The file cannot be prepared in this browser.`);
    return answer.bytes;
  }

  private async place(offset: number, length: number): Promise<Blob> {
    const part = this.file.slice(offset, offset + length);
    await part.slice(0, 1).arrayBuffer().catch(() => {
      throw new Error(goneText());
    });
    return part;
  }

  close(): void {
    this.thread.terminate();
    this.end(new Error(t`stopped`));
  }
}

/** An upload that was begun here: enough to go on with it after a reload, once the file is chosen again (and its key: the IV
 * alone opens nothing). */
export type Begun = { owner: string; name: string; fileSize: number; sha256: string; size: number; iv: number[] | null };
export const begunStore = keptStore<Begun[]>('uploads', []);

const same = (a: Begun, b: Begun): boolean => a.sha256 === b.sha256 && a.owner === b.owner;
export const rememberBegun = (one: Begun): void => begunStore.set((old) => [one, ...old.filter((each) => !same(each, one))].slice(0, MOST_KEPT));
export const forgetBegun = (owner: string, sha256: string): void => begunStore.set((old) => old.filter((each) => each.owner !== owner || each.sha256 !== sha256));
/** What was begun with this file, as far as a file's name and size tell. */
export const begunWith = (all: Begun[], owner: string | null, file: File): Begun | null => all.find((each) => each.owner === owner && each.name === file.name && each.fileSize === file.size) ?? null;

export type UploadOrder = { owner: string; sha256: string; size: number; expiry: number };

/** What is to be signed; the expiry is counted from now. */
export function uploadOrder(owner: string, prepared: Pick<Prepared, 'sha256' | 'size'>): UploadOrder {
  return { owner: getAddress(owner), sha256: prepared.sha256, size: prepared.size, expiry: Math.floor(Date.now() / 1000) + SIGNATURE_LIFE_S };
}
export const textOfOrder = (order: UploadOrder): string => uploadText(order.owner, order.sha256, order.size, order.expiry);

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export function uploadRun(order: UploadOrder, signature: string, file: FileThread, changed: (progress: UploadProgress) => void): UploadRun {
  return new UploadRun(
    {
      begin: () => api<Upload>('/v1/uploads', { body: { ...order, signature } }),
      show: (id) => api<Upload>(`/v1/uploads/${id}`),
      put: (id, offset, octets, signal) => api<Upload>(`/v1/uploads/${id}?offset=${offset}`, { method: 'PUT', octets, signal, limitMs: CHUNK_LIMIT_MS }),
      complete: (id, signal) => api<Upload>(`/v1/uploads/${id}/complete`, { method: 'POST', signal, limitMs: CHECK_LIMIT_MS }),
      read: (offset, length) => file.read(offset, length),
      wait: pause,
      now: () => performance.now(),
    },
    changed,
  );
}
