// App, dataset, workerpool and worker pages (web-ui.md §8.6–§8.9).
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Deal, Order, Resource, ResourceDetail, WorkerDetail } from '../../transport/api';
import { command, curl } from '../../model/commands';
import { count, percent, plural } from '../../model/format';
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
    <Panel title="Facts">
      <KeyTable
        rows={[
          ['Address', <Address key="a" of={resource.address} kind={kind} />],
          ['Owner', <Address key="o" of={resource.owner} />],
          kind === 'workerpool' ? ['Description', <Untrusted key="n" text={resource.name} more />] : ['Name', <Untrusted key="n" text={resource.name} more />],
          kind === 'app' ? ['Type', resource.type ?? '—'] : null,
          kind === 'workerpool' ? null : ['Location', resource.multiaddr ? <code key="m"><Untrusted text={resource.multiaddr} more /></code> : '—'],
          kind === 'workerpool' ? null : ['Checksum', resource.checksum ? <Id key="c" id={resource.checksum} kind="checksum" width="wide" /> : '—'],
          kind === 'app' && resource.mrenclave ? ['Enclave', <code key="e"><Untrusted text={resource.mrenclave} /></code>] : null,
          kind === 'workerpool' ? ["Worker's stake", `${resource.stakeRatio ?? '—'} % of the price`] : null,
          kind === 'workerpool' ? ["Scheduler's share", `${resource.schedulerShare ?? '—'} %`] : null,
          ['Deployed', <span key="d"><Age at={resource.time} />, block <Link to={`/block/${resource.block}` as never}>{resource.block}</Link>, <Id id={resource.tx} kind="transaction" to={`/tx/${resource.tx}`} /></span>],
          resource.lists.length ? ['Curated lists', <span key="l" className="row">{resource.lists.map((list) => <Link key={list.id} to="/store" search={{ list: list.id } as never}><Chip tone="success">✓ <Untrusted text={list.name} limit={30} /></Chip></Link>)}</span>] : kind === 'app' ? ['Curated lists', 'on none; it runs as any other'] : null,
        ]}
      />
    </Panel>
  );
}

function Orders({ kind, address }: { kind: Kind; address: string }): ReactNode {
  const query = useList<Order>(`/v1/${kind}orders`, { [kind]: address, limit: 20, requester: 'any', app: kind === 'app' ? address : 'any', dataset: kind === 'dataset' ? address : 'any', workerpool: kind === 'workerpool' ? address : 'any' }, { liveMs: 5_000 });
  return (
    <Panel title="Open orders">
      <ListTable caption="Open orders" query={query} columns={orderColumns(kind)} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty="No open order: it cannot be bought at the moment." />
    </Panel>
  );
}

function Deals({ filter, address }: { filter: string; address: string }): ReactNode {
  const query = useList<Deal>('/v1/deals', { [filter]: address, limit: 20 }, { liveMs: 5_000 });
  return (
    <Panel title="Deals" tools={<Link to={`/explorer/deals?${filter}=${address}` as never}>see all</Link>}>
      <ListTable caption="Deals" query={query} columns={[...dealColumns, dealExtra[0]!]} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} empty="No deal yet." />
    </Panel>
  );
}

