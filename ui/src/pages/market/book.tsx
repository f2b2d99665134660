// The order book (web-ui.md §6.3). Two tables around the last price; only the rows in sight are in the page.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import type { BookLevel, BookRow } from '../../transport/api';
import { ahead, crossed, cumulative, levelsOf, spreadOf, type BookState, type Entry, type Side } from '../../model/book';
import { ARROW, type Direction } from '../../model/candles';
import { amount, count, MISSING, percent, shortHash, spokenHash, type Unit } from '../../model/format';
import { trustMeaning } from '../../model/domain';
import { dimmed } from '../../model/ticket';
import { sameAddress } from '../../model/domain';
import { Button, Chip, Panel, Segmented } from '../../view/ui';
import { EmptyState, Skeleton, StaleBadge } from '../../view/states';
import { saveFile } from '../../view/table';
import { csv } from '../../model/text';

const ROW_PX = 24;
const TOUCH_ROW_PX = 36;
const OVERSCAN = 8;
export const TICKS = [1, 2, 5, 10, 50, 100];
export type Pick = { side: Side; row: BookRow; limit: boolean };

type RowProps = { entry: Entry; side: Side; depth: number; account: string | null; trust: number; unit: Unit; extra: string; change: 'fresh' | 'flash' | ''; linked: boolean; queue: number | null; onPick: (pick: Pick) => void; onCancel: (row: BookRow) => void };

const isLevel = (row: BookRow | BookLevel): row is BookLevel => !('hash' in row);

function priceShown(price: string, extra: string, unit: Unit): string {
  return amount(extra === '0' ? price : String(BigInt(price) + BigInt(extra)), unit);
}

function LevelRow({ entry, side, depth, unit, extra }: RowProps): ReactNode {
  const row = entry.row as BookLevel;
  return (
    <tr className={`depth-${side}`} style={{ ['--depth' as string]: `${depth}%` }}>
      <td className={side === 'asks' ? 'price-ask' : 'price-bid'}>{priceShown(entry.price, extra, unit)}</td>
      <td>{count(row.orders)}</td>
      <td>{count(entry.remaining)}</td>
    </tr>
  );
}

function OrderRow({ entry, side, depth, account, trust, unit, extra, change, linked, queue, onPick, onCancel }: RowProps): ReactNode {
  const row = entry.row as BookRow;
  const own = sameAddress(row.maker, account) || (side === 'bids' && sameAddress(row.requester, account));
  const party = side === 'asks' ? row.workerpool : row.requester;
  const pick = (event: MouseEvent | KeyboardEvent): void => onPick({ side, row, limit: event.shiftKey });
  return (
    <tr
      className={`depth-${side} ${dimmed(row, side, trust) ? 'dim' : ''} ${change}`}
      style={{ ['--depth' as string]: `${depth}%` }}
      data-id={row.hash}
      onClick={pick}
      onAuxClick={(event) => {
        if (event.button === 1) window.open(`/market/order/${row.hash}`, '_blank', 'noopener');
      }}
      onKeyDown={(event) => {
        if (event.altKey && event.key === 'Backspace' && own) onCancel(row);
      }}
    >
      <td className="c-hash">
        {own ? <span className="you" role="img" aria-label={queue ? plural(queue, { one: 'your order, # task ahead', other: 'your order, # tasks ahead' }) : t`your order`} title={queue ? plural(queue, { one: 'you · # task ahead', other: 'you · # tasks ahead' }) : t`you`} /> : null}
        <button type="button" className="cell-link" title={row.hash} onClick={(event) => { event.stopPropagation(); pick(event); }}>
          <span className="sr">{side === 'asks' ? t`Buy from order` : t`Sell to order`} </span>
          {shortHash(row.hash)}
        </button>
        {own ? <button type="button" className="cell-link tone-danger" aria-label={t`Cancel ${{ order: spokenHash(t`order`, row.hash) }}`} title={t`cancel your order`} onClick={(event) => { event.stopPropagation(); onCancel(row); }}>{' '}✕</button> : null}
        {linked ? <span title={t`Best bid and best ask cross, yet they cannot match: trust, capability, restriction or funds separate them. Open the order to see which.`} role="img" aria-label={t`crossed but incompatible`}> ⛓</span> : null}
      </td>
      <td className={`c-price ${side === 'asks' ? 'price-ask' : 'price-bid'}`}>{priceShown(entry.price, extra, unit)}</td>
      <td className="c-party" title={party ?? ''}>{party ? <code>{shortHash(party)}</code> : MISSING}</td>
      <td className="c-trust" title={trustMeaning(row.trust)}>{row.trust}</td>
      <td className="c-volume" title={t`${{ left: row.remaining }} of ${{ all: row.volume }}`}>{count(row.remaining)}</td>
    </tr>
  );
}

