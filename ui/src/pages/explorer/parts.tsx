// Parts that several pages of the explorer share.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Event } from '../../transport/api';
import { kindWord } from '../../model/words';
import { EmptyState } from '../../view/states';
import { Table } from '../../view/table';
import { Notice } from '../../view/ui';
import { Address, Age, Id } from '../../view/values';
import '../../styles/explorer.css';

export function UnknownId({ id, kind }: { id: string; kind: string }): ReactNode {
  return (
    <Notice tone="warning" alert>
      <Trans>
        On this chain nothing has the id <code>{id}</code> (tried: {{ kind: kindWord(kind) }}). This page watches for it and fills itself when it appears.{' '}
        <Link to="/search" search={{ q: id } as never}>Search everywhere</Link>
      </Trans>
    </Notice>
  );
}

export function EventTable({ events }: { events: Event[] }): ReactNode {
  if (events.length === 0) return <EmptyState><Trans>No events yet.</Trans></EmptyState>;
  return (
    <Table
      caption={t`Events`}
      rows={events}
      rowKey={(row) => `${row.block}.${row.logIndex}`}
      columns={[
        { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} /> },
        { key: 'name', head: t`Event`, cell: (row) => <code>{row.name}</code> },
        { key: 'actor', head: t`By`, cell: (row) => (row.actor ? <Address of={row.actor} copy={false} /> : '—'), priority: 2 },
        { key: 'value', head: t`Value`, cell: (row) => (row.value ? <code className="small">{row.value.length > 24 ? `${row.value.slice(0, 22)}…` : row.value}</code> : '—'), priority: 3 },
        { key: 'tx', head: t`TxHash`, cell: (row) => <Id id={row.tx} kind={t`transaction`} to={`/tx/${row.tx}`} copy={false} />, priority: 2 },
      ]}
    />
  );
}
