// Parts of the pages of apps, datasets and workerpools (web-ui.md §8.6–§8.8).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Deal, Order, Resource, ResourceDetail } from '../../transport/api';
import { count, percent } from '../../model/format';
import { kindWord } from '../../model/words';
import { useList } from '../../state/data';
import { orderColumns } from '../../view/order_columns';
import { ListTable, Table } from '../../view/table';
import { Chip, KeyTable, Panel } from '../../view/ui';
import { Address, Age, Id, Place, Untrusted } from '../../view/values';
import { dealColumns, dealExtra } from './columns';

export type Kind = 'app' | 'dataset' | 'workerpool';

/** Completed of all that ended; null before the first. */
export const successOf = (row: Resource): number | null => (row.completed + row.failed === 0 ? null : row.completed / (row.completed + row.failed));

/** Whose lists it is on. */
function Lists({ of }: { of: Resource }): ReactNode {
  return (
    <span className="row">
      {of.lists.map((list) => (
        <span key={list.id} className="row" style={{ gap: 4 }}>
          <Link to={'/store/lists' as never} search={{ list: list.id } as never}><Chip tone="success">✓ <Untrusted text={list.name} limit={30} /></Chip></Link>
          <span className="small muted"><Trans>of <Address of={list.curator} copy={false} /></Trans></span>
        </span>
      ))}
    </span>
  );
}

export function Facts({ kind, detail }: { kind: Kind; detail: ResourceDetail }): ReactNode {
  const { resource } = detail;
  return (
    <Panel title={t`Facts`}>
      <div className="kv-two"><KeyTable
        rows={[
          [t`Address`, <Address key="a" of={resource.address} kind={kind} width="wide" />],
          [t`Owner`, <Address key="o" of={resource.owner} />],
          kind === 'workerpool' ? [t`Description`, <Untrusted key="n" text={resource.name} more />] : [t`Name`, <Untrusted key="n" text={resource.name} more />],
          kind === 'app' ? [t`Type`, resource.type ? <Untrusted key="ty" text={resource.type} limit={40} /> : '—'] : null,
          kind === 'workerpool' ? null : [t`Location`, resource.multiaddr ? <Place key="m" text={resource.multiaddr} /> : '—'],
          kind === 'workerpool' ? null : [t`Checksum`, resource.checksum ? <Id key="c" id={resource.checksum} kind={t`checksum`} width="wide" /> : '—'],
          kind === 'app' && resource.mrenclave ? [t`Enclave`, <code key="e"><Untrusted text={resource.mrenclave} /></code>] : null,
          kind === 'workerpool' ? [t`Worker's stake`, t`${resource.stakeRatio ?? '—'} % of the price`] : null,
          kind === 'workerpool' ? [t`Scheduler's share`, `${resource.schedulerShare ?? '—'} %`] : null,
          [t`Deployed`, <span key="d"><Trans><Age at={resource.time} />, block <Link to={`/block/${resource.block}` as never}>{resource.block}</Link>, <Id id={resource.tx} kind={t`transaction`} to={`/tx/${resource.tx}`} /></Trans></span>],
          resource.lists.length ? [t`Curated lists`, <Lists key="l" of={resource} />] : kind === 'app' ? [t`Curated lists`, t`on none; it runs as any other`] : null,
        ]}
      /></div>
    </Panel>
  );
}

export function Orders({ kind, address }: { kind: Kind; address: string }): ReactNode {
  const query = useList<Order>(`/v1/${kind}orders`, { [kind]: address, limit: 20, requester: 'any', app: kind === 'app' ? address : 'any', dataset: kind === 'dataset' ? address : 'any', workerpool: kind === 'workerpool' ? address : 'any' }, { liveMs: 5_000 });
  return (
    <Panel title={t`Open orders`}>
      <ListTable caption={t`Open orders`} query={query} columns={orderColumns(kind)} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No open order: it cannot be bought at the moment.`} />
    </Panel>
  );
}

export function Deals({ filter, address }: { filter: string; address: string }): ReactNode {
  const query = useList<Deal>('/v1/deals', { [filter]: address, limit: 20 }, { liveMs: 5_000 });
  return (
    <Panel title={t`Deals`} tools={<Link to={`/explorer/deals?${filter}=${address}` as never}><Trans>see all</Trans></Link>}>
      <ListTable caption={t`Deals`} query={query} columns={[...dealColumns, dealExtra[0]!]} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} empty={t`No deal yet.`} />
    </Panel>
  );
}

/** What it was used together with. */
export function UsedBy({ kind, detail }: { kind: Kind; detail: ResourceDetail }): ReactNode {
  const other = kind === 'dataset' ? 'app' : 'dataset';
  return (
    <Panel title={kind === 'dataset' ? t`Used by apps` : t`Used with datasets`}>
      <Table caption={t`Used by`} rows={detail.usedBy} rowKey={(row) => row.address} columns={[
        { key: 'address', head: t`Address`, cell: (row) => <Address of={row.address} name={row.name} to={`/${other}/${row.address}`} /> },
        { key: 'deals', head: t`Deals`, right: true, cell: (row) => count(row.deals) },
        { key: 'runs', head: t`Runs`, right: true, cell: (row) => count(row.runs) },
      ]} />
    </Panel>
  );
}

/** Owners, and for a pool its policies: what was changed and when. */
export function Changes({ kind, detail }: { kind: Kind; detail: ResourceDetail }): ReactNode {
  return (
    <div className="stack">
      {kind === 'workerpool' ? (
        <Panel title={t`Changes of policy`}>
          <Table caption={t`Policies`} rows={detail.policies} rowKey={(row) => row.tx} columns={[
            { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} /> },
            { key: 'stake', head: t`Worker's stake`, right: true, cell: (row) => `${row.stakeRatio} %` },
            { key: 'share', head: t`Scheduler's share`, right: true, cell: (row) => `${row.schedulerShare} %` },
            { key: 'tx', head: t`TxHash`, cell: (row) => <Id id={row.tx} kind={t`transaction`} to={`/tx/${row.tx}`} /> },
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
  );
}

/** Others of its owner: of an app these are often its versions. */
export function Versions({ kind, detail }: { kind: Kind; detail: ResourceDetail }): ReactNode {
  const label = kindWord(kind);
  return (
    <Panel title={t`Others of the same owner`}>
      <Table caption={t`Others of the same owner`} rows={detail.versions} rowKey={(row) => row.address} link={(row) => `/${kind}/${row.address}`} columns={[
        { key: 'address', head: label, cell: (row) => <Address of={row.address} kind={kind} to={`/${kind}/${row.address}`} name={row.name} /> },
        { key: 'time', head: t`Deployed`, cell: (row) => <Age at={row.time} /> },
        { key: 'success', head: t`Success`, right: true, cell: (row) => percent(successOf(row)) },
      ]} />
    </Panel>
  );
}
