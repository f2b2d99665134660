// Who may use a dataset or an app, from its open offers: each different permission once, with what is left of it (§8.7).
import type { Order } from '../transport/api';
import { NULL_ADDRESS } from './domain';

/** `app` (or `dataset`, for an app) and `requester`: null allows any. */
export type Permission = { partner: string | null; requester: string | null; workerpool: string | null; remaining: number; price: string; orders: number };

const restriction = (text: string | undefined): string | null => (!text || text === NULL_ADDRESS ? null : text);

export function permissionsOf(kind: 'app' | 'dataset', offers: Order[]): Permission[] {
  const partner = kind === 'dataset' ? 'apprestrict' : 'datasetrestrict';
  const found = new Map<string, Permission>();
  for (const offer of offers) {
    if (offer.status !== 'open' || offer.remaining <= 0) continue;
    const rule = { partner: restriction(offer.order[partner]), requester: restriction(offer.order.requesterrestrict), workerpool: restriction(offer.order.workerpoolrestrict) };
    const key = `${rule.partner}.${rule.requester}.${rule.workerpool}`.toLowerCase();
    const known = found.get(key);
    const cheaper = !known || BigInt(offer.price) < BigInt(known.price);
    found.set(key, { ...rule, remaining: (known?.remaining ?? 0) + offer.remaining, price: cheaper ? offer.price : known.price, orders: (known?.orders ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => (BigInt(a.price) < BigInt(b.price) ? -1 : 1));
}

/** How often it may still be used, all offers together. */
export const usesLeft = (permissions: Permission[]): number => permissions.reduce((sum, each) => sum + each.remaining, 0);
