// One side of the order book: a real table of which only the rows in sight are in the page (web-ui.md §6.3).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { memo, useEffect, useMemo, useState, type KeyboardEvent, type MouseEvent, type ReactNode, type SyntheticEvent } from 'react';
import type { BookRow } from '../../transport/api';
import { cumulative, type Entry, type Side } from '../../model/book';
import { lasting, marksOf, nextEnd, NO_MARKS, withLeft, type Marks } from '../../model/book_marks';
import { sameAddress } from '../../model/domain';
import type { Unit } from '../../model/format';
import { EmptyState } from '../../view/states';
import { extraHead, LevelRow, OrderRow, type Crossing, type Extra, type Shared } from './book_rows';

export const ROW_PX = 24;
const TOUCH_ROW_PX = 44;
const HEAD_PX = 22;
const OVERSCAN = 8;
/** While a scroll leaps over whole views, rows beyond the view would be made for nothing; it has rows of its own again after `REST_MS`. */
const LEAP_OVERSCAN = 1;
const REST_MS = 120;
/** A side takes room for so many rows at least: for its sentence while it is empty. */
const LEAST_ROWS = 5;
/** A drawing that only ends marks comes at least this long after the last: a busy book ends them with its next change. */
const END_MS = 150;

/** What a click on a row or level hands to the ticket. */
export type Pick = { side: Side; price: string; row: BookRow | null; limit: boolean };

export type SideProps = Shared & {
  entries: Entry[];
  rows: number;
  levels: boolean;
  /** Sum of volumes that fills a depth bar. */
  scale: number;
  /** Best orders of both sides where they cross without a match (M-17). */
  crossing: Crossing | null;
  account: string | null;
  empty: ReactNode;
  /** What to do about it. */
  relax: ReactNode;
  onPick: (pick: Pick) => void;
  onCancel: (row: BookRow) => void;
};

/** The marks of the last changes; found while the new state is drawn, so that a change is one drawing. */
function useMarks(side: Side, entries: Entry[]): Marks {
  const [seen, setSeen] = useState({ entries, marks: NO_MARKS });
  let { marks } = seen;
  if (seen.entries !== entries) {
    marks = marksOf(side, seen.marks, seen.entries, entries, performance.now());
    setSeen({ entries, marks });
  }
  useEffect(() => {
    const end = nextEnd(marks);
    if (end === null) return undefined;
    const timer = setTimeout(() => setSeen((old) => ({ ...old, marks: lasting(old.marks, performance.now()) })), Math.max(END_MS, end - performance.now() + 1));
    return () => clearTimeout(timer);
  }, [marks]);
  return marks;
}

const Heads = memo(function Heads({ side, levels, columns, unit }: { side: Side; levels: boolean; columns: Extra[]; unit: Unit }): ReactNode {
  const price = t`${unit} for one task`;
  if (levels)
    return (
      <tr><th scope="col" title={price}><Trans>Price</Trans></th><th scope="col"><Trans>Orders</Trans></th><th scope="col"><Trans>Volume</Trans></th></tr>
    );
  return (
    <tr>
      <th scope="col" className="c-hash"><Trans>Hash</Trans></th>
      <th scope="col" className="c-price" title={price}><Trans>Price</Trans></th>
      <th scope="col" className="c-party">{side === 'asks' ? t`Workerpool` : t`Requester`}</th>
      <th scope="col" className="c-trust"><Trans>Trust</Trans></th>
      <th scope="col" className="c-volume"><Trans>Volume</Trans></th>
      {columns.map((each) => <th key={each} scope="col" className="c-extra">{extraHead(each)}</th>)}
    </tr>
  );
});

const isOwn = (row: BookRow, side: Side, account: string | null): boolean => account !== null && (sameAddress(row.maker, account) || (side === 'bids' && sameAddress(row.requester, account)));

/** The table listens for its rows. A part of a row that starts something of its own is left alone. */
function listeners({ side, entries, levels, account, onPick, onCancel }: SideProps): { onClick: (event: MouseEvent) => void; onAuxClick: (event: MouseEvent) => void; onKeyDown: (event: KeyboardEvent) => void } {
  const touched = (event: SyntheticEvent): { entry: Entry; within: (part: string) => boolean } | null => {
    const { target } = event;
    const key = target instanceof Element ? target.closest('tr')?.dataset.key : undefined;
    const entry = entries.find((each) => each.key === key);
    return entry ? { entry, within: (part) => (target as Element).closest(part) !== null } : null;
  };
  return {
    onClick: (event) => {
      const hit = touched(event);
      if (!hit || hit.within('.crossed')) return;
      const { entry } = hit;
      if (hit.within('.cancel')) onCancel(entry.row as BookRow);
      else if (levels) onPick({ side, price: entry.price, row: null, limit: true });
      else onPick({ side, price: entry.price, row: entry.row as BookRow, limit: event.shiftKey });
    },
    onAuxClick: (event) => {
      const hit = touched(event);
      if (hit && !levels && event.button === 1) window.open(`/market/order/${hit.entry.key}`, '_blank', 'noopener');
    },
    onKeyDown: (event) => {
      const hit = touched(event);
      if (hit && !levels && event.altKey && event.key === 'Backspace' && isOwn(hit.entry.row as BookRow, side, account)) onCancel(hit.entry.row as BookRow);
    },
  };
}

