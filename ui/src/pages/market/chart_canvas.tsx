// The price chart as lightweight-charts draws it; the only file that knows the library. Axis labels, grid and marked prices are ours:
// ticks of {1, 2, 5} × 10ᵏ (C-02), drag to zoom, arrow keys for the crosshair (C-04), a view that stays where it was put (C-05).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { BarSeries, CandlestickSeries, createChart, createSeriesMarkers, HistogramSeries, LineSeries, LineType, type AutoscaleInfo, type IChartApi, type ISeriesApi, type ISeriesMarkersPluginApi, type LogicalRange, type Time, type UTCTimestamp } from 'lightweight-charts';
import { useCallback, useEffect, useRef, useState, type PointerEvent, type ReactNode } from 'react';
import type { Candle } from '../../transport/api';
import { localSeconds, priceAxis, slots, stepPoints, type Kind } from '../../model/chart';
import { amount } from '../../model/format';
import { useSettings } from '../../state/settings';
import { Button } from '../../view/ui';

export type Own = { bucket: number; bought: boolean };
export type Mark = { price: number; label: string; tone: 'ask' | 'bid' | 'muted' };
export type Band = { from: number; to: number };

export type CanvasProps = {
  candles: Candle[];
  sizeMs: number;
  now: number;
  kind: Kind;
  log: boolean;
  fromZero: boolean;
  own: Own[];
  marks: Mark[];
  band: Band | null;
  summary: string;
  onRead: (candle: Candle | null, spoken: boolean) => void;
};

const cssColour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const at = (ms: number): UTCTimestamp => localSeconds(ms) as UTCTimestamp;
/** Up to so many buckets each has a dot: a lone trade is to be seen. */
const DOTS = 60;
const LEAST_DRAG_PX = 8;

type Price = ISeriesApi<'Line'> | ISeriesApi<'Candlestick'> | ISeriesApi<'Bar'>;
type Drawn = { chart: IChartApi; price: Price; volume: ISeriesApi<'Histogram'>; markers: ISeriesMarkersPluginApi<Time> };

/** Bars stand on zero. */
const volumes = (original: () => AutoscaleInfo | null): AutoscaleInfo | null => {
  const info = original();
  return info?.priceRange ? { ...info, priceRange: { minValue: 0, maxValue: info.priceRange.maxValue } } : info;
};

function makeChart(box: HTMLElement, kind: Kind, log: boolean, range: () => { minValue: number; maxValue: number }): Drawn {
  const line = cssColour('--line');
  const chart = createChart(box, {
    autoSize: true,
    layout: { background: { color: 'transparent' }, textColor: cssColour('--muted'), fontSize: 11, attributionLogo: false, panes: { separatorColor: line, enableResize: false } },
    grid: { vertLines: { color: line }, horzLines: { visible: false } },
    rightPriceScale: { visible: false },
    timeScale: { borderColor: line, timeVisible: true, secondsVisible: false, lockVisibleTimeRangeOnResize: true },
    crosshair: { vertLine: { labelVisible: false }, horzLine: { labelVisible: false } },
    // The wheel belongs to the page; a drag of the mouse chooses what to look at, a finger moves and pinches.
    handleScroll: { mouseWheel: false, pressedMouseMove: false, horzTouchDrag: true, vertTouchDrag: false },
    handleScale: { mouseWheel: false, axisPressedMouseMove: false, axisDoubleClickReset: false, pinch: true },
  });
  const shape = { autoscaleInfoProvider: () => ({ priceRange: range() }), lastValueVisible: false, priceLineVisible: false };
  const [up, down] = [cssColour('--bid'), cssColour('--ask')];
  const price =
    kind === 'line'
      ? chart.addSeries(LineSeries, { color: cssColour('--link'), lineWidth: 2, lineType: LineType.WithSteps, crosshairMarkerVisible: false, ...shape })
      : kind === 'bars'
        ? chart.addSeries(BarSeries, { upColor: up, downColor: down, thinBars: false, ...shape })
        : // Rising candles are hollow: the difference is not one of colour alone.
          chart.addSeries(CandlestickSeries, { upColor: 'transparent', borderUpColor: up, wickUpColor: up, downColor: down, borderDownColor: down, wickDownColor: down, ...shape });
  chart.priceScale('right').applyOptions({ scaleMargins: { top: 0.06, bottom: 0.03 }, mode: log ? 1 : 0 });
  const volume = chart.addSeries(HistogramSeries, { autoscaleInfoProvider: volumes, color: `${cssColour('--border')}88`, priceFormat: { type: 'volume' }, lastValueVisible: false, priceLineVisible: false }, 1);
  volume.priceScale().applyOptions({ mode: 0, scaleMargins: { top: 0.12, bottom: 0 } });
  chart.panes()[0]?.setStretchFactor(5);
  chart.panes()[1]?.setStretchFactor(1);
  return { chart, price, volume, markers: createSeriesMarkers(price as ISeriesApi<'Line'>, []) };
}

