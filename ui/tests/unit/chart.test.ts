// What the price chart shows (web-ui.md §13): axis, real time, breaks, quartiles, export.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candlesOf } from '../../src/model/candles';
import { chartSummary, coarsen, priceAxis, quartiles, rangeOf, readable, resolutionFor, slots, stepPoints } from '../../src/model/chart';
import { chartSvg, type Picture } from '../../src/model/chart_svg';
import type { Candle } from '../../src/transport/api';
import { trades } from '../fixture';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const candle = (time: number, price: number, volume = 1): Candle => ({ time, open: String(price), high: String(price), low: String(price), close: String(price), volume, value: String(price * volume), trades: 1 });
const fixture = candlesOf(trades, '5m');

describe('buckets', () => {
  it('coarser candles of finer ones are the candles of the trades (C-03)', () => {
    const trade = fc.record({ price: fc.bigInt(1n, 10n ** 12n).map(String), volume: fc.integer({ min: 1, max: 1000 }), time: fc.integer({ min: 0, max: 40 * HOUR }) });
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 60 }), (some) => {
        const numbered = some.map((each, index) => ({ ...each, index }));
        expect(coarsen(candlesOf(numbered, '5m'), '1h')).toEqual(candlesOf(numbered, '1h'));
      }),
      { numRuns: 300 },
    );
  });
  it('a young market gets fine buckets, an old one coarse ones', () => {
    expect([10 * MINUTE, 24 * HOUR, 7 * 24 * HOUR, 400 * 24 * HOUR].map(resolutionFor)).toEqual(['1m', '5m', '1h', '1d']);
  });
  it('twenty trades 41 minutes apart hold together by the hour; a handful stay dots', () => {
    const sparse = trades.map((_, at) => candle(Math.floor((at * 41 * MINUTE) / 300_000) * 300_000, at + 1));
    const shown = readable(sparse, '5m');
    expect(shown.res).toBe('1h');
    expect(stepPoints(shown.candles, HOUR, 14 * HOUR).filter((point) => point.hidden)).toHaveLength(1);
    expect(readable(sparse.slice(0, 5), '5m').res).toBe('5m');
  });
  it('every bucket up to now has its place, an empty one too (C-02)', () => {
    expect(slots([candle(0, 5), candle(3 * MINUTE, 6)], MINUTE, 5 * MINUTE + 10)).toEqual([0, 1, 2, 3, 4, 5].map((at) => at * MINUTE));
    expect(slots([], MINUTE, 5 * MINUTE)).toEqual([]);
  });
});

describe('line', () => {
  it('is broken over more than two empty buckets and not before', () => {
    const near = stepPoints([candle(0, 5), candle(2 * MINUTE, 7)], MINUTE, 3 * MINUTE);
    expect(near.map((point) => [point.time / MINUTE, point.hidden])).toEqual([[0, false], [2, false], [3, true]]);
    const far = stepPoints([candle(0, 5), candle(4 * MINUTE, 7)], MINUTE, 5 * MINUTE);
    expect(far.map((point) => [point.time / MINUTE, point.value, point.hidden])).toEqual([[0, 5, false], [1, 5, true], [3, 7, true], [4, 7, false], [5, 7, true]]);
  });
  it('its times rise strictly, as the library needs them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 40 }), (minutes) => {
        const some = minutes.sort((a, b) => a - b).map((at) => candle(at * MINUTE, at));
        const times = stepPoints(some, MINUTE, 501 * MINUTE).map((point) => point.time);
        expect(times.every((time, at) => at === 0 || time > times[at - 1]!)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('axis (T-02)', () => {
  it('from 0 to a nice value above the fixture’s 19, and 38 ends at 40', () => {
    expect(priceAxis(fixture, true, false)).toMatchObject({ from: 0, to: 20, ticks: [0, 5, 10, 15, 20] });
    expect(priceAxis([candle(0, 38)], true, false).to).toBe(40);
  });
  it('not from 0 only where that is not wanted and the low is above 60 % of the high', () => {
    expect(priceAxis([candle(0, 90), candle(MINUTE, 100)], false, false).from).toBeGreaterThan(50);
    expect(priceAxis([candle(0, 10), candle(MINUTE, 100)], false, false).from).toBe(0);
  });
  it('logarithmic: 1, 2, 5 of each power, around the prices', () => {
    expect(priceAxis([candle(0, 3), candle(MINUTE, 150)], true, true)).toEqual({ from: 2, to: 200, ticks: [2, 5, 10, 20, 50, 100, 200] });
    expect(priceAxis([candle(0, 0)], true, true)).toMatchObject({ from: 1, to: 2 });
    expect(priceAxis([candle(0, 20)], true, true)).toMatchObject({ from: 10, to: 20 });
  });
});

it('quartiles count every task', () => {
  expect(quartiles([candle(0, 1, 1), candle(1, 2, 2), candle(2, 3, 5)])).toEqual({ low: 2, median: 3, high: 3 });
  expect(quartiles([])).toBeNull();
});

it('the nearest range that has data', () => {
  const now = 400 * 24 * HOUR;
  expect([now - MINUTE, now - 5 * HOUR, now - 3 * 24 * HOUR, now - 20 * 24 * HOUR, 0].map((time) => rangeOf(time, now))).toEqual(['1h', '24h', '7d', '30d', 'all']);
});

it('the summary names range, extremes and the last price (C-07)', () => {
  expect(chartSummary(fixture, '24h')).toBe('Price of the last 24 hours: from 8 to 19 nRLC, last 8 nRLC.');
  expect(chartSummary([], '7d')).toBe('No trades in the last 7 days.');
});

describe('export (C-08)', () => {
  const colours = { page: '#fff', text: '#111', muted: '#555', line: '#ddd', price: '#00f', up: '#080', down: '#800' };
  const picture: Picture = { candles: fixture, kind: 'line', sizeMs: 300_000, to: fixture[fixture.length - 1]!.time + 300_000, axis: priceAxis(fixture, true, false), log: false, title: 'nRLC/WORK', about: 'Cat3 <any>, chain 65535, height 12345, 2026-11-26T06:55:00.000Z', colours };
  it('says what it shows, where and when, and escapes it', () => {
    const svg = chartSvg(picture);
    expect(svg).toContain('Cat3 &lt;any&gt;, chain 65535, height 12345, 2026-11-26T06:55:00.000Z</text>');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  });
  it('every price lies inside the picture, whatever the kind and axis', () => {
    for (const kind of ['line', 'candles', 'bars'] as const)
      for (const log of [false, true]) {
        const svg = chartSvg({ ...picture, kind, log, axis: priceAxis(fixture, true, log) });
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        for (const [, y] of svg.matchAll(/V([\d.-]+)/g)) expect(Number(y)).toBeLessThanOrEqual(480);
      }
  });
});
