// One side of the order book: a real table of which only the rows in sight are in the page (web-ui.md §6.3).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import type { BookLevel, BookRow } from '../../transport/api';
import { ahead, compareEntries, cumulative, departed, type Entry, type Side } from '../../model/book';
import { amount, count, MISSING, shortHash, spokenHash, type Unit } from '../../model/format';
import { sameAddress, tagChips, trustMeaning } from '../../model/domain';
import { dimmed } from '../../model/ticket';
import { EmptyState } from '../../view/states';
import { Age } from '../../view/values';
import { Crossed } from './crossed';

export const ROW_PX = 24;
const TOUCH_ROW_PX = 44;
const HEAD_PX = 22;
const OVERSCAN = 8;
const FADE_MS = 300;
const MARK_MS = 1_000;

/** Columns that can be added to those of the brief (M-10). */
export type Extra = 'sum' | 'tag' | 'only' | 'age';
export const EXTRAS: Extra[] = ['sum', 'tag', 'only', 'age'];
export const extraHead = (extra: Extra): string => ({ sum: 'Σ', tag: t`Tag`, only: t`Only for`, age: t`Age` })[extra];

/** What a click on a row or level hands to the ticket. */
export type Pick = { side: Side; price: string; row: BookRow | null; limit: boolean };

export type SideProps = {
  side: Side;
  entries: Entry[];
  rows: number;
  levels: boolean;
  /** Sum of volumes that fills a depth bar. */
  scale: number;
  /** Best orders of both sides where they cross without a match (M-17). */
  crossedPair: { ask: BookRow; bid: BookRow } | null;
  account: string | null;
  trust: number;
  denied: string[];
  unit: Unit;
  /** Price of app and dataset, added to that of the pool. */
  extra: string;
  columns: Extra[];
  empty: ReactNode;
  /** What to do about it. */
  relax: ReactNode;
  onPick: (pick: Pick) => void;
  onCancel: (row: BookRow) => void;
};

type RowProps = Omit<SideProps, 'entries' | 'rows' | 'levels' | 'scale' | 'empty' | 'relax'> & { entry: Entry; depth: number; sum: number; change: string; queue: number | null };

export function priceShown(price: string, extra: string, unit: Unit): string {
  return amount(extra === '0' ? price : String(BigInt(price) + BigInt(extra)), unit);
}

/** Whole parts of a row that start something of their own. */
const inner = (event: MouseEvent): boolean => event.target instanceof Element && !!event.target.closest('a,button');

function LevelRow({ entry, side, depth, unit, extra, onPick }: RowProps): ReactNode {
  const row = entry.row as BookLevel;
  const pick = (): void => onPick({ side, price: entry.price, row: null, limit: true });
  return (
    <tr className={`depth-${side}`} style={{ ['--depth' as string]: `${depth}%` }} onClick={(event) => { if (!inner(event)) pick(); }}>
      <td className={side === 'asks' ? 'price-ask' : 'price-bid'}>
        <button type="button" className="cell-link" onClick={pick}>
          <span className="sr"><Trans>Limit order at</Trans> </span>
          {priceShown(entry.price, extra, unit)}
        </button>
      </td>
      <td>{count(row.orders)}</td>
      <td>{count(entry.remaining)}</td>
    </tr>
  );
}

function ExtraCell({ extra, row, sum }: { extra: Extra; row: BookRow; sum: number }): ReactNode {
  if (extra === 'sum') return <td className="c-extra">{count(sum)}</td>;
  if (extra === 'tag') return <td className="c-extra" title={row.tag}>{tagChips(row.tag).join(' ') || MISSING}</td>;
  if (extra === 'only') return <td className="c-extra" title={row.restricted ? t`Restricted: open the order to see to whom.` : t`open to everybody`}>{row.restricted ? t`some` : t`all`}</td>;
  return <td className="c-extra"><Age at={row.published} /></td>;
}

/** The maker's own order names itself and its place in the queue instead of an address that is known. */
function Party({ row, side, own, queue }: { row: BookRow; side: Side; own: boolean; queue: number | null }): ReactNode {
  const party = side === 'asks' ? row.workerpool : row.requester;
  if (!own) return <td className="c-party" title={party ?? ''} data-id={party?.toLowerCase()}>{party ? <code>{shortHash(party)}</code> : MISSING}</td>;
  return <td className="c-party" title={party ?? ''}><strong><Trans>you</Trans></strong>{queue ? <span className="muted"> · <Trans>{count(queue)} ahead</Trans></span> : null}</td>;
}

