// My trades, my open request orders, my open workerpool orders, history (web-ui.md §6.7).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Tabs } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import type { Deal, Order } from '../../transport/api';
import { command } from '../../model/commands';
import { useChannel, useList, type ApiQuery } from '../../state/data';
import type { Page } from '../../transport/api';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { NeedWallet, useAccount } from '../../view/wallet';
import { ListTable } from '../../view/table';
import { Dialog } from '../../view/overlays';
import { Explain } from '../../view/explain';
import { ShowCommand } from '../../view/command';
import { Button, Chip, Panel } from '../../view/ui';
import { CancelDialog } from './cancel';
import { Export } from './export';
import { useGone } from './gone';
import { exportedOrders, exportedTrades, historyColumns, poolColumns, requestColumns, tradeColumns } from './mine_columns';

const ANY = { app: 'any', dataset: 'any', workerpool: 'any', requester: 'any', limit: 100 };

function WhyDialog({ order, onClose }: { order: Order | null; onClose: () => void }): ReactNode {
  return (
    <Dialog open={order !== null} onClose={onClose} title={t`Why is it not matched?`}>
      {order ? <Explain bare subject="order" id={order.hash} /> : null}
    </Dialog>
  );
}

type Of = 'requests' | 'pools';

/** Open orders with selection, explanation and cancel. */
function OpenOrders({ of, query, account, free }: { of: Of; query: ApiQuery<Page<Order>>; account: string; free: string | null }): ReactNode {
  const { rows, gone } = useGone(`${of} ${account}`, query.data?.items);
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [cancelling, setCancelling] = useState<Order[]>([]);
  const [asking, setAsking] = useState<Order | null>(null);
  const wallet = useWallet();
  const open = (rows ?? []).filter((row) => !gone.has(row.hash));
  const selected = open.filter((row) => chosen.has(row.hash));
  const toggle = (keys: (string | number)[], on: boolean): void => setChosen((old) => { const next = new Set(old); for (const key of keys) if (on) next.add(String(key)); else next.delete(String(key)); return next; });
  const act = (order: Order): ReactNode =>
    gone.has(order.hash) ? <Trans>gone</Trans> : (
      <span className="row" style={{ gap: 4, flexWrap: 'nowrap' }}>
        <Button look="tiny" onClick={() => setAsking(order)}><Trans>Why?</Trans></Button>
        {wallet.signer ? <Button look="tiny danger" aria-label={t`Cancel order ${order.hash.slice(2, 8)}`} title={t`cancel on chain, or withdraw`} onClick={() => setCancelling([order])} onKeyDown={(event) => { if (event.altKey && event.key === 'Backspace') setCancelling([order]); }}>✕</Button> : null}
      </span>
    );
  const shown = rows && query.data ? ({ ...query, data: { ...query.data, items: rows } } as ApiQuery<Page<Order>>) : query;
  return (
    <>
      {selected.length ? (
        <div className="row select-bar" role="status">
          <span>{plural(selected.length, { one: '# order selected', other: '# orders selected' })}</span>
          <Button look="tiny danger" onClick={() => setCancelling(selected)}><Trans>Cancel them</Trans></Button>
          <Button look="tiny" onClick={() => setChosen(new Set())}><Trans>Select none</Trans></Button>
        </div>
      ) : null}
      <ListTable
        caption={of === 'requests' ? t`My open request orders` : t`My open workerpool orders`}
        query={shown}
        columns={of === 'requests' ? requestColumns(act, free) : poolColumns(act)}
        selection={wallet.signer ? { chosen, toggle } : undefined}
        rowKey={(row) => row.hash}
        rowClass={(row) => (gone.has(row.hash) ? 'gone' : '')}
        empty={of === 'requests' ? t`No open request orders. Place a limit order, and it rests here.` : t`No open workerpool orders.`}
        skeleton={3}
      />
      <CancelDialog orders={cancelling} onClose={() => setCancelling([])} onGone={() => setChosen(new Set())} />
      <WhyDialog order={asking} onClose={() => setAsking(null)} />
    </>
  );
}