function ResourcePage({ kind, path, label }: { kind: Kind; path: string; label: string }): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useApi<ResourceDetail>(`${path}/${id}`, {}, { liveMs: 10_000 });
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data) return <><PageHead kind={label} title={id.slice(0, 18)} command={command(['bourse', kind, 'show', id], 'GET', `${path}/${id}`)} /><UnknownId id={id} kind={label.toLowerCase()} /></>;
  return (
    <Loaded query={query} rows={12}>
      {(detail) => {
        const { resource } = detail;
        return (
          <>
            <PageHead kind={label} title={<Untrusted text={resource.name || label} limit={80} />} lead={<Address of={resource.address} kind={kind} width="wide" />} command={command(['bourse', kind, 'show', resource.address], 'GET', `${path}/${id}`)}>
              {kind === 'app' ? <Link className="button primary" to="/market" search={{ app: resource.address } as never} onClick={() => sessionStorage.setItem('bourse.app', resource.address)}>Run this app</Link> : null}
            </PageHead>
            <div className="stack">
              <div className="stats">
                <Stat label={kind === 'dataset' ? 'Uses' : 'Runs'} value={count(resource.runs)} sub={plural(resource.deals, 'deal')} />
                <Stat label="Success" value={percent(ratio(resource))} sub={`${count(resource.failed)} failed`} />
                <Stat label="Requesters" value={count(resource.requesters)} />
                <Stat label="Revenue" value={<Sum nrlc={resource.revenue} />} />
                <Stat label="Best price" value={<Sum nrlc={resource.bestPrice} />} sub={plural(detail.orders, 'open order')} />
                <Stat label="Last used" value={resource.lastUsed ? <Age at={resource.lastUsed} /> : 'never'} />
              </div>
              <Facts kind={kind} detail={detail} />
              <Orders kind={kind} address={resource.address} />
              {detail.usedBy.length ? (
                <Panel title={kind === 'dataset' ? 'Used by apps' : 'Used with datasets'}>
                  <Table caption="Used by" rows={detail.usedBy} rowKey={(row) => row.address} columns={[
                    { key: 'address', head: 'Address', cell: (row) => <Address of={row.address} name={row.name} to={`/${kind === 'dataset' ? 'app' : 'dataset'}/${row.address}`} /> },
                    { key: 'deals', head: 'Deals', right: true, cell: (row) => count(row.deals) },
                    { key: 'runs', head: 'Runs', right: true, cell: (row) => count(row.runs) },
                  ]} />
                </Panel>
              ) : null}
              <Deals filter={kind} address={resource.address} />
              {kind === 'workerpool' && detail.policies.length ? (
                <Panel title="Changes of policy">
                  <Table caption="Policies" rows={detail.policies} rowKey={(row) => row.tx} columns={[
                    { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} /> },
                    { key: 'stake', head: "Worker's stake", right: true, cell: (row) => `${row.stakeRatio} %` },
                    { key: 'share', head: "Scheduler's share", right: true, cell: (row) => `${row.schedulerShare} %` },
                    { key: 'tx', head: 'TxHash', cell: (row) => <Id id={row.tx} kind="transaction" to={`/tx/${row.tx}`} /> },
                  ]} />
                </Panel>
              ) : null}
              {detail.versions.length ? (
                <Panel title="Others of the same owner">
                  <Table caption="Others of the same owner" rows={detail.versions} rowKey={(row) => row.address} link={(row) => `/${kind}/${row.address}`} columns={[
                    { key: 'address', head: label, cell: (row) => <Address of={row.address} kind={kind} to={`/${kind}/${row.address}`} name={row.name} /> },
                    { key: 'time', head: 'Deployed', cell: (row) => <Age at={row.time} /> },
                    { key: 'success', head: 'Success', right: true, cell: (row) => percent(ratio(row)) },
                  ]} />
                </Panel>
              ) : null}
              <Panel title="Owners">
                <Table caption="Owners" rows={detail.owners} rowKey={(row) => row.tx + row.owner} columns={[
                  { key: 'owner', head: 'Owner', cell: (row) => <Address of={row.owner} /> },
                  { key: 'since', head: 'Since', cell: (row) => <Age at={row.time} /> },
                ]} />
              </Panel>
            </div>
          </>
        );
      }}
    </Loaded>
  );
}

export const AppPage = (): ReactNode => <ResourcePage kind="app" path="/v1/apps" label="App" />;
export const DatasetPage = (): ReactNode => <ResourcePage kind="dataset" path="/v1/datasets" label="Dataset" />;
export const WorkerpoolPage = (): ReactNode => <ResourcePage kind="workerpool" path="/v1/workerpools" label="Workerpool" />;

export function WorkerPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useApi<WorkerDetail>(`/v1/workers/${id}`, {}, { liveMs: 10_000 });
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data) return <><PageHead kind="Worker" title={id.slice(0, 18)} command={curl(location.origin, `/v1/workers/${id}`)} /><UnknownId id={id} kind="worker" /></>;
  return (
    <Loaded query={query} rows={10}>
      {(detail) => {
        const { worker } = detail;
        return (
          <>
            <PageHead kind="Worker" title={<Address of={worker.address} kind="worker" width="wide" />} command={curl(location.origin, `/v1/workers/${id}`)} />
            <div className="stack">
              <div className="stats">
                <Stat label="Score" value={count(worker.score)} sub={detail.nextScore === null ? '' : `weight grows at ${detail.nextScore}`} />
                <Stat label="Weight now" value={count(worker.weight)} />
                <Stat label="Accuracy" value={percent(worker.contributions ? worker.proved / worker.contributions : null)} sub={`${count(worker.proved)} of ${count(worker.contributions)} proved`} />
                <Stat label="Earned" value={<Sum nrlc={worker.rewards} />} />
                <Stat label="Slashed" value={<Sum nrlc={worker.slashed} />} />
                <Stat label="Stake" value={<Sum nrlc={worker.staked} />} sub={<>at risk <Sum nrlc={worker.locked} /></>} />
              </div>
              <Explain subject="worker" id={worker.address} />
              <Panel title="Contributions">
                {detail.contributions.length === 0 ? <EmptyState>None yet.</EmptyState> : <Table caption="Contributions" rows={detail.contributions} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} columns={[{ key: 'task', head: 'Task', cell: (row) => <Id id={row.task} kind="task" to={`/task/${row.task}`} /> }, ...contributionColumns.slice(1)]} />}
              </Panel>
              <Panel title="Score over time">
                {detail.scores.length === 0 ? <EmptyState>The score has not changed yet.</EmptyState> : <Table caption="Scores" rows={detail.scores} rowKey={(row) => row.task + row.block} columns={[
                  { key: 'time', head: 'Time', cell: (row) => <span title={iso(row.time)}><Age at={row.time} /></span> },
                  { key: 'score', head: 'Score', right: true, cell: (row) => count(row.score) },
                  { key: 'accurate', head: 'Because', cell: (row) => (row.accurate ? <Chip tone="success">● right</Chip> : <Chip tone="danger">✕ wrong</Chip>) },
                  { key: 'task', head: 'Task', cell: (row) => <Id id={row.task} kind="task" to={`/task/${row.task}`} /> },
                ]} />}
              </Panel>
            </div>
          </>
        );
      }}
    </Loaded>
  );
}
