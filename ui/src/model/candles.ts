// Candles from trades (C-03) and axis ticks (C-02).
import type { Candle } from '../transport/api';
import { comparePrices } from './book';

export const RESOLUTION_MS: Record<string, number> = { '1m': 60_000, '5m': 300_000, '1h': 3_600_000, '1d': 86_400_000 };

export type TradeLike = { price: string; volume: number; time: number; index?: number };

/** Candles of trades in any order; a bucket without trade has none. Trades of one time follow their deal's number. */
export function candlesOf(trades: TradeLike[], resolution: string): Candle[] {
  const size = RESOLUTION_MS[resolution] ?? 3_600_000;
  const ordered = trades.slice().sort((a, b) => a.time - b.time || (a.index ?? 0) - (b.index ?? 0));
  const candles: Candle[] = [];
  for (const trade of ordered) {
    const time = Math.floor(trade.time / size) * size;
    const last = candles[candles.length - 1];
    const value = BigInt(trade.price) * BigInt(trade.volume);
    if (!last || last.time !== time) {
      const { price } = trade;
      candles.push({ time, open: price, high: price, low: price, close: price, volume: trade.volume, value: String(value), trades: 1 });
      continue;
    }
    if (comparePrices(trade.price, last.high) > 0) last.high = trade.price;
    if (comparePrices(trade.price, last.low) < 0) last.low = trade.price;
    last.close = trade.price;
    last.volume += trade.volume;
    last.value = String(BigInt(last.value) + value);
    last.trades += 1;
  }
  return candles;
}

/** Replaces buckets of the same begin, keeps the order. */
export function mergeCandles(old: Candle[], changed: Candle[]): Candle[] {
  const byTime = new Map(old.map((candle) => [candle.time, candle]));
  for (const candle of changed) byTime.set(candle.time, candle);
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

/** Ticks from {1, 2, 5} × 10ᵏ, four to eight of them; from 0 unless min > 60 % of max. */
export function axis(min: number, max: number, forceZero = true): { from: number; to: number; step: number; ticks: number[] } {
  const low = forceZero || min <= 0.6 * max ? 0 : min;
  const span = Math.max(max - low, 1e-9);
  const power = 10 ** Math.floor(Math.log10(span / 4));
  let best = power;
  for (const factor of [1, 2, 5, 10, 20, 50]) {
    const step = factor * power;
    const ticks = Math.ceil(max / step - 1e-9) - Math.floor(low / step + 1e-9) + 1;
    if (ticks >= 4 && ticks <= 8) {
      best = step;
      break;
    }
  }
  const from = Math.floor(low / best + 1e-9) * best;
  const to = Math.max(Math.ceil(max / best - 1e-9), Math.floor(low / best) + 1) * best;
  const ticks: number[] = [];
  for (let at = from; at <= to + best / 2; at += best) ticks.push(Number(at.toPrecision(12)));
  return { from, to, step: best, ticks };
}

export type Direction = 'up' | 'down' | 'flat';

/** Direction of each trade against the one before it; `trades` newest first. */
export function directions(trades: { price: string }[]): Direction[] {
  return trades.map((trade, at) => {
    const before = trades[at + 1];
    if (!before) return 'flat';
    const order = comparePrices(trade.price, before.price);
    return order > 0 ? 'up' : order < 0 ? 'down' : 'flat';
  });
}

export const ARROW: Record<Direction, string> = { up: '↗', flat: '→', down: '↘' };
export const TRIANGLE: Record<Direction, string> = { up: '▲', flat: '▸', down: '▼' };

export function summary(prices: string[]): { count: number; min: string; max: string; sum: string; mean: number } | null {
  const first = prices[0];
  if (first === undefined) return null;
  let min = first;
  let max = first;
  let sum = 0n;
  for (const price of prices) {
    if (comparePrices(price, min) < 0) min = price;
    if (comparePrices(price, max) > 0) max = price;
    sum += BigInt(price);
  }
  return { count: prices.length, min, max, sum: String(sum), mean: Number(sum) / prices.length };
}
