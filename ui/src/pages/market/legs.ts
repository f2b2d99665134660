// Which orders a purchase at market takes: the one that was clicked, the market's quote, or a walk of the book without refused pools.
import type { Order, Quote, QuoteLeg } from '../../transport/api';
import { isAddress, isHash, sameAddress } from '../../model/domain';
import { requestTag, walkOrders, type Form } from '../../model/ticket';
import { useApi, useList } from '../../state/data';
import { useStore } from '../../state/store';
import { deniedStore } from './drafts';
import type { Commodity } from './commodity';

export const paths = { workerpool: '/v1/workerpoolorders', app: '/v1/apporders', dataset: '/v1/datasetorders' };

export type Leg = { workerpoolorder: string; apporder: string; datasetorder: string | null; pool: string | null; price: string; app: string; dataset: string | null; volume: number };
export type Legs = {
  legs: Leg[];
  quote: Quote | null;
  /** The order that was clicked. */
  order: Order | null;
  /** Orders of app and dataset that are used: the chosen one, else the cheapest that this requester may use. */
  app: Order | null;
  dataset: Order | null;
  busy: boolean;
};

export function useAppOrders(app: string, requester: string | null, limit: number): Order[] | null {
  const query = useList<Order>(isAddress(app) ? paths.app : null, { app, requester, limit }, { liveMs: 10_000 });
  return query.data?.items ?? null;
}

function useAppOrder(form: Form, requester: string | null): Order | null {
  const best = useAppOrders(form.app, requester, 1)?.[0] ?? null;
  const chosen = useApi<Order>(isHash(form.appOrder) ? `${paths.app}/${form.appOrder}` : null).data;
  return chosen && chosen.remaining > 0 && sameAddress(chosen.order.app, form.app) ? chosen : best;
}

/** The cheapest order of the dataset that this requester may use with this app. */
export function useDatasetOrder(form: Pick<Form, 'app' | 'dataset'>, requester: string | null): { order: Order | null; loaded: boolean } {
  const query = useList<Order>(isAddress(form.dataset) ? paths.dataset : null, { dataset: form.dataset, app: isAddress(form.app) ? form.app : null, requester, limit: 1 }, { liveMs: 10_000 });
  return { order: query.data?.items[0] ?? null, loaded: !!query.data };
}

export function useLegs(form: Form, commodity: Commodity, requester: string | null): Legs {
  const denied = useStore(deniedStore);
  const fixed = isHash(form.hash) ? form.hash : null;
  const one = useApi<Order>(fixed ? `${paths.workerpool}/${fixed}` : null, {}, { liveMs: 5_000 });
  const app = useAppOrder(form, requester);
  const { order: dataset } = useDatasetOrder(form, requester);
  const volume = /^[1-9]\d*$/.test(form.volume) ? form.volume : '1';
  const trust = Math.max(commodity.trust, Number(form.trust) || 0);
  // The market's quote knows neither refused pools nor single capability bits.
  const walks = !fixed && isAddress(form.app) && (denied.length > 0 || form.bits !== '');
  const quote = useApi<Quote>(!fixed && !walks && isAddress(form.app) ? '/v1/quote' : null, { category: commodity.category, tag: commodity.tag, trust, app: form.app, dataset: form.dataset, workerpool: form.workerpool, requester, volume }, { liveMs: 5_000 });
  const list = useList<Order>(walks ? paths.workerpool : null, { category: commodity.category, minTag: requestTag(form, commodity.tag), minTrust: trust, app: form.app, dataset: form.dataset, workerpool: form.workerpool, requester, limit: 200 }, { liveMs: 5_000 });
  const incomplete = !app || (form.dataset !== '' && !dataset);
  const legOf = (order: Order, taken: number, pool: string | null): Leg => ({ workerpoolorder: order.hash, apporder: app?.hash ?? '', datasetorder: dataset?.hash ?? null, pool, price: order.price, app: app?.price ?? '0', dataset: form.dataset ? (dataset?.price ?? null) : null, volume: taken });
  if (fixed) {
    const order = one.data ?? null;
    return { legs: order && !incomplete ? [legOf(order, Math.min(order.remaining, Number(volume)), order.order.workerpool ?? null)] : [], quote: null, order, app, dataset, busy: one.isFetching };
  }
  if (walks) {
    const taken = incomplete ? [] : walkOrders(list.data?.items ?? [], Number(volume), denied);
    // A request can name one pool only: where another may not be taken, it does.
    const only = taken.length === 1 ? (taken[0]?.order.order.workerpool ?? null) : null;
    return { legs: taken.map(({ order, volume: some }) => legOf(order, some, only)), quote: null, order: null, app, dataset, busy: list.isFetching };
  }
  const data = quote.data ?? null;
  const legs = (data?.legs ?? []).map((leg: QuoteLeg): Leg => {
    const datasetPrice = form.dataset ? (dataset?.price ?? '0') : null;
    // The quote's price is that of all parts, with its own order of the app.
    const quoted = form.appOrder ? null : app;
    const pool = String(BigInt(leg.price) - BigInt(quoted?.price ?? '0') - BigInt(datasetPrice ?? '0'));
    return { workerpoolorder: leg.workerpoolorder, apporder: leg.apporder, datasetorder: leg.datasetorder, pool: null, price: pool, app: app?.price ?? '0', dataset: datasetPrice, volume: leg.volume };
  });
  return { legs, quote: data, order: null, app, dataset, busy: quote.isFetching };
}
