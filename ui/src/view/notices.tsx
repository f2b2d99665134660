// Watches the connected account's deals, orders and alerts and says what happened to them (G-07).
import { useEffect, useState } from 'react';
import type { Alert, Deal, Order, Page } from '../transport/api';
import { alertNews, dealNews, FRESH_MS, orderNews, ordersOfMine, type News } from '../model/notices';
import { api, withQuery } from '../transport/http';
import { activityStore, notify } from '../state/activity';
import { refreshData, useChannel, useNow } from '../state/data';
import { feed } from '../state/live';
import { sessionStore } from '../state/session';
import { settingsStore } from '../state/settings';
import { useStore } from '../state/store';
import { useWallet } from '../state/wallet';

const REVERTED_MS = 10_000;

/** How much the chain took back a moment ago: every answer is asked again, and the page says so for ten seconds. */
export function useReverted(): { count: number; height: number | null } | null {
  const [reverted, setReverted] = useState<{ count: number; height: number | null } | null>(null);
  useEffect(() => {
    feed.onRevert((count, height) => {
      setReverted({ count, height });
      refreshData('/v1/');
    });
  }, []);
  useEffect(() => {
    if (!reverted) return undefined;
    const timer = setTimeout(() => setReverted(null), REVERTED_MS);
    return () => clearTimeout(timer);
  }, [reverted]);
  return reverted;
}

function tell({ id, text, link }: News): void {
  notify(id, text, link, settingsStore.get().notifications);
}

const RESTING_MS = 60_000;
const KINDS = ['request', 'workerpool'] as const;

/** Orders of this account that rest in the book, or did: only these are told to be filled, one made for a purchase is in no book. */
const resting = new Set<string>();

async function learnResting(account: string): Promise<void> {
  for (const { key, asks, state } of activityStore.get()) if (key && state === 'final' && KINDS.some((kind) => kind === asks)) resting.add(key);
  const any = { app: 'any', dataset: 'any', workerpool: 'any', requester: 'any' };
  for (const kind of KINDS) {
    const page = await api<Page<Order>>(withQuery(`/v1/${kind}orders`, { signer: account, limit: 100, ...any })).catch(() => null);
    for (const order of page?.items ?? []) resting.add(order.hash);
  }
}

/** Deals whose orders were asked about: once each is enough. */
const asked = new Set<string>();

async function tellOrders(deal: Deal, account: string): Promise<void> {
  if (asked.has(deal.id) || deal.time < Date.now() - FRESH_MS) return;
  asked.add(deal.id);
  for (const { kind, hash } of ordersOfMine(deal, account)) {
    if (!resting.has(hash)) continue;
    const order = await api<Order>(`/v1/${kind}orders/${hash}`).catch(() => null);
    if (order) tell(orderNews(order, deal.id));
  }
}

function useDeals(account: string | null): void {
  const { state } = useChannel<{ items: Deal[] }>(account ? `deals:${account}` : null);
  const minute = useNow(RESTING_MS);
  useEffect(() => {
    if (account !== null) void learnResting(account);
  }, [account, minute]);
  useEffect(() => {
    if (account === null) return;
    const now = Date.now();
    for (const deal of state?.items ?? []) {
      for (const news of dealNews(deal, account, now)) tell(news);
      void tellOrders(deal, account);
    }
  }, [state, account]);
}

/** What the pool's alerts say while its owner is signed in: stake below need, worker lost, and the rest. */
function useAlerts(): void {
  const session = useStore(sessionStore);
  const operator = session?.scopes.some((each) => each.startsWith('operate')) ?? false;
  const { state } = useChannel<{ items: Alert[] }>(operator ? 'ops:alerts' : null);
  useEffect(() => {
    for (const alert of state?.items ?? []) if (!alert.acknowledged) tell(alertNews(alert));
  }, [state]);
}

export function useNotices(): void {
  const { account } = useWallet();
  useDeals(account);
  useAlerts();
}

