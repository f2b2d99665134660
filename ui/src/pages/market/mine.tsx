// My trades, my open request orders, my open workerpool orders, history (web-ui.md §6.7).
import { select, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Deal, Order } from '../../transport/api';
import { sameAddress, statusAt } from '../../model/domain';
import { count } from '../../model/format';
import { iso } from '../../model/time';
import { command } from '../../model/commands';
import { cancelOnChain, withdrawOrder } from '../../state/actions';
import { openSession } from '../../state/session';
import { useBoot, useChannel, useList } from '../../state/data';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { NeedWallet } from '../../view/wallet';
import { CsvButton, ListTable, type Column } from '../../view/table';
import { Dialog } from '../../view/overlays';
import { Explain } from '../../view/explain';
import { ShowCommand } from '../../view/command';
import { Button, Chip, Notice, Panel } from '../../view/ui';
import { Address, Age, Amount, Clock, Id, Status, Tags, Untrusted } from '../../view/values';
import { orderColumns } from '../../view/order_columns';

const GONE_MS = 5_000;

export function CancelDialog({ order, onClose, onGone }: { order: Order | null; onClose: () => void; onGone: (hash: string) => void }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  if (!order) return null;
  const act = (what: () => Promise<unknown>): void => {
    setBusy(true);
    setProblem(null);
    what()
      .then((result) => {
        if (result === null) return;
        onGone(order.hash);
        onClose();
      })
      .catch((error: Error) => setProblem(error.message))
      .finally(() => setBusy(false));
  };
  const withdraw = async (): Promise<void> => withdrawOrder(order, (await openSession(wallet)).token);
  const why = busy ? t`In progress.` : wallet.signer ? null : t`This wallet cannot sign.`;
  return (
    <Dialog open onClose={onClose} title={select(order.kind, { app: 'Cancel this app order?', dataset: 'Cancel this dataset order?', workerpool: 'Cancel this workerpool order?', other: 'Cancel this request order?' })} foot={<Button onClick={onClose}><Trans>Keep it</Trans></Button>}>
      <p><Trans><Id id={order.hash} kind={t`order`} width="wide" />, price <Amount nrlc={order.price} />, {{ left: order.remaining }} of {{ all: order.volume }} left.</Trans></p>
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      <div className="stack">
        <Button look="danger" onClick={() => act(() => cancelOnChain(order, boot))} why={why}><Trans>Cancel on chain</Trans></Button>
        <span className="small muted"><Trans>Final: nobody can use the order any more, wherever a copy lies. Costs no fee here.</Trans></span>
        <Button onClick={() => act(withdraw)} why={why}><Trans>Withdraw</Trans></Button>
        <span className="small muted"><Trans>Only removes it from this book: a kept copy can still be matched.</Trans></span>
      </div>
    </Dialog>
  );
}

function WhyDialog({ order, onClose }: { order: Order | null; onClose: () => void }): ReactNode {
  return (
    <Dialog open={order !== null} onClose={onClose} title={t`Why is it not matched?`}>
      {order ? <Explain subject="order" id={order.hash} /> : null}
    </Dialog>
  );
}

/** Rows that left stay for five seconds, struck through. */
function useGone(): { gone: Set<string>; mark: (hash: string) => void } {
  const [gone, setGone] = useState<Set<string>>(new Set());
  const timers = useRef<ReturnType<typeof setTimeout>[]>([]);
  useEffect(() => () => timers.current.forEach(clearTimeout), []);
  const mark = (hash: string): void => {
    setGone((old) => new Set(old).add(hash));
    timers.current.push(setTimeout(() => setGone((old) => { const next = new Set(old); next.delete(hash); return next; }), GONE_MS));
  };
  return { gone, mark };
}

