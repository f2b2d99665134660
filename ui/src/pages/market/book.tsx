// The order book (web-ui.md §6.3): two sides around the last price, as orders or as levels, with depth and export on demand.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useMemo, useState, type ReactNode } from 'react';
import type { BookLevel, BookRow } from '../../transport/api';
import { crossed, cumulative, levelsOf, spreadOf, type BookState, type Entry, type Side, type Spread } from '../../model/book';
import { ARROW, type Direction } from '../../model/candles';
import { amount, count, percent, type Unit } from '../../model/format';
import { matching } from '../../model/find';
import { dimmed } from '../../model/ticket';
import { csv } from '../../model/text';
import { keptStore, useStore } from '../../state/store';
import { Button, Chip, Panel, Segmented } from '../../view/ui';
import { Menu } from '../../view/overlays';
import { Skeleton, StaleBadge } from '../../view/states';
import { saveFile } from '../../view/table';
import { Depth } from './depth';
import { EXTRAS, extraHead, ROW_PX, SideTable, type Extra, type Pick, type SideProps } from './book_side';

export type { Pick } from './book_side';

const TICKS = [1, 2, 5, 10, 50, 100];
const ROWS = [5, 8, 11, 15, 20, 30, 50];
const looksStore = keptStore<{ columns: Extra[]; depth: boolean }>('book', { columns: [], depth: false });

type BookProps = {
  book: BookState | null;
  last: string | null;
  direction: Direction;
  rows: number;
  account: string | null;
  trust: number;
  denied?: string[];
  unit: Unit;
  extra: string;
  paused: boolean;
  /** Frozen while the keyboard is in the book. */
  held?: boolean;
  waiting: number;
  filter?: string;
  /** What is shown where a side is empty. */
  relax?: ReactNode;
  onPause: () => void;
  onPick: (pick: Pick) => void;
  onMid: (mid: string) => void;
  onCancel: (row: BookRow) => void;
  onRows: (rows: number) => void;
  onHold: (hold: boolean) => void;
};

const isLevel = (row: BookRow | BookLevel): row is BookLevel => !('hash' in row);

/** The best order of a side that the trust filter does not dim. */
const best = (entries: Entry[], side: Side, trust: number): Entry | undefined => entries.find(({ row }) => isLevel(row) || !dimmed(row, side, trust));

function save(kind: 'csv' | 'json', sides: { asks: Entry[]; bids: Entry[] }): void {
  const list = [...sides.asks.map((entry) => ({ side: 'ask', ...entry.row })), ...sides.bids.map((entry) => ({ side: 'bid', ...entry.row }))] as Record<string, unknown>[];
  const heads = ['side', 'hash', 'price', 'workerpool', 'requester', 'trust', 'tag', 'remaining', 'volume', 'published'];
  if (kind === 'csv') saveFile('book.csv', csv(heads, list.map((row) => heads.map((head) => row[head]))), 'text/csv;charset=utf-8');
  else saveFile('book.json', JSON.stringify(list, null, 1), 'application/json');
}

const mark = (on: boolean, text: string): string => `${on ? '● ' : '○ '}${text}`;

function More({ rows, levels, onRows, sides }: { rows: number; levels: boolean; onRows: (rows: number) => void; sides: { asks: Entry[]; bids: Entry[] } | null }): ReactNode {
  const { columns, depth } = useStore(looksStore);
  const toggle = (extra: Extra): void => looksStore.set((old) => ({ ...old, columns: old.columns.includes(extra) ? old.columns.filter((each) => each !== extra) : EXTRAS.filter((each) => each === extra || old.columns.includes(each)) }));
  return (
    <Menu trigger={<Button look="tiny" aria-label={t`More about the book`}>⋯</Button>} items={[
      { label: mark(depth, t`Depth chart`), onSelect: () => looksStore.set((old) => ({ ...old, depth: !old.depth })) },
      ...(levels ? [] : ['line' as const, { heading: t`Columns` }, ...EXTRAS.map((each) => ({ label: mark(columns.includes(each), each === 'sum' ? t`Σ cumulative volume` : extraHead(each)), onSelect: () => toggle(each) }))]),
      'line',
      { heading: t`Rows a side` },
      ...ROWS.map((each) => ({ label: mark(each === rows, String(each)), onSelect: () => onRows(each) })),
      ...(sides ? ['line' as const, { label: t`Save CSV`, onSelect: () => save('csv', sides) }, { label: t`Save JSON`, onSelect: () => save('json', sides) }] : []),
    ]} />
  );
}

function Middle({ last, direction, spread, unit, onMid }: { last: string | null; direction: Direction; spread: Spread; unit: Unit; onMid: (mid: string) => void }): ReactNode {
  // A whole number of nRLC: half a unit cannot be offered.
  const price = spread ? (spread.mid.split('.')[0] ?? spread.mid) : last;
  return (
    <button type="button" className="middle" aria-disabled={price === null || undefined} title={price === null ? t`There is no price yet.` : spread ? t`Use the middle price ${price} for a limit order` : t`Use the last price ${price} for a limit order`} onClick={() => price !== null && onMid(price)}>
      <span className="last" data-test="middle">{last === null ? t`No trade yet` : t`Last ${amount(last, unit)} ${unit} ${ARROW[direction]}`}</span>
      {spread ? <span className="muted small num" data-test="spread"><Trans>spread {amount(spread.absolute, unit)} = {percent(spread.share)} of mid {spread.mid}</Trans></span> : null}
    </button>
  );
}

