// Permissions (W-06): what I allow with my orders, and which orders are for me, by name or through a group.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { AccountDetail, Grant, Order } from '../../transport/api';
import { count } from '../../model/format';
import { kindWord } from '../../model/words';
import { useList } from '../../state/data';
import { ListTable, Table, type Column } from '../../view/table';
import { EmptyState, Skeleton } from '../../view/states';
import { Chip, Panel } from '../../view/ui';
import { Address, Amount, Id } from '../../view/values';
import { orderColumns } from '../../view/order_columns';

/** Few have more orders of a kind than this. */
const SKELETON = 2;

/** The thing that an order lets one use. */
const subjectOf = ({ kind, order }: Grant): string => order.order[kind] ?? '';

export const GRANTED: Column<Grant>[] = [
  { key: 'hash', head: t`Order`, cell: (row) => <Id id={row.order.hash} kind={t`order`} to={`/market/order/${row.order.hash}`} />, value: (row) => row.order.hash, priority: 1 },
  { key: 'kind', head: t`Kind`, cell: (row) => <Chip>{kindWord(row.kind)}</Chip>, value: (row) => row.kind, priority: 2 },
  { key: 'what', head: t`May be used`, cell: (row) => <Address of={subjectOf(row)} kind={kindWord(row.kind)} to={`/${row.kind}/${subjectOf(row)}`} copy={false} />, value: subjectOf, priority: 1 },
  { key: 'price', head: t`Price`, right: true, cell: (row) => <Amount nrlc={row.order.price} />, value: (row) => row.order.price, priority: 1 },
  { key: 'left', head: t`Remaining`, right: true, cell: (row) => <span className="num">{count(row.order.remaining)}/{count(row.order.volume)}</span>, value: (row) => row.order.remaining, priority: 2 },
  { key: 'by', head: t`By`, cell: (row) => <Address of={row.order.signer} copy={false} />, value: (row) => row.order.signer, priority: 2 },
  { key: 'through', head: t`Through`, cell: (row) => (row.through ? <span className="row" style={{ gap: 4 }}><Trans>group</Trans> <Address of={row.through} copy={false} /></span> : <Trans>named itself</Trans>), value: (row) => row.through ?? '', priority: 2, card: 'show' },
];

export function Access({ detail, account }: { detail: AccountDetail | null; account: string }): ReactNode {
  const apps = useList<Order>('/v1/apporders', { signer: account, limit: 100, requester: 'any', workerpool: 'any', dataset: 'any', owner: account });
  const data = useList<Order>('/v1/datasetorders', { signer: account, limit: 100, requester: 'any', workerpool: 'any', app: 'any', owner: account });
  return (
    <div className="stack">
      <Panel title={t`What I allow: my app orders`}><ListTable caption={t`My app orders`} query={apps} skeleton={SKELETON} columns={orderColumns('app')} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No open app orders: nobody may run an app of yours.`} /></Panel>
      <Panel title={t`What I allow: my dataset orders`}><ListTable caption={t`My dataset orders`} query={data} skeleton={SKELETON} columns={orderColumns('dataset')} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No open dataset orders: nobody may use a dataset of yours.`} /></Panel>
      <Panel title={t`What I was granted`}>
        {!detail ? <Skeleton rows={SKELETON} /> : detail.granted.length ? <Table caption={t`Granted to me`} rows={detail.granted} rowKey={(row) => row.order.hash + (row.through ?? '')} link={(row) => `/market/order/${row.order.hash}`} columns={GRANTED} /> : <EmptyState><Trans>No order is reserved for you, by name or through a group.</Trans></EmptyState>}
      </Panel>
    </div>
  );
}
