// Columns of my trades and my orders (web-ui.md §6.7).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Deal, Order, Ticker } from '../../transport/api';
import { classOfTag, orderState, sameAddress, statusAt } from '../../model/domain';
import { moneyOf, offerAgainst } from '../../model/mine';
import { requestTotal } from '../../model/orders';
import { formOfDeal } from '../../model/ticket';
import { amount, amountWithUnit, count } from '../../model/format';
import { day } from '../../model/time';
import { useApi } from '../../state/data';
import { Button, Chip } from '../../view/ui';
import { Menu } from '../../view/overlays';
import { Address, Age, Amount, Clock, Id, Status, Tags, Untrusted } from '../../view/values';
import type { Column } from '../../view/table';
import { setDraft, setForm } from './drafts';
import type { Exported } from './export';

const STAKE_PERCENT = 30n;
const utc = (ms: number): string => new Date(ms).toISOString();
const bought = (deal: Deal, account: string | null): boolean => sameAddress(deal.requester, account);

function TradeMenu({ deal }: { deal: Deal }): ReactNode {
  const navigate = useNavigate();
  const go = (to: string): void => void navigate({ to: to as never });
  const repeat = (): void => {
    setDraft({ side: 'buy', kind: 'market' });
    setForm(formOfDeal(deal));
    go(`/market/${deal.category}`);
  };
  return (
    <Menu trigger={<Button look="tiny" aria-label={t`More about deal ${deal.id.slice(2, 8)}`}>⋯</Button>} items={[
      { label: t`Open`, onSelect: () => go(`/deal/${deal.id}`) },
      { label: t`Tasks and logs`, onSelect: () => go(`/deal/${deal.id}?tab=tasks`) },
      { label: t`Who was paid`, onSelect: () => go(`/deal/${deal.id}?tab=money`) },
      { label: t`Buy again`, onSelect: repeat },
      ...(statusAt(deal, Date.now()) === 'CLAIMABLE' ? [{ label: t`Claim the refund`, onSelect: () => go(`/deal/${deal.id}`) }] : []),
    ]} />
  );
}

/** Parts of a deal's tasks: done, running, failed. */
function TaskBar({ deal }: { deal: Deal }): ReactNode {
  const { complete, failed, total } = deal.tasks;
  const share = (part: number): string => `${(part / Math.max(1, total)) * 100}%`;
  const running = total - complete - failed;
  return (
    <span className="row task-bar">
      <span className="progress" role="img" aria-label={t`${count(complete)} done, ${count(running)} not yet, ${count(failed)} failed`}>
        <span className="bar-success" style={{ width: share(complete) }} />
        <span className="bar-danger" style={{ width: share(failed) }} />
      </span>
      <span className="num">{count(complete)}/{count(deal.volume)}</span>
    </span>
  );
}

function Paid({ deal, account }: { deal: Deal; account: string | null }): ReactNode {
  const { paid, refunded } = moneyOf(deal, bought(deal, account));
  return (
    <>
      <Amount nrlc={paid} unit={false} />
      {refunded === '0' ? null : <span className="small muted" title={t`came back for failed tasks`}> ↩ {amount(refunded)}</span>}
    </>
  );
}

function Time({ at }: { at: number }): ReactNode {
  return <>{day(at) === day(Date.now()) ? null : <span className="muted">{day(at).replace(/ \d+$/, '')} </span>}<Clock at={at} /></>;
}

export function tradeColumns(account: string | null): Column<Deal>[] {
  return [
    { key: 'id', head: t`ID`, cell: (row) => <Id id={row.id} kind={t`deal`} to={`/deal/${row.id}`} />, priority: 1 },
    { key: 'side', head: t`Side`, cell: (row) => (bought(row, account) ? <span className="bid"><Trans>▲ bought</Trans></span> : <span className="ask"><Trans>▼ sold</Trans></span>), priority: 2 },
    { key: 'price', head: t`Price`, right: true, cell: (row) => <Amount nrlc={row.workerpool.price} unit={false} />, priority: 1 },
    { key: 'time', head: t`Time`, cell: (row) => <Time at={row.time} />, priority: 1 },
    { key: 'pool', head: t`Workerpool`, cell: (row) => <Address of={row.workerpool.address} kind={t`workerpool`} to={`/workerpool/${row.workerpool.address}`} copy={false} />, priority: 3 },
    { key: 'volume', head: t`Volume`, right: true, cell: (row) => count(row.volume), priority: 1 },
    { key: 'status', head: t`Status`, cell: (row) => <Status of={statusAt(row, Date.now())} />, priority: 1 },
    { key: 'done', head: t`Done`, cell: (row) => <TaskBar deal={row} />, priority: 3 },
    { key: 'paid', head: t`Paid`, right: true, cell: (row) => <Paid deal={row} account={account} />, priority: 2 },
    { key: 'menu', head: t`More`, cell: (row) => <TradeMenu deal={row} />, priority: 2 },
  ];
}