function OrderRow({ entry, side, depth, sum, account, trust, denied, unit, extra, columns, change, crossedPair, queue, onPick, onCancel }: RowProps): ReactNode {
  const row = entry.row as BookRow;
  const own = sameAddress(row.maker, account) || (side === 'bids' && sameAddress(row.requester, account));
  const refused = side === 'asks' && denied.some((each) => sameAddress(each, row.workerpool));
  const linked = crossedPair && (side === 'asks' ? crossedPair.ask : crossedPair.bid).hash === row.hash;
  const pick = (event: MouseEvent | KeyboardEvent): void => onPick({ side, price: row.price, row, limit: event.shiftKey });
  const dim = refused || dimmed(row, side, trust);
  return (
    <tr
      className={`depth-${side} ${dim ? 'dim' : ''} ${change}`}
      style={{ ['--depth' as string]: `${depth}%` }}
      data-id={row.hash}
      title={refused ? t`You refuse this workerpool.` : dim ? (side === 'asks' ? t`offers less trust than you ask for` : t`needs more trust than you look at`) : undefined}
      onClick={(event) => { if (!inner(event)) pick(event); }}
      onAuxClick={(event) => { if (event.button === 1) window.open(`/market/order/${row.hash}`, '_blank', 'noopener'); }}
      onKeyDown={(event) => { if (event.altKey && event.key === 'Backspace' && own) onCancel(row); }}
    >
      <td className="c-hash">
        {own ? <span className="you" role="img" aria-label={t`your order`} /> : null}
        <button type="button" className="cell-link" title={row.hash} onClick={pick}>
          <span className="sr">{side === 'asks' ? t`Buy from order` : t`Sell to order`} </span>
          {shortHash(row.hash)}
        </button>
        {own ? <button type="button" className="cell-link tone-danger cancel" aria-label={t`Cancel ${spokenHash(t`order`, row.hash)}`} title={t`cancel your order`} onClick={() => onCancel(row)}>✕</button> : null}
        {linked ? <Crossed ask={crossedPair.ask} bid={crossedPair.bid} /> : null}
      </td>
      <td className={`c-price ${side === 'asks' ? 'price-ask' : 'price-bid'}`}>{priceShown(row.price, extra, unit)}</td>
      <Party row={row} side={side} own={own} queue={queue} />
      <td className="c-trust" title={trustMeaning(row.trust)}>{row.trust}</td>
      <td className="c-volume" title={t`${count(row.remaining)} of ${count(row.volume)}`}>{count(row.remaining)}</td>
      {columns.map((each) => <ExtraCell key={each} extra={each} row={row} sum={sum} />)}
    </tr>
  );
}

type Changes = { marks: Map<string, 'fresh' | 'flash'>; gone: Entry[] };
const NO_CHANGES: Changes = { marks: new Map(), gone: [] };

/** What changed since the last drawing: new rows and changed volumes for a second, rows that left while they fade (M-18). */
function useChanges(entries: Entry[]): Changes {
  const before = useRef<Entry[] | null>(null);
  const [changes, setChanges] = useState(NO_CHANGES);
  useEffect(() => {
    const old = before.current;
    before.current = entries;
    if (!old) return undefined;
    const known = new Map(old.map((entry) => [entry.key, entry.remaining]));
    const marks = new Map<string, 'fresh' | 'flash'>();
    for (const { key, remaining } of entries.slice(0, 100)) {
      const volume = known.get(key);
      if (volume === undefined) marks.set(key, 'fresh');
      else if (volume !== remaining) marks.set(key, 'flash');
    }
    const gone = departed(old, entries);
    if (marks.size === 0 && gone.length === 0) return undefined;
    setChanges({ marks, gone });
    const fade = setTimeout(() => setChanges((now) => ({ ...now, gone: [] })), FADE_MS);
    const end = setTimeout(() => setChanges(NO_CHANGES), MARK_MS);
    return () => {
      clearTimeout(fade);
      clearTimeout(end);
    };
  }, [entries]);
  return changes;
}

function Heads({ side, levels, columns, unit }: { side: Side; levels: boolean; columns: Extra[]; unit: Unit }): ReactNode {
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
}

export function SideTable({ side, entries, rows, levels, scale, empty, relax, ...rest }: SideProps): ReactNode {
  const [rowPx] = useState(() => (matchMedia('(pointer: coarse)').matches ? TOUCH_ROW_PX : ROW_PX));
  const [from, setFrom] = useState(0);
  const { marks, gone } = useChanges(entries);
  const shown = useMemo(() => (gone.length === 0 ? entries : [...entries, ...gone.filter((each) => !entries.some((entry) => entry.key === each.key))].sort((a, b) => compareEntries(side, a, b))), [entries, gone, side]);
  const leaving = new Set(gone.map((entry) => entry.key));
  const sums = useMemo(() => cumulative(shown), [shown]);
  const first = Math.max(0, Math.min(from, shown.length - rows) - OVERSCAN);
  const last = Math.min(shown.length, from + rows + OVERSCAN);
  const window = shown.slice(first, last).map((entry, at) => ({ entry, at: first + at }));
  if (side === 'asks') window.reverse();
  const span = 5 + rest.columns.length;
  const spacer = (px: number): ReactNode => (px > 0 ? <tr aria-hidden="true" style={{ height: px, background: 'none' }}><td colSpan={span} style={{ height: px, padding: 0 }} /></tr> : null);
  const above = side === 'asks' ? shown.length - last : first;
  const below = side === 'asks' ? first : shown.length - last;
  const Row = levels ? LevelRow : OrderRow;
  return (
    <div className={`side ${side}`} style={{ height: rows * rowPx + HEAD_PX, ['--book-row' as string]: `${rowPx}px` }} tabIndex={0} role="region" aria-label={side === 'asks' ? t`Workers, asks` : t`Requesters, bids`} onScroll={(event) => setFrom(Math.round(Math.abs(event.currentTarget.scrollTop) / rowPx))}>
      {shown.length === 0 ? (
        <EmptyState action={relax}>{empty}</EmptyState>
      ) : (
        <table aria-label={side === 'asks' ? t`Order book: asks, the best nearest the last price` : t`Order book: bids, best first`} data-extra={levels || rest.columns.length === 0 ? undefined : rest.columns.length}>
          <thead><Heads side={side} levels={levels} columns={rest.columns} unit={rest.unit} /></thead>
          <tbody>
            {spacer(above * rowPx)}
            {window.map(({ entry, at }) => (
              <Row key={entry.key} entry={entry} side={side} sum={sums[at] ?? 0} depth={Math.min(100, Math.round(((sums[at] ?? 0) / scale) * 100))} change={leaving.has(entry.key) ? 'leaving' : (marks.get(entry.key) ?? '')} queue={at === 0 ? 0 : ahead(shown, entry.key)} {...rest} />
            ))}
            {spacer(below * rowPx)}
          </tbody>
        </table>
      )}
    </div>
  );
}
