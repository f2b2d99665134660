// A file of the store, piece by piece: what has come stays when the connection breaks, the next try asks for the rest
// by range (D-01).

export type Transfer = { got: number; total: number | null; perSecond: number };

/** What has come so far. `etag`: the version it is of; another version begins anew. */
export type Kept = { parts: Uint8Array<ArrayBuffer>[]; got: number; total: number | null; etag: string | null };

export const nothingYet = (): Kept => ({ parts: [], got: 0, total: null, etag: null });

export class DownloadError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

function begin(kept: Kept, answer: Response): void {
  const length = Number(answer.headers.get('content-length'));
  const known = length > 0 && !answer.headers.get('content-encoding') ? length : null;
  const whole = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1];
  if (answer.status !== 206) {
    kept.parts = [];
    kept.got = 0;
  }
  kept.total = whole !== undefined ? Number(whole) : known;
  kept.etag = answer.headers.get('etag');
}

/** Reads the rest into `kept`. Rejects where it breaks off; called again it goes on from there. */
export async function downloadInto(kept: Kept, path: string, signal: AbortSignal, progress: (transfer: Transfer) => void): Promise<void> {
  const headers: Record<string, string> = { accept: 'application/zip' };
  if (kept.got > 0) {
    headers.range = `bytes=${kept.got}-`;
    if (kept.etag) headers['if-range'] = kept.etag;
  }
  const answer = await fetch(path, { signal, headers });
  if (answer.status === 416 && kept.total === kept.got) return;
  if (!answer.ok || !answer.body) throw new DownloadError('the store does not have this result (yet)', answer.status);
  begin(kept, answer);
  const started = performance.now();
  const before = kept.got;
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    kept.parts.push(value);
    kept.got += value.length;
    progress({ got: kept.got, total: kept.total, perSecond: ((kept.got - before) * 1000) / Math.max(1, performance.now() - started) });
  }
  if (kept.total !== null && kept.got < kept.total) throw new DownloadError('the connection ended before the file did', 0);
}

export function joined(kept: Kept): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(kept.got);
  let at = 0;
  for (const part of kept.parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
