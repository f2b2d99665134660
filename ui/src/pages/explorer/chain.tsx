// Transaction and block pages (web-ui.md §8.9).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { BlockDetail, TransactionDetail } from '../../transport/api';
import { curl } from '../../model/commands';
import { bytes, count } from '../../model/format';
import { visible } from '../../model/text';
import { ApiError } from '../../transport/http';
import { useApi } from '../../state/data';
import { PageHead } from '../../view/command';
import { Table } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Chip, KeyTable, Notice, Panel } from '../../view/ui';
import { Address, Age, Id, WithIds } from '../../view/values';
import { UnknownId } from './deal';
import { transactionColumns } from './columns';

const shown = (value: unknown): string => visible(typeof value === 'string' ? value : JSON.stringify(value, null, 1));

export function TransactionPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useApi<TransactionDetail>(`/v1/transactions/${id}`);
  if (query.error instanceof ApiError && query.error.status === 404) return <><PageHead kind={t`Transaction`} title={id.slice(0, 18)} command={curl(location.origin, `/v1/transactions/${id}`)} /><UnknownId id={id} kind="transaction" /></>;
  return (
    <Loaded query={query} rows={10}>
      {(detail) => {
        const { transaction } = detail;
        return (
          <>
            <PageHead kind={t`Transaction`} title={<Id id={transaction.hash} kind={t`transaction`} width="wide" />} lead={<WithIds text={detail.words} />} command={curl(location.origin, `/v1/transactions/${id}`)} />
            <div className="stack">
              {transaction.ok === false ? <Notice tone="danger">{detail.failure ? <Trans>It failed: {{ cause: detail.failure }}.</Trans> : <Trans>It failed: the chain gives no reason.</Trans>}</Notice> : null}
              <Panel title={t`Transaction`}>
                <KeyTable
                  rows={[
                    [t`Result`, transaction.ok === false ? <Chip key="s" tone="danger"><Trans>✕ failed</Trans></Chip> : <Chip key="s" tone="success"><Trans>● done</Trans></Chip>],
                    [t`Method`, <code key="m">{visible(transaction.method)}</code>],
                    [t`From`, <Address key="f" of={transaction.from} />],
                    [t`To`, <Address key="t" of={transaction.to} />],
                    [t`Block`, <span key="b"><Trans><Link to={`/block/${transaction.block}` as never}>{count(transaction.block)}</Link>, position {transaction.position}, <Age at={transaction.time} /></Trans></span>],
                    [t`Gas`, t`${{ used: count(detail.gasUsed) }} of ${{ limit: count(detail.gasLimit) }} at price ${{ price: detail.gasPrice }}`],
                    [t`Nonce`, count(detail.nonce)],
                  ]}
                />
              </Panel>
              <Panel title={t`Arguments`}>
                {detail.arguments.length === 0 ? <EmptyState><Trans>None that this market can decode.</Trans></EmptyState> : <KeyTable rows={detail.arguments.map((each) => [each.name || '·', <pre key={each.name} className="small mono" style={{ margin: 0, whiteSpace: 'pre-wrap', maxHeight: 240, overflow: 'auto' }} tabIndex={0}>{shown(each.value)}</pre>])} />}
              </Panel>
              <Panel title={t`Events (${detail.events.length})`}>
                {detail.events.length === 0 ? <EmptyState><Trans>None.</Trans></EmptyState> : (
                  <Table caption={t`Events`} rows={detail.events} rowKey={(row) => row.logIndex} columns={[
                    { key: 'index', head: '#', right: true, cell: (row) => row.logIndex },
                    { key: 'name', head: t`Event`, cell: (row) => <code>{visible(row.name)}</code> },
                    { key: 'fields', head: t`Values`, wrap: true, cell: (row) => Object.entries(row.fields).map(([name, value]) => <div key={name} className="small"><span className="muted">{name}</span> <code>{shown(value)}</code></div>) },
                    { key: 'address', head: t`Contract`, cell: (row) => <Address of={row.address} copy={false} />, priority: 3 },
                  ]} />
                )}
              </Panel>
              <Panel title={t`Input`}><pre className="command-box" style={{ margin: 12 }} tabIndex={0}>{detail.input}</pre></Panel>
            </div>
          </>
        );
      }}
    </Loaded>
  );
}

export function BlockPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useApi<BlockDetail>(`/v1/blocks/${id}`);
  if (query.error instanceof ApiError && query.error.status === 404) return <><PageHead kind={t`Block`} title={id} command={curl(location.origin, `/v1/blocks/${id}`)} /><UnknownId id={id} kind="block" /></>;
  return (
    <Loaded query={query} rows={10}>
      {({ block, transactions }) => (
        <>
          <PageHead kind={t`Block`} title={count(block.number)} lead={<Age at={block.time} />} command={curl(location.origin, `/v1/blocks/${id}`)}>
            {block.number > 0 ? <Link className="button" to={`/block/${block.number - 1}` as never}>◀ {count(block.number - 1)}</Link> : null}
            <Link className="button" to={`/block/${block.number + 1}` as never}>{count(block.number + 1)} ▶</Link>
          </PageHead>
          <div className="stack">
            <Panel title={t`Block`}>
              <KeyTable
                rows={[
                  [t`Hash`, <Id key="h" id={block.hash} kind={t`block hash`} width="wide" />],
                  [t`Parent`, <Id key="p" id={block.parent} kind={t`block hash`} to={`/block/${block.number - 1}`} width="wide" />],
                  [t`Time`, <Age key="t" at={block.time} />],
                  [t`Author`, <Address key="a" of={block.author} />],
                  [t`Gas`, t`${{ used: count(block.gasUsed) }} of ${{ limit: count(block.gasLimit) }}`],
                  [t`Size`, bytes(block.size)],
                ]}
              />
            </Panel>
            <Panel title={t`Transactions (${transactions.length})`}>
              {transactions.length === 0 ? <EmptyState><Trans>This block has no transactions.</Trans></EmptyState> : <Table caption={t`Transactions`} rows={transactions} rowKey={(row) => row.hash} link={(row) => `/tx/${row.hash}`} columns={transactionColumns} />}
            </Panel>
          </div>
        </>
      )}
    </Loaded>
  );
}
