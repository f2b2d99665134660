// Watches the connected account's deals, orders and alerts and says what happened to them (G-07).
import { useEffect, useState } from 'react';
import type { Alert, Deal, Order } from '../transport/api';
import { alertNews, dealNews, FRESH_MS, orderNews, ordersOfMine, type News } from '../model/notices';
import { api } from '../transport/http';
import { notify } from '../state/activity';
import { refreshData, useChannel } from '../state/data';
import { feed } from '../transport/socket';
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

/** Deals whose orders were asked about: once each is enough. */
const asked = new Set<string>();

/** An order that rested in the book and was used by a deal; one made for this match alone is in no book. */
async function tellOrder(kind: Order['kind'], hash: string, deal: string): Promise<void> {
  const order = await api<Order>(`/v1/${kind}orders/${hash}`).catch(() => null);
  if (order) tell(orderNews(order, deal));
}

function tellDeal(deal: Deal, account: string, now: number): void {
  for (const news of dealNews(deal, account, now)) tell(news);
  if (asked.has(deal.id) || deal.time < now - FRESH_MS) return;
  asked.add(deal.id);
  for (const { kind, hash } of ordersOfMine(deal, account)) void tellOrder(kind, hash, deal.id);
}

function useDeals(account: string | null): void {
  const { state } = useChannel<{ items: Deal[] }>(account ? `deals:${account}` : null);
  useEffect(() => {
    if (account === null) return;
    const now = Date.now();
    for (const deal of state?.items ?? []) tellDeal(deal, account, now);
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

