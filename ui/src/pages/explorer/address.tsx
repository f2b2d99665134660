// Address page (web-ui.md §8.9): balances, roles, history; a tab for each role.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import type { AccountDetail, Contribution, Deal, Entry, Order, Resource, Transfer } from '../../transport/api';
import { command } from '../../model/commands';
import { count } from '../../model/format';
import { kindWord, roleWord } from '../../model/words';
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
  deposit: [t`deposited`, t`moved from the wallet into the market`],
  withdraw: [t`withdrawn`, t`moved from the market to the wallet`],
  send: [t`sent`, t`to another account`],
  receive: [t`received`, t`from another account`],
  lock: [t`locked`, t`as the price or the stake of a deal`],
  unlock: [t`unlocked`, t`returned to the free part`],
  reward: [t`earned`, t`paid out for a task`],
  seize: [t`taken`, t`of the locked part: the price that was paid, or a stake that was lost`],
};

export const entryColumns: Column<Entry>[] = [
  { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1 },
  { key: 'kind', head: t`What`, cell: (row) => <Chip tone={row.kind === 'reward' || row.kind === 'receive' || row.kind === 'deposit' ? 'success' : 'neutral'} title={ENTRY_WORDS[row.kind][1]}>{ENTRY_WORDS[row.kind][0]}</Chip>, value: (row) => row.kind, priority: 1 },
  { key: 'amount', head: t`Amount`, right: true, cell: (row) => <Amount nrlc={row.amount} />, value: (row) => row.amount, priority: 1 },
  { key: 'other', head: t`With`, cell: (row) => (row.other ? <Address of={row.other} copy={false} /> : '—'), value: (row) => row.other ?? '', priority: 3 },
  { key: 'task', head: t`Task`, cell: (row) => (row.task ? <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} copy={false} /> : '—'), value: (row) => row.task ?? '', priority: 3 },
  { key: 'tx', head: t`TxHash`, cell: (row) => <Id id={row.tx} kind={t`transaction`} to={`/tx/${row.tx}`} copy={false} />, value: (row) => row.tx, priority: 2 },
];

const transferColumns: Column<Transfer>[] = [
  { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} />, priority: 1 },
  { key: 'token', head: t`Token`, cell: (row) => (row.token === 'rlc' ? 'RLC' : t`stake`), priority: 2 },
  { key: 'from', head: t`From`, cell: (row) => <Address of={row.from} copy={false} />, priority: 1 },
  { key: 'to', head: t`To`, cell: (row) => <Address of={row.to} copy={false} />, priority: 1 },
  { key: 'amount', head: t`Amount`, right: true, cell: (row) => <Amount nrlc={row.amount} />, priority: 1 },
];

function Label({ address }: { address: string }): ReactNode {
  const labels = useStore(labelStore);
  const key = address.toLowerCase();
  return (
    <div style={{ width: 220 }}>
      <TextField label={t`Your label (kept in this browser)`} value={labels[key] ?? ''} onChange={(text) => labelStore.set((old) => ({ ...old, [key]: text.slice(0, 40) }))} />
    </div>
  );
}

const NO_DEAL: Record<string, string> = {
  requester: t`No deal with this address as requester.`,
  beneficiary: t`No deal with this address as beneficiary.`,
  payer: t`No deal with this address as payer.`,
};

