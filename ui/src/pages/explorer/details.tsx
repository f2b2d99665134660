// App, dataset, workerpool and worker pages (web-ui.md §8.6–§8.9).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Deal, Order, Resource, ResourceDetail, WorkerDetail } from '../../transport/api';
import { command, curl } from '../../model/commands';
import { count, percent } from '../../model/format';
import { iso } from '../../model/time';
import { ApiError } from '../../transport/http';
import { useApi, useList } from '../../state/data';
import { PageHead } from '../../view/command';
import { ListTable, Table } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Chip, KeyTable, Panel, Stat } from '../../view/ui';
import { Address, Age, Sum, Id, Untrusted } from '../../view/values';
import { Explain } from '../../view/explain';
import { orderColumns } from '../../view/order_columns';
import { dealColumns, dealExtra } from './columns';
import { contributionColumns } from './task';
import { UnknownId } from './deal';

type Kind = 'app' | 'dataset' | 'workerpool';
const ratio = (row: Resource): number | null => (row.completed + row.failed === 0 ? null : row.completed / (row.completed + row.failed));

function Facts({ kind, detail }: { kind: Kind; detail: ResourceDetail }): ReactNode {
  const { resource } = detail;
  return (
    <Panel title={t`Facts`}>
      <KeyTable
        rows={[
          [t`Address`, <Address key="a" of={resource.address} kind={kind} />],
          [t`Owner`, <Address key="o" of={resource.owner} />],
          kind === 'workerpool' ? [t`Description`, <Untrusted key="n" text={resource.name} more />] : [t`Name`, <Untrusted key="n" text={resource.name} more />],
          kind === 'app' ? [t`Type`, resource.type ?? '—'] : null,
          kind === 'workerpool' ? null : [t`Location`, resource.multiaddr ? <code key="m"><Untrusted text={resource.multiaddr} more /></code> : '—'],
          kind === 'workerpool' ? null : [t`Checksum`, resource.checksum ? <Id key="c" id={resource.checksum} kind={t`checksum`} width="wide" /> : '—'],
          kind === 'app' && resource.mrenclave ? [t`Enclave`, <code key="e"><Untrusted text={resource.mrenclave} /></code>] : null,
          kind === 'workerpool' ? [t`Worker's stake`, t`${resource.stakeRatio ?? '—'} % of the price`] : null,
          kind === 'workerpool' ? [t`Scheduler's share`, `${resource.schedulerShare ?? '—'} %`] : null,
          [t`Deployed`, <span key="d"><Trans><Age at={resource.time} />, block <Link to={`/block/${resource.block}` as never}>{resource.block}</Link>, <Id id={resource.tx} kind={t`transaction`} to={`/tx/${resource.tx}`} /></Trans></span>],
          resource.lists.length ? [t`Curated lists`, <span key="l" className="row">{resource.lists.map((list) => <Link key={list.id} to="/store" search={{ list: list.id } as never}><Chip tone="success">✓ <Untrusted text={list.name} limit={30} /></Chip></Link>)}</span>] : kind === 'app' ? [t`Curated lists`, t`on none; it runs as any other`] : null,
        ]}
      />
    </Panel>
  );
}

