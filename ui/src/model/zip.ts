// Listing of a result archive without extraction, and reading one small entry (web-ui.md §9 D-02).
import { t } from '@lingui/core/macro';

export type ZipEntry = { name: string; size: number; packed: number; method: number; offset: number; leavesRoot: boolean; folder: boolean; added: boolean };

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

/** A path that would land outside the folder it is unpacked into. */
export function leavesRoot(name: string): boolean {
  if (/^([/\\]|[A-Za-z]:)/.test(name)) return true;
  let depth = 0;
  for (const part of name.split(/[/\\]/)) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

function endOfDirectory(view: DataView): number {
  const from = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= from; at -= 1) if (view.getUint32(at, true) === END) return at;
  throw new Error(t`this file is no zip archive`);
}

export function listZip(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOfDirectory(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) throw new Error(t`the archive's directory is damaged`);
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const mode = view.getUint16(at + 40, true);
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
      leavesRoot: leavesRoot(name),
      folder: name.endsWith('/'),
      // Files that the worker added stand at the root and are read-only.
      added: !name.includes('/') && mode !== 0 && (mode & 0o222) === 0,
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Content of an entry, at most `limit` bytes; packed by deflate or stored. */
export async function readEntry(bytes: Uint8Array, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (entry.offset + 30 > bytes.length || view.getUint32(entry.offset, true) !== LOCAL) throw new Error(t`the archive is damaged`);
  const from = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  const packed = bytes.slice(from, from + entry.packed);
  if (entry.method === 0) return packed.subarray(0, limit);
  if (entry.method !== 8) throw new Error(t`the entry is packed by a method this page does not know`);
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < limit) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  await reader.cancel().catch(() => undefined);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.subarray(0, limit);
}