function Lists({ address, tab }: { address: string; tab: string }): ReactNode {
  const resource = tab === 'app' || tab === 'dataset' || tab === 'workerpool' ? tab : null;
  const isDeals = tab === 'requester' || tab === 'beneficiary' || tab === 'payer';
  const deals = useList<Deal>(isDeals ? '/v1/deals' : null, { mine: address, role: tab, limit: 50 });
  const resources = useList<Resource>(resource ? `/v1/${resource}s` : null, { owner: address, limit: 50 });
  const contributions = useList<Contribution>(tab === 'worker' ? '/v1/contributions' : null, { worker: address, limit: 50 });
  const entries = useList<Entry>(tab === 'history' ? `/v1/accounts/${address}/entries` : null, { limit: 50 });
  const transfers = useList<Transfer>(tab === 'transfers' ? '/v1/transfers' : null, { mine: address, limit: 50 });
  const requests = useList<Order>(tab === 'orders' ? '/v1/requestorders' : null, { signer: address, state: 'any', limit: 50 });
  if (isDeals) return <ListTable caption={t`Deals`} query={deals} columns={[...dealColumns, dealExtra[0]!]} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} empty={NO_DEAL[tab]} />;
  if (resource) return <ListTable caption={roleWord(resource)} query={resources} columns={resourceColumns(resource)} rowKey={(row) => row.address} link={(row) => `/${resource}/${row.address}`} empty={t`This address owns none.`} />;
  if (tab === 'worker') return <ListTable caption={t`Contributions`} query={contributions} columns={[{ key: 'task', head: t`Task`, cell: (row) => <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} /> }, ...contributionColumns.slice(1)]} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} empty={t`This address has contributed to no task.`} />;
  if (tab === 'transfers') return <ListTable caption={t`Transfers`} query={transfers} columns={transferColumns} rowKey={(row) => row.index} empty={t`No transfers.`} />;
  if (tab === 'orders') return <ListTable caption={t`Request orders`} query={requests} columns={orderColumns('request')} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No request orders.`} />;
  return <ListTable caption={t`History`} query={entries} columns={entryColumns} rowKey={(row) => row.index} empty={t`Nothing has moved on this account.`} />;
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
            <PageHead kind={detail.contract ? t`Contract: ${{ kind: kindWord(detail.contract) }}` : t`Address`} title={<Address of={id} width="wide" />} lead={<span className="row">{roles.map((role) => <Chip key={role}>{kindWord(role)}</Chip>)}</span>} command={command(['bourse', 'account', 'show', id], 'GET', `/v1/accounts/${id}`)}>
              <Label address={id} />
            </PageHead>
            <div className="stack">
              {alike ? <Notice tone="warning" alert><Trans>This address begins and ends like <code>{alike}</code>, which you know, but it is another one.</Trans></Notice> : null}
              {detail.contract ? <Notice tone="info"><Trans>This address is a contract ({{ kind: kindWord(detail.contract) }}): <Link to={`/${detail.contract}/${id}` as never}>open its page</Link>.</Trans></Notice> : null}
              <div className="stats">
                <Stat label={t`Wallet`} value={<Sum nrlc={detail.wallet} />} />
                <Stat label={t`Free in the market`} value={<Sum nrlc={account.staked} />} />
                <Stat label={t`Locked`} value={<Sum nrlc={account.locked} />} sub={plural(detail.locks.length, { one: '# lock', other: '# locks' })} />
                <Stat label={t`Score`} value={count(account.score)} sub={detail.nextScore === null ? t`weight ${account.weight}` : t`weight ${account.weight}, grows at ${detail.nextScore}`} />
                <Stat label={t`Deals`} value={count(account.deals)} />
                <Stat label={t`Contributions`} value={`${count(account.proved)} / ${count(account.contributions)}`} sub={t`proved of all`} />
              </div>
              <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'history' ? null : value })}>
                <Tabs.List className="tabs-list" aria-label={t`Roles`}>
                  {[...new Set(tabs)].map((each) => <Tabs.Trigger key={each} className="tab" value={each}>{roleWord(each)}</Tabs.Trigger>)}
                </Tabs.List>
                <Tabs.Content className="tab-panel" value={tab}>
                  <Panel title={tab === 'history' ? t`History in the market` : roleWord(tab)} tools={tab === 'history' ? <a className="button tiny" href={withQuery(`/v1/accounts/${id}/entries`, { format: 'csv' })} download={`history-${id}.csv`}><Trans>CSV, all rows</Trans></a> : null}>
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
