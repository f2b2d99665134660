// Price chart nRLC/WORK (web-ui.md §6.5, §13): step line, candles or bars over volumes, read-out strip, table view, export.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Candle, Ticker } from '../../transport/api';
import { chartSummary, priceAxis, quartiles, RANGE_NAMES, rangeOf, rangeWords, type Kind, type Range } from '../../model/chart';
import { chartSvg } from '../../model/chart_svg';
import { commodityWords } from '../../model/domain';
import { amount, count } from '../../model/format';
import { csv } from '../../model/text';
import { day, iso } from '../../model/time';
import { say } from '../../state/activity';
import { useBoot, useFeedStatus } from '../../state/data';
import { keptStore, useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { Button, Panel, Segmented } from '../../view/ui';
import { EmptyState, StaleBadge } from '../../view/states';
import { saveFile } from '../../view/table';
import { Menu } from '../../view/overlays';
import { ChartCanvas, type Mark } from './chart_canvas';
import { useCandles, useOwn } from './chart_data';
import type { Commodity } from './commodity';

type Looks = { kind: Kind; log: boolean; fromZero: boolean; best: boolean; quartiles: boolean; own: boolean };
const looksStore = keptStore<Looks>('chart', { kind: 'line', log: false, fromZero: true, best: true, quartiles: false, own: true });
const COLOURS = { page: '--page', text: '--text', muted: '--muted', line: '--line', price: '--link', up: '--bid', down: '--ask' };

const readWords = (candle: Candle): string => {
  const time = `${day(candle.time)} ${iso(candle.time).slice(11, 16)}`;
  return t`${time}: open ${candle.open}, high ${candle.high}, low ${candle.low}, close ${candle.close} nRLC, ${candle.volume} tasks`;
};

function Read({ candle }: { candle: Candle | null }): ReactNode {
  if (!candle) return <div className="chart-read" aria-hidden="true" />;
  const figures: [string, string][] = [[t`open`, candle.open], [t`high`, candle.high], [t`low`, candle.low], [t`close`, candle.close]];
  return (
    <div className="chart-read" aria-hidden="true">
      <span>{day(candle.time)} {iso(candle.time).slice(11, 16)}</span>
      {figures.map(([label, value]) => <span key={label}>{label} <strong>{amount(value)}</strong></span>)}
      <span><Trans>tasks <strong>{count(candle.volume)}</strong></Trans></span>
    </div>
  );
}

function CandleTable({ candles }: { candles: Candle[] }): ReactNode {
  return (
    <div className="table-wrap" style={{ height: 330, overflow: 'auto' }} tabIndex={0} role="region" aria-label={t`Prices as a table`}>
      <table className="data">
        <caption className="sr"><Trans>Prices by time</Trans></caption>
        <thead><tr><th scope="col"><Trans>Time</Trans></th>{[t`Open`, t`High`, t`Low`, t`Close`, t`Tasks`].map((head) => <th key={head} scope="col" className="right">{head}</th>)}</tr></thead>
        <tbody>
          {candles.slice().reverse().map((candle) => (
            <tr key={candle.time}>
              <td>{day(candle.time)} {iso(candle.time).slice(11, 16)}</td>
              {[candle.open, candle.high, candle.low, candle.close].map((price, at) => <td key={at} className="right">{amount(price)}</td>)}
              <td className="right">{count(candle.volume)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Picture and numbers of what is shown, each with commodity, chain, height and UTC time (C-08). */
function useExport(commodity: Commodity, data: ReturnType<typeof useCandles>, looks: Looks): { svg: () => void; png: () => void; table: () => void } {
  const boot = useBoot();
  const { height } = useFeedStatus();
  const { candles, sizeMs, now } = data;
  const name = `price-${commodity.key}`;
  const about = (): string => {
    const words = commodityWords(commodity.category, commodity.tag, commodity.trust);
    const chain = `${boot.chains[0]?.name ?? ''} ${boot.domain.chainId}`.trim();
    return t`${words}, chain ${chain}, height ${height ?? '—'}, ${new Date().toISOString()}`;
  };
  const picture = (): string => {
    const style = getComputedStyle(document.documentElement);
    const colours = Object.fromEntries(Object.entries(COLOURS).map(([part, token]) => [part, style.getPropertyValue(token).trim()])) as typeof COLOURS;
    return chartSvg({ candles, kind: looks.kind, sizeMs, to: now, axis: priceAxis(candles, looks.fromZero, looks.log), log: looks.log, title: 'nRLC/WORK', about: about(), colours });
  };
  return {
    svg: () => saveFile(`${name}.svg`, picture(), 'image/svg+xml'),
    png: () => {
      const image = new Image();
      image.onload = () => {
        const canvas = Object.assign(document.createElement('canvas'), { width: image.width * 2, height: image.height * 2 });
        canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob((blob) => blob && saveFile(`${name}.png`, blob, 'image/png'));
      };
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture())}`;
    },
    table: () => saveFile(`${name}.csv`, csv(['time', 'open', 'high', 'low', 'close', 'volume', 'value', 'trades', 'about'], candles.map((candle) => [new Date(candle.time).toISOString(), candle.open, candle.high, candle.low, candle.close, candle.volume, candle.value, candle.trades, about()])), 'text/csv;charset=utf-8'),
  };
}

function Nothing({ range, newest, now, onRange }: { range: Range; newest: number | null; now: number; onRange: (range: Range) => void }): ReactNode {
  const nearest = newest === null ? null : rangeOf(newest, now);
  return (
    <div className="chart-empty">
      <EmptyState action={nearest && nearest !== range ? <Button onClick={() => onRange(nearest)}><Trans>Show {rangeWords(nearest)}</Trans></Button> : null}>
        {newest === null ? <Trans>No trade of this commodity yet.</Trans> : <Trans>No trades in this range.</Trans>}
      </EmptyState>
    </div>
  );
}

const dot = (on: boolean, text: string): string => `${on ? '● ' : '○ '}${text}`;

export default function ChartPanel({ commodity, ticker }: { commodity: Commodity; ticker: Ticker | null }): ReactNode {
  const [url, change] = useUrl();
  const looks = useStore(looksStore);
  const [table, setTable] = useState(false);
  const [read, setRead] = useState<Candle | null>(null);
  const range = RANGE_NAMES.find((each) => each === url.range) ?? '24h';
  const data = useCandles(commodity, range);
  const { candles, sizeMs, now, loaded, newest } = data;
  const own = useOwn(commodity, sizeMs, looks.own);
  const save = useExport(commodity, data, looks);
  const set = (part: Partial<Looks>): void => looksStore.set((old) => ({ ...old, ...part }));
  const middle = looks.quartiles ? quartiles(candles) : null;
  const marks: Mark[] = [];
  if (looks.best && ticker?.bestAsk) marks.push({ price: Number(ticker.bestAsk), label: t`best ask ${amount(ticker.bestAsk)}`, tone: 'ask' });
  if (looks.best && ticker?.bestBid) marks.push({ price: Number(ticker.bestBid), label: t`best bid ${amount(ticker.bestBid)}`, tone: 'bid' });
  if (middle) marks.push({ price: middle.median, label: t`median ${Math.round(middle.median)} (${Math.round(middle.low)} to ${Math.round(middle.high)})`, tone: 'muted' });
  const onRange = (value: Range): void => change({ range: value === '24h' ? null : value });
  const onRead = (candle: Candle | null, spoken: boolean): void => {
    setRead(candle);
    if (candle && spoken) say(readWords(candle));
  };
  return (
    <Panel
      title={<span title={t`nRLC for one task (nRLC/TASK)`}>nRLC/WORK</span>}
      tools={
        <>
          <StaleBadge />
          <Segmented label={t`Range`} value={range} choices={RANGE_NAMES.map((value) => ({ value, label: value === 'all' ? t`all` : value, title: rangeWords(value) }))} onChange={onRange} />
          <Menu trigger={<Button look="tiny" aria-label={t`More about the chart`}>⋯</Button>} items={[
            { heading: t`Show as` },
            ...([['line', t`Line`], ['candles', t`Candles`], ['bars', t`Bars`]] as [Kind, string][]).map(([kind, label]) => ({ label: dot(!table && looks.kind === kind, label), onSelect: () => { set({ kind }); setTable(false); } })),
            { label: dot(table, t`Table`), onSelect: () => setTable(!table) },
            'line',
            { label: dot(looks.best, t`Best bid and ask`), onSelect: () => set({ best: !looks.best }) },
            { label: dot(looks.quartiles, t`Median and quartiles`), onSelect: () => set({ quartiles: !looks.quartiles }) },
            { label: dot(looks.own, t`My trades`), onSelect: () => set({ own: !looks.own }) },
            { label: dot(looks.fromZero, t`Axis from 0`), onSelect: () => set({ fromZero: !looks.fromZero }) },
            { label: dot(looks.log, t`Logarithmic axis`), onSelect: () => set({ log: !looks.log }) },
            'line',
            ...(candles.length ? [{ label: t`Save PNG`, onSelect: save.png }, { label: t`Save SVG`, onSelect: save.svg }, { label: t`Save CSV`, onSelect: save.table }] : []),
          ]} />
        </>
      }
    >
      <Read candle={read ?? candles[candles.length - 1] ?? null} />
      {table ? <CandleTable candles={candles} /> : (
        <div className="chart-box">
          <ChartCanvas candles={candles} sizeMs={sizeMs} now={now} kind={looks.kind} log={looks.log} fromZero={looks.fromZero} own={own} marks={marks} band={middle ? { from: middle.low, to: middle.high } : null} summary={chartSummary(candles, range)} onRead={onRead} />
          {loaded && candles.length === 0 ? <Nothing range={range} newest={newest} now={now} onRange={onRange} /> : null}
        </div>
      )}
    </Panel>
  );
}
