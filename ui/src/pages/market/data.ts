// What the market page shows: book, trades and ticker by the feed, by one plain request each until it has spoken.
import { useMemo } from 'react';
import type { Book, Deal, Order, Ticker, Trade } from '../../transport/api';
import { bookOfSnapshot, type BookState } from '../../model/book';
import { marketPaths } from '../../model/first';
import { findOf } from '../../model/find';
import { useApi, useChannel, useList } from '../../state/data';
import { useStore } from '../../state/store';
import type { Commodity } from './commodity';
import { draftStore } from './drafts';

/** Orders of every trust: those outside the wanted band are pale, not hidden (M-03). */
export function useBook(commodity: Commodity, hold: boolean): { book: BookState | null; waiting: number } {
  const { book: path } = marketPaths(commodity);
  const live = useChannel<BookState>(`book:${commodity.category}-${commodity.tag}-0:orders`, hold);
  const rest = useApi<Book>(live.ready ? null : path);
  const asked = useMemo(() => (rest.data ? bookOfSnapshot('orders', rest.data as never) : null), [rest.data]);
  return { book: live.state ?? asked, waiting: live.waiting };
}

const tradeOf = (deal: Deal): Trade => ({ deal: deal.id, index: deal.index, price: deal.workerpool.price, volume: deal.volume, time: deal.time, block: deal.block, tx: deal.tx, workerpool: deal.workerpool.address, requester: deal.requester, category: deal.category, trust: deal.trust, tag: deal.tag });

/** Everybody's trades; with `mine` those of one address, with an app looked for those of that app. */
export function useTrades(commodity: Commodity, mine: string | null, find: string, hold: boolean): { trades: Trade[] | null; waiting: number } {
  const live = useChannel<{ items: Trade[] }>(`trades:${commodity.key}`, hold);
  const query = { category: commodity.category, tag: commodity.tag, trust: commodity.trust, limit: 20 };
  const wanted = findOf(find);
  const app = wanted.kind === 'app' ? wanted.id : null;
  const rest = useList<Trade>(live.ready && !mine ? null : '/v1/trades', { ...query, mine }, mine ? { liveMs: 5_000 } : {});
  const deals = useList<Deal>(app && !mine ? '/v1/deals' : null, { category: commodity.category, app, limit: 20 }, { liveMs: 5_000 });
  if (mine) return { trades: rest.data?.items ?? null, waiting: 0 };
  if (app) return { trades: deals.data?.items.map(tradeOf) ?? null, waiting: 0 };
  return { trades: live.state?.items ?? rest.data?.items ?? null, waiting: live.waiting };
}

export function useTicker(commodity: Commodity): Ticker | null {
  const live = useChannel<Ticker>(`ticker:${commodity.key}`);
  const rest = useApi<Ticker>(live.ready ? null : marketPaths(commodity).ticker);
  return live.state ?? rest.data ?? null;
}

/** Price of the app and dataset that the ticket names, a task: what "all-in" adds to that of a pool (M-05). */
export function useAllIn(on: boolean): string {
  const { form } = useStore(draftStore);
  const app = useList<Order>(on && form.app ? '/v1/apporders' : null, { app: form.app, limit: 1 });
  const dataset = useList<Order>(on && form.dataset ? '/v1/datasetorders' : null, { dataset: form.dataset, app: form.app, limit: 1 });
  return on ? String(BigInt(app.data?.items[0]?.price ?? '0') + BigInt(dataset.data?.items[0]?.price ?? '0')) : '0';
}