const TABS = ['trades', 'requests', 'pools', 'history'] as const;
type Tab = (typeof TABS)[number];
const tabWords = (tab: Tab): string => ({ trades: t`My trades`, requests: t`My open request orders`, pools: t`My open workerpool orders`, history: t`Order history` })[tab];

/** All orders of an account, both sides, the newest first. */
function useHistory(account: string | null): ApiQuery<Page<Order>> {
  const query = { signer: account, state: 'any', ...ANY };
  const requests = useList<Order>(account ? '/v1/requestorders' : null, query);
  const pools = useList<Order>(account ? '/v1/workerpoolorders' : null, query);
  const items = [...(requests.data?.items ?? []), ...(pools.data?.items ?? [])].sort((a, b) => b.published - a.published);
  return requests.data && pools.data ? ({ ...requests, data: { ...requests.data, items } } as ApiQuery<Page<Order>>) : requests.data ? pools : requests;
}

/** `watched`: an address looked at without a wallet (G-05). */
export function MinePanel({ watched = null }: { watched?: string | null }): ReactNode {
  const wallet = useWallet();
  const [url, change] = useUrl();
  const account = wallet.account ?? watched;
  const tab = TABS.find((each) => each === url.tab) ?? 'trades';
  const { free } = useAccount(account);
  const live = useChannel<{ items: Deal[] }>(account ? `deals:${account}` : null);
  const trades = useList<Deal>(account ? '/v1/deals' : null, { mine: account, limit: 50 }, { liveMs: 5_000 });
  const requests = useList<Order>(account ? '/v1/requestorders' : null, { signer: account, ...ANY }, { liveMs: 3_000 });
  const pools = useList<Order>(account ? '/v1/workerpoolorders' : null, { signer: account, ...ANY }, { liveMs: 3_000 });
  const history = useHistory(tab === 'history' ? account : null);
  const fresh = new Map((live.state?.items ?? []).map((deal) => [deal.id, deal]));
  const merged = trades.data ? ({ ...trades, data: { ...trades.data, items: trades.data.items.map((deal) => fresh.get(deal.id) ?? deal) } } as typeof trades) : trades;
  const orders = (tab === 'pools' ? pools : tab === 'history' ? history : requests).data;
  const totals: Partial<Record<Tab, number | undefined>> = { requests: requests.data?.total, pools: pools.data?.total };
  const content = (
    <>
      <Tabs.Content value="trades"><ListTable caption={tabWords('trades')} query={merged} columns={tradeColumns(account)} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} empty={t`You have not traded yet.`} skeleton={3} /></Tabs.Content>
      <Tabs.Content value="requests">{account ? <OpenOrders of="requests" query={requests} account={account} free={free} /> : null}</Tabs.Content>
      <Tabs.Content value="pools">{account ? <OpenOrders of="pools" query={pools} account={account} free={free} /> : null}</Tabs.Content>
      <Tabs.Content value="history"><ListTable caption={tabWords('history')} query={history} columns={historyColumns} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No orders yet.`} skeleton={3} /></Tabs.Content>
    </>
  );
  return (
    <Panel
      title={t`Mine`}
      tools={
        <>
          <ShowCommand of={[command(['bourse', 'orderbook', 'request', '--requester', account ?? 'ADDRESS'], 'GET', `/v1/requestorders?signer=${account ?? ''}`), command(['bourse', 'order', 'cancel', '--request', 'HASH'], 'POST', '/v1/tx')]} />
          {tab === 'trades' ? <Export name="my-trades" what={tabWords(tab)} rows={merged.data?.items ?? []} columns={exportedTrades(account)} /> : <Export name={`my-${tab}`} what={tabWords(tab)} rows={orders?.items ?? []} columns={exportedOrders(orders?.height ?? null)} />}
        </>
      }
    >
      <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'trades' ? null : value })}>
        <Tabs.List className="tabs-list" aria-label={t`My orders and trades`}>
          {TABS.map((value) => (
            <Tabs.Trigger key={value} className="tab" value={value}>
              {tabWords(value)}
              {totals[value] ? <Chip className="accent">{totals[value]}</Chip> : null}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {watched && !wallet.account ? content : <NeedWallet to="trades">{content}</NeedWallet>}
      </Tabs.Root>
    </Panel>
  );
}
