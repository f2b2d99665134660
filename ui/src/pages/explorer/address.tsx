// Address page (web-ui.md §8.9): balances, what is locked, roles, history; a tab for each role.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import type { AccountDetail, Contribution, Deal, Entry, Order, Resource, Transfer } from '../../transport/api';
import { command } from '../../model/commands';
import { count } from '../../model/format';
import { looksLike } from '../../model/text';
import { kindWord, roleWord } from '../../model/words';
import { useApi } from '../../state/data';
import { labelStore } from '../../state/settings';
import { useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { PageHead } from '../../view/command';
import { ExportButtons } from '../../view/export';
import { orderColumns } from '../../view/order_columns';
import { PagedTable } from '../../view/paged';
import { EmptyState } from '../../view/states';
import { TabList } from '../../view/tab_list';
import { Table } from '../../view/table';
import { Chip, Notice, Panel, Stat, TextField } from '../../view/ui';
import { Address, Sum } from '../../view/values';
import { GRANTED } from '../wallet/access';
import { entryColumns, lockColumns, transferColumns } from './account_columns';
import { dealColumns, dealExtra, resourceColumns } from './columns';
import { Detail } from './parts';
import { taskContributionColumns } from './task_money';

type Part = { value: string; label: string; tools?: ReactNode; content: () => ReactNode };

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

function dealsPart(address: string, role: string): Part {
  return {
    value: role,
    label: roleWord(role),
    tools: <Link to={'/explorer/deals' as never} search={{ mine: address, role } as never}><Trans>see all</Trans></Link>,
    content: () => <PagedTable<Deal> path="/v1/deals" query={{ mine: address, role }} caption={t`Deals`} columns={[...dealColumns, dealExtra[0]!]} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} empty={NO_DEAL[role]} />,
  };
}

function ownedPart(address: string, kind: 'app' | 'dataset' | 'workerpool'): Part {
  return { value: kind, label: roleWord(kind), content: () => <PagedTable<Resource> path={`/v1/${kind}s`} query={{ owner: address }} caption={roleWord(kind)} columns={resourceColumns(kind)} rowKey={(row) => row.address} link={(row) => `/${kind}/${row.address}`} empty={t`This address owns none.`} /> };
}

const ORDER_KINDS = ['request', 'workerpool', 'app', 'dataset'] as const;

/** Every order that the address signed, kind by kind. */
function OrdersPart({ address }: { address: string }): ReactNode {
  const [url, change] = useUrl();
  const kind = ORDER_KINDS.find((each) => each === url.kind) ?? 'request';
  return (
    <>
      <div className="row" style={{ padding: '8px 12px' }} role="group" aria-label={t`Kind of order`}>
        {ORDER_KINDS.map((each) => <button key={each} type="button" className={`button tiny ${each === kind ? 'on' : ''}`} aria-pressed={each === kind} onClick={() => change({ kind: each === 'request' ? null : each })}>{kindWord(each)}</button>)}
      </div>
      <PagedTable<Order> path={`/v1/${kind}orders`} query={{ signer: address, state: 'any', app: kind === 'app' ? null : 'any', dataset: kind === 'dataset' ? null : 'any', workerpool: kind === 'workerpool' ? null : 'any', requester: kind === 'request' ? null : 'any' }} caption={t`Orders`} columns={orderColumns(kind)} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`This address has signed no such order.`} />
    </>
  );
}

