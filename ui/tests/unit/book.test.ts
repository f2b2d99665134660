import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyBook, bookOfSnapshot, compareEntries, comparePrices, crossed, cumulative, emptyBook, spreadOf, type Entry } from '../../src/model/book';
import { axis, candlesOf, directions, mergeCandles, summary } from '../../src/model/candles';
import { percent } from '../../src/model/format';
import { levelsOf } from '../../src/model/levels';
import { asks, bids, data, trades } from '../fixture';

const book = bookOfSnapshot('orders', { asks, bids });

describe('FX-book (T-01)', () => {
  it('sorts asks and bids, the best first', () => {
    expect(book.asks.map((entry) => Number(entry.price))).toEqual([8, 9, 9, 9, 10, 11, 12, 12, 12, 14, 15]);
    expect(book.bids.map((entry) => Number(entry.price))).toEqual([3, 3, 3, 2, 2, 2, 1, 1, 1, 1, 1]);
    // The screen: asks from the highest down, each row where the fixture has it.
    expect(book.asks.map((entry) => entry.key).reverse()).toEqual(asks.map((each) => each.hash));
    expect(book.bids.map((entry) => entry.key)).toEqual(bids.map((each) => each.hash));
  });
  it('best prices and spread', () => {
    expect(book.asks[0]?.price).toBe(String(data.orderBook.bestAsk));
    expect(book.bids[0]?.price).toBe(String(data.orderBook.bestBid));
    const spread = spreadOf('8', '3');
    expect(spread?.absolute).toBe('5');
    expect(spread?.mid).toBe('5.5');
    expect(percent(spread?.share)).toBe('90.9 %');
    expect(spreadOf(null, '3')).toBeNull();
  });
  it('levels, depth, queue, crossing', () => {
    expect(levelsOf(book.asks, 'asks', 5).map((level) => [level.price, level.remaining])).toEqual([['10', 5], ['15', 6]]);
    expect(levelsOf(book.bids, 'bids', 2).map((level) => [level.price, level.remaining])).toEqual([['2', 6], ['0', 5]]);
    expect(cumulative(book.bids).pop()).toBe(11);
    expect(cumulative(book.bids)[3]! - book.bids[3]!.remaining).toBe(3);
    expect(crossed(book)).toBe(false);
    expect(crossed(applyBook(book, { bids: [{ ...bids[0]!, hash: `0x${'f'.repeat(64)}`, price: '9' }] }))).toBe(true);
  });
});

describe('levels of the book (M-13)', () => {
  /** Every order by itself, whatever came before. */
  const plain = (entries: Entry[], asks: boolean, tick: number): [string, number, number][] => {
    const levels = new Map<number, [number, number]>();
    for (const { price, remaining } of entries) {
      const at = (asks ? Math.ceil : Math.floor)(Number(price) / tick) * tick;
      const [sum, orders] = levels.get(at) ?? [0, 0];
      levels.set(at, [sum + remaining, orders + 1]);
    }
    return [...levels].sort(([a], [b]) => (asks ? a - b : b - a)).map(([price, [sum, orders]]) => [String(price), sum, orders]);
  };
  const shown = (levels: Entry[]): unknown[] => levels.map(({ key, price, remaining, row }) => {
    expect(row).toMatchObject({ price: key, remaining });
    return [price, remaining, (row as { orders: number }).orders];
  });
  const delta = fc.array(fc.record({ id: fc.nat(40), price: fc.nat(60), remaining: fc.nat(3), side: fc.boolean() }), { minLength: 1, maxLength: 8 });
  const step = fc.record({ delta, tick: fc.constantFrom(1, 1, 1, 5, 10), looked: fc.boolean() });
  const rowsOf = (changes: { id: number; price: number; remaining: number; side: boolean }[], side: boolean) =>
    changes.filter((each) => each.side === side).map(({ id, price, remaining }) => ({ ...asks[0]!, hash: `0x${id}`, price: String(price), remaining, published: id }));

  it('made of the levels before and of the changes are those of all orders, looked at or not, at any step', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let state = emptyBook();
        for (const { delta: changes, tick, looked } of steps) {
          const before = state;
          state = applyBook(state, { asks: rowsOf(changes, true), bids: rowsOf(changes, false) });
          if (!looked) continue;
          expect(shown(levelsOf(state.asks, 'asks', tick))).toEqual(plain(state.asks, true, tick));
          expect(shown(levelsOf(state.bids, 'bids', tick))).toEqual(plain(state.bids, false, tick));
          // The state before is an old one, and still has its own levels.
          expect(shown(levelsOf(before.asks, 'asks', tick))).toEqual(plain(before.asks, true, tick));
        }
      }),
    );
  });
  it('that no change has touched stay the same objects, and a side without one the same list', () => {
    const levels = levelsOf(book.asks, 'asks', 1);
    const next = applyBook(book, { asks: [{ ...asks[10]!, remaining: 3 }] });
    const now = levelsOf(next.asks, 'asks', 1);
    expect(now.map((level, at) => level === levels[at])).toEqual([false, true, true, true, true, true, true]);
    expect(now[0]).toMatchObject({ price: '8', remaining: 3 });
    expect(levelsOf(next.asks, 'asks', 1)).toBe(now);
  });
  it('after more changes than are written down are made anew', () => {
    let state = bookOfSnapshot('orders', { asks });
    levelsOf(state.asks, 'asks', 1);
    for (let at = 0; at < 3_000; at += 1) state = applyBook(state, { asks: [{ ...asks[at % asks.length]!, remaining: 1 + (at % 7) }] });
    expect(shown(levelsOf(state.asks, 'asks', 1))).toEqual(plain(state.asks, true, 1));
  });
});

