// The fixture's rows as answers of the market (web-ui.md §17.1): short ids filled with zeros.
import type { BookRow, Deal, Trade } from '../src/transport/api';
import data from './data/ui-fixtures.json';

export { data };
export const hash = (prefix: string): string => `0x${prefix.slice(2).padEnd(64, '0')}`;
export const address = (prefix: string): string => `0x${prefix.slice(2).padEnd(40, '0')}`;
const ZERO = hash('0x');
const base = Date.UTC(2019, 1, 26);

const row = (order: { hash: string; price: number; trust: number; volume: number }, at: number): BookRow => ({
  hash: hash(order.hash),
  price: String(order.price),
  remaining: order.volume,
  volume: order.volume,
  trust: order.trust,
  tag: ZERO,
  category: 3,
  workerpool: null,
  requester: null,
  app: null,
  dataset: null,
  maker: address('0x00'),
  published: base + at,
  funded: 10,
  restricted: false,
});

export const { asks, bids } = {
  // The screen lists asks from the highest; of equal prices the first published is nearer the middle.
  asks: data.orderBook.asks.map((order, at) => ({ ...row(order, 100 - at), workerpool: address(order.workerpool) })),
  bids: data.orderBook.bids.map((order, at) => ({ ...row(order, at), requester: address(order.requester) })),
};

const clock = (text: string): number => {
  const [h = 0, m = 0, s = 0] = text.split(':').map(Number);
  return ((h * 60 + m) * 60 + s) * 1000;
};

/** Newest first; a clock time later than the one before it lies on the day before. */
export const trades: Trade[] = (() => {
  let day = base;
  let before = Infinity;
  return data.recentTrades.map((trade, at) => {
    const time = clock(trade.time);
    if (time > before) day -= 86_400_000;
    before = time;
    return {
      deal: hash(trade.id),
      index: 97 - at,
      price: String(trade.price),
      volume: trade.volume,
      time: day + time,
      block: 1000 - at,
      tx: ZERO,
      workerpool: address(trade.workerpool),
      requester: address('0xF048eF3d7E3B'),
      category: 3,
      trust: 1,
      tag: ZERO,
    };
  });
})();

const AGE: Record<string, number> = { 'a day ago': 86_400_000 };
export const ageOf = (words: string): number => {
  const found = /^(\d+) (hours|days)/.exec(words);
  if (!found) return AGE[words] ?? 0;
  return Number(found[1]) * (found[2] === 'hours' ? 3_600_000 : 86_400_000);
};

export function deals(now: number): Deal[] {
  const counts = { total: 1, notStarted: 0, running: 0, revealing: 0, complete: 1, failed: 0, claimable: 0 };
  return data.explorer.lastDeals.rows.map((each, at) => {
    const time = now - ageOf(each.age);
    const part = (of: string, price: string): Deal['app'] => ({ address: address(of), name: '', owner: address('0x01'), price });
    return {
      id: hash(each.deal), index: 97 - at, tx: hash(each.txHash), block: 1000 - at, time, app: { ...part(each.app, '1'), name: 'vanity' }, dataset: null,
      workerpool: part(each.workerpool, String(each.price - 1)), price: String(each.price), volume: each.volume, category: 3, trust: 1, tag: ZERO, requester: address('0xF048eF3d7E3B'),
      beneficiary: address('0xF048eF3d7E3B'), payer: address('0xF048eF3d7E3B'), callback: null, params: '{"0":"my command line"}', firstIndex: 0, workerStake: '2', schedulerShare: 1,
      contributionDeadline: time + 25_200_000, finalDeadline: time + 36_000_000, orders: { app: ZERO, dataset: null, workerpool: ZERO, request: ZERO }, status: 'COMPLETE', tasks: counts,
    } as Deal;
  });
}
