// Recent trades (web-ui.md §6.4).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import type { Trade } from '../../transport/api';
import { directions, TRIANGLE } from '../../model/candles';
import { amount, count, shortHash, spokenHash, type Unit } from '../../model/format';
import { iso } from '../../model/time';
import { day } from '../../model/time';
import { sameAddress } from '../../model/domain';
import { Button, Panel, Segmented } from '../../view/ui';
import { EmptyState, Skeleton, StaleBadge } from '../../view/states';
import { Clock, Id } from '../../view/values';
import { CsvButton, type Column } from '../../view/table';

const ROWS = 20;
const TONE = { up: 'bid', down: 'ask', flat: 'muted' };
const WORDS = { up: 'up', down: 'down', flat: 'unchanged' };

const exported: Column<Trade>[] = [
  { key: 'deal', head: t`ID`, cell: () => null, value: (row) => row.deal },
  { key: 'price', head: t`Price`, cell: () => null, value: (row) => row.price },
  { key: 'time', head: t`Time`, cell: () => null, value: (row) => iso(row.time) },
  { key: 'workerpool', head: t`Workerpool`, cell: () => null, value: (row) => row.workerpool },
  { key: 'volume', head: t`Volume`, cell: () => null, value: (row) => row.volume },
];

export function TradesPanel({ trades, account, unit, paused, waiting, onPause, onHold, filter = '' }: { trades: Trade[] | null; account: string | null; unit: Unit; paused: boolean; waiting: number; onPause: () => void; onHold: (hold: boolean) => void; filter?: string }): ReactNode {
  const [whose, setWhose] = useState<'all' | 'mine'>('all');
  const needle = filter.trim().toLowerCase();
  const rows = (trades ?? [])
    .filter((trade) => whose === 'all' || sameAddress(trade.requester, account))
    .filter((trade) => !needle || [trade.deal, trade.workerpool, trade.requester].some((value) => value.toLowerCase().includes(needle)))
    .slice(0, ROWS);
  const all = directions(trades ?? []);
  const directionOf = new Map((trades ?? []).map((trade, at) => [trade.deal, all[at] ?? 'flat']));
  let lastDay = '';
  return (
    <Panel
      title={t`Recent trades`}
      className="trades"
      tools={
        <>
          <StaleBadge />
          {waiting > 0 ? <Button look="tiny on" onClick={onPause}><Trans>{waiting} new</Trans></Button> : null}
          <Segmented label={t`Whose trades`} value={whose} choices={[{ value: 'all', label: t`All` }, { value: 'mine', label: t`Mine` }]} onChange={setWhose} />
          <Button look={`tiny ${paused ? 'on' : ''}`} aria-pressed={paused} onClick={onPause}>{paused ? t`Resume` : t`Pause`}</Button>
          <CsvButton name="trades" columns={exported} rows={trades ?? []} />
        </>
      }
    >
      {trades === null ? (
        <Skeleton rows={ROWS} height={24} />
      ) : rows.length === 0 ? (
        <EmptyState>{whose === 'mine' ? (account ? t`You have not traded here yet.` : t`Connect a wallet to see your trades.`) : t`No trades of this commodity yet.`}</EmptyState>
      ) : (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={t`Recent trades, table`} onFocus={() => onHold(true)} onBlur={() => onHold(false)}>
          <table className="data" style={{ ['--row' as string]: '24px' }}>
            <caption className="sr"><Trans>Recent trades, newest first</Trans></caption>
            <thead>
              <tr><th scope="col"><Trans>ID</Trans></th><th scope="col" className="right"><Trans>Price</Trans></th><th scope="col"><Trans>Time</Trans></th><th scope="col" className="p2"><Trans>Workerpool</Trans></th><th scope="col" className="right"><Trans>Volume</Trans></th></tr>
            </thead>
            <tbody>
              {rows.map((trade) => {
                const date = day(trade.time);
                const head = date !== lastDay && lastDay !== '';
                lastDay = date;
                const direction = directionOf.get(trade.deal) ?? 'flat';
                return [
                  head ? <tr key={`${date}-${trade.deal}`}><th colSpan={5} scope="colgroup">{date}</th></tr> : null,
                  <tr key={trade.deal} data-id={trade.deal} data-mine={sameAddress(trade.requester, account) || undefined}>
                    <td><Link to={`/deal/${trade.deal}` as never} title={trade.deal}><code aria-hidden="true">{shortHash(trade.deal)}</code><span className="sr">{spokenHash('deal', trade.deal)}</span></Link></td>
                    <td className="right"><span className={TONE[direction]}><span aria-hidden="true">{TRIANGLE[direction]}</span><span className="sr">{WORDS[direction]}</span> {amount(trade.price, unit)}</span></td>
                    <td><Clock at={trade.time} /></td>
                    <td className="p2"><Id id={trade.workerpool} kind={t`workerpool`} to={`/workerpool/${trade.workerpool}`} copy={false} /></td>
                    <td className="right">{count(trade.volume)}</td>
                  </tr>,
                ];
              })}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
