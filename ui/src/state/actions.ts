// Signed operations of the page: each is tracked from the signature to the block (web-ui.md §5.2).
import { select, t } from '@lingui/core/macro';
import { api, ApiError, rpc } from '../transport/http';
import type { Boot, Matched, Order, Published } from '../transport/api';
import { completeOrder, orderTypedData, type OrderFields, type OrderKind } from '../model/orders';
import { orderHash } from '../model/order_hash';
import { manageCall } from '../signer/calls';
import { Refused } from '../signer/types';
import { Tracker } from './activity';
import { failureOf } from './follow';
import { refreshData } from './data';
import { walletStore, type Wallet } from './wallet';
import { noteRefusal, whyNotSend } from './writable';

const POLL_MS = 250;
const RECEIPT_LIMIT_MS = 20_000;

function connected(): { signer: NonNullable<Wallet['signer']>; account: string } {
  const { signer, account } = walletStore.get();
  if (!signer || !account) throw new Error(t`Connect a wallet first.`);
  const why = whyNotSend();
  if (why) throw new Error(why);
  return { signer, account };
}

type Receipt = { status: string; blockNumber: string };

async function receiptOf(hash: string): Promise<Receipt | null> {
  const until = Date.now() + RECEIPT_LIMIT_MS;
  while (Date.now() < until) {
    const receipt = await rpc<Receipt | null>('eth_getTransactionReceipt', [hash]).catch(() => null);
    if (receipt) return receipt;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return null;
}

/** Runs an action; a refusal in the wallet is no error and gives null. */
async function tracked<Answer>(tracker: Tracker, act: () => Promise<Answer>): Promise<Answer | null> {
  try {
    tracker.to('signing');
    return await act();
  } catch (error) {
    if (error instanceof Refused) {
      tracker.to('ready', { note: t`refused in the wallet: nothing was sent` });
      return null;
    }
    noteRefusal(error);
    if (error instanceof ApiError && error.status === 0) tracker.to('unknown', { note: error.message });
    else tracker.to('rejected', { note: (error as Error).message });
    throw error;
  }
}

/** Sends a transaction and waits for its block. Rejects with the reason where it failed there. `topic`: the form that shows its steps. */
export async function transact(title: string, to: string, data: string, link: string | null = null, topic: string | null = null): Promise<string | null> {
  const tracker = new Tracker(title, { asks: 'transaction', topic, again: () => transact(title, to, data, link, topic) });
  return tracked(tracker, async () => {
    const { signer, account } = connected();
    const hash = await signer.sendTx({ from: account, to, data });
    tracker.to('accepted', { key: hash, link: `/tx/${hash}` });
    const receipt = await receiptOf(hash);
    if (!receipt) {
      tracker.to('unknown', { note: t`not in a block after 20 s; the node is asked again by its hash` });
      return hash;
    }
    if (Number(receipt.status) !== 1) throw new Error(await failureOf(hash));
    tracker.to('final', { note: t`in block ${{ height: Number(receipt.blockNumber) }}`, link: link ?? `/tx/${hash}` });
    refreshData('/v1/');
    return hash;
  });
}

export type SignedOrder = OrderFields & { sign: string };

export async function signOrder(kind: OrderKind, draft: OrderFields, boot: Boot): Promise<SignedOrder> {
  const { signer, account } = connected();
  const order = completeOrder(kind, draft);
  if (signer.signOrder) return (await signer.signOrder(kind, order, boot.domain)) as SignedOrder;
  const sign = await signer.signTyped(account, orderTypedData(kind, order, boot.domain));
  return { ...order, sign } as SignedOrder;
}

const PUBLISH: Record<OrderKind, string> = { app: '/v1/apporders', dataset: '/v1/datasetorders', workerpool: '/v1/workerpoolorders', request: '/v1/requestorders' };

/** Signs and publishes. The salt of the draft makes a second try the same order. */
export async function publish(title: string, kind: OrderKind, draft: OrderFields, boot: Boot): Promise<Order | null> {
  const tracker = new Tracker(title, { key: orderHash(kind, draft, boot.domain), asks: kind, again: () => publish(title, kind, draft, boot) });
  return tracked(tracker, async () => {
    const order = await signOrder(kind, draft, boot);
    tracker.to('submitting', { key: orderHash(kind, order, boot.domain) });
    const { order: published } = await api<Published>(PUBLISH[kind], { body: { order } });
    tracker.to('final', { note: t`published: it rests in the book until it is matched or cancelled`, link: `/market/order/${published.hash}` });
    refreshData('/v1/requestorders', '/v1/workerpoolorders', '/v1/apporders', '/v1/datasetorders', '/v1/book');
    return published;
  });
}

export type Progress = (stage: 'signed' | 'submitted' | 'sealed', detail?: string) => void;

export type MatchLeg = { apporder: unknown; datasetorder: unknown; workerpoolorder: unknown };

/** A purchase at market: signs one request order and has the market match it with each leg. `rest`: what is left over is published. */
export async function buy(title: string, draft: OrderFields, legs: MatchLeg[], rest: boolean, boot: Boot, progress: Progress): Promise<Matched[] | null> {
  const tracker = new Tracker(title, { key: orderHash('request', draft, boot.domain), asks: 'deal', again: () => buy(title, draft, legs, rest, boot, progress) });
  return tracked(tracker, async () => {
    const requestorder = await signOrder('request', draft, boot);
    progress('signed');
    tracker.to('submitting');
    progress('submitted');
    const deals: Matched[] = [];
    for (const leg of legs) deals.push(await api<Matched>('/v1/match', { body: { ...leg, requestorder }, limitMs: 20_000 }));
    const first = deals[0];
    const had = deals.reduce((sum, deal) => sum + deal.volume, 0);
    if (rest && had < Number(draft.volume)) await api(PUBLISH.request, { body: { order: requestorder } });
    if (first) {
      progress('sealed', first.deal);
      tracker.to('final', { note: t`deal sealed in block ${{ height: first.block }}`, link: `/deal/${first.deal}` });
    }
    refreshData('/v1/');
    return deals;
  });
}

/** A sale at market: signs a pool order made for one request and has the market match the two. */
export async function sell(title: string, draft: OrderFields, request: string, apporder: string, datasetorder: string | undefined, boot: Boot): Promise<Matched | null> {
  const tracker = new Tracker(title, { key: orderHash('workerpool', draft, boot.domain), asks: 'deal', again: () => sell(title, draft, request, apporder, datasetorder, boot) });
  return tracked(tracker, async () => {
    const workerpoolorder = await signOrder('workerpool', draft, boot);
    tracker.to('submitting');
    const matched = await api<Matched>('/v1/match', { body: { workerpoolorder, requestorder: request, apporder, ...(datasetorder ? { datasetorder } : {}) }, limitMs: 20_000 });
    tracker.to('final', { note: t`deal sealed in block ${{ height: matched.block }}`, link: `/deal/${matched.deal}` });
    refreshData('/v1/');
    return matched;
  });
}

/** What a final cancel sends. */
export const cancelCallOf = (order: Order, boot: Boot): { to: string; data: string } => ({ to: boot.domain.verifyingContract, data: manageCall(order.kind, order.order, 'close') });

/** Final cancel on chain. */
export async function cancelOnChain(order: Order, boot: Boot): Promise<string | null> {
  const title = select(order.kind, { app: 'Cancel app order', dataset: 'Cancel dataset order', workerpool: 'Cancel workerpool order', other: 'Cancel request order' });
  const { to, data } = cancelCallOf(order, boot);
  return transact(title, to, data, `/market/order/${order.hash}`);
}

/** Takes an order from the public book; needs a session. */
export async function withdrawOrder(order: Order, token: string): Promise<void> {
  await api(`${PUBLISH[order.kind]}/${order.hash}`, { method: 'DELETE', token });
  refreshData('/v1/');
}
