// Orders that left the list of mine: they stay in sight for five seconds, struck through (M-44).
import { useEffect, useRef, useState } from 'react';
import type { Order } from '../../transport/api';
import { withGone, type Gone } from '../../model/gone';
import { createStore, useStore } from '../../state/store';

const GONE_MS = 5_000;

/** Hashes that this page has cancelled or withdrawn. */
const cancelledStore = createStore<Set<string>>(new Set());
export const markCancelled = (hash: string): void => cancelledStore.set((old) => new Set(old).add(hash));

/** Rows of an open list with those that left it a moment ago in their old places. `list` names what is listed: another one starts afresh. */
export function useGone(list: string, items: Order[] | undefined): { rows: Order[] | undefined; gone: Set<string> } {
  const before = useRef<{ list: string; items: Order[] } | null>(null);
  const [left, setLeft] = useState<Gone<Order>[]>([]);
  const cancelled = useStore(cancelledStore);
  useEffect(() => {
    if (!items) return;
    const old = before.current;
    before.current = { list, items };
    if (old?.list !== list) {
      setLeft([]);
      return;
    }
    const there = new Set(items.map((each) => each.hash));
    const now = old.items.map((order, at) => ({ row: order, at })).filter(({ row }) => !there.has(row.hash));
    if (now.length === 0) return;
    setLeft((some) => [...some, ...now]);
    setTimeout(() => setLeft((some) => some.filter((each) => !now.includes(each))), GONE_MS);
  }, [list, items]);
  const gone = new Set(left.map(({ row }) => row.hash));
  for (const order of items ?? []) if (cancelled.has(order.hash)) gone.add(order.hash);
  return { rows: items && withGone(items, left, (order) => order.hash), gone };
}
