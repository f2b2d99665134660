// Orders composed from what the ticket's fields say (web-ui.md §6.6).
import type { BookRow, Deal, Order } from '../transport/api';
import type { OrderFields } from './orders';
import { comparePrices } from './book';
import { isPerTask, normaliseParams } from './orders';
import { NULL_ADDRESS, sameAddress, tagOfBits, type TagClass } from './domain';

export type Form = {
  hash: string;
  volume: string;
  app: string;
  dataset: string;
  params: string;
  workerpoolPrice: string;
  appPrice: string;
  datasetPrice: string;
  trust: string;
  workerpool: string;
  beneficiary: string;
  callback: string;
  /** Order of the app that is wanted; empty: the cheapest. */
  appOrder: string;
  /** Capability bits, `0,8`; empty: those of the page. */
  bits: string;
  /** Another store for the result; empty: that of the pool. */
  storage: string;
  encrypt: boolean;
  fill: 'all' | 'part' | 'rest';
  /** A limit order, or one that a pool fills period by period. */
  term: 'once' | 'subscription';
  periodTasks: string;
  periods: string;
};

export const EMPTY_FORM: Form = {
  hash: '',
  volume: '1',
  app: '',
  dataset: '',
  params: '{"iexec_args":"Alice"}',
  workerpoolPrice: '',
  appPrice: '',
  datasetPrice: '',
  trust: '0',
  workerpool: '',
  beneficiary: '',
  callback: '',
  appOrder: '',
  bits: '',
  storage: '',
  encrypt: false,
  fill: 'part',
  term: 'once',
  periodTasks: '10',
  periods: '12',
};

export const tagOfClass = (tag: TagClass): string => tagOfBits(tag === 'tee' ? [0] : tag === 'gpu' ? [8] : []);

function paramsOf(form: Form): string {
  const params = normaliseParams(form.params);
  // One command line for each task leaves no room for named options.
  if ((!form.encrypt && !form.storage) || isPerTask(params)) return params;
  const value = JSON.parse(params) as Record<string, unknown>;
  return JSON.stringify({ ...value, ...(form.encrypt ? { iexec_result_encryption: true } : {}), ...(form.storage ? { iexec_result_storage_proxy: form.storage } : {}) });
}

type Common = { requester: string; category: number; tag: string; salt: string };

/** Limits are the prices shown; a purchase from one pool is reserved for it. */
export function marketRequest(form: Form, prices: { app: string; dataset: string; workerpool: string }, pool: string | null, common: Common): OrderFields {
  return {
    app: form.app,
    appmaxprice: prices.app,
    dataset: form.dataset || NULL_ADDRESS,
    datasetmaxprice: form.dataset ? prices.dataset : '0',
    workerpool: pool ?? NULL_ADDRESS,
    workerpoolmaxprice: prices.workerpool,
    requester: common.requester,
    volume: form.volume,
    tag: common.tag,
    category: String(common.category),
    trust: form.trust || '0',
    beneficiary: form.beneficiary || common.requester,
    callback: form.callback || NULL_ADDRESS,
    params: paramsOf(form),
    salt: common.salt,
  };
}

/** Tasks of all periods; null where the two numbers are none. */
export function subscriptionVolume(form: Pick<Form, 'periodTasks' | 'periods'>): string | null {
  if (!/^[1-9]\d{0,8}$/.test(form.periodTasks) || !/^[1-9]\d{0,8}$/.test(form.periods)) return null;
  return String(BigInt(form.periodTasks) * BigInt(form.periods));
}

export function limitRequest(given: Form, common: Common): OrderFields {
  const form = given.term === 'subscription' ? { ...given, volume: subscriptionVolume(given) ?? '' } : given;
  const prices = { app: form.appPrice || '0', dataset: form.datasetPrice || '0', workerpool: form.workerpoolPrice };
  return marketRequest(form, prices, form.workerpool || null, common);
}

export type SellForm = {
  workerpool: string;
  price: string;
  volume: string;
  trust: string;
  kind: 'public' | 'otc' | 'discount' | 'volume' | 'subscription';
  requester: string;
  app: string;
  dataset: string;
  steps: string;
  priceTo: string;
  /** Subscription: days of a period and how many of them. */
  periodDays: string;
  periods: string;
};

export const EMPTY_SELL: SellForm = { workerpool: '', price: '', volume: '1', trust: '1', kind: 'public', requester: '', app: '', dataset: '', steps: '1', priceTo: '', periodDays: '30', periods: '12' };

