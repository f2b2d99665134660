// Address page (web-ui.md §8.9): balances, roles, history; a tab for each role.
import { Link, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import type { AccountDetail, Contribution, Deal, Entry, Order, Resource, Transfer } from '../../transport/api';
import { command } from '../../model/commands';
import { count, plural } from '../../model/format';
import { iso } from '../../model/time';
import { looksLike } from '../../model/text';
import { labelStore } from '../../state/settings';
import { useStore } from '../../state/store';
import { useApi, useList } from '../../state/data';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { withQuery } from '../../transport/http';
import { PageHead } from '../../view/command';
import { ListTable, type Column } from '../../view/table';
import { Loaded } from '../../view/states';
import { Chip, Notice, Panel, Stat, TextField } from '../../view/ui';
import { Address, Age, Amount, Sum, Id } from '../../view/values';
import { orderColumns } from '../../view/order_columns';
import { dealColumns, dealExtra, resourceColumns } from './columns';
import { contributionColumns } from './task';

/** The chain's words and what they mean to the owner of the account. */
const ENTRY_WORDS: Record<Entry['kind'], [string, string]> = {
  deposit: ['deposited', 'moved from the wallet into the market'],
  withdraw: ['withdrawn', 'moved from the market to the wallet'],
  send: ['sent', 'to another account'],
  receive: ['received', 'from another account'],
  lock: ['locked', 'as the price or the stake of a deal'],
  unlock: ['unlocked', 'returned to the free part'],
  reward: ['earned', 'paid out for a task'],
  seize: ['taken', 'of the locked part: the price that was paid, or a stake that was lost'],
};

export const entryColumns: Column<Entry>[] = [
  { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1 },
  { key: 'kind', head: 'What', cell: (row) => <Chip tone={row.kind === 'reward' || row.kind === 'receive' || row.kind === 'deposit' ? 'success' : 'neutral'} title={ENTRY_WORDS[row.kind][1]}>{ENTRY_WORDS[row.kind][0]}</Chip>, value: (row) => row.kind, priority: 1 },
  { key: 'amount', head: 'Amount', right: true, cell: (row) => <Amount nrlc={row.amount} />, value: (row) => row.amount, priority: 1 },
  { key: 'other', head: 'With', cell: (row) => (row.other ? <Address of={row.other} copy={false} /> : '—'), value: (row) => row.other ?? '', priority: 3 },
  { key: 'task', head: 'Task', cell: (row) => (row.task ? <Id id={row.task} kind="task" to={`/task/${row.task}`} copy={false} /> : '—'), value: (row) => row.task ?? '', priority: 3 },
  { key: 'tx', head: 'TxHash', cell: (row) => <Id id={row.tx} kind="transaction" to={`/tx/${row.tx}`} copy={false} />, value: (row) => row.tx, priority: 2 },
];

const transferColumns: Column<Transfer>[] = [
  { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} />, priority: 1 },
  { key: 'token', head: 'Token', cell: (row) => (row.token === 'rlc' ? 'RLC' : 'stake'), priority: 2 },
  { key: 'from', head: 'From', cell: (row) => <Address of={row.from} copy={false} />, priority: 1 },
  { key: 'to', head: 'To', cell: (row) => <Address of={row.to} copy={false} />, priority: 1 },
  { key: 'amount', head: 'Amount', right: true, cell: (row) => <Amount nrlc={row.amount} />, priority: 1 },
];

function Label({ address }: { address: string }): ReactNode {
  const labels = useStore(labelStore);
  const key = address.toLowerCase();
  return (
    <div style={{ width: 220 }}>
      <TextField label="Your label (kept in this browser)" value={labels[key] ?? ''} onChange={(text) => labelStore.set((old) => ({ ...old, [key]: text.slice(0, 40) }))} />
    </div>
  );
}

