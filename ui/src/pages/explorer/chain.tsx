// Transaction and block pages (web-ui.md §8.9).
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { BlockDetail, TransactionDetail } from '../../transport/api';
import { curl } from '../../model/commands';
import { count } from '../../model/format';
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
  if (query.error instanceof ApiError && query.error.status === 404) return <><PageHead kind="Transaction" title={id.slice(0, 18)} command={curl(location.origin, `/v1/transactions/${id}`)} /><UnknownId id={id} kind="transaction" /></>;
  return (
    <Loaded query={query} rows={10}>
      {(detail) => {
        const { transaction } = detail;
        return (
          <>
            <PageHead kind="Transaction" title={<Id id={transaction.hash} kind="transaction" width="wide" />} lead={<WithIds text={detail.words} />} command={curl(location.origin, `/v1/transactions/${id}`)} />
            <div className="stack">
              {transaction.ok === false ? <Notice tone="danger">It failed: {detail.failure ?? 'the chain gives no reason'}.</Notice> : null}
              <Panel title="Transaction">
                <KeyTable
                  rows={[
                    ['Result', transaction.ok === false ? <Chip key="s" tone="danger">✕ failed</Chip> : <Chip key="s" tone="success">● done</Chip>],
                    ['Method', <code key="m">{visible(transaction.method)}</code>],
                    ['From', <Address key="f" of={transaction.from} />],
                    ['To', <Address key="t" of={transaction.to} />],
                    ['Block', <span key="b"><Link to={`/block/${transaction.block}` as never}>{count(transaction.block)}</Link>, position {transaction.position}, <Age at={transaction.time} /></span>],
                    ['Gas', `${count(detail.gasUsed)} of ${count(detail.gasLimit)} at price ${detail.gasPrice}`],
                    ['Nonce', count(detail.nonce)],
                  ]}
                />
              </Panel>
              <Panel title="Arguments">
                {detail.arguments.length === 0 ? <EmptyState>None that this market can decode.</EmptyState> : <KeyTable rows={detail.arguments.map((each) => [each.name || '·', <pre key={each.name} className="small mono" style={{ margin: 0, whiteSpace: 'pre-wrap', maxHeight: 240, overflow: 'auto' }} tabIndex={0}>{shown(each.value)}</pre>])} />}
              </Panel>
              <Panel title={`Events (${detail.events.length})`}>
                {detail.events.length === 0 ? <EmptyState>None.</EmptyState> : (
                  <Table caption="Events" rows={detail.events} rowKey={(row) => row.logIndex} columns={[
                    { key: 'index', head: '#', right: true, cell: (row) => row.logIndex },
                    { key: 'name', head: 'Event', cell: (row) => <code>{visible(row.name)}</code> },
                    { key: 'fields', head: 'Values', wrap: true, cell: (row) => Object.entries(row.fields).map(([name, value]) => <div key={name} className="small"><span className="muted">{name}</span> <code>{shown(value)}</code></div>) },
                    { key: 'address', head: 'Contract', cell: (row) => <Address of={row.address} copy={false} />, priority: 3 },
                  ]} />
                )}
              </Panel>
              <Panel title="Input"><pre className="command-box" style={{ margin: 12 }} tabIndex={0}>{detail.input}</pre></Panel>
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
  if (query.error instanceof ApiError && query.error.status === 404) return <><PageHead kind="Block" title={id} command={curl(location.origin, `/v1/blocks/${id}`)} /><UnknownId id={id} kind="block" /></>;
  return (
    <Loaded query={query} rows={10}>
      {({ block, transactions }) => (
        <>
          <PageHead kind="Block" title={count(block.number)} lead={<Age at={block.time} />} command={curl(location.origin, `/v1/blocks/${id}`)}>
            {block.number > 0 ? <Link className="button" to={`/block/${block.number - 1}` as never}>◀ {count(block.number - 1)}</Link> : null}
            <Link className="button" to={`/block/${block.number + 1}` as never}>{count(block.number + 1)} ▶</Link>
          </PageHead>
          <div className="stack">
            <Panel title="Block">
              <KeyTable
                rows={[
                  ['Hash', <Id key="h" id={block.hash} kind="block hash" width="wide" />],
                  ['Parent', <Id key="p" id={block.parent} kind="block hash" to={`/block/${block.number - 1}`} width="wide" />],
                  ['Time', <Age key="t" at={block.time} />],
                  ['Author', <Address key="a" of={block.author} />],
                  ['Gas', `${count(block.gasUsed)} of ${count(block.gasLimit)}`],
                  ['Size', `${count(block.size)} bytes`],
                ]}
              />
            </Panel>
            <Panel title={`Transactions (${transactions.length})`}>
              {transactions.length === 0 ? <EmptyState>This block has no transactions.</EmptyState> : <Table caption="Transactions" rows={transactions} rowKey={(row) => row.hash} link={(row) => `/tx/${row.hash}`} columns={transactionColumns} />}
            </Panel>
          </div>
        </>
      )}
    </Loaded>
  );
}
