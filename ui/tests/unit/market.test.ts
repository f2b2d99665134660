// What the market page reckons: walks of the book, refused pools, expectation, what left a list, what a search narrows to.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookOfSnapshot } from '../../src/model/book';
import { classOfTag, tagOfBits } from '../../src/model/domain';
import { deadlinesOf, expectedRuns } from '../../src/model/expectation';
import { findOf, matching } from '../../src/model/find';
import { withGone } from '../../src/model/gone';
import { moneyOf, offerAgainst } from '../../src/model/mine';
import { isPerTask } from '../../src/model/orders';
import { lineAt } from '../../src/model/text';
import { EMPTY_FORM, formOfDeal, marketRequest, requestTag, walkOrders, walkSpread } from '../../src/model/ticket';
import type { Order } from '../../src/transport/api';
import { address, asks, bids, deals, hash } from '../fixture';

const poolOrder = (price: number, remaining: number, pool = '0x01', published = price): Order => ({ hash: hash(`0x${price}${remaining}`), kind: 'workerpool', price: String(price), remaining, volume: remaining, published, signer: address('0x02'), status: 'open', deals: null, order: { workerpool: address(pool) } }) as unknown as Order;
const common = { requester: address('0x0a'), category: 3, tag: tagOfBits([]), salt: hash('0x05') };

describe('walk of the book (§6.6)', () => {
  it('takes the cheapest first, the older of equals, and no more than is left', () => {
    const orders = [poolOrder(9, 5, '0x01', 2), poolOrder(8, 2), poolOrder(9, 5, '0x02', 1)];
    expect(walkOrders(orders, 5, []).map(({ order, volume }) => [order.price, order.published, volume])).toEqual([['8', 8, 2], ['9', 1, 3]]);
    expect(walkOrders(orders, 100, []).reduce((sum, leg) => sum + leg.volume, 0)).toBe(12);
  });
  it('never takes a refused pool, and pays the least that is left', () => {
    const one = fc.record({ price: fc.integer({ min: 1, max: 50 }), remaining: fc.integer({ min: 0, max: 9 }), pool: fc.constantFrom('0x01', '0x02', '0x03') });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 20 }), fc.integer({ min: 1, max: 60 }), (some, volume) => {
        const orders = some.map(({ price, remaining, pool }, at) => poolOrder(price, remaining, pool, at));
        const legs = walkOrders(orders, volume, [address('0x02').toUpperCase().replace('0X', '0x')]);
        const usable = orders.filter((order) => order.order.workerpool !== address('0x02')).flatMap((order) => Array<number>(order.remaining).fill(Number(order.price))).sort((a, b) => a - b);
        expect(legs.some(({ order }) => order.order.workerpool === address('0x02'))).toBe(false);
        expect(legs.reduce((sum, { order, volume: taken }) => sum + Number(order.price) * taken, 0)).toBe(usable.slice(0, volume).reduce((sum, price) => sum + price, 0));
      }),
      { numRuns: 300 },
    );
  });
  it('says how much dearer its last task is', () => {
    expect(walkSpread(['10', '8'])).toBeCloseTo(0.25);
    expect([walkSpread([]), walkSpread(['8'])]).toEqual([0, 0]);
  });
});

describe('request', () => {
  it('another store and encryption join named params, not one command line for each task', () => {
    const form = { ...EMPTY_FORM, app: address('0x03'), storage: 'https://store.example', params: '{"iexec_args":"a"}' };
    const prices = { app: '1', dataset: '0', workerpool: '8' };
    expect(JSON.parse(marketRequest(form, prices, null, common).params ?? '')).toEqual({ iexec_args: 'a', iexec_result_storage_proxy: 'https://store.example' });
    expect(marketRequest({ ...form, params: '{"0":"a","1":"b"}' }, prices, null, common).params).toBe('{"0":"a","1":"b"}');
    expect(['{"0":"a"}', '{}', '{"a":1}', 'plain', '[1]'].map(isPerTask)).toEqual([true, false, false, false, false]);
  });
  it('asks for the chosen capability bits, else for those of the page', () => {
    expect(requestTag({ bits: '0,8' }, 'none')).toBe(tagOfBits([0, 8]));
    expect(requestTag({ bits: '' }, 'tee')).toBe(tagOfBits([0]));
    expect([[], [0], [1], [8], [0, 8]].map((bits) => classOfTag(tagOfBits(bits)))).toEqual(['none', 'tee', 'tee', 'gpu', 'any']);
  });
  it('of a deal, to buy it again', () => {
    const [deal] = deals(Date.now());
    expect(formOfDeal(deal!)).toEqual({ hash: '', appOrder: '', app: deal!.app.address, dataset: '', params: deal!.params, volume: '1', trust: '1' });
  });
});