const Spacer = ({ px, span }: { px: number; span: number }): ReactNode =>
  px > 0 ? <tr aria-hidden="true" style={{ height: px, background: 'none' }}><td colSpan={span} style={{ height: px, padding: 0 }} /></tr> : null;

/** Where a side is scrolled to: its first row in sight, and whether the last scroll went farther than a view. */
type Place = { from: number; leap: boolean };

function usePlace(rows: number): [Place, (from: number) => void] {
  const [place, setPlace] = useState<Place>({ from: 0, leap: false });
  useEffect(() => {
    if (!place.leap) return undefined;
    const timer = setTimeout(() => setPlace(({ from }) => ({ from, leap: false })), REST_MS);
    return () => clearTimeout(timer);
  }, [place]);
  return [place, (from) => setPlace((old) => ({ from, leap: Math.abs(from - old.from) >= rows }))];
}

/** The rows at a place, with those around them that a scroll brings next, and the height of what is left out on either end. */
function useRows({ side, entries, rows, levels, scale, account, crossing, trust, denied, unit, extra, columns }: SideProps, { from, leap }: Place): { drawn: ReactNode[]; before: number; after: number } {
  const marks = useMarks(side, entries);
  const leaving = useMemo(() => new Set(marks.left.map(({ entry }) => entry.key)), [marks]);
  const shown = useMemo(() => withLeft(side, entries, marks), [side, entries, marks]);
  const sums = useMemo(() => cumulative(shown, leaving), [shown, leaving]);
  const beyond = leap ? LEAP_OVERSCAN : OVERSCAN;
  const first = Math.max(0, Math.min(from, shown.length - rows) - beyond);
  const last = Math.min(shown.length, from + rows + beyond);
  const Row = levels ? LevelRow : OrderRow;
  const shared: Shared = { side, trust, denied, unit, extra, columns };
  const drawn = shown.slice(first, last).map((entry, at) => {
    const sum = sums[first + at] ?? 0;
    const own = !levels && isOwn(entry.row as BookRow, side, account);
    const linked = crossing !== null && entry.row === (side === 'asks' ? crossing.ask : crossing.bid);
    return (
      <Row
        key={entry.key}
        {...shared}
        entry={entry}
        depth={Math.min(100, Math.round((sum / scale) * 100))}
        sum={columns.includes('sum') ? sum : 0}
        mark={leaving.has(entry.key) ? 'leaving' : (marks.marked.get(entry.key)?.mark ?? '')}
        own={own}
        queue={own ? sum - entry.remaining : null}
        crossing={linked ? crossing : null}
      />
    );
  });
  return { drawn, before: first, after: shown.length - last };
}

/** Rows that a side has room for: as many as it has, and none is given back while it is looked at, so that nothing jumps. */
function useRoom(rows: number, entries: number): number {
  const wanted = Math.min(rows, Math.max(LEAST_ROWS, entries));
  const [room, setRoom] = useState(wanted);
  if (wanted > room) setRoom(wanted);
  return Math.min(rows, Math.max(room, wanted));
}

export const SideTable = memo(function SideTable(props: SideProps): ReactNode {
  const { side, rows, levels, unit, columns, empty, relax } = props;
  const [rowPx] = useState(() => (matchMedia('(pointer: coarse)').matches ? TOUCH_ROW_PX : ROW_PX));
  const [place, goTo] = usePlace(rows);
  const { drawn, before, after } = useRows(props, place);
  const room = useRoom(rows, props.entries.length);
  const span = 5 + columns.length;
  // The best ask is the last row of its side, nearest the middle.
  const asks = side === 'asks';
  const ends = [<Spacer key="before" px={before * rowPx} span={span} />, drawn, <Spacer key="after" px={after * rowPx} span={span} />];
  return (
    <div className={`side ${side}`} style={{ height: room * rowPx + HEAD_PX, ['--book-row' as string]: `${rowPx}px` }} tabIndex={0} role="region" aria-label={asks ? t`Workers, asks` : t`Requesters, bids`} onScroll={(event) => goTo(Math.round(Math.abs(event.currentTarget.scrollTop) / rowPx))}>
      {drawn.length === 0 ? (
        <EmptyState action={relax}>{empty}</EmptyState>
      ) : (
        <table aria-label={asks ? t`Order book: asks, the best nearest the last price` : t`Order book: bids, best first`} data-extra={levels || columns.length === 0 ? undefined : columns.length} {...listeners(props)}>
          <thead><Heads side={side} levels={levels} columns={columns} unit={unit} /></thead>
          <tbody>{asks ? [ends[2], drawn.reverse(), ends[0]] : ends}</tbody>
        </table>
      )}
    </div>
  );
});
