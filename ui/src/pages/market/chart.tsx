// Price chart nRLC/WORK (web-ui.md §6.5, §13): step line or candles with volume bars, read-out strip, table view, export.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { createChart, createSeriesMarkers, CandlestickSeries, HistogramSeries, LineSeries, LineStyle, LineType, type IChartApi, type ISeriesApi, type ISeriesMarkersPluginApi, type UTCTimestamp, type Time } from 'lightweight-charts';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { Candle, Candles, Deal, Ticker } from '../../transport/api';
import { axis, mergeCandles, RESOLUTION_MS } from '../../model/candles';
import { sameAddress } from '../../model/domain';
import { amount } from '../../model/format';
import { csv } from '../../model/text';
import { iso } from '../../model/time';
import { useApi, useChannel, useFeedStatus, useList } from '../../state/data';
import { useWallet } from '../../state/wallet';
import { useSettings } from '../../state/settings';
import { useUrl } from '../../state/url';
import { Button, Panel, Segmented } from '../../view/ui';
import { EmptyState, StaleBadge } from '../../view/states';
import { saveFile } from '../../view/table';
import { Menu } from '../../view/overlays';
import type { Commodity } from './commodity';

type Range = '1h' | '24h' | '7d' | '30d' | 'all';
const RANGES: Record<Range, { ms: number; res: string }> = {
  '1h': { ms: 3_600_000, res: '1m' },
  '24h': { ms: 86_400_000, res: '5m' },
  '7d': { ms: 7 * 86_400_000, res: '1h' },
  '30d': { ms: 30 * 86_400_000, res: '1h' },
  all: { ms: 0, res: '1d' },
};
const REFRESH_MS = 15_000;

const cssColour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const at = (ms: number): UTCTimestamp => Math.floor(ms / 1000) as UTCTimestamp;

export function chartSummary(candles: Candle[], range: string): string {
  const last = candles[candles.length - 1];
  if (!last) return t`No trades in the last ${range}`;
  const low = candles.reduce((least, candle) => (Number(candle.low) < Number(least) ? candle.low : least), last.low);
  const high = candles.reduce((most, candle) => (Number(candle.high) > Number(most) ? candle.high : most), last.high);
  return t`Price of the last ${range}: from ${low} to ${high} nRLC, last ${{ close: last.close }} nRLC`;
}

function options(): Parameters<IChartApi['applyOptions']>[0] {
  return {
    layout: { background: { color: 'transparent' }, textColor: cssColour('--muted'), fontSize: 11, attributionLogo: false },
    grid: { vertLines: { color: cssColour('--line') }, horzLines: { color: cssColour('--line') } },
    rightPriceScale: { borderColor: cssColour('--line') },
    timeScale: { borderColor: cssColour('--line'), timeVisible: true, secondsVisible: false },
    crosshair: { vertLine: { labelBackgroundColor: cssColour('--border') }, horzLine: { labelBackgroundColor: cssColour('--border') } },
    localization: { priceFormatter: (price: number) => amount(String(Math.round(price))), timeFormatter: (time: Time) => iso(Number(time) * 1000) },
  };
}

type Series = { price: ISeriesApi<'Line'> | ISeriesApi<'Candlestick'>; volume: ISeriesApi<'Histogram'>; markers: ISeriesMarkersPluginApi<Time> };
type Marks = { own: Own[]; bid: string | null; ask: string | null; median: string | null };