export const exportedTrades = (account: string | null): Exported<Deal>[] => [
  ['deal', (row) => row.id],
  ['side', (row) => (bought(row, account) ? 'bought' : 'sold')],
  ['price', (row) => row.workerpool.price],
  ['total_price', (row) => row.price],
  ['workerpool', (row) => row.workerpool.address],
  ['volume', (row) => row.volume],
  ['status', (row) => row.status],
  ['complete', (row) => row.tasks.complete],
  ['failed', (row) => row.tasks.failed],
  ['paid', (row) => moneyOf(row, bought(row, account)).paid],
  ['refunded', (row) => moneyOf(row, bought(row, account)).refunded],
  ['height', (row) => row.block],
  ['utc', (row) => utc(row.time)],
];

/** Best offer for a request now, against its limit. */
function Offer({ order }: { order: Order }): ReactNode {
  const { order: fields } = order;
  const query = useApi<Ticker>('/v1/ticker', { category: fields.category, tag: classOfTag(fields.tag ?? '0x0'), trust: fields.trust }, { liveMs: 5_000 });
  if (!query.data) return <span className="muted">…</span>;
  const { best, short } = offerAgainst(order.price, query.data.bestAsk);
  if (best === null) return <span className="muted"><Trans>no offer</Trans></span>;
  return <span className="num" title={t`best ask ${amountWithUnit(best)}`}>{short === '0' ? t`at your price` : t`${amount(short)} below ${amount(best)}`}</span>;
}

function Funded({ order, free }: { order: Order; free: string | null }): ReactNode {
  if (free === null) return <span className="muted">…</span>;
  const needed = BigInt(requestTotal({ ...order.order, volume: String(order.remaining) }));
  const short = needed - BigInt(free);
  if (short <= 0n) return <span className="tone-success"><Trans>✓ yes</Trans></span>;
  return <Link className="tone-warning" to={`/wallet/deposit?amount=${short}` as never} title={t`Your account is short by ${amountWithUnit(String(short))}: top up.`}><Trans>short {amount(String(short))}</Trans></Link>;
}

type Act = (order: Order) => ReactNode;
const hash: Column<Order> = { key: 'hash', head: t`Hash`, cell: (row) => <Id id={row.hash} kind={t`order`} to={`/market/order/${row.hash}`} />, priority: 1 };
const category: Column<Order> = { key: 'category', head: t`Cat.`, right: true, cell: (row) => row.order.category, priority: 2 };
const trust: Column<Order> = { key: 'trust', head: t`Trust`, right: true, cell: (row) => row.order.trust, priority: 2 };
const price: Column<Order> = { key: 'price', head: t`Price`, right: true, cell: (row) => <Amount nrlc={row.price} unit={false} />, priority: 1 };
const remaining: Column<Order> = { key: 'remaining', head: t`Remaining`, right: true, cell: (row) => `${count(row.remaining)}/${count(row.volume)}`, priority: 1 };
const age: Column<Order> = { key: 'age', head: t`Age`, cell: (row) => <Age at={row.published} />, priority: 3 };

export function requestColumns(act: Act, free: string | null): Column<Order>[] {
  return [
    hash,
    { key: 'params', head: t`Params`, cell: (row) => <code className="small"><Untrusted text={row.order.params ?? ''} limit={24} more /></code>, priority: 3 },
    category,
    trust,
    price,
    remaining,
    { key: 'offer', head: t`Best offer`, cell: (row) => <Offer order={row} />, priority: 3 },
    { key: 'funded', head: t`Funded`, cell: (row) => <Funded order={row} free={free} />, priority: 3 },
    age,
    { key: 'act', head: t`Cancel`, cell: act, priority: 1 },
  ];
}

export function poolColumns(act: Act): Column<Order>[] {
  return [
    hash,
    category,
    { key: 'tag', head: t`Tag`, cell: (row) => <Tags tag={row.order.tag ?? '0x0'} />, priority: 3 },
    trust,
    price,
    remaining,
    { key: 'stake', head: t`Stake a task`, right: true, cell: (row) => <Amount nrlc={stakeOf(row)} unit={false} />, priority: 3 },
    age,
    { key: 'act', head: t`Cancel`, cell: act, priority: 1 },
  ];
}

export const historyColumns: Column<Order>[] = [
  { key: 'kind', head: t`Side`, cell: (row) => (row.kind === 'request' ? <span className="bid"><Trans>▲ buy</Trans></span> : <span className="ask"><Trans>▼ sell</Trans></span>), priority: 1 },
  hash,
  category,
  trust,
  price,
  remaining,
  { key: 'status', head: t`What became of it`, cell: (row) => <Chip tone={row.status === 'open' ? 'success' : 'neutral'}>{orderState(row)}</Chip>, priority: 1 },
  age,
];

const stakeOf = (order: Order): string => String((BigInt(order.price) * STAKE_PERCENT) / 100n);

export const exportedOrders = (height: number | null): Exported<Order>[] => [
  ['hash', (row) => row.hash],
  ['kind', (row) => row.kind],
  ['category', (row) => row.order.category],
  ['tag', (row) => row.order.tag],
  ['trust', (row) => row.order.trust],
  ['price', (row) => row.price],
  ['remaining', (row) => row.remaining],
  ['volume', (row) => row.volume],
  ['status', (row) => row.status],
  ['params', (row) => row.order.params ?? ''],
  ['height', () => height],
  ['utc', (row) => utc(row.published)],
];
