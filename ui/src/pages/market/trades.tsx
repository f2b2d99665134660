// Recent trades (web-ui.md §6.4): everybody's by the feed, or those of one address.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useRef, type ReactNode } from 'react';
import type { Trade } from '../../transport/api';
import { directions, TRIANGLE } from '../../model/candles';
import { amount, count, shortHash, spokenHash, type Unit } from '../../model/format';
import { day } from '../../model/time';
import { DIRECTION_WORDS } from '../../model/words';
import { sameAddress } from '../../model/domain';
import { Button, Panel } from '../../view/ui';
import { EmptyState, Skeleton, StaleBadge } from '../../view/states';
import { Clock, Id } from '../../view/values';
import { AllMine } from '../explorer/mine';
import { Export, type Exported } from './export';

const ROWS = 20;
const TONE = { up: 'bid', down: 'ask', flat: 'muted' };

const EXPORTED: Exported<Trade>[] = [
  ['deal', (row) => row.deal],
  ['price', (row) => row.price],
  ['workerpool', (row) => row.workerpool],
  ['requester', (row) => row.requester],
  ['volume', (row) => row.volume],
  ['trust', (row) => row.trust],
  ['height', (row) => row.block],
  ['utc', (row) => new Date(row.time).toISOString()],
];

type TradesProps = {
  trades: Trade[] | null;
  account: string | null;
  /** Whose trades are shown; null: everybody's. */
  mine?: string | null;
  unit: Unit;
  paused: boolean;
  waiting: number;
  filter?: string;
  onPause: () => void;
  /** While the list is scrolled away or has the keyboard its rows stand still. */
  onHold: (hold: boolean) => void;
};

function TradeRow({ trade, direction, account, unit }: { trade: Trade; direction: keyof typeof TONE; account: string | null; unit: Unit }): ReactNode {
  return (
    <tr data-id={trade.deal} data-mine={sameAddress(trade.requester, account) || undefined}>
      <td><Link to={`/deal/${trade.deal}` as never} title={trade.deal}><code aria-hidden="true">{shortHash(trade.deal)}</code><span className="sr">{spokenHash(t`deal`, trade.deal)}</span></Link></td>
      <td className="right"><span className={TONE[direction]}><span aria-hidden="true">{TRIANGLE[direction]}</span><span className="sr">{DIRECTION_WORDS[direction]}</span> {amount(trade.price, unit)}</span></td>
      <td><Clock at={trade.time} /></td>
      <td className="p2 pool"><Id id={trade.workerpool} kind={t`workerpool`} to={`/workerpool/${trade.workerpool}`} copy={false} /></td>
      <td className="right">{count(trade.volume)}</td>
    </tr>
  );
}

export function TradesPanel({ trades, account, mine = null, unit, paused, waiting, onPause, onHold, filter = '' }: TradesProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const needle = filter.trim().toLowerCase();
  const rows = (trades ?? []).filter((trade) => !needle || [trade.deal, trade.workerpool, trade.requester].some((value) => value.toLowerCase().includes(needle))).slice(0, ROWS);
  const all = directions(trades ?? []);
  const directionOf = new Map((trades ?? []).map((trade, at) => [trade.deal, all[at] ?? 'flat']));
  const toTop = (): void => {
    box.current?.scrollTo({ top: 0 });
    onHold(false);
    if (paused) onPause();
  };
  let lastDay = '';
  return (
    <Panel
      title={t`Recent trades`}
      className="trades"
      tools={
        <>
          <StaleBadge />
          {waiting > 0 ? <Button look="tiny on" onClick={toTop}>{plural(waiting, { one: '# new', other: '# new' })}</Button> : null}
          <AllMine />
          <Button look={`tiny ${paused ? 'on' : ''}`} aria-pressed={paused} onClick={onPause}>{paused ? t`Resume` : t`Pause`}</Button>
          <Export name="trades" what={t`trades`} rows={rows} columns={EXPORTED} />
        </>
      }
    >
      {trades === null ? (
        <Skeleton rows={ROWS} height={24} />
      ) : rows.length === 0 ? (
        <EmptyState>{needle ? t`No trade here has to do with “${filter}”.` : mine ? t`This address has not traded this commodity.` : t`No trades of this commodity yet.`}</EmptyState>
      ) : (
        <div className="table-wrap" ref={box} tabIndex={0} role="region" aria-label={t`Recent trades, table`} onScroll={(event) => onHold(event.currentTarget.scrollTop > 4)} onFocus={(event) => onHold(event.target.matches(':focus-visible'))} onBlur={() => onHold((box.current?.scrollTop ?? 0) > 4)}>
          <table className="data" style={{ ['--row' as string]: '24px' }}>
            <caption className="sr"><Trans>Recent trades, newest first</Trans></caption>
            <thead>
              <tr><th scope="col"><Trans>ID</Trans></th><th scope="col" className="right" title={t`${unit} for one task`}><Trans>Price</Trans></th><th scope="col"><Trans>Time</Trans></th><th scope="col" className="p2"><Trans>Workerpool</Trans></th><th scope="col" className="right"><Trans>Volume</Trans></th></tr>
            </thead>
            <tbody>
              {rows.map((trade) => {
                const date = day(trade.time);
                const head = date !== lastDay && lastDay !== '';
                lastDay = date;
                return [
                  head ? <tr key={`${date}-${trade.deal}`}><th colSpan={5} scope="colgroup">{date}</th></tr> : null,
                  <TradeRow key={trade.deal} trade={trade} direction={directionOf.get(trade.deal) ?? 'flat'} account={account} unit={unit} />,
                ];
              })}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