/** The only place that knows the chart library. */
function Canvas({ candles, kind, log, marks, onRead, wanted }: { candles: Candle[]; kind: 'line' | 'candles'; log: boolean; marks: Marks; onRead: (candle: Candle | null) => void; wanted: (chart: IChartApi) => void }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<IChartApi | null>(null);
  const series = useRef<Series | null>(null);
  const data = useRef(candles);
  const settings = useSettings();
  data.current = candles;
  const scale = (): { minValue: number; maxValue: number } => {
    const high = data.current.reduce((most, candle) => Math.max(most, Number(candle.high)), 1);
    const { from, to } = axis(0, high);
    return { minValue: from, maxValue: to };
  };
  useEffect(() => {
    if (!box.current) return undefined;
    const made = createChart(box.current, { autoSize: true, ...options() });
    chart.current = made;
    wanted(made);
    const auto = { autoscaleInfoProvider: () => ({ priceRange: scale() }), priceFormat: { type: 'price' as const, precision: 0, minMove: 1 } };
    const price =
      kind === 'candles'
        ? made.addSeries(CandlestickSeries, { upColor: cssColour('--bid'), downColor: cssColour('--ask'), wickUpColor: cssColour('--bid'), wickDownColor: cssColour('--ask'), borderVisible: false, ...auto })
        : made.addSeries(LineSeries, { color: cssColour('--link'), lineWidth: 2, lineType: LineType.WithSteps, ...auto });
    const volume = made.addSeries(HistogramSeries, { color: `${cssColour('--border')}66`, priceScaleId: 'volume', priceFormat: { type: 'volume' }, lastValueVisible: false, priceLineVisible: false });
    made.priceScale('volume').applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    made.priceScale('right').applyOptions({ scaleMargins: { top: 0.05, bottom: 0.02 }, mode: log ? 1 : 0 });
    series.current = { price, volume, markers: createSeriesMarkers(price as ISeriesApi<'Line'>, []) };
    made.subscribeCrosshairMove((event) => {
      const time = event.time === undefined ? null : Number(event.time) * 1000;
      onRead(time === null ? null : (data.current.find((candle) => at(candle.time) === time / 1000) ?? null));
    });
    return () => {
      made.remove();
      chart.current = null;
      series.current = null;
    };
    // The chart is made anew for another kind or theme; its data follow below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [kind, log, settings.theme, settings.palette]);
  useEffect(() => {
    const current = series.current;
    if (!current) return;
    if (kind === 'candles') (current.price as ISeriesApi<'Candlestick'>).setData(candles.map((candle) => ({ time: at(candle.time), open: Number(candle.open), high: Number(candle.high), low: Number(candle.low), close: Number(candle.close) })));
    else (current.price as ISeriesApi<'Line'>).setData(candles.map((candle) => ({ time: at(candle.time), value: Number(candle.close) })));
    current.volume.setData(candles.map((candle) => ({ time: at(candle.time), value: candle.volume })));
  }, [candles, kind, log, settings.theme, settings.palette]);
  useEffect(() => {
    const known = new Set(candles.map((candle) => at(candle.time)));
    series.current?.markers.setMarkers(
      marks.own
        .map(({ bucket, bought }) => ({ time: at(bucket), position: bought ? ('belowBar' as const) : ('aboveBar' as const), color: cssColour(bought ? '--bid' : '--ask'), shape: bought ? ('arrowUp' as const) : ('arrowDown' as const), text: bought ? t`bought` : t`sold` }))
        .filter((marker) => known.has(marker.time)),
    );
  }, [marks.own, candles, kind, log, settings.theme, settings.palette]);
  useEffect(() => {
    const price = series.current?.price;
    if (!price) return undefined;
    const line = (value: string | null, colour: string, title: string) => (value === null ? null : price.createPriceLine({ price: Number(value), color: cssColour(colour), lineWidth: 1, lineStyle: LineStyle.Dashed, axisLabelVisible: false, title }));
    const lines = [line(marks.ask, '--ask', t`best ask`), line(marks.bid, '--bid', t`best bid`), line(marks.median, '--muted', t`median 24 h`)];
    return () => {
      // A chart that was taken away has taken its lines with it.
      if (series.current?.price === price) for (const each of lines) if (each) price.removePriceLine(each);
    };
  }, [marks.bid, marks.ask, marks.median, kind, log, settings.theme, settings.palette]);
  useEffect(() => chart.current?.timeScale().fitContent(), [candles.length === 0, kind]);
  const keys = (key: string): void => {
    const time = chart.current?.timeScale();
    const range = time?.getVisibleLogicalRange();
    if (!time || !range) return;
    const span = range.to - range.from;
    if (key === '+') time.setVisibleLogicalRange({ from: range.from + span * 0.2, to: range.to });
    if (key === '-') time.setVisibleLogicalRange({ from: range.from - span * 0.25, to: range.to });
    if (key === 'ArrowLeft') time.setVisibleLogicalRange({ from: range.from - span * 0.1, to: range.to - span * 0.1 });
    if (key === 'ArrowRight') time.setVisibleLogicalRange({ from: range.from + span * 0.1, to: range.to + span * 0.1 });
  };
  return <div className="chart" ref={box} tabIndex={0} role="img" aria-label={chartSummary(candles, 'range')} onKeyDown={(event) => keys(event.key)} onDoubleClick={() => chart.current?.timeScale().fitContent()} />;
}

type Own = { bucket: number; bought: boolean };

/** My trades of this commodity as marks on the candles that hold them. */
function useOwn(commodity: Commodity, res: string, on: boolean): Own[] {
  const { account } = useWallet();
  const query = useList<Deal>(on && account ? '/v1/deals' : null, { mine: account, category: commodity.category, limit: 200 }, { liveMs: 15_000 });
  const size = RESOLUTION_MS[res] ?? 3_600_000;
  return useMemo(() => {
    const marks = new Map<string, Own>();
    for (const deal of query.data?.items ?? []) {
      const mark = { bucket: Math.floor(deal.time / size) * size, bought: sameAddress(deal.requester, account) };
      marks.set(`${mark.bucket}.${mark.bought}`, mark);
    }
    return [...marks.values()].sort((a, b) => a.bucket - b.bucket);
  }, [query.data, size, account]);
}

const HEADS = ['time', 'open', 'high', 'low', 'close', 'volume', 'value', 'trades'];

function CandleTable({ candles }: { candles: Candle[] }): ReactNode {
  return (
    <div className="table-wrap" style={{ height: 330, overflow: 'auto' }} tabIndex={0} role="region" aria-label={t`Prices as a table`}>
      <table className="data">
        <caption className="sr"><Trans>Prices by time</Trans></caption>
        <thead><tr>{HEADS.slice(0, 6).map((head) => <th key={head} scope="col" className={head === 'time' ? '' : 'right'}>{head}</th>)}</tr></thead>
        <tbody>
          {candles.slice().reverse().map((candle) => (
            <tr key={candle.time}><td>{iso(candle.time)}</td><td className="right">{candle.open}</td><td className="right">{candle.high}</td><td className="right">{candle.low}</td><td className="right">{candle.close}</td><td className="right">{candle.volume}</td></tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function ChartPanel({ commodity, ticker }: { commodity: Commodity; ticker: Ticker | null }): ReactNode {
  const [url, change] = useUrl();
  const [kind, setKind] = useState<'line' | 'candles'>('line');
  const [log, setLog] = useState(false);
  const [table, setTable] = useState(false);
  const [lines, setLines] = useState(true);
  const [mine, setMine] = useState(true);
  const [read, setRead] = useState<Candle | null>(null);
  const [since, setSince] = useState(() => Date.now());
  const chart = useRef<IChartApi | null>(null);
  const status = useFeedStatus();
  const range = (Object.keys(RANGES) as Range[]).find((each) => each === url.range) ?? '24h';
  const { ms, res } = RANGES[range];
  useEffect(() => {
    const timer = setInterval(() => setSince(Date.now()), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  const minute = Math.floor(since / 60_000) * 60_000;
  const query = useApi<Candles>('/v1/candles', { category: commodity.category, tag: commodity.tag, trust: commodity.trust, res, from: ms ? minute - ms : 0, points: 1000 });
  const live = useChannel<{ candles: Candle[] }>(`candles:${commodity.key}:${res}`);
  const candles = useMemo(() => {
    const merged = mergeCandles(query.data?.candles ?? [], live.state?.candles ?? []);
    return ms ? merged.filter((candle) => candle.time >= minute - ms) : merged;
  }, [query.data, live.state, ms, minute]);
  const own = useOwn(commodity, res, mine);
  const marks: Marks = { own, bid: lines ? (ticker?.bestBid ?? null) : null, ask: lines ? (ticker?.bestAsk ?? null) : null, median: lines ? (ticker?.median24h ?? null) : null };
  const shown = read ?? candles[candles.length - 1] ?? null;
  const meta = `Cat${commodity.category} ${commodity.tag} trust ${commodity.trust}, height ${status.height ?? '?'}, ${new Date().toISOString()}`;
  const png = (): void => {
    const canvas = chart.current?.takeScreenshot();
    canvas?.toBlob((blob) => blob && saveFile(`price-${commodity.key}.png`, blob, 'image/png'));
  };
  const save = (): void => saveFile(`price-${commodity.key}.csv`, csv([...HEADS, 'about'], candles.map((candle) => [iso(candle.time), candle.open, candle.high, candle.low, candle.close, candle.volume, candle.value, candle.trades, meta])), 'text/csv');
  return (
    <Panel
      title="nRLC/WORK"
      tools={
        <>
          <StaleBadge />
          <Segmented label={t`Range`} value={range} choices={(Object.keys(RANGES) as Range[]).map((value) => ({ value, label: value === 'all' ? t`all` : value }))} onChange={(value) => change({ range: value === '24h' ? null : value })} />
          <Segmented label={t`Kind`} value={kind} choices={[{ value: 'line', label: t`Line` }, { value: 'candles', label: t`Candles` }]} onChange={setKind} />
          <Menu trigger={<Button look="tiny" aria-label={t`More about the chart`}>⋯</Button>} items={[
            { label: table ? t`View as chart` : t`View as table`, onSelect: () => setTable(!table) },
            { label: log ? t`Linear axis` : t`Logarithmic axis`, onSelect: () => setLog(!log) },
            { label: `${mine ? '●' : '○'} ${t`My trades`}`, onSelect: () => setMine(!mine) },
            { label: `${lines ? '●' : '○'} ${t`Best bid and ask, median`}`, onSelect: () => setLines(!lines) },
            { label: t`Go to now`, onSelect: () => chart.current?.timeScale().scrollToRealTime() },
            { label: t`Save PNG`, onSelect: png },
            { label: t`Save CSV`, onSelect: save },
          ]} />
        </>
      }
    >
      <div className="chart-read" aria-hidden="true">
        {shown ? <><span>{iso(shown.time).slice(0, 16).replace('T', ' ')}</span><span><Trans>open {amount(shown.open)}</Trans></span><span><Trans>high {amount(shown.high)}</Trans></span><span><Trans>low {amount(shown.low)}</Trans></span><strong><Trans>close {amount(shown.close)}</Trans></strong><span className="muted"><Trans>volume {shown.volume}</Trans></span></> : null}
      </div>
      {table ? <CandleTable candles={candles} /> : (
        <div className="chart-box" style={{ position: 'relative' }}>
          <Canvas candles={candles} kind={kind} log={log} marks={marks} onRead={setRead} wanted={(made) => { chart.current = made; }} />
          {query.data && candles.length === 0 ? (
            <div style={{ position: 'absolute', inset: '80px 0 auto' }}>
              <EmptyState action={range === 'all' ? null : <Button onClick={() => change({ range: 'all' })}><Trans>Show all</Trans></Button>}><Trans>No trades in this range.</Trans></EmptyState>
            </div>
          ) : null}
        </div>
      )}
    </Panel>
  );
}
