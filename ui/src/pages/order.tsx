// Order page (web-ui.md §6.8): every field decoded and raw, what used it, why it waits, export as a file.
import { select, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useParams } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { ORDER_STATE } from '../model/words';
import type { Order } from '../transport/api';
import { command } from '../model/commands';
import { orderState, sameAddress } from '../model/domain';
import { orderWords, type OrderKind } from '../model/orders';
import { orderHash } from '../model/order_hash';
import { count } from '../model/format';
import { api, ApiError } from '../transport/http';
import { useQuery } from '@tanstack/react-query';
import { useBoot, useFeedStatus } from '../state/data';
import { useWallet } from '../state/wallet';
import { PageHead } from '../view/command';
import { Table, saveFile } from '../view/table';
import { EmptyState, ErrorState, Skeleton } from '../view/states';
import { Button, Chip, KeyTable, Panel, Stat } from '../view/ui';
import { Address, Age, Sum, Id, Untrusted } from '../view/values';
import { Explain } from '../view/explain';
import { UnknownId } from './explorer/parts';
import { CancelDialog } from './market/cancel';

const KINDS: OrderKind[] = ['workerpool', 'request', 'app', 'dataset'];

/** The hash does not say which book it is in: all four are asked. */
async function findOrder(hash: string, signal: AbortSignal): Promise<Order> {
  const answers = await Promise.allSettled(KINDS.map((kind) => api<Order>(`/v1/${kind}orders/${hash}`, { signal })));
  for (const answer of answers) if (answer.status === 'fulfilled') return answer.value;
  const failed = answers.map((answer) => (answer as PromiseRejectedResult).reason as ApiError);
  throw failed.find((error) => error.status !== 404) ?? failed[0] ?? new ApiError('NOT_FOUND', t`no order has this hash`, 404);
}

export function OrderPage(): ReactNode {
  const { hash } = useParams({ strict: false }) as { hash: string };
  const boot = useBoot();
  const wallet = useWallet();
  const status = useFeedStatus();
  const [cancelling, setCancelling] = useState<Order | null>(null);
  const query = useQuery<Order, ApiError>({ queryKey: ['order', hash], queryFn: ({ signal }) => findOrder(hash, signal), refetchInterval: 3_000, retry: false });
  if (query.error && !query.data) return query.error.status === 404 ? <><PageHead kind={t`Order`} title={hash.slice(0, 18)} command={command(['bourse', 'order', 'show', '--request', hash], 'GET', `/v1/requestorders/${hash}`)} /><UnknownId id={hash} kind="order" /></> : <ErrorState error={query.error} />;
  const order = query.data;
  if (!order) return <Skeleton rows={10} />;
  const own = sameAddress(order.signer, wallet.account);
  const genuine = orderHash(order.kind, order.order, boot.domain) === order.hash;
  const deals = order.deals ?? [];
  return (
    <>
      <PageHead kind={select(order.kind, { app: 'App order', dataset: 'Dataset order', workerpool: 'Workerpool order', other: 'Request order' })} title={<Id id={order.hash} kind={t`order`} width="wide" />} lead={<Chip tone={order.status === 'open' ? 'success' : 'neutral'}>{ORDER_STATE[orderState(order)]}</Chip>} command={command(['bourse', 'order', 'show', `--${order.kind}`, order.hash], 'GET', `/v1/${order.kind}orders/${order.hash}`)}>
        <Button onClick={() => saveFile(`${order.kind}order-${order.hash.slice(2, 10)}.json`, JSON.stringify(order.order, null, 2), 'application/json')}><Trans>Save as file</Trans></Button>
        {own && order.status === 'open' ? <Button look="danger" onClick={() => setCancelling(order)}><Trans>Cancel</Trans></Button> : null}
      </PageHead>
      <div className="stack">
        <div className="stats">
          <Stat label={t`Price a task`} value={<Sum nrlc={order.price} />} />
          <Stat label={t`Left`} value={`${count(order.remaining)}/${count(order.volume)}`} />
          <Stat label={t`Published`} value={<Age at={order.published} />} />
          <Stat label={t`Signer`} value={<Address of={order.signer} />} />
        </div>
        {order.status === 'open' ? <Explain subject="order" id={order.hash} /> : null}
        <Panel title={t`Fields`} tools={<Chip tone={genuine ? 'success' : 'danger'}>{genuine ? t`✓ the hash is that of these fields` : t`✕ these fields have another hash`}</Chip>}>
          <KeyTable rows={orderWords(order.kind, order.order).map((each): [string, ReactNode] => [each.label, /^0x[0-9a-fA-F]{40}$/.test(each.words) ? <Address key={each.name} of={each.words} width="wide" /> : <Untrusted key={each.name} text={each.words} more />])} />
          <details style={{ padding: '8px 12px 12px' }}><summary className="small"><Trans>Raw</Trans></summary><pre className="command-box" style={{ margin: '8px 0 0' }} tabIndex={0}>{JSON.stringify(order.order, null, 2)}</pre></details>
        </Panel>
        <Panel title={t`Deals that used it (${deals.length})`}>
          {deals.length === 0 ? <EmptyState><Trans>None so far (height {count(status.height)}).</Trans></EmptyState> : <Table caption={t`Deals`} rows={deals} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} columns={[{ key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.id} kind={t`deal`} to={`/deal/${row.id}`} /> }, { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} /> }, { key: 'volume', head: t`Volume`, right: true, cell: (row) => count(row.volume) }]} />}
        </Panel>
        <Panel title={t`Signature`}><KeyTable rows={[[t`Signed bytes`, <code key="s">{order.order.sign ?? '—'}</code>], [t`Domain`, t`${{ name: boot.domain.name }} ${{ version: boot.domain.version }}, chain ${{ chain: boot.domain.chainId }}, ${{ contract: boot.domain.verifyingContract }}`]]} /></Panel>
      </div>
      <CancelDialog orders={cancelling ? [cancelling] : []} onClose={() => setCancelling(null)} onGone={() => void query.refetch()} />
    </>
  );
}
