// Candles of the price chart: asked for in buckets that suit the range and the age of the market, kept current by the feed.
import { useEffect, useMemo, useState } from 'react';
import type { Candle, Candles, Deal } from '../../transport/api';
import { mergeCandles } from '../../model/candles';
import { bucketMs, RANGES, readable, resolutionFor, type Range, type Resolution } from '../../model/chart';
import { sameAddress } from '../../model/domain';
import { useApi, useChannel, useList } from '../../state/data';
import { useWallet } from '../../state/wallet';
import type { Own } from './chart_canvas';
import type { Commodity } from './commodity';

const STEP_MS = 15_000;
/** At most four drawings a second (C-05). */
const PAINT_MS = 250;
/** Twice the pixels of a wide chart: the server keeps least and greatest of each (C-09). */
const POINTS = 2_000;

/** The newest value, at most every quarter of a second. */
function useSlow<Value>(value: Value): Value {
  const [shown, setShown] = useState({ value, since: 0 });
  useEffect(() => {
    if (shown.value === value) return undefined;
    const timer = setTimeout(() => setShown({ value, since: performance.now() }), Math.max(0, PAINT_MS - (performance.now() - shown.since)));
    return () => clearTimeout(timer);
  }, [value, shown]);
  return shown.value;
}

export type ChartData = { candles: Candle[]; res: Resolution; sizeMs: number; now: number; loaded: boolean; newest: number | null };

export function useCandles(commodity: Commodity, range: Range): ChartData {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  const { ms, res: base } = RANGES[range];
  const minute = Math.floor(now / 60_000) * 60_000;
  const from = ms ? minute - ms : 0;
  const what = { category: commodity.category, tag: commodity.tag, trust: commodity.trust, points: POINTS };
  const first = useApi<Candles>('/v1/candles', { ...what, res: base, from });
  const begin = first.data?.candles[0]?.time;
  const wanted = begin === undefined ? base : resolutionFor(now - begin);
  const finer = bucketMs(wanted) < bucketMs(base);
  const fine = useApi<Candles>(finer ? '/v1/candles' : null, { ...what, res: wanted, from });
  const res = finer && fine.data?.res === wanted ? wanted : base;
  const live = useChannel<{ candles: Candle[] }>(`candles:${commodity.key}:${res}`);
  const merged = useMemo(() => {
    const asked = (res === base ? first : fine).data?.candles ?? [];
    return mergeCandles(asked, live.state?.candles ?? []).filter((candle) => candle.time >= from);
  }, [first.data, fine.data, live.state, res, base, from]);
  const shown = useSlow(merged);
  // Where the range is empty, when the last trade was.
  const days = useApi<Candles>(first.data && merged.length === 0 ? '/v1/candles' : null, { ...what, res: '1d', from: 0 });
  const newest = days.data?.candles[days.data.candles.length - 1]?.time ?? null;
  const { candles, res: drawn } = useMemo(() => readable(shown, res), [shown, res]);
  return { candles, res: drawn, sizeMs: bucketMs(drawn), now: Math.max(now, (candles[candles.length - 1]?.time ?? 0) + 1), loaded: !!first.data, newest };
}

/** My trades of this commodity as marks on the candles that hold them. */
export function useOwn(commodity: Commodity, sizeMs: number, on: boolean): Own[] {
  const { account } = useWallet();
  const query = useList<Deal>(on && account ? '/v1/deals' : null, { mine: account, category: commodity.category, limit: 200 }, { liveMs: 15_000 });
  return useMemo(() => {
    const marks = new Map<string, Own>();
    for (const deal of query.data?.items ?? []) {
      const mark = { bucket: Math.floor(deal.time / sizeMs) * sizeMs, bought: sameAddress(deal.requester, account) };
      marks.set(`${mark.bucket}.${mark.bought}`, mark);
    }
    return [...marks.values()].sort((a, b) => a.bucket - b.bucket);
  }, [query.data, sizeMs, account]);
}