function tradeColumns(account: string | null): Column<Deal>[] {
  return [
    { key: 'id', head: t`ID`, cell: (row) => <Id id={row.id} kind={t`deal`} to={`/deal/${row.id}`} />, value: (row) => row.id, priority: 1 },
    { key: 'side', head: t`Side`, cell: (row) => (sameAddress(row.requester, account) ? <span className="bid"><Trans>▲ bought</Trans></span> : <span className="ask"><Trans>▼ sold</Trans></span>), value: (row) => (sameAddress(row.requester, account) ? 'bought' : 'sold'), priority: 2 },
    { key: 'price', head: t`Price`, right: true, cell: (row) => <Amount nrlc={row.workerpool.price} unit={false} />, value: (row) => row.workerpool.price, priority: 1 },
    { key: 'time', head: t`Time`, cell: (row) => <Clock at={row.time} />, value: (row) => iso(row.time), priority: 1 },
    { key: 'pool', head: t`Workerpool`, cell: (row) => <Address of={row.workerpool.address} kind={t`workerpool`} to={`/workerpool/${row.workerpool.address}`} copy={false} />, value: (row) => row.workerpool.address, priority: 3 },
    { key: 'volume', head: t`Volume`, right: true, cell: (row) => count(row.volume), value: (row) => row.volume, priority: 1 },
    { key: 'status', head: t`Status`, cell: (row) => <Status of={statusAt(row, Date.now())} />, value: (row) => row.status, priority: 1 },
    { key: 'done', head: t`Done`, right: true, cell: (row) => `${row.tasks.complete}/${row.volume}`, value: (row) => row.tasks.complete, priority: 3 },
    { key: 'menu', head: t`Actions`, cell: (row) => <Link to={`/deal/${row.id}` as never}><Trans>open</Trans></Link>, priority: 2 },
  ];
}

function requestColumns(act: (order: Order) => ReactNode): Column<Order>[] {
  return [
    { key: 'hash', head: t`Hash`, cell: (row) => <Id id={row.hash} kind={t`order`} to={`/market/order/${row.hash}`} />, value: (row) => row.hash, priority: 1 },
    { key: 'params', head: t`Params`, wrap: true, cell: (row) => <code className="small"><Untrusted text={row.order.params ?? ''} limit={40} more /></code>, value: (row) => row.order.params, priority: 3 },
    { key: 'category', head: t`Cat.`, right: true, cell: (row) => row.order.category, value: (row) => row.order.category, priority: 2 },
    { key: 'trust', head: t`Trust`, right: true, cell: (row) => row.order.trust, value: (row) => row.order.trust, priority: 2 },
    { key: 'price', head: t`Price`, right: true, cell: (row) => <Amount nrlc={row.price} unit={false} />, value: (row) => row.price, priority: 1 },
    { key: 'remaining', head: t`Remaining`, right: true, cell: (row) => `${count(row.remaining)}/${count(row.volume)}`, value: (row) => `${row.remaining}/${row.volume}`, priority: 1 },
    { key: 'age', head: t`Age`, cell: (row) => <Age at={row.published} />, value: (row) => iso(row.published), priority: 3 },
    { key: 'act', head: t`Cancel`, cell: act, priority: 1 },
  ];
}

function poolColumns(act: (order: Order) => ReactNode): Column<Order>[] {
  return [
    { key: 'hash', head: t`Hash`, cell: (row) => <Id id={row.hash} kind={t`order`} to={`/market/order/${row.hash}`} />, value: (row) => row.hash, priority: 1 },
    { key: 'category', head: t`Cat.`, right: true, cell: (row) => row.order.category, value: (row) => row.order.category, priority: 2 },
    { key: 'tag', head: t`Tag`, cell: (row) => <Tags tag={row.order.tag ?? '0x0'} />, value: (row) => row.order.tag, priority: 3 },
    { key: 'trust', head: t`Trust`, right: true, cell: (row) => row.order.trust, value: (row) => row.order.trust, priority: 2 },
    { key: 'price', head: t`Price`, right: true, cell: (row) => <Amount nrlc={row.price} unit={false} />, value: (row) => row.price, priority: 1 },
    { key: 'remaining', head: t`Remaining`, right: true, cell: (row) => `${count(row.remaining)}/${count(row.volume)}`, value: (row) => `${row.remaining}/${row.volume}`, priority: 1 },
    { key: 'stake', head: t`Stake a task`, right: true, cell: (row) => <Amount nrlc={String((BigInt(row.price) * 30n) / 100n)} unit={false} />, value: (row) => (BigInt(row.price) * 30n) / 100n, priority: 3 },
    { key: 'act', head: t`Cancel`, cell: act, priority: 1 },
  ];
}

const TABS = [
  ['trades', t`My trades`],
  ['requests', t`My open request orders`],
  ['pools', t`My open workerpool orders`],
  ['history', t`Order history`],
] as const;