export const namesBuyer = (kind: SellForm['kind']): boolean => kind === 'otc' || kind === 'discount' || kind === 'subscription';

const DAY_S = 86_400;

/** The file from which the pool's scheduler renews an order for one buyer each period (`--subscriptions`). Times are Unix seconds. */
export function subscriptionFile(form: SellForm, category: number, nowMs: number): string {
  const from = Math.floor(nowMs / 1000);
  const period = Number(form.periodDays) * DAY_S;
  const entry = { requester: form.requester, category, trust: Number(form.trust) || 1, price_nrlc: Number(form.price), tasks: Number(form.volume), from, until: from + period * Number(form.periods), period_s: period };
  return JSON.stringify([entry], null, 2);
}

export function poolOrder(form: SellForm, price: string, category: number, tag: string, salt: string): OrderFields {
  return {
    workerpool: form.workerpool,
    workerpoolprice: price,
    volume: form.volume,
    tag,
    category: String(category),
    trust: form.trust || '1',
    apprestrict: form.app || NULL_ADDRESS,
    datasetrestrict: form.dataset || NULL_ADDRESS,
    requesterrestrict: namesBuyer(form.kind) ? form.requester : NULL_ADDRESS,
    salt,
  };
}

/** Prices of a ladder: n orders evenly spread from a to b, both included. */
export function ladder(from: string, to: string, steps: number): string[] {
  if (steps <= 1 || !to) return [from];
  const a = BigInt(from);
  const span = BigInt(to) - a;
  return Array.from({ length: steps }, (_, at) => String(a + (span * BigInt(at)) / BigInt(steps - 1)));
}

/** The pool order that answers a request at its price, for that requester only. */
export function answerOf(request: Order, workerpool: string, volume: string, salt: string): OrderFields {
  const { order } = request;
  return {
    workerpool,
    workerpoolprice: order.workerpoolmaxprice ?? '0',
    volume,
    tag: order.tag ?? tagOfBits([]),
    category: order.category ?? '0',
    trust: String(Math.max(1, Number(order.trust ?? '0'))),
    apprestrict: NULL_ADDRESS,
    datasetrestrict: NULL_ADDRESS,
    requesterrestrict: order.requester ?? NULL_ADDRESS,
    salt,
  };
}

/** Most tasks of one order that can be bought: by what is left of it and by what the buyer can pay. */
export function mostVolume(remaining: number, perTask: string | null, free: string | null): number {
  if (perTask === null || free === null || perTask === '0') return remaining;
  const payable = Number(BigInt(free) / BigInt(perTask));
  return Math.max(0, Math.min(remaining, payable));
}

/** An ask that offers less trust than is looked for, or a bid that needs more than that level serves (M-03). */
export const dimmed = (row: Pick<BookRow, 'trust'>, side: 'asks' | 'bids', trust: number): boolean =>
  trust > 1 && (side === 'asks' ? row.trust < trust : row.trust > trust);

/** Tag of a request: the capability bits chosen in the ticket, else those of the page. */
export const requestTag = (form: Pick<Form, 'bits'>, tag: TagClass): string => (form.bits === '' ? tagOfClass(tag) : tagOfBits(form.bits.split(',').filter(Boolean).map(Number)));

/** The cheapest orders that give the volume, without the refused pools; what cannot be had is left out. */
export function walkOrders(orders: Order[], volume: number, denied: string[]): { order: Order; volume: number }[] {
  const taken: { order: Order; volume: number }[] = [];
  let left = volume;
  const usable = orders.filter((order) => order.remaining > 0 && !denied.some((each) => sameAddress(each, order.order.workerpool)));
  for (const order of usable.sort((a, b) => comparePrices(a.price, b.price) || a.published - b.published)) {
    if (left <= 0) break;
    const some = Math.min(left, order.remaining);
    taken.push({ order, volume: some });
    left -= some;
  }
  return taken;
}

/** How much dearer the last task of a walk is than the first, as a share (M-32). */
export function walkSpread(prices: string[]): number {
  const sorted = prices.map(Number).sort((a, b) => a - b);
  const [best = 0, worst = best] = [sorted[0], sorted[sorted.length - 1]];
  return best > 0 ? (worst - best) / best : 0;
}

/** The ticket of a purchase like this one: the best order is looked for anew. */
export function formOfDeal(deal: Pick<Deal, 'app' | 'dataset' | 'params' | 'volume' | 'trust'>): Partial<Form> {
  return { hash: '', appOrder: '', app: deal.app.address, dataset: deal.dataset?.address ?? '', params: deal.params, volume: String(deal.volume), trust: String(deal.trust) };
}
