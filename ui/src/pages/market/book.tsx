// The order book (web-ui.md §6.3): two sides around the last price, as orders or as levels, with depth and export on demand.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { memo, useMemo, useState, type ReactNode } from 'react';
import type { BookLevel, BookRow } from '../../transport/api';
import { crossed, cumulative, spreadOf, type BookState, type Entry, type Side } from '../../model/book';
import { ARROW, type Direction } from '../../model/candles';
import { levelsOf } from '../../model/levels';
import { amount, count, percent, type Unit } from '../../model/format';
import { matching } from '../../model/find';
import { dimmed } from '../../model/ticket';
import { useStore } from '../../state/store';
import { Button, Chip, Panel } from '../../view/ui';
import { useStable } from '../../view/stable';
import { Skeleton, StaleBadge } from '../../view/states';
import { Depth } from './depth';
import type { Crossing } from './book_rows';
import { ROW_PX, SideTable, type Pick, type SideProps } from './book_side';
import { BookTools, looksStore, saveBook, type View } from './book_tools';

export type { Pick } from './book_side';

const NONE: string[] = [];

type BookProps = {
  /** Whose book it is: rows of another one do not fade in it. */
  commodity?: string;
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

type MiddleProps = { last: string | null; direction: Direction; ask: string | undefined; bid: string | undefined; unit: Unit; onMid: (mid: string) => void };

const Middle = memo(function Middle({ last, direction, ask, bid, unit, onMid }: MiddleProps): ReactNode {
  const spread = spreadOf(ask, bid);
  // A whole number of nRLC: half a unit cannot be offered.
  const price = spread ? (spread.mid.split('.')[0] ?? spread.mid) : last;
  return (
    <button type="button" className="middle" aria-disabled={price === null || undefined} title={price === null ? t`There is no price yet.` : spread ? t`Use the middle price ${price} for a limit order` : t`Use the last price ${price} for a limit order`} onClick={() => price !== null && onMid(price)}>
      <span className="last" data-test="middle">{last === null ? t`No trade yet` : t`Last ${amount(last, unit)} ${unit} ${ARROW[direction]}`}</span>
      {spread ? <span className="muted small num" data-test="spread"><Trans>spread {amount(spread.absolute, unit)} = {percent(spread.share)} of mid {spread.mid}</Trans></span> : null}
    </button>
  );
});

/** The two best orders where they cross: they rest although their prices fit (M-17). */
function crossingOf(book: BookState | null): Crossing | null {
  const [ask, bid] = [book?.asks[0], book?.bids[0]];
  return book && ask && bid && crossed(book) ? { ask: ask.row as BookRow, bid: bid.row as BookRow } : null;
}

/** Sides as they are looked at; those that no change has touched stay the same lists. */
function useSides(book: BookState | null, filter: string, levels: boolean, tick: number): { asks: Entry[]; bids: Entry[] } | null {
  const [askEntries, bidEntries] = [book?.asks, book?.bids];
  const asks = useMemo(() => askEntries && sideOf('asks', askEntries, filter, levels, tick), [askEntries, filter, levels, tick]);
  const bids = useMemo(() => bidEntries && sideOf('bids', bidEntries, filter, levels, tick), [bidEntries, filter, levels, tick]);
  return asks && bids ? { asks, bids } : null;
}

function sideOf(side: Side, entries: Entry[], filter: string, levels: boolean, tick: number): Entry[] {
  const found = matching(entries, side, filter);
  return levels ? levelsOf(found, side, tick) : found;
}

const sumOf = (entries: Entry[], rows: number): number => cumulative(entries.slice(0, rows)).pop() ?? 1;

export function BookPanel({ commodity = '', book, last, direction, rows, trust, denied = NONE, paused, held = false, waiting, filter = '', relax = null, onRows, onPause, onMid, onHold, ...rest }: BookProps): ReactNode {
  const looks = useStore(looksStore);
  const [view, setView] = useState<View>({ levels: false, tick: 1, shape: 'both' });
  const { levels, tick, shape } = view;
  const sides = useSides(book, filter, levels, tick);
  const onView = useStable((part: Partial<View>) => setView((old) => ({ ...old, ...part })));
  const onSave = useStable((kind: 'csv' | 'json') => sides && saveBook(kind, sides));
  const [ask, bid] = [book ? best(book.asks, 'asks', trust) : undefined, book ? best(book.bids, 'bids', trust) : undefined];
  const crossing = useMemo(() => (levels ? null : crossingOf(book)), [book, levels]);
  const per = shape === 'both' ? rows : rows * 2;
  const scale = sides ? Math.max(sumOf(sides.asks, per), sumOf(sides.bids, per), 1) : 1;
  const side = (of: Side): ReactNode => {
    if (!sides) return null;
    const props: SideProps = { ...rest, side: of, entries: sides[of], rows: per, levels, scale, crossing, trust, denied, columns: looks.columns, empty: of === 'asks' ? t`No sell orders` : t`No buy orders`, relax };
    return (
      <>
        <div className={`side-head ${of === 'asks' ? 'ask' : 'bid'}`}>{of === 'asks' ? t`▼ Workers (asks)` : t`▲ Requesters (bids)`}<span className="muted small">{count((of === 'asks' ? book?.asksTotal : book?.bidsTotal) ?? sides[of].length)}</span></div>
        {/* Another view has other rows: those of the old one do not fade in it. */}
        <SideTable key={`${commodity} ${levels ? tick : ''}`} {...props} />
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
      <BookTools {...view} rows={rows} onView={onView} onRows={onRows} onSave={onSave} />
      {sides === null ? (
        <Skeleton rows={rows * 2} height={ROW_PX} />
      ) : (
        // Only the keyboard holds the rows: a click of the mouse is over when it is done.
        <div onFocus={(event) => onHold(event.target.matches(':focus-visible'))} onBlur={() => onHold(false)} className={paused ? 'stale' : ''}>
          {shape === 'bids' ? null : side('asks')}
          <Middle last={last} direction={direction} ask={ask?.price} bid={bid?.price} unit={rest.unit} onMid={onMid} />
          {shape === 'asks' ? null : side('bids')}
          {book && book.hidden > 0 ? <div className="small muted book-foot">{plural(book.hidden, { one: '# order hidden: its maker cannot pay now', other: '# orders hidden: their makers cannot pay now' })}</div> : null}
          {looks.depth && book ? <Depth book={book} /> : null}
        </div>
      )}
    </Panel>
  );
}