function fill({ price, volume }: Drawn, { candles, kind, sizeMs, now }: CanvasProps): void {
  const values = new Map<number, object>();
  if (kind === 'line') for (const { time, value, hidden } of stepPoints(candles, sizeMs, now)) values.set(at(time), hidden ? { value, color: 'transparent' } : { value });
  else for (const { time, open, high, low, close } of candles) values.set(at(time), { open: Number(open), high: Number(high), low: Number(low), close: Number(close) });
  // Buckets without a trade keep their place. When clocks are put back an hour comes twice: the first counts.
  const times = [...new Set([...slots(candles, sizeMs, now).map(at), ...values.keys()])].sort((a, b) => a - b);
  (price as ISeriesApi<'Line'>).setData(times.map((time) => ({ time, ...values.get(time) })) as never);
  if (kind === 'line') (price as ISeriesApi<'Line'>).applyOptions({ pointMarkersVisible: candles.length <= DOTS, pointMarkersRadius: 2.5 });
  volume.setData(candles.map((candle) => ({ time: at(candle.time), value: candle.volume })).filter((each, index, all) => index === 0 || each.time > (all[index - 1]?.time ?? 0)));
}

type Drag = { from: number; to: number };
type Level = { key: string; y: number; text: string; tone: string };

/** Places of ticks and marks in the pane of the prices. */
function levelsOf(drawn: Drawn, ticks: number[], marks: Mark[], band: Band | null): { ticks: Level[]; marks: Level[]; band: { top: number; height: number } | null } {
  const y = (price: number): number | null => drawn.price.priceToCoordinate(price);
  const height = drawn.chart.panes()[0]?.getHeight() ?? 0;
  const place = (price: number, text: string, tone: string): Level | null => {
    const top = y(price);
    return top === null || top < 0 || top > height ? null : { key: `${tone}${text}`, y: top, text, tone };
  };
  const [top, bottom] = band ? [y(band.to), y(band.from)] : [null, null];
  return {
    ticks: ticks.map((tick) => place(tick, amount(String(tick)), 'tick')).filter((each) => each !== null),
    marks: marks.map((mark) => place(mark.price, mark.label, mark.tone)).filter((each) => each !== null),
    band: top === null || bottom === null ? null : { top: Math.max(0, top), height: Math.max(1, Math.min(height, bottom) - Math.max(0, top)) },
  };
}

