// Rows of the order book. They are drawn up to ten times a second: one is drawn again only where it differs, and then only
// the cells that depend on what has changed. Rows listen to nothing: their table does (book_side.tsx).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { memo, type ReactNode } from 'react';
import type { BookLevel, BookRow } from '../../transport/api';
import type { Mark } from '../../model/book_marks';
import type { Entry, Side } from '../../model/book';
import { amount, count, MISSING, shortHash, spokenHash, type Unit } from '../../model/format';
import { sameAddress, tagChips, trustMeaning } from '../../model/domain';
import { dimmed } from '../../model/ticket';
import { Age } from '../../view/values';
import { Crossed } from './crossed';

/** Columns that can be added to those of the brief (M-10). */
export type Extra = 'sum' | 'tag' | 'only' | 'age';
export const EXTRAS: Extra[] = ['sum', 'tag', 'only', 'age'];
export const extraHead = (extra: Extra): string => ({ sum: 'Σ', tag: t`Tag`, only: t`Only for`, age: t`Age` })[extra];

/** What all rows of a side share. */
export type Shared = {
  side: Side;
  trust: number;
  denied: string[];
  unit: Unit;
  /** Price of app and dataset, added to that of the pool. */
  extra: string;
  columns: Extra[];
};

export type Crossing = { ask: BookRow; bid: BookRow };

type RowProps = Shared & {
  entry: Entry;
  /** Share of the depth bar, in percent. */
  depth: number;
  /** Σ, where it is a column; 0 elsewhere. */
  sum: number;
  mark: Mark | 'leaving' | '';
  own: boolean;
  /** Volume ahead of an order of one's own (M-16). */
  queue: number | null;
  crossing: Crossing | null;
};

function priceShown(price: string, extra: string, unit: Unit): string {
  return amount(extra === '0' ? price : String(BigInt(price) + BigInt(extra)), unit);
}

const bar = (depth: number): { backgroundSize: string } => ({ backgroundSize: `${depth}% 100%` });

export const LevelRow = memo(function LevelRow({ entry, side, depth, unit, extra, mark }: RowProps): ReactNode {
  const row = entry.row as BookLevel;
  return (
    <tr className={`depth-${side} ${mark}`} style={bar(depth)} data-key={entry.key}>
      <td className={side === 'asks' ? 'price-ask' : 'price-bid'}>
        <button type="button" className="cell-link">
          <span className="sr"><Trans>Limit order at</Trans> </span>
          {priceShown(entry.price, extra, unit)}
        </button>
      </td>
      <td>{count(row.orders)}</td>
      <td className={mark}>{count(entry.remaining)}</td>
    </tr>
  );
});

const ExtraCell = memo(function ExtraCell({ extra, row, sum }: { extra: Extra; row: BookRow; sum: number }): ReactNode {
  if (extra === 'sum') return <td className="c-extra">{count(sum)}</td>;
  if (extra === 'tag') return <td className="c-extra" title={row.tag}>{tagChips(row.tag).join(' ') || MISSING}</td>;
  if (extra === 'only') return <td className="c-extra" title={row.restricted ? t`Restricted: open the order to see to whom.` : t`open to everybody`}>{row.restricted ? t`some` : t`all`}</td>;
  return <td className="c-extra"><Age at={row.published} /></td>;
});

/** The maker's own order names itself and its place in the queue instead of an address that is known. */
function Party({ party, own, queue }: { party: string | null; own: boolean; queue: number | null }): ReactNode {
  if (!own) return <td className="c-party" title={party ?? ''} data-id={party?.toLowerCase()}>{party ? <code>{shortHash(party)}</code> : MISSING}</td>;
  return <td className="c-party" title={party ?? ''}><strong><Trans>you</Trans></strong>{queue ? <span className="muted"> · <Trans>{count(queue)} ahead</Trans></span> : null}</td>;
}

type FactsProps = Pick<RowProps, 'side' | 'own' | 'queue' | 'unit' | 'extra' | 'crossing'> & { hash: string; price: string; party: string | null; trust: number };

/** The cells that do not change with the volume. */
const Facts = memo(function Facts({ hash, price, party, trust, side, own, queue, unit, extra, crossing }: FactsProps): ReactNode {
  return (
    <>
      <td className="c-hash">
        {own ? <span className="you" role="img" aria-label={t`your order`} /> : null}
        <button type="button" className="cell-link" title={hash}>
          <span className="sr">{side === 'asks' ? t`Buy from order` : t`Sell to order`} </span>
          {shortHash(hash)}
        </button>
        {own ? <button type="button" className="cell-link tone-danger cancel" aria-label={t`Cancel ${spokenHash(t`order`, hash)}`} title={t`cancel your order`}>✕</button> : null}
        {crossing ? <Crossed ask={crossing.ask} bid={crossing.bid} /> : null}
      </td>
      <td className={`c-price ${side === 'asks' ? 'price-ask' : 'price-bid'}`}>{priceShown(price, extra, unit)}</td>
      <Party party={party} own={own} queue={queue} />
      <td className="c-trust" title={trustMeaning(trust)}>{trust}</td>
    </>
  );
});

/** Why a row is pale; undefined where it is not. */
function paleWhy(row: BookRow, { side, denied, trust }: Pick<Shared, 'side' | 'denied' | 'trust'>): string | undefined {
  if (side === 'asks' && denied.some((each) => sameAddress(each, row.workerpool))) return t`You refuse this workerpool.`;
  if (!dimmed(row, side, trust)) return undefined;
  return side === 'asks' ? t`offers less trust than you ask for` : t`needs more trust than you look at`;
}

export const OrderRow = memo(function OrderRow({ entry, depth, sum, mark, trust, denied, columns, ...facts }: RowProps): ReactNode {
  const { side } = facts;
  const row = entry.row as BookRow;
  const pale = paleWhy(row, { side, denied, trust });
  return (
    <tr className={`depth-${side} ${pale ? 'dim' : ''} ${mark}`} style={bar(depth)} data-id={entry.key} data-key={entry.key} title={pale}>
      <Facts {...facts} hash={row.hash} price={row.price} party={side === 'asks' ? row.workerpool : row.requester} trust={row.trust} />
      <td className={`c-volume ${mark}`} title={t`${{ volume: count(row.volume) }} at first`}>{count(row.remaining)}</td>
      {columns.map((each) => <ExtraCell key={each} extra={each} row={row} sum={each === 'sum' ? sum : 0} />)}
    </tr>
  );
});