function hiddenText(orders: number): string {
  const shown = count(orders);
  return plural(orders, { one: `${shown} hidden: its maker cannot pay now`, other: `${shown} hidden: their makers cannot pay now` });
}

/** What changed since the last drawing: new rows and changed volumes. */
function useChanges(entries: Entry[]): Map<string, 'fresh' | 'flash'> {
  const before = useRef<Map<string, number> | null>(null);
  const changes = useMemo(() => {
    const found = new Map<string, 'fresh' | 'flash'>();
    const old = before.current;
    if (old)
      for (const entry of entries.slice(0, 100)) {
        const volume = old.get(entry.key);
        if (volume === undefined) found.set(entry.key, 'fresh');
        else if (volume !== entry.remaining) found.set(entry.key, 'flash');
      }
    return found;
  }, [entries]);
  useEffect(() => {
    before.current = new Map(entries.map((entry) => [entry.key, entry.remaining]));
  }, [entries]);
  return changes;
}

type SideProps = { side: Side; entries: Entry[]; rows: number; levels: boolean; scale: number; linkedKey: string | null } & Pick2;
type Pick2 = Omit<RowProps, 'entry' | 'side' | 'depth' | 'change' | 'linked' | 'queue'>;

function SideTable({ side, entries, rows, levels, scale, linkedKey, ...rest }: SideProps): ReactNode {
  const [rowPx] = useState(() => (matchMedia('(max-width: 639px)').matches ? TOUCH_ROW_PX : ROW_PX));
  const [from, setFrom] = useState(0);
  const changes = useChanges(entries);
  const sums = useMemo(() => cumulative(entries), [entries]);
  const first = Math.max(0, Math.min(from, entries.length - rows) - OVERSCAN);
  const last = Math.min(entries.length, from + rows + OVERSCAN);
  const window = entries.slice(first, last).map((entry, at) => ({ entry, at: first + at }));
  if (side === 'asks') window.reverse();
  const spacer = (px: number): ReactNode => (px > 0 ? <tr aria-hidden="true" style={{ height: px, background: 'none' }}><td colSpan={5} style={{ height: px, padding: 0 }} /></tr> : null);
  const above = side === 'asks' ? entries.length - last : first;
  const below = side === 'asks' ? first : entries.length - last;
  const Row = levels ? LevelRow : OrderRow;
  return (
    <div className={`side ${side}`} style={{ height: rows * rowPx + 22, ['--book-row' as string]: `${rowPx}px` }} tabIndex={0} role="region" aria-label={side === 'asks' ? t`Workers, asks` : t`Requesters, bids`} onScroll={(event) => setFrom(Math.round(Math.abs(event.currentTarget.scrollTop) / rowPx))}>
      {entries.length === 0 ? (
        <EmptyState>{side === 'asks' ? t`No sell orders` : t`No buy orders`}</EmptyState>
      ) : (
        <table aria-label={side === 'asks' ? t`Order book: asks, the best nearest the last price` : t`Order book: bids, best first`}>
          <thead style={{ position: 'sticky', top: 0, background: 'var(--panel)', zIndex: 1 }}>
            {levels ? (
              <tr><th scope="col"><Trans>Price</Trans></th><th scope="col"><Trans>Orders</Trans></th><th scope="col"><Trans>Volume</Trans></th></tr>
            ) : (
              <tr>
                <th scope="col" className="c-hash"><Trans>Hash</Trans></th>
                <th scope="col" className="c-price"><Trans>Price</Trans></th>
                <th scope="col" className="c-party">{side === 'asks' ? t`Workerpool` : t`Requester`}</th>
                <th scope="col" className="c-trust"><Trans>Trust</Trans></th>
                <th scope="col" className="c-volume"><Trans>Volume</Trans></th>
              </tr>
            )}
          </thead>
          <tbody>
            {spacer(above * rowPx)}
            {window.map(({ entry, at }) => (
              <Row key={entry.key} entry={entry} side={side} depth={Math.round(((sums[at] ?? 0) / scale) * 100)} change={changes.get(entry.key) ?? ''} linked={entry.key === linkedKey} queue={ahead(entries, entry.key)} {...rest} />
            ))}
            {spacer(below * rowPx)}
          </tbody>
        </table>
      )}
    </div>
  );
}

