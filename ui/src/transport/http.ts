// Requests to the market's own origin: one error type, a limit of 10 s, patience with 429 for reads.
import { t } from '@lingui/core/macro';
import { takeEarly } from './early';

export { withQuery } from './query';

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly request: string | null = null,
    readonly field: string | null = null,
    readonly hint: string | null = null,
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }
}

/** `octets`: a body as it is, instead of JSON. */
export type Options = { method?: string; body?: unknown; octets?: Uint8Array<ArrayBuffer> | Blob; token?: string | null; signal?: AbortSignal; limitMs?: number };

const LIMIT_MS = 10_000;

type Fetch = (path: string, init: RequestInit) => Promise<Response>;
let fetcher: Fetch = (path, init) => fetch(path, init);

/** Tests answer from fixtures through this seam. */
export function setFetcher(next: Fetch): void {
  fetcher = next;
}

function retryAfter(answer: Response): number | null {
  const header = answer.headers.get('retry-after');
  const seconds = header === null ? NaN : Number(header);
  return Number.isFinite(seconds) ? seconds * 1000 : null;
}

async function refusal(answer: Response): Promise<ApiError> {
  const text = await answer.text();
  try {
    const body = JSON.parse(text) as { code?: string; message?: string; error?: string; request?: string; field?: string; hint?: string };
    return new ApiError(
      body.code ?? `HTTP_${answer.status}`,
      body.message ?? body.error ?? t`the server answered ${{ status: answer.status }}`,
      answer.status,
      body.request ?? null,
      body.field ?? null,
      body.hint ?? null,
      retryAfter(answer),
    );
  } catch {
    return new ApiError(`HTTP_${answer.status}`, t`the server answered ${{ status: answer.status }}`, answer.status, null, null, null, retryAfter(answer));
  }
}

type TokenListener = (token: string, good: boolean) => void;
let tokenListener: TokenListener | null = null;

/** Told of each answer to a request with a session's token: used, or refused because the session is over. */
export function onTokenUse(listener: TokenListener): void {
  tokenListener = listener;
}

/** A signal that ends at the caller's wish or after the limit. */
function limited(signal: AbortSignal | undefined, limitMs: number): AbortSignal {
  const limit = AbortSignal.timeout(limitMs);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}

export async function send(path: string, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', 'x-requested-with': 'bourse-ui' };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.octets) headers['content-type'] = 'application/octet-stream';
  if (options.token) headers.authorization = `Bearer ${options.token}`;
  try {
    return await fetcher(path, {
      method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
      headers,
      body: options.octets ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      signal: limited(options.signal, options.limitMs ?? LIMIT_MS),
      credentials: 'omit',
    });
  } catch (error) {
    throw broken(error, options);
  }
}

/** What is told when an answer did not come, or not to its end; the caller's own stop stays what it is. */
function broken(error: unknown, options: Options): unknown {
  if (options.signal?.aborted) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError') return new ApiError('TIMEOUT', t`the market did not answer within 10 seconds`, 0);
  return new ApiError('UNREACHABLE', t`the market cannot be reached`, 0);
}

export async function api<Answer>(path: string, options: Options = {}): Promise<Answer> {
  if (options.body === undefined && !options.method && !options.token) {
    const early = await takeEarly(path);
    if (early !== undefined) return early as Answer;
  }
  const answer = await send(path, options);
  if (options.token) tokenListener?.(options.token, answer.status !== 401);
  if (!answer.ok) throw await refusal(answer);
  try {
    return (await answer.json()) as Answer;
  } catch (error) {
    throw broken(error, options);
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

let rpcId = 0;

/** JSON-RPC of the node, through the market. */
export async function rpc<Answer>(method: string, params: unknown[]): Promise<Answer> {
  rpcId += 1;
  const body = { jsonrpc: '2.0', id: rpcId, method, params };
  const answer = await api<{ result?: Answer; error?: { code: number; message: string } }>('/v1/rpc', { body });
  if (answer.error) throw new ApiError(`RPC_${answer.error.code}`, answer.error.message, 200);
  return answer.result as Answer;
}
