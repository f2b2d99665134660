// What the search field of the market narrows book and trades to: `app:0x…` for a hit, or a part of an id (M-07).
import type { BookLevel, BookRow } from '../transport/api';
import type { Entry, Side } from './book';

export type Find = { kind: string; id: string };
const HIT = /^(app|workerpool|order|deal|account):(0x[0-9a-f]+)$/i;

export function findOf(text: string): Find {
  const hit = HIT.exec(text.trim());
  return hit ? { kind: hit[1] ?? '', id: (hit[2] ?? '').toLowerCase() } : { kind: '', id: text.trim().toLowerCase() };
}

const isLevel = (row: BookRow | BookLevel): row is BookLevel => !('hash' in row);

/** Rows of a side that have to do with what is looked for; for an app also the offers that take any. */
export function matching(entries: Entry[], side: Side, text: string): Entry[] {
  const { kind, id } = findOf(text);
  if (!id) return entries;
  const has = (value: string | null): boolean => !!value && value.toLowerCase().includes(id);
  return entries.filter(({ row }) => {
    if (isLevel(row)) return true;
    if (kind === 'app') return has(row.app) || (side === 'asks' && row.app === null);
    return [row.hash, row.workerpool, row.requester, row.app, row.maker].some(has);
  });
}