function Lists({ address, tab }: { address: string; tab: string }): ReactNode {
  const resource = tab === 'app' || tab === 'dataset' || tab === 'workerpool' ? tab : null;
  const isDeals = tab === 'requester' || tab === 'beneficiary' || tab === 'payer';
  const deals = useList<Deal>(isDeals ? '/v1/deals' : null, { mine: address, role: tab, limit: 50 });
  const resources = useList<Resource>(resource ? `/v1/${resource}s` : null, { owner: address, limit: 50 });
  const contributions = useList<Contribution>(tab === 'worker' ? '/v1/contributions' : null, { worker: address, limit: 50 });
  const entries = useList<Entry>(tab === 'history' ? `/v1/accounts/${address}/entries` : null, { limit: 50 });
  const transfers = useList<Transfer>(tab === 'transfers' ? '/v1/transfers' : null, { mine: address, limit: 50 });
  const requests = useList<Order>(tab === 'orders' ? '/v1/requestorders' : null, { signer: address, state: 'any', limit: 50 });
  if (isDeals) return <ListTable caption="Deals" query={deals} columns={[...dealColumns, dealExtra[0]!]} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} empty={`No deal with this address as ${tab}.`} />;
  if (resource) return <ListTable caption={`${resource}s`} query={resources} columns={resourceColumns(resource)} rowKey={(row) => row.address} link={(row) => `/${resource}/${row.address}`} empty={`This address owns no ${resource}.`} />;
  if (tab === 'worker') return <ListTable caption="Contributions" query={contributions} columns={[{ key: 'task', head: 'Task', cell: (row) => <Id id={row.task} kind="task" to={`/task/${row.task}`} /> }, ...contributionColumns.slice(1)]} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} empty="This address has contributed to no task." />;
  if (tab === 'transfers') return <ListTable caption="Transfers" query={transfers} columns={transferColumns} rowKey={(row) => row.index} empty="No transfers." />;
  if (tab === 'orders') return <ListTable caption="Request orders" query={requests} columns={orderColumns('request')} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty="No request orders." />;
  return <ListTable caption="History" query={entries} columns={entryColumns} rowKey={(row) => row.index} empty="Nothing has moved on this account." />;
}

export function AddressPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const [url, change] = useUrl();
  const query = useApi<AccountDetail>(`/v1/accounts/${id}`, {}, { liveMs: 5_000 });
  const wallet = useWallet();
  const labels = useStore(labelStore);
  const alike = looksLike(id, [...Object.keys(labels), ...(wallet.account ? [wallet.account] : [])]);
  const tab = url.tab ?? 'history';
  return (
    <Loaded query={query} rows={10}>
      {(detail) => {
        const { account } = detail;
        const roles = account.roles;
        const tabs = ['history', 'requester', ...roles.filter((role) => role !== 'requester' && role !== 'worker'), 'worker', 'transfers', 'orders'];
        return (
          <>
            <PageHead kind={detail.contract ? `Contract: ${detail.contract}` : 'Address'} title={<Address of={id} width="wide" />} lead={<span className="row">{roles.map((role) => <Chip key={role}>{role}</Chip>)}</span>} command={command(['bourse', 'account', 'show', id], 'GET', `/v1/accounts/${id}`)}>
              <Label address={id} />
            </PageHead>
            <div className="stack">
              {alike ? <Notice tone="warning" alert>This address begins and ends like <code>{alike}</code>, which you know, but it is another one.</Notice> : null}
              {detail.contract ? <Notice tone="info">This address is a {detail.contract}: <Link to={`/${detail.contract}/${id}` as never}>open its page</Link>.</Notice> : null}
              <div className="stats">
                <Stat label="Wallet" value={<Sum nrlc={detail.wallet} />} />
                <Stat label="Free in the market" value={<Sum nrlc={account.staked} />} />
                <Stat label="Locked" value={<Sum nrlc={account.locked} />} sub={plural(detail.locks.length, 'lock')} />
                <Stat label="Score" value={count(account.score)} sub={detail.nextScore === null ? `weight ${account.weight}` : `weight ${account.weight}, grows at ${detail.nextScore}`} />
                <Stat label="Deals" value={count(account.deals)} />
                <Stat label="Contributions" value={`${count(account.proved)} / ${count(account.contributions)}`} sub="proved of all" />
              </div>
              <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'history' ? null : value })}>
                <Tabs.List className="tabs-list" aria-label="Roles">
                  {[...new Set(tabs)].map((each) => <Tabs.Trigger key={each} className="tab" value={each}>{each[0]?.toUpperCase()}{each.slice(1)}</Tabs.Trigger>)}
                </Tabs.List>
                <Tabs.Content className="tab-panel" value={tab}>
                  <Panel title={tab === 'history' ? 'History in the market' : tab} tools={tab === 'history' ? <a className="button tiny" href={withQuery(`/v1/accounts/${id}/entries`, { format: 'csv' })} download={`history-${id}.csv`}>CSV, all rows</a> : null}>
                    <Lists address={id} tab={tab} />
                  </Panel>
                </Tabs.Content>
              </Tabs.Root>
            </div>
          </>
        );
      }}
    </Loaded>
  );
}