export function MinePanel(): ReactNode {
  const wallet = useWallet();
  const [url, change] = useUrl();
  const { account } = wallet;
  const tab = TABS.find(([value]) => value === url.tab)?.[0] ?? 'trades';
  const [cancelling, setCancelling] = useState<Order | null>(null);
  const [asking, setAsking] = useState<Order | null>(null);
  const { gone, mark } = useGone();
  const live = useChannel<{ items: Deal[] }>(account ? `deals:${account}` : null);
  const trades = useList<Deal>(account ? '/v1/deals' : null, { mine: account, limit: 50 }, { liveMs: 5_000 });
  const requests = useList<Order>(account ? '/v1/requestorders' : null, { signer: account, limit: 100, app: 'any', dataset: 'any', workerpool: 'any' }, { liveMs: 3_000 });
  const pools = useList<Order>(account ? '/v1/workerpoolorders' : null, { signer: account, limit: 100, app: 'any', dataset: 'any', requester: 'any' }, { liveMs: 3_000 });
  const history = useList<Order>(account && tab === 'history' ? '/v1/requestorders' : null, { signer: account, state: 'any', limit: 100, app: 'any', dataset: 'any', workerpool: 'any' });
  const fresh = new Map((live.state?.items ?? []).map((deal) => [deal.id, deal]));
  const merged = trades.data ? { ...trades, data: { ...trades.data, items: trades.data.items.map((deal) => fresh.get(deal.id) ?? deal) } } : trades;
  const actions = (order: Order): ReactNode => (
    <span className="row" style={{ gap: 4 }}>
      <Button look="tiny" onClick={() => setAsking(order)}><Trans>Why?</Trans></Button>
      <Button look="tiny danger" aria-label={t`Cancel order ${{ hash: order.hash.slice(2, 8) }}`} onClick={() => setCancelling(order)} onKeyDown={(event) => { if (event.altKey && event.key === 'Backspace') setCancelling(order); }}>✕</Button>
    </span>
  );
  const requestCols = requestColumns(actions);
  const poolCols = poolColumns(actions);
  const tradeCols = tradeColumns(account);
  const rowClass = (row: Order): string => (gone.has(row.hash) ? 'gone' : '');
  return (
    <Panel
      title={t`Mine`}
      tools={
        <>
          <ShowCommand of={[command(['bourse', 'orderbook', 'request', '--requester', account ?? 'ADDRESS'], 'GET', `/v1/requestorders?signer=${account ?? ''}`), command(['bourse', 'order', 'cancel', '--request', 'HASH'], 'POST', '/v1/tx')]} />
          {tab === 'trades' ? <CsvButton name="my-trades" columns={tradeCols} rows={trades.data?.items ?? []} /> : <CsvButton name={`my-${tab}`} columns={tab === 'pools' ? poolCols : requestCols} rows={(tab === 'pools' ? pools : tab === 'history' ? history : requests).data?.items ?? []} />}
        </>
      }
    >
      <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'trades' ? null : value })}>
        <Tabs.List className="tabs-list" aria-label={t`My orders and trades`}>
          {TABS.map(([value, label]) => (
            <Tabs.Trigger key={value} className="tab" value={value}>
              {label}
              {value === 'requests' && requests.data?.total ? <Chip className="accent">{requests.data.total}</Chip> : null}
              {value === 'pools' && pools.data?.total ? <Chip className="accent">{pools.data.total}</Chip> : null}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <NeedWallet to="trades">
          <Tabs.Content value="trades"><ListTable caption={t`My trades`} query={merged as typeof trades} columns={tradeCols} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} empty={t`You have not traded yet.`} skeleton={3} /></Tabs.Content>
          <Tabs.Content value="requests"><ListTable caption={t`My open request orders`} query={requests} columns={requestCols} rowKey={(row) => row.hash} rowClass={rowClass} empty={t`No open request orders. Place a limit order, and it rests here.`} skeleton={3} /></Tabs.Content>
          <Tabs.Content value="pools"><ListTable caption={t`My open workerpool orders`} query={pools} columns={poolCols} rowKey={(row) => row.hash} rowClass={rowClass} empty={t`No open workerpool orders.`} skeleton={3} /></Tabs.Content>
          <Tabs.Content value="history"><ListTable caption={t`Order history`} query={history} columns={orderColumns('request')} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No orders yet.`} skeleton={3} /></Tabs.Content>
        </NeedWallet>
      </Tabs.Root>
      <CancelDialog order={cancelling} onClose={() => setCancelling(null)} onGone={mark} />
      <WhyDialog order={asking} onClose={() => setAsking(null)} />
    </Panel>
  );
}

