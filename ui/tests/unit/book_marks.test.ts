// What a drawing of the book points out (M-18): rows that came, changed or left, and for how long.
import { describe, expect, it } from 'vitest';
import { applyBook, bookOfSnapshot, cumulative, entryLike } from '../../src/model/book';
import { departed, FADE_MS, lasting, MARK_MS, marksOf, nextEnd, NO_MARKS, withLeft } from '../../src/model/book_marks';
import { asks, bids } from '../fixture';

const book = bookOfSnapshot('orders', { asks, bids });
const best = book.asks[0]!;
const newcomer = { ...asks[0]!, hash: `0x${'ab'.repeat(32)}`, price: '9' };

describe('marks of the book', () => {
  it('an order that came is fresh, a changed volume flashes, what stayed is not marked', () => {
    const next = applyBook(book, { asks: [newcomer, { ...asks[0]!, remaining: 7 }] });
    const { marked, left } = marksOf('asks', NO_MARKS, book.asks, next.asks, 0);
    expect([...marked]).toEqual(expect.arrayContaining([[newcomer.hash, { mark: 'fresh', until: MARK_MS }], [asks[0]!.hash, { mark: 'flash', until: MARK_MS }]]));
    expect([marked.size, left.length]).toEqual([2, 0]);
    expect(marksOf('bids', NO_MARKS, book.bids, next.bids, 0)).toBe(NO_MARKS);
  });
  it('marks outlive the next change and end by the clock', () => {
    const first = marksOf('asks', NO_MARKS, book.asks, applyBook(book, { asks: [newcomer] }).asks, 0);
    const then = applyBook(book, { asks: [newcomer, { ...asks[0]!, remaining: 7 }] }).asks;
    const second = marksOf('asks', first, applyBook(book, { asks: [newcomer] }).asks, then, 400);
    expect(second.marked.size).toBe(2);
    expect(nextEnd(second)).toBe(MARK_MS);
    expect([...lasting(second, MARK_MS).marked.keys()]).toEqual([asks[0]!.hash]);
    expect(lasting(second, 500)).toBe(second);
    expect(lasting(second, MARK_MS + 400)).toBe(NO_MARKS);
    expect(nextEnd(NO_MARKS)).toBeNull();
  });
  it('an order that left fades in its old place and weighs nothing; one that comes back is there once', () => {
    const without = applyBook(book, { asks: [{ ...(best.row as (typeof asks)[0]), remaining: 0 }] }).asks;
    const marks = marksOf('asks', NO_MARKS, book.asks, without, 0);
    expect(marks.left.map(({ entry, until }) => [entry.key, until])).toEqual([[best.key, FADE_MS]]);
    const shown = withLeft('asks', without, marks);
    expect(shown.map(({ key }) => key)).toEqual(book.asks.map(({ key }) => key));
    expect(cumulative(shown, new Set([best.key])).slice(0, 2)).toEqual([0, 1]);
    expect(marksOf('asks', marks, without, book.asks, 100).left).toEqual([]);
    expect(withLeft('asks', without, NO_MARKS)).toBe(without);
  });
  it('a few near the best price fade; another book is no departure', () => {
    expect(departed('asks', book.asks, book.asks.slice(1)).map((entry) => entry.price)).toEqual(['8']);
    expect(departed('asks', book.asks, book.asks)).toEqual([]);
    expect(departed('asks', book.asks, [])).toEqual([]);
  });
  it('finds an order in another state of its side by its place', () => {
    for (const entry of book.bids) expect(entryLike('bids', book.bids, { ...entry, remaining: 99 })).toBe(entry);
    expect(entryLike('asks', [], best)).toBeUndefined();
  });
});
