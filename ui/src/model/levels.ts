// Levels of a side of the book: its orders added up by a price step (web-ui.md M-13). A busy book changes many times a
// second, so the levels of a new state are made of those of the state before and of what has changed since.
import type { BookLevel } from '../transport/api';
import { beginJournal, comparePrices, journalOf, placeOf, type Change, type Entry, type Journal, type Side } from './book';

/** The price of an order's level: asks round up, bids down, so no level looks better than it is. */
function levelPrice(price: string, side: Side, step: bigint): string {
  if (step === 1n) return price;
  const exact = BigInt(price);
  return String((side === 'asks' ? (exact + step - 1n) / step : exact / step) * step);
}

/** Orders in an entry: one, or those of a level that the server has added up. */
const ordersIn = (entry: Entry): number => (entry.row as Partial<BookLevel>).orders ?? 1;

const levelEntry = (price: string, remaining: number, orders: number): Entry => ({ key: price, price, remaining, published: 0, row: { price, remaining, orders } });

/** All levels of entries that are sorted, the best first: those of a level stand together. */
function grouped(entries: Entry[], side: Side, step: bigint): Entry[] {
  const levels: Entry[] = [];
  let [price, remaining, orders] = ['', 0, 0];
  const close = (): void => {
    if (orders > 0) levels.push(levelEntry(price, remaining, orders));
  };
  // Within a level a price is never beyond the level's own, and the next level's is.
  const within = (other: string): boolean => orders > 0 && (side === 'asks' ? comparePrices(other, price) <= 0 : comparePrices(other, price) >= 0);
  for (const entry of entries) {
    if (!within(entry.price)) {
      close();
      [price, remaining, orders] = [levelPrice(entry.price, side, step), 0, 0];
    }
    remaining += entry.remaining;
    orders += ordersIn(entry);
  }
  close();
  return levels;
}

/** Adds to the level of an entry, or takes away from it; a level without orders goes. `levels` is changed. */
function count(levels: Entry[], side: Side, step: bigint, entry: Entry, sign: 1 | -1): void {
  const price = levelPrice(entry.price, side, step);
  const at = placeOf(side, levels, levelEntry(price, 0, 0));
  const found = levels[at]?.price === price ? levels[at] : undefined;
  const orders = (found ? ordersIn(found) : 0) + sign * ordersIn(entry);
  const level = levelEntry(price, (found?.remaining ?? 0) + sign * entry.remaining, orders);
  levels.splice(at, found ? 1 : 0, ...(orders > 0 ? [level] : []));
}

function changed(levels: Entry[], side: Side, step: bigint, changes: Change[]): Entry[] {
  const next = levels.slice();
  for (const { old, now } of changes) {
    if (old) count(next, side, step, old, -1);
    if (now) count(next, side, step, now, 1);
  }
  return next;
}

/** The levels with which a journal began, and their step. */
const bases = new WeakMap<Journal, { step: bigint; levels: Entry[] }>();

/** Levels of a side, the best first. `tick`: step of their prices, in nRLC. */
export function levelsOf(entries: Entry[], side: Side, tick: number): Entry[] {
  const step = BigInt(Math.max(1, tick));
  const journal = journalOf(entries);
  const base = journal && bases.get(journal);
  const known = base?.step === step ? base.levels : null;
  if (journal && known && journal.length === 0) return known;
  const levels = journal && known ? changed(known, side, step, journal) : grouped(entries, side, step);
  bases.set(beginJournal(entries), { step, levels });
  return levels;
}
