// The data wallet's question: a request names my dataset (or app); would my open offers let it in, and if not, why?
import { t } from '@lingui/core/macro';
import type { Order } from '../transport/api';
import { NULL_ADDRESS, sameAddress } from './domain';

export type Access = { allowed: true; by: string } | { allowed: false; why: string };

const open = (address: string | undefined): boolean => !address || address === NULL_ADDRESS;
const fits = (rule: string | undefined, actual: string | undefined): boolean => open(rule) || sameAddress(rule, actual);

/** Bit 0 of a tag: the task must run in an enclave. */
const wantsEnclave = (tag: string | undefined): boolean => (BigInt(tag ?? '0x0') & 1n) === 1n;

/** First rule of one offer that keeps the request out, with how near it came: later rules are nearer. */
function refusal(kind: 'app' | 'dataset', offer: Order, request: Order): [number, string] | null {
  const { order } = request;
  const partner = kind === 'dataset' ? 'app' : 'dataset';
  if (!fits(offer.order.requesterrestrict, order.requester)) return [1, t`the requester is not on the offer`];
  if (!fits(offer.order[`${partner}restrict`], order[partner])) return [2, kind === 'dataset' ? t`the app is not allowed to read it` : t`it does not come with the dataset asked for`];
  // A request that takes any workerpool is let in by the pool that will be chosen.
  if (!open(offer.order.workerpoolrestrict) && !open(order.workerpool) && !sameAddress(offer.order.workerpoolrestrict, order.workerpool)) return [3, t`the workerpool is not on the offer`];
  const most = order[`${kind}maxprice`] ?? '0';
  if (BigInt(offer.price) > BigInt(most)) return [4, t`it pays at most ${most} nRLC, the offer asks ${{ price: offer.price }}`];
  if (kind === 'app' && wantsEnclave(order.tag) && !wantsEnclave(offer.order.tag)) return [5, t`it asks for an enclave, the offer is for an app outside one`];
  return null;
}

/** By the cheapest offer that lets it in; else the reason of the offer that came nearest. */
export function accessOf(kind: 'app' | 'dataset', request: Order, offers: Order[]): Access {
  const mine = offers.filter((offer) => offer.status === 'open' && offer.remaining > 0 && sameAddress(offer.order[kind], request.order[kind]));
  if (mine.length === 0) return { allowed: false, why: t`there is no open offer` };
  let nearest: [number, string] = [0, ''];
  let best: Order | null = null;
  for (const offer of mine) {
    const refused = refusal(kind, offer, request);
    if (!refused) best = best === null || BigInt(offer.price) < BigInt(best.price) ? offer : best;
    else if (refused[0] > nearest[0]) nearest = refused;
  }
  return best ? { allowed: true, by: best.hash } : { allowed: false, why: nearest[1] };
}
