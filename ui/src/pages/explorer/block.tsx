// Block page (web-ui.md §8.9).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { BlockDetail } from '../../transport/api';
import { curl } from '../../model/commands';
import { bytes, count } from '../../model/format';
import { iso } from '../../model/time';
import { PageHead } from '../../view/command';
import { EmptyState } from '../../view/states';
import { Table } from '../../view/table';
import { KeyTable, Panel } from '../../view/ui';
import { Address, Age, Id } from '../../view/values';
import { transactionColumns } from './columns';
import { Detail, useAwaited } from './parts';

export function BlockPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useAwaited<BlockDetail>(`/v1/blocks/${id}`);
  return (
    <Detail query={query} id={id} kind="block" label={t`Block`} command={curl(location.origin, `/v1/blocks/${id}`)}>
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
                  [t`Parent`, <Id key="p" id={block.parent} kind={t`block hash`} to={block.number > 0 ? `/block/${block.number - 1}` : null} width="wide" />],
                  [t`Time`, <span key="t"><Age at={block.time} /> <span className="muted num">({iso(block.time)})</span></span>],
                  /^0x0*$/.test(block.author) ? null : [t`Author`, <Address key="a" of={block.author} />],
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
    </Detail>
  );
}