function partsOf(id: string, detail: AccountDetail): Part[] {
  const { roles } = detail.account;
  const deals = ['requester', 'beneficiary', 'payer'].filter((role) => role === 'requester' || roles.includes(role));
  const owned = (['app', 'dataset', 'workerpool'] as const).filter((role) => roles.includes(role));
  return [
    { value: 'history', label: t`History`, tools: <ExportButtons path={`/v1/accounts/${id}/entries`} query={{}} name={`history-${id.slice(0, 10)}`} />, content: () => <PagedTable<Entry> path={`/v1/accounts/${id}/entries`} caption={t`History`} columns={entryColumns} rowKey={(row) => row.index} empty={t`Nothing has moved on this account.`} liveMs={5_000} /> },
    { value: 'locks', label: t`Locked (${{ number: detail.locks.length }})`, content: () => (detail.locks.length === 0 ? <EmptyState><Trans>Nothing is locked.</Trans></EmptyState> : <Table caption={t`Locked`} rows={detail.locks} rowKey={(row) => `${row.deal}${row.task ?? ''}${row.role}`} link={(row) => (row.task ? `/task/${row.task}` : `/deal/${row.deal}`)} columns={lockColumns} />) },
    ...deals.map((role) => dealsPart(id, role)),
    ...owned.map((kind) => ownedPart(id, kind)),
    { value: 'worker', label: roleWord('worker'), tools: <Link to={`/worker/${id}` as never}><Trans>worker's page</Trans></Link>, content: () => <PagedTable<Contribution> path="/v1/contributions" query={{ worker: id }} caption={t`Contributions`} columns={taskContributionColumns} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} empty={t`This address has contributed to no task.`} /> },
    { value: 'access', label: t`Access`, content: () => (detail.granted.length === 0 ? <EmptyState><Trans>No order is reserved for this address, by name or through a group.</Trans></EmptyState> : <Table caption={t`Orders for this address`} rows={detail.granted} rowKey={(row) => row.order.hash + (row.through ?? '')} link={(row) => `/market/order/${row.order.hash}`} columns={GRANTED} />) },
    { value: 'transfers', label: t`Transfers`, content: () => <PagedTable<Transfer> path="/v1/transfers" query={{ mine: id }} caption={t`Transfers`} columns={transferColumns} rowKey={(row) => row.index} empty={t`No transfers.`} /> },
    { value: 'orders', label: t`Orders`, content: () => <OrdersPart address={id} /> },
  ];
}

function Balances({ detail }: { detail: AccountDetail }): ReactNode {
  const { account } = detail;
  const coin = detail.coin === null ? null : count(Number(BigInt(detail.coin) / 10n ** 18n));
  return (
    <div className="stats">
      <Stat label={t`Wallet`} value={<Sum nrlc={detail.wallet} />} sub={coin === null ? null : t`and ${coin} of the chain's coin`} />
      <Stat label={t`Free in the market`} value={<Sum nrlc={account.staked} />} />
      <Stat label={t`Locked`} value={<Sum nrlc={account.locked} />} sub={plural(detail.locks.length, { one: '# lock', other: '# locks' })} />
      <Stat label={t`Score`} value={count(account.score)} sub={detail.nextScore === null ? t`weight ${account.weight}` : t`weight ${account.weight}, grows at ${detail.nextScore}`} />
      <Stat label={t`Deals`} value={count(account.deals)} />
      <Stat label={t`Contributions`} value={`${count(account.proved)} / ${count(account.contributions)}`} sub={t`proved of all`} />
    </div>
  );
}

function Body({ id, detail }: { id: string; detail: AccountDetail }): ReactNode {
  const [url, change] = useUrl();
  const wallet = useWallet();
  const labels = useStore(labelStore);
  const alike = looksLike(id, [...Object.keys(labels), ...(wallet.account ? [wallet.account] : [])]);
  const parts = partsOf(id, detail);
  const part = parts.find(({ value }) => value === url.tab) ?? parts[0]!;
  return (
    <>
      <PageHead kind={detail.contract ? t`Contract: ${{ kind: kindWord(detail.contract) }}` : t`Address`} title={<Address of={id} width="wide" />} lead={<span className="row">{detail.account.roles.map((role) => <Chip key={role}>{kindWord(role)}</Chip>)}</span>} command={command(['bourse', 'account', 'show', id], 'GET', `/v1/accounts/${id}`)}>
        <Label address={id} />
      </PageHead>
      <div className="stack">
        {alike ? <Notice tone="warning" alert><Trans>This address begins and ends like <code>{alike}</code>, which you know, but it is another one.</Trans></Notice> : null}
        {detail.contract ? <Notice tone="info"><Trans>This address is a contract ({{ kind: kindWord(detail.contract) }}): <Link to={`/${detail.contract}/${id}` as never}>open its page</Link>.</Trans></Notice> : null}
        <Balances detail={detail} />
        <Tabs.Root value={part.value} onValueChange={(value) => change({ tab: value === 'history' ? null : value, kind: null })}>
          <TabList label={t`Roles`} chosen={part.value}>
            {parts.map(({ value, label }) => <Tabs.Trigger key={value} className="tab" value={value}>{label}</Tabs.Trigger>)}
          </TabList>
          <Tabs.Content className="tab-panel" value={part.value}>
            <Panel title={part.value === 'history' ? t`History in the market` : part.label} tools={part.tools}>{part.content()}</Panel>
          </Tabs.Content>
        </Tabs.Root>
      </div>
    </>
  );
}

export function AddressPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useApi<AccountDetail>(`/v1/accounts/${id}`, {}, { liveMs: 5_000 });
  return <Detail query={query} id={id} kind="account" label={t`Address`} command={command(['bourse', 'account', 'show', id], 'GET', `/v1/accounts/${id}`)}>{(detail) => <Body id={id} detail={detail} />}</Detail>;
}