/** The step of a key on the crosshair; null where the key does something else. */
function nextIndex(key: string, now: number | null, count: number): number | null {
  if (key === 'ArrowLeft') return Math.max(0, (now ?? count) - 1);
  if (key === 'ArrowRight') return Math.min(count - 1, (now ?? -1) + 1);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

export function ChartCanvas(props: CanvasProps): ReactNode {
  const { candles, kind, log, fromZero, own, marks, band, summary, onRead, now } = props;
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const latest = useRef(props);
  const follows = useRef(true);
  const cursor = useRef<number | null>(null);
  const settings = useSettings();
  const [levels, setLevels] = useState<ReturnType<typeof levelsOf>>({ ticks: [], marks: [], band: null });
  const [away, setAway] = useState(false);
  // Events may come faster than drawings: the reference is what counts, the state is what is shown.
  const dragged = useRef<Drag | null>(null);
  const [drag, showDrag] = useState<Drag | null>(null);
  latest.current = props;
  const axis = priceAxis(candles, fromZero, log);
  const look = `${kind} ${log} ${settings.theme} ${settings.palette}`;
  const place = useCallback((): void => {
    const { candles: some, fromZero: zero, log: logarithmic, marks: marked, band: wide } = latest.current;
    if (drawn.current) setLevels(levelsOf(drawn.current, priceAxis(some, zero, logarithmic).ticks, marked, wide));
  }, []);
  useEffect(() => {
    if (!box.current) return undefined;
    const made = makeChart(box.current, kind, log, () => {
      const { from, to } = priceAxis(latest.current.candles, latest.current.fromZero, latest.current.log);
      return { minValue: from, maxValue: to };
    });
    drawn.current = made;
    follows.current = true;
    const looked = (range: LogicalRange | null): void => {
      const last = made.price.data().length - 1;
      setAway(!!range && !follows.current && last > 0 && range.to < last - 0.5);
    };
    const pointed = (event: { time?: Time }): void => {
      const time = event.time === undefined ? null : Number(event.time);
      latest.current.onRead(time === null ? null : (latest.current.candles.find((candle) => at(candle.time) === time) ?? null), false);
    };
    made.chart.timeScale().subscribeVisibleLogicalRangeChange(looked);
    // A chart that was made while its tab was hidden gets its size later.
    made.chart.timeScale().subscribeSizeChange(() => {
      if (follows.current) made.chart.timeScale().fitContent();
      requestAnimationFrame(place);
    });
    made.chart.subscribeCrosshairMove(pointed);
    return () => {
      drawn.current = null;
      made.chart.remove();
    };
    // The chart is made anew for another kind, axis or theme; its data follow below.
  }, [look, kind, log, place]);
  useEffect(() => {
    const current = drawn.current;
    if (!current) return undefined;
    const time = current.chart.timeScale();
    const view = follows.current ? null : time.getVisibleRange();
    fill(current, latest.current);
    if (view) time.setVisibleRange(view);
    else time.fitContent();
    const frame = requestAnimationFrame(place);
    return () => cancelAnimationFrame(frame);
  }, [candles, now, look, axis.from, axis.to, place]);
  useEffect(() => {
    const frame = requestAnimationFrame(place);
    return () => cancelAnimationFrame(frame);
  }, [marks, band, fromZero, place]);
  useEffect(() => {
    const known = new Set(candles.map((candle) => at(candle.time)));
    drawn.current?.markers.setMarkers(
      own
        .map(({ bucket, bought }) => ({ time: at(bucket), position: bought ? ('belowBar' as const) : ('aboveBar' as const), color: cssColour(bought ? '--bid' : '--ask'), shape: bought ? ('arrowUp' as const) : ('arrowDown' as const), size: 0.7 }))
        .filter((marker) => known.has(marker.time)),
    );
  }, [own, candles, look]);

  const show = (range: { from: number; to: number } | null): void => {
    const time = drawn.current?.chart.timeScale();
    follows.current = range === null;
    if (range) time?.setVisibleLogicalRange(range);
    else time?.fitContent();
    if (!range) setAway(false);
  };
  const zoom = (factor: number): void => {
    const range = drawn.current?.chart.timeScale().getVisibleLogicalRange();
    if (!range) return;
    const [middle, half] = [(range.from + range.to) / 2, ((range.to - range.from) / 2) * factor];
    show({ from: middle - half, to: middle + half });
  };
  const toNow = (): void => {
    const range = drawn.current?.chart.timeScale().getVisibleLogicalRange();
    const last = (drawn.current?.price.data().length ?? 1) - 1;
    if (range) show({ from: last - (range.to - range.from), to: last });
    setAway(false);
  };
  const read = (index: number): void => {
    const candle = candles[index];
    if (!candle || !drawn.current) return;
    cursor.current = index;
    drawn.current.chart.setCrosshairPosition(Number(candle.close), at(candle.time), drawn.current.price);
    onRead(candle, true);
  };
  const keys = (key: string): boolean => {
    const index = nextIndex(key, cursor.current, candles.length);
    if (index !== null && candles.length) read(index);
    else if (key === '+') zoom(0.7);
    else if (key === '-' || key === '−') zoom(1.4);
    else if (key === '0') show(null);
    else return false;
    return true;
  };
  const inBox = (event: PointerEvent): number => event.clientX - (box.current?.getBoundingClientRect().left ?? 0);
  const setDrag = (next: Drag | null): void => {
    dragged.current = next;
    showDrag(next);
  };
  const drop = (): void => {
    const time = drawn.current?.chart.timeScale();
    const { current: area } = dragged;
    if (area && time && Math.abs(area.to - area.from) >= LEAST_DRAG_PX) {
      const [from, to] = [time.coordinateToLogical(Math.min(area.from, area.to)), time.coordinateToLogical(Math.max(area.from, area.to))];
      if (from !== null && to !== null) show({ from, to });
    }
    setDrag(null);
  };
  return (
    <div className="chart-area">
      <div className="chart-levels" aria-hidden="true">
        {levels.band ? <i className="band" style={{ top: levels.band.top, height: levels.band.height }} /> : null}
        {levels.ticks.map((each) => <i key={each.key} style={{ top: each.y }}><span>{each.text}</span></i>)}
      </div>
      <div
        className="chart"
        ref={box}
        tabIndex={0}
        role="img"
        aria-label={summary}
        aria-keyshortcuts="ArrowLeft ArrowRight + - 0"
        onKeyDown={(event) => { if (!event.ctrlKey && !event.metaKey && !event.altKey && keys(event.key)) event.preventDefault(); }}
        onDoubleClick={() => show(null)}
        onPointerDown={(event) => { if (event.pointerType === 'mouse' && event.button === 0) { event.currentTarget.setPointerCapture(event.pointerId); setDrag({ from: inBox(event), to: inBox(event) }); } else follows.current = false; }}
        onPointerMove={(event) => { if (dragged.current) setDrag({ ...dragged.current, to: inBox(event) }); }}
        onPointerUp={(event) => { if (dragged.current) dragged.current.to = inBox(event); drop(); }}
        onPointerCancel={() => setDrag(null)}
      />
      <div className="chart-levels" aria-hidden="true">
        {levels.marks.map((each) => <i key={each.key} className={`mark ${each.tone}`} style={{ top: each.y }}><span>{each.text}</span></i>)}
      </div>
      {drag && Math.abs(drag.to - drag.from) >= LEAST_DRAG_PX ? <div className="chart-drag" aria-hidden="true" style={{ insetInlineStart: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) }} /> : null}
      {away ? <Button look="tiny on chart-now" onClick={toNow} title={t`What you look at does not move by itself.`}><Trans>Go to now</Trans> ⇥</Button> : null}
    </div>
  );
}