describe('expectation (M-33)', () => {
  it('one run without trust; newcomers double the weight; experienced workers need fewer', () => {
    expect(expectedRuns(0, [2, 5])).toBe(1);
    expect(expectedRuns(4, [2])).toBe(2);
    expect(expectedRuns(100, [])).toBe(7);
    expect(expectedRuns(100, [100])).toBe(1);
    expect(expectedRuns(10, [2, 10])).toBeCloseTo(1 + (expectedRuns(5, [2, 10]) + 0) / 2);
  });
  it('never more with better workers, never fewer for more trust', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 60 }), { minLength: 1, maxLength: 8 }), fc.integer({ min: 2, max: 5_000 }), (weights, trust) => {
        const runs = expectedRuns(trust, weights);
        expect(runs).toBeGreaterThanOrEqual(1);
        expect(expectedRuns(trust * 2, weights)).toBeGreaterThanOrEqual(runs);
        expect(expectedRuns(trust, weights.map((weight) => weight * 2))).toBeLessThanOrEqual(runs);
      }),
      { numRuns: 200 },
    );
  });
  it('deadlines follow each other', () => {
    expect(deadlinesOf({ contributionSeconds: 2_100, revealSeconds: 600, finalSeconds: 3_000 }, 0)).toEqual({ contribution: 2_100_000, reveal: 2_700_000, final: 3_000_000 });
  });
});

describe('search of the market (M-07)', () => {
  const book = bookOfSnapshot('orders', { asks: asks.map((row, at) => (at === 0 ? { ...row, app: address('0xab') } : row)), bids: bids.map((row, at) => ({ ...row, app: address(at < 2 ? '0xab' : '0xcd') })) });
  it('an app keeps the bids for it and the offers that take any app or this one', () => {
    expect(matching(book.bids, 'bids', `app:${address('0xab')}`)).toHaveLength(2);
    expect(matching(book.asks, 'asks', `app:${address('0xab')}`)).toHaveLength(11);
    expect(matching(book.asks, 'asks', `app:${address('0xee')}`)).toHaveLength(10);
  });
  it('a pool, an order, or a part of an id', () => {
    expect(matching(book.asks, 'asks', `workerpool:${asks[0]!.workerpool}`)).toHaveLength(11);
    expect(matching(book.asks, 'asks', asks[10]!.hash.slice(0, 14))).toHaveLength(1);
    expect(matching(book.asks, 'asks', '')).toHaveLength(11);
    expect(findOf('hello')).toEqual({ kind: '', id: 'hello' });
  });
});

describe('mine (§6.7)', () => {
  it('rows that left stand where they were, each once', () => {
    expect(withGone(['a', 'c'], [{ row: 'b', at: 1 }, { row: 'd', at: 9 }, { row: 'c', at: 0 }, { row: 'b', at: 0 }], (row) => row)).toEqual(['b', 'a', 'c', 'd']);
  });
  it('what was paid and what came back', () => {
    const deal = { price: '21', workerpool: { price: '20', address: '', name: '', owner: '' }, tasks: { total: 5, complete: 3, failed: 1, notStarted: 0, running: 1, revealing: 0, claimable: 0 } };
    expect(moneyOf(deal, true)).toEqual({ paid: '63', refunded: '21' });
    expect(moneyOf(deal, false)).toEqual({ paid: '60', refunded: '0' });
  });
  it('a limit against the best ask', () => {
    expect([offerAgainst('5', '8'), offerAgainst('8', '8'), offerAgainst('5', null)]).toEqual([{ best: '8', short: '3' }, { best: '8', short: '0' }, { best: null, short: '0' }]);
  });
  it('line and column of a mistake', () => {
    expect(lineAt('{\n "a": x', 8)).toEqual({ line: 2, column: 7 });
  });
});
