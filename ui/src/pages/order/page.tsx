// Order page (web-ui.md §6.8): fields decoded and raw, how it stands, who may use it, what used it, why it waits.
import { select, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Suspense, useState, type ReactNode } from 'react';
import type { Deal, OrderDetail } from '../../transport/api';
import { command, type Command } from '../../model/commands';
import { orderState, sameAddress } from '../../model/domain';
import { ORDER_STATE } from '../../model/words';
import { orderWords, type OrderKind } from '../../model/orders';
import { orderHash } from '../../model/order_hash';
import { count } from '../../model/format';
import { api, ApiError } from '../../transport/http';
import { useBoot, useFeedStatus } from '../../state/data';
import { useWallet } from '../../state/wallet';
import { PageHead } from '../../view/command';
import { Table, type Column } from '../../view/table';
import { EmptyState, ErrorState, Skeleton } from '../../view/states';
import { Button, Chip, KeyTable, Panel, Stat } from '../../view/ui';
import { Address, Age, Amount, Sum, Id, Untrusted } from '../../view/values';
import { Explain } from '../../view/explain';
import { lazyPart } from '../../view/part';
import { UnknownId } from '../explorer/parts';
import { CancelDialog } from '../market/cancel';
import { FundsNotice, PlaceStats, Restrictions } from './place';
import '../../styles/wallet.css';

const ShareDialog = lazyPart(() => import('./share'));

const KINDS: OrderKind[] = ['workerpool', 'request', 'app', 'dataset'];

/** The hash does not say which book it is in: all four are asked. */
async function findOrder(hash: string, signal: AbortSignal): Promise<OrderDetail> {
  const answers = await Promise.allSettled(KINDS.map((kind) => api<OrderDetail>(`/v1/${kind}orders/${hash}`, { signal })));
  for (const answer of answers) if (answer.status === 'fulfilled') return answer.value;
  const failed = answers.map((answer) => (answer as PromiseRejectedResult).reason as ApiError);
  throw failed.find((error) => error.status !== 404) ?? failed[0] ?? new ApiError('NOT_FOUND', t`no order has this hash`, 404);
}

const showCommand = (kind: OrderKind, hash: string): Command => command(['bourse', 'order', 'show', `--${kind}`, hash], 'GET', `/v1/${kind}orders/${hash}`);

function Unknown({ hash }: { hash: string }): ReactNode {
  return (
    <>
      <PageHead kind={t`Order`} title={hash.slice(0, 18)} command={showCommand('request', hash)} />
      <UnknownId id={hash} kind="order" />
    </>
  );
}

function Fields({ order }: { order: OrderDetail }): ReactNode {
  const boot = useBoot();
  const genuine = orderHash(order.kind, order.order, boot.domain) === order.hash;
  return (
    <Panel title={t`Fields`} tools={<Chip tone={genuine ? 'success' : 'danger'}>{genuine ? t`✓ the hash is that of these fields` : t`✕ these fields have another hash`}</Chip>}>
      <KeyTable rows={orderWords(order.kind, order.order).map((each): [string, ReactNode] => [each.label, /^0x[0-9a-fA-F]{40}$/.test(each.words) ? <Address key={each.name} of={each.words} width="wide" /> : <Untrusted key={each.name} text={each.words} more />])} />
      <details className="raw">
        <summary className="small"><Trans>Raw</Trans></summary>
        <pre className="command-box" tabIndex={0}>{JSON.stringify(order.order, null, 2)}</pre>
      </details>
    </Panel>
  );
}

const DEAL_COLUMNS: Column<Deal>[] = [
  { key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.id} kind={t`deal`} to={`/deal/${row.id}`} />, value: (row) => row.id },
  { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} />, value: (row) => row.time },
  { key: 'price', head: t`Price`, right: true, cell: (row) => <Amount nrlc={row.price} />, value: (row) => row.price, priority: 2 },
  { key: 'volume', head: t`Volume`, right: true, cell: (row) => count(row.volume), value: (row) => row.volume },
];

function Used({ order }: { order: OrderDetail }): ReactNode {
  const { height } = useFeedStatus();
  const deals = order.deals ?? [];
  return (
    <Panel title={t`Deals that used it (${count(deals.length)})`}>
      {deals.length === 0 ? <EmptyState><Trans>None so far (height {count(height)}).</Trans></EmptyState> : <Table caption={t`Deals`} rows={deals} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} columns={DEAL_COLUMNS} />}
    </Panel>
  );
}

