// What a price chart shows, without a screen: ranges and resolutions, buckets in real time, breaks of the line, ticks, quartiles (web-ui.md §13).
import { t } from '@lingui/core/macro';
import type { Candle } from '../transport/api';
import { axis, RESOLUTION_MS } from './candles';

export type Range = '1h' | '24h' | '7d' | '30d' | 'all';
export type Resolution = '1m' | '5m' | '1h' | '1d';
export type Kind = 'line' | 'candles' | 'bars';

const HOUR = 3_600_000;
/** Width of a range (0: everything) and the buckets in which it is asked for first. */
export const RANGES: Record<Range, { ms: number; res: Resolution }> = {
  '1h': { ms: HOUR, res: '1m' },
  '24h': { ms: 24 * HOUR, res: '5m' },
  '7d': { ms: 7 * 24 * HOUR, res: '1h' },
  '30d': { ms: 30 * 24 * HOUR, res: '1h' },
  all: { ms: 0, res: '1d' },
};
export const RANGE_NAMES = Object.keys(RANGES) as Range[];
const LADDER: Resolution[] = ['1m', '5m', '1h', '1d'];
const MOST_BUCKETS = 300;
/** Fewer than these would say less than lone dots. */
const LEAST_CANDLES = 8;
/** From how many buckets without a trade on the line is broken (C-02). */
const GAP_BUCKETS = 2;

export const bucketMs = (res: Resolution): number => RESOLUTION_MS[res] ?? HOUR;

/** The finest buckets of which a span has at most 300: a young market is not squeezed into one of them. */
export function resolutionFor(spanMs: number): Resolution {
  return LADDER.find((res) => spanMs / bucketMs(res) <= MOST_BUCKETS) ?? '1d';
}

/** Candles of finer buckets put together into coarser ones; equal to the candles of the same trades. */
export function coarsen(candles: Candle[], res: Resolution): Candle[] {
  const size = bucketMs(res);
  const out: Candle[] = [];
  for (const candle of candles) {
    const time = Math.floor(candle.time / size) * size;
    const last = out[out.length - 1];
    if (!last || last.time !== time) {
      out.push({ ...candle, time });
      continue;
    }
    if (BigInt(candle.high) > BigInt(last.high)) last.high = candle.high;
    if (BigInt(candle.low) < BigInt(last.low)) last.low = candle.low;
    last.close = candle.close;
    last.volume += candle.volume;
    last.value = String(BigInt(last.value) + BigInt(candle.value));
    last.trades += candle.trades;
  }
  return out;
}

/** Where most buckets are empty, the next coarser ones: the line then holds together instead of falling into dots. */
export function readable(candles: Candle[], res: Resolution): { candles: Candle[]; res: Resolution } {
  const first = candles[0];
  const last = candles[candles.length - 1];
  const next = LADDER[LADDER.indexOf(res) + 1];
  if (!first || !last || !next) return { candles, res };
  const buckets = (last.time - first.time) / bucketMs(res) + 1;
  const coarse = coarsen(candles, next);
  return candles.length * 6 < buckets && coarse.length >= LEAST_CANDLES ? { candles: coarse, res: next } : { candles, res };
}

/** Begins of all buckets from the first candle to `to`, those of the candles among them: the axis shows real time. */
export function slots(candles: Candle[], sizeMs: number, to: number): number[] {
  const first = candles[0];
  if (!first) return [];
  const times = new Set(candles.map((candle) => candle.time));
  const end = Math.floor(to / sizeMs) * sizeMs;
  for (let time = first.time; time <= end && times.size < 2_000; time += sizeMs) times.add(time);
  return [...times].sort((a, b) => a - b);
}

export type LinePoint = { time: number; value: number; hidden: boolean };

/** Points of a step line. Over a gap of more than two buckets the line is hidden, after one bucket at its old price. */
export function stepPoints(candles: Candle[], sizeMs: number, to: number): LinePoint[] {
  const points: LinePoint[] = [];
  candles.forEach((candle, at) => {
    const value = Number(candle.close);
    const next = candles[at + 1];
    const until = next?.time ?? to;
    points.push({ time: candle.time, value, hidden: false });
    if (until - candle.time <= GAP_BUCKETS * sizeMs) {
      if (!next && until > candle.time) points.push({ time: candle.time + sizeMs, value, hidden: true });
      return;
    }
    points.push({ time: candle.time + sizeMs, value, hidden: true });
    if (next) points.push({ time: next.time - sizeMs, value: Number(next.close), hidden: true });
  });
  return points;
}

/** Least and greatest price, and the ticks of the axis: from 0 unless that is not wanted and the low is above 60 % of the high. */
export function priceAxis(candles: Candle[], fromZero: boolean, log: boolean): { from: number; to: number; ticks: number[] } {
  const high = candles.reduce((most, candle) => Math.max(most, Number(candle.high)), 1);
  const low = candles.reduce((least, candle) => Math.min(least, Number(candle.low)), high);
  if (!log) return axis(low, high, fromZero);
  const ticks: number[] = [];
  for (let power = 1; power <= high * 10; power *= 10) for (const factor of [1, 2, 5]) ticks.push(factor * power);
  const from = ticks.filter((tick) => tick < low).pop() ?? 1;
  const to = ticks.find((tick) => tick >= high && tick > from) ?? high;
  return { from, to, ticks: ticks.filter((tick) => tick >= from && tick <= to) };
}

export type Quartiles = { low: number; median: number; high: number };

/** Median and quartiles of the tasks of a range, each at the mean price of its bucket. */
export function quartiles(candles: Candle[]): Quartiles | null {
  const rows = candles.map((candle) => ({ price: candle.volume > 0 ? Number(candle.value) / candle.volume : Number(candle.close), volume: Math.max(1, candle.volume) })).sort((a, b) => a.price - b.price);
  const all = rows.reduce((sum, row) => sum + row.volume, 0);
  const at = (share: number): number => {
    let seen = 0;
    for (const row of rows) {
      seen += row.volume;
      if (seen >= share * all) return row.price;
    }
    return rows[rows.length - 1]?.price ?? 0;
  };
  return rows.length ? { low: at(0.25), median: at(0.5), high: at(0.75) } : null;
}

/** The narrowest range that reaches back to a trade at `time`. */
export function rangeOf(time: number, now: number): Range {
  return RANGE_NAMES.find((range) => RANGES[range].ms > 0 && now - time < RANGES[range].ms) ?? 'all';
}

/** Unix seconds moved by the zone, for a library that writes UTC: its axis then reads as local time. */
export const localSeconds = (ms: number): number => Math.floor(ms / 1000) - new Date(ms).getTimezoneOffset() * 60;

export const rangeWords = (range: Range): string => ({ '1h': t`the last hour`, '24h': t`the last 24 hours`, '7d': t`the last 7 days`, '30d': t`the last 30 days`, all: t`all time` })[range];

/** One sentence for who does not see the chart (C-07). */
export function chartSummary(candles: Candle[], range: Range): string {
  const last = candles[candles.length - 1];
  const words = rangeWords(range);
  if (!last) return t`No trades in ${words}.`;
  const low = candles.reduce((least, candle) => (BigInt(candle.low) < BigInt(least) ? candle.low : least), last.low);
  const high = candles.reduce((most, candle) => (BigInt(candle.high) > BigInt(most) ? candle.high : most), last.high);
  return t`Price of ${words}: from ${low} to ${high} nRLC, last ${last.close} nRLC.`;
}
