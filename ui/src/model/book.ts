// The order book: sides kept sorted, deltas with absolute remaining volumes (web-ui.md §6.3, §12.2 rule 2).
import type { BookLevel, BookRow } from '../transport/api';

export type Side = 'asks' | 'bids';
export type Entry = { key: string; price: string; remaining: number; published: number; row: BookRow | BookLevel };

export type BookState = {
  view: 'orders' | 'levels';
  asks: Entry[]; // best (lowest) first
  bids: Entry[]; // best (highest) first
  asksTotal: number;
  bidsTotal: number;
  hidden: number;
};

export type BookData = {
  asks?: (BookRow | BookLevel)[];
  bids?: (BookRow | BookLevel)[];
  asksTotal?: number;
  bidsTotal?: number;
  hidden?: number;
};

const NONE: ReadonlySet<string> = new Set();

export const emptyBook = (view: BookState['view'] = 'orders'): BookState => ({
  view,
  asks: [],
  bids: [],
  asksTotal: 0,
  bidsTotal: 0,
  hidden: 0,
});

/** Order of decimal texts without leading zeros. */
export function comparePrices(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Best first; equal prices: first published first, then by key. */
export function compareEntries(side: Side, a: Entry, b: Entry): number {
  const price = comparePrices(a.price, b.price);
  if (price) return side === 'asks' ? price : -price;
  return a.published - b.published || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

function entryOf(row: BookRow | BookLevel): Entry {
  const order = row as BookRow;
  return {
    key: order.hash ?? row.price,
    price: row.price,
    remaining: row.remaining,
    published: order.published ?? 0,
    row,
  };
}

/** Where an entry stands, or would stand, among sorted ones. */
export function placeOf(side: Side, entries: Entry[], entry: Entry): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareEntries(side, entries[middle]!, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The entry of the same order in another state of the side; undefined where it has none. */
export function entryLike(side: Side, entries: Entry[], entry: Entry): Entry | undefined {
  const found = entries[placeOf(side, entries, entry)];
  return found?.key === entry.key ? found : undefined;
}

/** An entry that came, went, or took the place of its old self. */
export type Change = { old: Entry | undefined; now: Entry | null };

/** Changes of a side since its journal was begun. Like the index it belongs to the newest state and is handed on. */
export type Journal = Change[];

/** More changes than are worth going through one by one: whoever keeps a journal then reads the side anew. */
const JOURNAL_MOST = 2_000;
const journals = new WeakMap<Entry[], Journal>();

export const journalOf = (entries: Entry[]): Journal | undefined => journals.get(entries);

/** What happens to this state from now on is written down. */
export function beginJournal(entries: Entry[]): Journal {
  const journal: Journal = [];
  journals.set(entries, journal);
  return journal;
}

function handOn(entries: Entry[], next: Entry[], changes: Change[]): void {
  const journal = journals.get(entries);
  if (!journal) return;
  journals.delete(entries);
  if (journal.length + changes.length > JOURNAL_MOST) return;
  journal.push(...changes);
  journals.set(next, journal);
}

/** Keys of a side's entries. It belongs to the newest state: a change hands it on instead of making it anew of every order. */
const indexes = new WeakMap<Entry[], Map<string, Entry>>();

function takeIndex(entries: Entry[]): Map<string, Entry> {
  const index = indexes.get(entries) ?? new Map(entries.map((entry) => [entry.key, entry]));
  indexes.delete(entries);
  return index;
}

function applySide(side: Side, entries: Entry[], rows: (BookRow | BookLevel)[] | undefined): Entry[] {
  if (!rows || rows.length === 0) return entries;
  const known = takeIndex(entries);
  const next = entries.slice();
  const changes: Change[] = [];
  for (const row of rows) {
    const entry = entryOf(row);
    const old = known.get(entry.key);
    changes.push({ old, now: entry.remaining > 0 ? entry : null });
    if (old) {
      const at = placeOf(side, next, old);
      if (next[at]?.key === old.key) next.splice(at, 1);
      known.delete(entry.key);
    }
    if (entry.remaining > 0) {
      next.splice(placeOf(side, next, entry), 0, entry);
      known.set(entry.key, entry);
    }
  }
  indexes.set(next, known);
  handOn(entries, next, changes);
  return next;
}

export function bookOfSnapshot(view: BookState['view'], data: BookData): BookState {
  return applyBook(emptyBook(view), data);
}

/** A new state; the sides not touched are the same arrays. Applying a delta twice is harmless. */
export function applyBook(state: BookState, delta: BookData): BookState {
  return {
    view: state.view,
    asks: applySide('asks', state.asks, delta.asks),
    bids: applySide('bids', state.bids, delta.bids),
    asksTotal: delta.asksTotal ?? state.asksTotal,
    bidsTotal: delta.bidsTotal ?? state.bidsTotal,
    hidden: delta.hidden ?? state.hidden,
  };
}

export type Spread = { absolute: string; share: number; mid: string } | null;

/** null while a side is empty. `mid` in nRLC with at most one decimal. */
export function spreadOf(bestAsk: string | null | undefined, bestBid: string | null | undefined): Spread {
  if (!bestAsk || !bestBid) return null;
  const ask = BigInt(bestAsk);
  const bid = BigInt(bestBid);
  const sum = ask + bid;
  return {
    absolute: String(ask - bid).replace('-', '−'),
    share: sum === 0n ? 0 : (Number(ask - bid) * 2) / Number(sum),
    mid: sum % 2n ? `${sum / 2n}.5` : String(sum / 2n),
  };
}

/** Sums from the best row on, for depth bars and places in the queue; those of `without` count for nothing. */
export function cumulative(entries: Entry[], without: ReadonlySet<string> = NONE): number[] {
  let sum = 0;
  return entries.map(({ key, remaining }) => (sum += without.has(key) ? 0 : remaining));
}

/** Best bid ≥ best ask and yet both rest: an order is more than a price (M-17). */
export function crossed(state: BookState): boolean {
  const ask = state.asks[0];
  const bid = state.bids[0];
  return !!ask && !!bid && comparePrices(bid.price, ask.price) >= 0;
}