function Orders({ kind, address }: { kind: Kind; address: string }): ReactNode {
  const query = useList<Order>(`/v1/${kind}orders`, { [kind]: address, limit: 20, requester: 'any', app: kind === 'app' ? address : 'any', dataset: kind === 'dataset' ? address : 'any', workerpool: kind === 'workerpool' ? address : 'any' }, { liveMs: 5_000 });
  return (
    <Panel title={t`Open orders`}>
      <ListTable caption={t`Open orders`} query={query} columns={orderColumns(kind)} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No open order: it cannot be bought at the moment.`} />
    </Panel>
  );
}

function Deals({ filter, address }: { filter: string; address: string }): ReactNode {
  const query = useList<Deal>('/v1/deals', { [filter]: address, limit: 20 }, { liveMs: 5_000 });
  return (
    <Panel title={t`Deals`} tools={<Link to={`/explorer/deals?${filter}=${address}` as never}><Trans>see all</Trans></Link>}>
      <ListTable caption={t`Deals`} query={query} columns={[...dealColumns, dealExtra[0]!]} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} empty={t`No deal yet.`} />
    </Panel>
  );
}

function ResourcePage({ kind, path, label }: { kind: Kind; path: string; label: string }): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useApi<ResourceDetail>(`${path}/${id}`, {}, { liveMs: 10_000 });
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data) return <><PageHead kind={label} title={id.slice(0, 18)} command={command(['bourse', kind, 'show', id], 'GET', `${path}/${id}`)} /><UnknownId id={id} kind={kind} /></>;
  return (
    <Loaded query={query} rows={12}>
      {(detail) => {
        const { resource } = detail;
        return (
          <>
            <PageHead kind={label} title={<Untrusted text={resource.name || label} limit={80} />} lead={<Address of={resource.address} kind={kind} width="wide" />} command={command(['bourse', kind, 'show', resource.address], 'GET', `${path}/${id}`)}>
              {kind === 'app' ? <Link className="button primary" to="/market" search={{ app: resource.address } as never} onClick={() => sessionStorage.setItem('bourse.app', resource.address)}><Trans>Run this app</Trans></Link> : null}
            </PageHead>
            <div className="stack">
              <div className="stats">
                <Stat label={kind === 'dataset' ? t`Uses` : t`Runs`} value={count(resource.runs)} sub={plural(resource.deals, { one: '# deal', other: '# deals' })} />
                <Stat label={t`Success`} value={percent(ratio(resource))} sub={t`${count(resource.failed)} failed`} />
                <Stat label={t`Requesters`} value={count(resource.requesters)} />
                <Stat label={t`Revenue`} value={<Sum nrlc={resource.revenue} />} />
                <Stat label={t`Best price`} value={<Sum nrlc={resource.bestPrice} />} sub={plural(detail.orders, { one: '# open order', other: '# open orders' })} />
                <Stat label={t`Last used`} value={resource.lastUsed ? <Age at={resource.lastUsed} /> : t`never`} />
              </div>
              <Facts kind={kind} detail={detail} />
              <Orders kind={kind} address={resource.address} />
              {detail.usedBy.length ? (
                <Panel title={kind === 'dataset' ? t`Used by apps` : t`Used with datasets`}>
                  <Table caption={t`Used by`} rows={detail.usedBy} rowKey={(row) => row.address} columns={[
                    { key: 'address', head: t`Address`, cell: (row) => <Address of={row.address} name={row.name} to={`/${kind === 'dataset' ? 'app' : 'dataset'}/${row.address}`} /> },
                    { key: 'deals', head: t`Deals`, right: true, cell: (row) => count(row.deals) },
                    { key: 'runs', head: t`Runs`, right: true, cell: (row) => count(row.runs) },
                  ]} />
                </Panel>
              ) : null}
              <Deals filter={kind} address={resource.address} />
              {kind === 'workerpool' && detail.policies.length ? (
                <Panel title={t`Changes of policy`}>
                  <Table caption={t`Policies`} rows={detail.policies} rowKey={(row) => row.tx} columns={[
                    { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} /> },
                    { key: 'stake', head: t`Worker's stake`, right: true, cell: (row) => `${row.stakeRatio} %` },
                    { key: 'share', head: t`Scheduler's share`, right: true, cell: (row) => `${row.schedulerShare} %` },
                    { key: 'tx', head: t`TxHash`, cell: (row) => <Id id={row.tx} kind={t`transaction`} to={`/tx/${row.tx}`} /> },
                  ]} />
                </Panel>
              ) : null}
              {detail.versions.length ? (
                <Panel title={t`Others of the same owner`}>
                  <Table caption={t`Others of the same owner`} rows={detail.versions} rowKey={(row) => row.address} link={(row) => `/${kind}/${row.address}`} columns={[
                    { key: 'address', head: label, cell: (row) => <Address of={row.address} kind={kind} to={`/${kind}/${row.address}`} name={row.name} /> },
                    { key: 'time', head: t`Deployed`, cell: (row) => <Age at={row.time} /> },
                    { key: 'success', head: t`Success`, right: true, cell: (row) => percent(ratio(row)) },
                  ]} />
                </Panel>
              ) : null}
              <Panel title={t`Owners`}>
                <Table caption={t`Owners`} rows={detail.owners} rowKey={(row) => row.tx + row.owner} columns={[
                  { key: 'owner', head: t`Owner`, cell: (row) => <Address of={row.owner} /> },
                  { key: 'since', head: t`Since`, cell: (row) => <Age at={row.time} /> },
                ]} />
              </Panel>
            </div>
          </>
        );
      }}
    </Loaded>
  );
}