export function BookPanel({ book, last, direction, rows, trust, denied = [], paused, held = false, waiting, filter = '', relax = null, onRows, onPause, onMid, onHold, ...rest }: BookProps): ReactNode {
  const looks = useStore(looksStore);
  const [levels, setLevels] = useState(false);
  const [tick, setTick] = useState(1);
  const [shape, setShape] = useState<'both' | 'asks' | 'bids'>('both');
  const sides = useMemo(() => {
    if (!book) return null;
    const asks = matching(book.asks, 'asks', filter);
    const bids = matching(book.bids, 'bids', filter);
    return levels ? { asks: levelsOf(asks, 'asks', tick), bids: levelsOf(bids, 'bids', tick) } : { asks, bids };
  }, [book, levels, tick, filter]);
  const [ask, bid] = [book ? best(book.asks, 'asks', trust) : undefined, book ? best(book.bids, 'bids', trust) : undefined];
  const pair = book && crossed(book) && book.asks[0] && book.bids[0] ? { ask: book.asks[0].row as BookRow, bid: book.bids[0].row as BookRow } : null;
  const per = shape === 'both' ? rows : rows * 2;
  const scaleOf = (entries: Entry[]): number => cumulative(entries.slice(0, per)).pop() ?? 1;
  const scale = sides ? Math.max(scaleOf(sides.asks), scaleOf(sides.bids), 1) : 1;
  const side = (of: Side): ReactNode => {
    if (!sides) return null;
    const props: SideProps = { ...rest, side: of, entries: sides[of], rows: per, levels, scale, crossedPair: levels ? null : pair, trust, denied, columns: looks.columns, empty: of === 'asks' ? t`No sell orders` : t`No buy orders`, relax };
    return (
      <>
        <div className={`side-head ${of === 'asks' ? 'ask' : 'bid'}`}>{of === 'asks' ? t`▼ Workers (asks)` : t`▲ Requesters (bids)`}<span className="muted small">{count((of === 'asks' ? book?.asksTotal : book?.bidsTotal) ?? sides[of].length)}</span></div>
        {/* Another view has other rows: those of the old one do not fade in it. */}
        <SideTable key={levels ? `by ${tick}` : 'orders'} {...props} />
      </>
    );
  };
  return (
    <Panel
      title={t`Order book`}
      className="book"
      id="book"
      tools={
        <>
          <StaleBadge />
          {paused || (held && waiting > 0) ? <Chip tone="warning" title={paused ? undefined : t`Rows stand still while the keyboard is among them.`}>{plural(waiting, { one: 'paused, # change waiting', other: 'paused, # changes waiting' })}</Chip> : null}
          <Button look={`tiny ${paused ? 'on' : ''}`} aria-pressed={paused} onClick={onPause}>{paused ? t`Resume` : t`Pause`}</Button>
        </>
      }
    >
      <div className="row book-tools">
        <Segmented label={t`View`} value={levels ? 'levels' : 'orders'} choices={[{ value: 'orders', label: t`Orders` }, { value: 'levels', label: t`Levels` }]} onChange={(value) => setLevels(value === 'levels')} />
        <Segmented label={t`Sides`} value={shape} choices={[{ value: 'both', label: '⇅', title: t`both sides` }, { value: 'asks', label: t`▼ asks`, title: t`asks only` }, { value: 'bids', label: t`▲ bids`, title: t`bids only` }]} onChange={setShape} />
        {levels ? (
          <select className="select tick" aria-label={t`Price step of a level`} title={t`price step of a level`} value={tick} onChange={(event) => setTick(Number(event.target.value))}>
            {TICKS.map((each) => <option key={each} value={each}>{t`by ${each}`}</option>)}
          </select>
        ) : null}
        <span className="grow" />
        <More rows={rows} levels={levels} onRows={onRows} sides={sides} />
      </div>
      {sides === null ? (
        <Skeleton rows={rows * 2} height={ROW_PX} />
      ) : (
        // Only the keyboard holds the rows: a click of the mouse is over when it is done.
        <div onFocus={(event) => onHold(event.target.matches(':focus-visible'))} onBlur={() => onHold(false)} className={paused ? 'stale' : ''}>
          {shape === 'bids' ? null : side('asks')}
          <Middle last={last} direction={direction} spread={spreadOf(ask?.price, bid?.price)} unit={rest.unit} onMid={onMid} />
          {shape === 'asks' ? null : side('bids')}
          {book && book.hidden > 0 ? <div className="small muted book-foot">{plural(book.hidden, { one: '# order hidden: its maker cannot pay now', other: '# orders hidden: their makers cannot pay now' })}</div> : null}
          {looks.depth && book ? <Depth book={book} /> : null}
        </div>
      )}
    </Panel>
  );
}