describe('book deltas', () => {
  const change = fc.record({ id: fc.nat(30), price: fc.nat(20), remaining: fc.nat(3), side: fc.boolean() });
  it('equal the book made from the last word on each order, applied twice or once', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
        let state = emptyBook();
        const truth = new Map<string, ReturnType<typeof rowOf>>();
        for (const { id, price, remaining, side } of changes) {
          const row = rowOf(side ? id : id + 100, price, remaining);
          truth.set(row.hash, row);
          const delta = side ? { asks: [row] } : { bids: [row] };
          state = applyBook(applyBook(state, delta), delta);
        }
        const rows = [...truth.values()].filter((row) => row.remaining > 0);
        const fresh = bookOfSnapshot('orders', { asks: rows.filter((row) => Number(row.hash) < 100), bids: rows.filter((row) => Number(row.hash) >= 100) });
        expect(state.asks.map((entry) => entry.key)).toEqual(fresh.asks.map((entry) => entry.key));
        expect(state.bids.map((entry) => entry.key)).toEqual(fresh.bids.map((entry) => entry.key));
        for (let at = 1; at < state.asks.length; at += 1) expect(compareEntries('asks', state.asks[at - 1]!, state.asks[at]!)).toBeLessThan(0);
      }),
    );
  });
  const rowOf = (id: number, price: number, remaining: number) => ({ ...asks[0]!, hash: String(id), price: String(price), remaining, published: id });
  it('compares prices as numbers of any length', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.bigInt({ min: 0n, max: 10n ** 30n }), (a, b) => Math.sign(comparePrices(String(a), String(b))) === (a < b ? -1 : a > b ? 1 : 0)));
  });
});

describe('FX-trades (T-02)', () => {
  const prices = trades.map((trade) => trade.price);
  it('sums up as the fixture says', () => {
    const expected = data.recentTradesExpected;
    expect(trades).toHaveLength(expected.count);
    const facts = summary(prices);
    expect([Number(facts?.min), Number(facts?.max), Number(facts?.sum)]).toEqual([expected.min, expected.max, expected.sum]);
    expect(facts?.mean).toBeCloseTo(13.1, 5);
    expect([Number(prices[0]), Number(prices[1])]).toEqual([expected.last, expected.previous]);
    expect(percent((8 - 17) / 17)).toBe('−52.9 %');
  });
  it('directions against the trade before', () => {
    expect(directions(trades).slice(0, 6)).toEqual(['down', 'up', 'flat', 'down', 'up', 'down']);
  });
  it('axis from 0 to a nice value', () => {
    const small = axis(8, 19);
    expect(small.from).toBe(0);
    expect(small.to).toBeGreaterThanOrEqual(19);
    const tall = axis(0, data.chart.yAxis[1]!);
    expect(tall.to).toBeGreaterThanOrEqual(38);
    expect(tall.to).toBeLessThanOrEqual(40);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 9 }), (max) => {
        const found = axis(0, max);
        expect(found.ticks.length).toBeGreaterThanOrEqual(3);
        expect(found.ticks.length).toBeLessThanOrEqual(9);
        expect(found.to).toBeGreaterThanOrEqual(max);
      }),
    );
  });
});

describe('candles (T-23)', () => {
  it('of random trades equal a direct count, however the trades arrive', () => {
    const trade = fc.record({ price: fc.integer({ min: 0, max: 50 }), volume: fc.integer({ min: 1, max: 9 }), time: fc.integer({ min: 0, max: 4_000_000 }) });
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 60 }), (list) => {
        const rows = list.map((each, index) => ({ ...each, price: String(each.price), index }));
        const candles = candlesOf([...rows].reverse(), '5m');
        const starts = [...new Set(rows.map((each) => Math.floor(each.time / 300_000) * 300_000))].sort((a, b) => a - b);
        if (String(candles.map((candle) => candle.time)) !== String(starts)) throw new Error('other buckets');
        for (const candle of candles) {
          const inside = rows.filter((each) => Math.floor(each.time / 300_000) * 300_000 === candle.time).sort((a, b) => a.time - b.time || a.index - b.index);
          const prices = inside.map((each) => Number(each.price));
          const sum = (of: (each: (typeof inside)[number]) => number): number => inside.reduce((total, each) => total + of(each), 0);
          const expected = [inside[0]!.price, Math.max(...prices), Math.min(...prices), inside[inside.length - 1]!.price, sum((each) => each.volume), sum((each) => each.volume * Number(each.price)), inside.length];
          // One plain comparison: ten thousand series with a matcher for each figure take too long.
          if (String([candle.open, candle.high, candle.low, candle.close, candle.volume, candle.value, candle.trades]) !== String(expected)) throw new Error(`candle ${candle.time} differs`);
        }
        if (JSON.stringify(mergeCandles(candles, candles)) !== JSON.stringify(candles)) throw new Error('merging twice changes something');
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);
});

describe('budget: reducer', () => {
  it('applies 200 changes to a book of 50 000 orders by work that does not grow with the book squared', () => {
    const many = Array.from({ length: 25_000 }, (_, at) => ({ ...asks[0]!, hash: `0x${at.toString(16).padStart(64, '0')}`, price: String(100 + (at % 500)), published: at }));
    const big = bookOfSnapshot('orders', { asks: many });
    const delta = { asks: many.slice(0, 200).map((row) => ({ ...row, remaining: 7 })) };
    const next = applyBook(big, delta);
    expect(next.asks).toHaveLength(25_000);
    expect(next.asks.filter((entry) => entry.remaining === 7)).toHaveLength(200);
  });
});
