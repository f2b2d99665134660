// Digest of a result archive, as worker, store and the program's client compute it (digest v1): which file the chain binds.
import { t } from '@lingui/core/macro';
import { keccak256, type Hex } from 'viem';
import { listZip, readEntry, type ZipEntry } from './zip';

export type Verdict =
  | { kind: 'verified'; digest: string; bound: string; error: string | null }
  | { kind: 'mismatch'; digest: string; expected: string }
  | { kind: 'unbound'; reason: string };

const ROOT = '/iexec_out';
const ENTRY_LIMIT = 1 << 30;

const hexOf = (bytes: Uint8Array): Hex => `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;

export async function sha256(bytes: Uint8Array): Promise<Hex> {
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}

function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

async function digestOfPath(bytes: Uint8Array, entries: ZipEntry[], path: string): Promise<Hex> {
  const file = entries.find((each) => each.name === path && !each.folder);
  if (file) return sha256(await readEntry(bytes, file, ENTRY_LIMIT));
  const prefix = path === '' ? '' : `${path}/`;
  const inside = entries.filter(
    (each) => !each.folder && each.name.startsWith(prefix) && !each.name.slice(prefix.length).includes('/'),
  );
  if (inside.length === 0) throw new Error(t`the archive lacks ${{ name: `${ROOT}/${path}` }}`);
  inside.sort((a, b) => (a.name < b.name ? -1 : 1));
  let joined = '0x';
  for (const each of inside) joined += (await sha256(await readEntry(bytes, each, ENTRY_LIMIT))).slice(2);
  return keccak256(joined as Hex);
}

type Bound = { digest: Hex; what: string; error: string | null };

async function boundOf(bytes: Uint8Array, hasCallback: boolean): Promise<Bound> {
  const entries = listZip(bytes).filter((each) => !each.added);
  const computed = entries.find((each) => each.name === 'computed.json');
  if (!computed) {
    if (hasCallback || !entries.some((each) => each.name === 'consensus.iexec')) throw new Error(t`the app wrote no computed.json`);
    return { digest: await digestOfPath(bytes, entries, 'consensus.iexec'), what: 'consensus.iexec', error: null };
  }
  const text = new TextDecoder().decode(await readEntry(bytes, computed, 8 << 20));
  const facts = JSON.parse(text) as Record<string, unknown>;
  const callback = typeof facts['callback-data'] === 'string' ? facts['callback-data'] : '';
  const path = typeof facts['deterministic-output-path'] === 'string' ? facts['deterministic-output-path'] : '';
  if (hasCallback || (path === '' && callback !== '')) return { digest: keccak256(callback as Hex), what: t`callback data`, error: null };
  if (path === '') throw new Error(t`computed.json names neither an output path nor callback data`);
  const absolute = normal(path);
  if (absolute !== ROOT && !absolute.startsWith(`${ROOT}/`)) throw new Error(t`computed.json points outside ${ROOT}`);
  const relative = absolute === ROOT ? '' : absolute.slice(ROOT.length + 1);
  const digest = await digestOfPath(bytes, entries, relative);
  const cause = entries.find((each) => each.name === 'error.txt');
  const error = relative === 'error.txt' && cause ? new TextDecoder().decode(await readEntry(bytes, cause, 64)) : null;
  return { digest, what: relative === '' ? t`all files` : relative, error };
}

/** Compares an archive with the digest that the chain holds. */
export async function verifyResult(bytes: Uint8Array, expected: string | null, hasCallback: boolean): Promise<Verdict> {
  if (!expected || /^0x0*$/.test(expected)) return { kind: 'unbound', reason: t`the chain holds no digest of this task` };
  let bound: Bound;
  try {
    bound = await boundOf(bytes, hasCallback);
  } catch (error) {
    return { kind: 'mismatch', digest: t`not computable: ${{ cause: (error as Error).message }}`, expected };
  }
  if (bound.digest !== expected.toLowerCase()) return { kind: 'mismatch', digest: bound.digest, expected };
  return { kind: 'verified', digest: bound.digest, bound: bound.what, error: bound.error };
}

/** An archive whose root holds the two files of an encrypted result (sdk-interop.md §5.3). */
export function isEncrypted(entries: ZipEntry[]): boolean {
  const names = entries.filter((each) => !each.folder).map((each) => each.name).sort();
  return names.includes('aes-key.rsa') && names.includes('iexec_out.zip.aes');
}