export const AppPage = (): ReactNode => <ResourcePage kind="app" path="/v1/apps" label={t`App`} />;
export const DatasetPage = (): ReactNode => <ResourcePage kind="dataset" path="/v1/datasets" label={t`Dataset`} />;
export const WorkerpoolPage = (): ReactNode => <ResourcePage kind="workerpool" path="/v1/workerpools" label={t`Workerpool`} />;

export function WorkerPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useApi<WorkerDetail>(`/v1/workers/${id}`, {}, { liveMs: 10_000 });
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data) return <><PageHead kind={t`Worker`} title={id.slice(0, 18)} command={curl(location.origin, `/v1/workers/${id}`)} /><UnknownId id={id} kind="worker" /></>;
  return (
    <Loaded query={query} rows={10}>
      {(detail) => {
        const { worker } = detail;
        return (
          <>
            <PageHead kind={t`Worker`} title={<Address of={worker.address} kind={t`worker`} width="wide" />} command={curl(location.origin, `/v1/workers/${id}`)} />
            <div className="stack">
              <div className="stats">
                <Stat label={t`Score`} value={count(worker.score)} sub={detail.nextScore === null ? '' : t`weight grows at ${detail.nextScore}`} />
                <Stat label={t`Weight now`} value={count(worker.weight)} />
                <Stat label={t`Accuracy`} value={percent(worker.contributions ? worker.proved / worker.contributions : null)} sub={t`${count(worker.proved)} of ${count(worker.contributions)} proved`} />
                <Stat label={t`Earned`} value={<Sum nrlc={worker.rewards} />} />
                <Stat label={t`Slashed`} value={<Sum nrlc={worker.slashed} />} />
                <Stat label={t`Stake`} value={<Sum nrlc={worker.staked} />} sub={<><Trans>at risk <Sum nrlc={worker.locked} /></Trans></>} />
              </div>
              <Explain subject="worker" id={worker.address} />
              <Panel title={t`Contributions`}>
                {detail.contributions.length === 0 ? <EmptyState><Trans>None yet.</Trans></EmptyState> : <Table caption={t`Contributions`} rows={detail.contributions} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} columns={[{ key: 'task', head: t`Task`, cell: (row) => <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} /> }, ...contributionColumns.slice(1)]} />}
              </Panel>
              <Panel title={t`Score over time`}>
                {detail.scores.length === 0 ? <EmptyState><Trans>The score has not changed yet.</Trans></EmptyState> : <Table caption={t`Scores`} rows={detail.scores} rowKey={(row) => row.task + row.block} columns={[
                  { key: 'time', head: t`Time`, cell: (row) => <span title={iso(row.time)}><Age at={row.time} /></span> },
                  { key: 'score', head: t`Score`, right: true, cell: (row) => count(row.score) },
                  { key: 'accurate', head: t`Because`, cell: (row) => (row.accurate ? <Chip tone="success"><Trans>● right</Trans></Chip> : <Chip tone="danger"><Trans>✕ wrong</Trans></Chip>) },
                  { key: 'task', head: t`Task`, cell: (row) => <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} /> },
                ]} />}
              </Panel>
            </div>
          </>
        );
      }}
    </Loaded>
  );
}