/** Whose signature it is is found here, not believed of the market; one of a contract only the chain can check. */
function useSigned(order: OrderDetail): { tone: 'success' | 'info' | 'neutral'; words: string } {
  const { domain } = useBoot();
  const made = order.order.sign ?? '0x';
  const signer = useQuery({
    queryKey: ['signer', order.hash, made],
    queryFn: () => import('../../signer/recover').then(({ signerOf }) => signerOf(order.kind, order.order, domain)),
    enabled: made !== '0x',
    staleTime: Infinity,
  });
  if (made === '0x') return { tone: 'info', words: t`signed on chain, no bytes here` };
  if (signer.isPending) return { tone: 'neutral', words: t`checking…` };
  if (sameAddress(signer.data, order.signer)) return { tone: 'success', words: t`✓ signed by the signer’s key` };
  return { tone: 'info', words: t`signed by a contract, which the market asked` };
}

function Signature({ order }: { order: OrderDetail }): ReactNode {
  const { domain } = useBoot();
  const { tone, words } = useSigned(order);
  return (
    <Panel title={t`Signature`} tools={<Chip tone={tone}>{words}</Chip>}>
      <KeyTable
        rows={[
          [t`Signer`, <Address key="w" of={order.signer} width="wide" />],
          [t`Signed bytes`, <code key="s"><Untrusted text={order.order.sign ?? '0x'} limit={80} more /></code>],
          [t`Domain`, t`${{ name: domain.name }} ${{ version: domain.version }}, chain ${{ chain: domain.chainId }}, ${{ contract: domain.verifyingContract }}`],
        ]}
      />
    </Panel>
  );
}

function Head({ order, onCancel, onShare }: { order: OrderDetail; onCancel: () => void; onShare: () => void }): ReactNode {
  const wallet = useWallet();
  const own = sameAddress(order.signer, wallet.account);
  const kind = select(order.kind, { app: 'App order', dataset: 'Dataset order', workerpool: 'Workerpool order', other: 'Request order' });
  const state = orderState(order);
  return (
    <PageHead kind={kind} title={<Id id={order.hash} kind={t`order`} width="wide" />} lead={<Chip tone={order.status === 'open' ? 'success' : 'neutral'}>{ORDER_STATE[state]}</Chip>} command={showCommand(order.kind, order.hash)}>
      <Button onClick={onShare}><Trans>File, QR code</Trans></Button>
      {own && order.status === 'open' ? <Button look="danger" onClick={onCancel}><Trans>Cancel</Trans></Button> : null}
    </PageHead>
  );
}

export function OrderPage(): ReactNode {
  const { hash } = useParams({ strict: false }) as { hash: string };
  const wallet = useWallet();
  const [cancelling, setCancelling] = useState(false);
  const [sharing, setSharing] = useState(false);
  const query = useQuery<OrderDetail, ApiError>({ queryKey: ['order', hash], queryFn: ({ signal }) => findOrder(hash, signal), refetchInterval: 3_000, retry: false });
  const order = query.data;
  if (query.error && !order) return query.error.status === 404 ? <Unknown hash={hash} /> : <ErrorState error={query.error} retry={() => void query.refetch()} />;
  if (!order) return <Skeleton rows={10} />;
  return (
    <>
      <Head order={order} onCancel={() => setCancelling(true)} onShare={() => setSharing(true)} />
      <div className="stack">
        <div className="stats">
          <Stat label={t`Price a task`} value={<Sum nrlc={order.price} />} />
          <Stat label={t`Left`} value={`${count(order.remaining)}/${count(order.volume)}`} sub={<Trans>published <Age at={order.published} /></Trans>} />
          <PlaceStats order={order} />
        </div>
        <FundsNotice order={order} own={sameAddress(order.signer, wallet.account)} />
        {order.status === 'open' ? <Explain subject="order" id={order.hash} /> : null}
        <Restrictions rows={order.place.restrictions} />
        <Fields order={order} />
        <Used order={order} />
        <Signature order={order} />
      </div>
      {cancelling ? <CancelDialog orders={[order]} onClose={() => setCancelling(false)} onGone={() => void query.refetch()} /> : null}
      {sharing ? <Suspense fallback={null}><ShareDialog order={order} onClose={() => setSharing(false)} /></Suspense> : null}
    </>
  );
}