type BookProps = {
  book: BookState | null;
  last: string | null;
  direction: Direction;
  rows: number;
  account: string | null;
  trust: number;
  unit: Unit;
  extra: string;
  paused: boolean;
  waiting: number;
  onPause: () => void;
  onPick: (pick: Pick) => void;
  onMid: (mid: string) => void;
  onCancel: (row: BookRow) => void;
  onRows: (rows: number) => void;
  onHold: (hold: boolean) => void;
};

function filtered(entries: Entry[], text: string): Entry[] {
  const needle = text.trim().toLowerCase();
  if (!needle) return entries;
  return entries.filter(({ row }) => {
    if (isLevel(row)) return true;
    return [row.hash, row.workerpool, row.requester, row.app, row.maker].some((value) => value?.toLowerCase().includes(needle));
  });
}

export function BookPanel({ book, last, direction, rows, onRows, paused, waiting, onPause, onMid, onHold, filter = '', ...rest }: BookProps & { filter?: string }): ReactNode {
  const [levels, setLevels] = useState(false);
  const [tick, setTick] = useState(1);
  const [shape, setShape] = useState<'both' | 'asks' | 'bids'>('both');
  const sides = useMemo(() => {
    if (!book) return null;
    const asks = filtered(book.asks, filter);
    const bids = filtered(book.bids, filter);
    return levels ? { asks: levelsOf(asks, 'asks', tick), bids: levelsOf(bids, 'bids', tick) } : { asks, bids };
  }, [book, levels, tick, filter]);
  const spread = spreadOf(book?.asks[0]?.price, book?.bids[0]?.price);
  const isCrossed = book ? crossed(book) : false;
  const per = shape === 'both' ? rows : rows * 2;
  const scaleOf = (entries: Entry[]): number => cumulative(entries.slice(0, per)).pop() ?? 1;
  const scale = sides ? Math.max(scaleOf(sides.asks), scaleOf(sides.bids), 1) : 1;
  const save = (kind: 'csv' | 'json'): void => {
    const list = [...(sides?.asks ?? []).map((entry) => ({ side: 'ask', ...entry.row })), ...(sides?.bids ?? []).map((entry) => ({ side: 'bid', ...entry.row }))] as Record<string, unknown>[];
    const heads = ['side', 'hash', 'price', 'workerpool', 'requester', 'trust', 'remaining', 'volume'];
    if (kind === 'csv') saveFile('book.csv', csv(heads, list.map((row) => heads.map((head) => row[head]))), 'text/csv');
    else saveFile('book.json', JSON.stringify(list, null, 1), 'application/json');
  };
  return (
    <Panel
      title={t`Order book`}
      className="book"
      id="book"
      tools={
        <>
          <StaleBadge />
          {paused ? <Chip tone="warning">{plural(waiting, { one: 'paused, # change waiting', other: 'paused, # changes waiting' })}</Chip> : null}
          <Button look={`tiny ${paused ? 'on' : ''}`} aria-pressed={paused} onClick={onPause}>{paused ? t`Resume` : t`Pause`}</Button>
        </>
      }
    >
      <div className="row" style={{ padding: '6px 8px 0' }}>
        <Segmented label={t`View`} value={levels ? 'levels' : 'orders'} choices={[{ value: 'orders', label: t`Orders` }, { value: 'levels', label: t`Levels` }]} onChange={(value) => setLevels(value === 'levels')} />
        <Segmented label={t`Sides`} value={shape} choices={[{ value: 'both', label: '⇅', title: t`both sides` }, { value: 'asks', label: t`▼ asks`, title: t`asks only` }, { value: 'bids', label: t`▲ bids`, title: t`bids only` }]} onChange={setShape} />
        {levels ? (
          <label className="row small">
            <Trans>tick</Trans>
            <select className="select" style={{ width: 'auto', minHeight: 26, padding: '0 4px' }} value={tick} onChange={(event) => setTick(Number(event.target.value))}>
              {TICKS.map((each) => <option key={each}>{each}</option>)}
            </select>
          </label>
        ) : null}
        <span className="grow" />
        <button type="button" className="link-button small" onClick={() => save('csv')}><Trans>CSV</Trans></button>
        <button type="button" className="link-button small" onClick={() => save('json')}><Trans>JSON</Trans></button>
        <label className="row small">
          <Trans>rows
          <input className="input num" style={{ width: 48, minHeight: 26, padding: '0 4px' }} inputMode="numeric" aria-label={t`rows per side, 5 to 50`} value={rows} onChange={(event) => { const next = Number(event.target.value); if (next >= 1 && next <= 50) onRows(next); }} /></Trans>
        </label>
      </div>
      {sides === null ? (
        <Skeleton rows={rows * 2} height={ROW_PX} />
      ) : (
        <div onFocus={() => onHold(true)} onBlur={() => onHold(false)} className={paused ? 'stale' : ''}>
          {shape !== 'bids' ? (
            <>
              <div className="side-head ask"><span><Trans>▼ Workers (asks)</Trans></span><span className="muted small">{count(book?.asksTotal ?? sides.asks.length)}</span></div>
              <SideTable side="asks" entries={sides.asks} rows={per} levels={levels} scale={scale} linkedKey={isCrossed ? (book?.asks[0]?.key ?? null) : null} {...rest} />
            </>
          ) : null}
          <button type="button" className="middle" title={t`use the middle price for a limit order`} onClick={() => spread && onMid(spread.mid.split('.')[0] ?? spread.mid)}>
            <span className="last" data-test="middle">{last === null ? t`No trade yet` : t`Last ${{ price: `${amount(last, rest.unit)} ${rest.unit} ${ARROW[direction]}` }}`}</span>
            {spread ? <span className="muted small num" data-test="spread"><Trans>spread {{ spread: spread.absolute }} = {{ share: percent(spread.share) }} of mid {{ mid: spread.mid }}</Trans></span> : null}
          </button>
          {shape !== 'asks' ? (
            <>
              <div className="side-head bid"><span><Trans>▲ Requesters (bids)</Trans></span><span className="muted small">{count(book?.bidsTotal ?? sides.bids.length)}</span></div>
              <SideTable side="bids" entries={sides.bids} rows={per} levels={levels} scale={scale} linkedKey={isCrossed ? (book?.bids[0]?.key ?? null) : null} {...rest} />
            </>
          ) : null}
          {book && book.hidden > 0 ? <div className="small muted" style={{ padding: '4px 8px' }}>{hiddenText(book.hidden)}</div> : null}
        </div>
      )}
    </Panel>
  );
}
