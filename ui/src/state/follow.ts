// Asks the node about actions whose end this page does not know: sent before a reload, or left without an answer (G-06).
import { select, t } from '@lingui/core/macro';
import type { Activity } from '../model/action';
import { afterFinding, isOpen, type Finding } from '../model/outcome';
import { api, ApiError, rpc } from '../transport/http';
import type { Deal, Order, Page } from '../transport/api';
import { activityStore, inHand, say } from './activity';
import { refreshData } from './data';

const ASK_MS = 3_000;

type Receipt = { status: string; blockNumber: string };

export async function failureOf(hash: string): Promise<string> {
  const detail = await api<{ failure: string | null }>(`/v1/transactions/${hash}`).catch(() => null);
  return detail?.failure ?? t`the transaction failed on chain`;
}

async function transactionFinding(hash: string): Promise<Finding> {
  const receipt = await rpc<Receipt | null>('eth_getTransactionReceipt', [hash]);
  if (receipt && Number(receipt.status) === 1) return { kind: 'done', note: t`in block ${{ height: Number(receipt.blockNumber) }}`, link: null };
  if (receipt) return { kind: 'failed', note: await failureOf(hash) };
  return (await rpc<object | null>('eth_getTransactionByHash', [hash])) ? { kind: 'waiting' } : { kind: 'absent' };
}

async function dealFinding(order: string): Promise<Finding> {
  const { items } = await api<Page<Deal>>(`/v1/deals?order=${order}&limit=1`);
  const deal = items[0];
  return deal ? { kind: 'done', note: t`deal sealed in block ${{ height: deal.block }}`, link: `/deal/${deal.id}` } : { kind: 'absent' };
}

async function orderFinding(kind: string, hash: string): Promise<Finding> {
  try {
    const order = await api<Order>(`/v1/${kind}orders/${hash}`);
    return { kind: 'done', note: select(order.status, { open: 'it rests in the book', filled: 'it is filled', canceled: 'it was cancelled', other: 'it was published' }), link: `/market/order/${hash}` };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { kind: 'absent' };
    throw error;
  }
}

/** Rejects where the node does not answer. */
export function findingOf({ asks, key }: Activity): Promise<Finding> {
  if (!asks || !key) return Promise.resolve({ kind: 'absent' });
  if (asks === 'transaction') return transactionFinding(key);
  return asks === 'deal' ? dealFinding(key) : orderFinding(asks, key);
}

async function follow(activity: Activity): Promise<void> {
  const finding = await findingOf(activity).catch(() => null);
  if (!finding) return;
  let settled: Activity | null = null;
  activityStore.set((old) =>
    old.map((each) => {
      if (each.id !== activity.id || !isOpen(each)) return each;
      const next = afterFinding(each, finding, Date.now());
      if (next !== each && !isOpen(next)) settled = next;
      return next;
    }),
  );
  if (settled === null) return;
  const { title, state } = settled as Activity;
  say(state === 'final' ? t`${title}: done` : t`${title}: failed`, state !== 'final');
  refreshData('/v1/');
}

/** Asks about all of them at once, or about one. */
export async function askNode(id: string | null = null): Promise<void> {
  const open = activityStore.get().filter((each) => isOpen(each) && !inHand(each.id) && (id === null || each.id === id));
  await Promise.all(open.map(follow));
}

/** Runs while there is something to ask about. Returns the end of it. */
export function startFollowing(): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let ended = false;
  const step = async (): Promise<void> => {
    timer = null;
    await askNode();
    wake();
  };
  const wake = (): void => {
    if (!ended && timer === null && activityStore.get().some(isOpen)) timer = setTimeout(() => void step(), ASK_MS);
  };
  const end = activityStore.subscribe(wake);
  void askNode().then(wake);
  return () => {
    ended = true;
    end();
    if (timer !== null) clearTimeout(timer);
  };
}

