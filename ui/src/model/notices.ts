// What happened to an account's deals and orders, and what its pool's alerts say, as entries of the bell (G-07).
import { plural, t } from '@lingui/core/macro';
import type { Alert, Deal, Order } from '../transport/api';
import { sameAddress } from './domain';
import { amountWithUnit, shortHash } from './format';

export type News = { id: string; text: string; link: string | null };

/** Older deals are history, not news. */
export const FRESH_MS = 10 * 60_000;

function boughtNews(deal: Deal): News[] {
  const link = `/deal/${deal.id}`;
  const id = shortHash(deal.id);
  const news: News[] = [{ id: `${deal.id}.sealed`, text: t`Deal ${id} is sealed`, link }];
  if (deal.status === 'COMPLETE') news.push({ id: `${deal.id}.complete`, text: t`Deal ${id} is complete`, link });
  const { failed, claimable, complete, total } = deal.tasks;
  const lost = failed + claimable;
  if (lost > 0) news.push({ id: `${deal.id}.failed.${lost}`, text: claimable > 0 ? plural(lost, { one: `# task of deal ${id} failed: the money can be claimed`, other: `# tasks of deal ${id} failed: the money can be claimed` }) : plural(lost, { one: `# task of deal ${id} failed, the money is back`, other: `# tasks of deal ${id} failed, the money is back` }), link });
  else if (deal.status === 'FAILED') news.push({ id: `${deal.id}.failed`, text: t`Deal ${id} failed: the money can be claimed`, link });
  if (total > 1 && complete > 0 && deal.status !== 'COMPLETE' && complete + lost === total) news.push({ id: `${deal.id}.ended`, text: t`All tasks of deal ${id} have ended`, link });
  return news;
}

const soldNews = (deal: Deal): News => ({
  id: `${deal.id}.sold`,
  text: plural(deal.volume, { one: `Sold # task for ${amountWithUnit(deal.workerpool.price)}`, other: `Sold # tasks for ${amountWithUnit(deal.workerpool.price)} each` }),
  link: `/deal/${deal.id}`,
});

/** News of one deal for an account that bought in it or whose pool sold in it. */
export function dealNews(deal: Deal, account: string, now: number): News[] {
  const ended = deal.status === 'COMPLETE' || deal.status === 'FAILED' || deal.status === 'CLAIMABLE';
  if (deal.time < now - FRESH_MS && !ended) return [];
  const fresh = deal.time >= now - FRESH_MS;
  const bought = sameAddress(deal.requester, account) ? boughtNews(deal) : [];
  const sold = sameAddress(deal.workerpool.owner, account) ? [soldNews(deal)] : [];
  return fresh ? [...bought, ...sold] : [];
}

/** My orders in a deal: of those that rested in the book it is worth asking how far they are filled. */
export function ordersOfMine(deal: Deal, account: string): { kind: 'request' | 'workerpool'; hash: string }[] {
  const mine: { kind: 'request' | 'workerpool'; hash: string }[] = [];
  if (sameAddress(deal.requester, account)) mine.push({ kind: 'request', hash: deal.orders.request });
  if (sameAddress(deal.workerpool.owner, account)) mine.push({ kind: 'workerpool', hash: deal.orders.workerpool });
  return mine;
}

/** A published order that a deal used. */
export function orderNews(order: Order, deal: string): News {
  const id = shortHash(order.hash);
  const link = `/market/order/${order.hash}`;
  const used = order.volume - order.remaining;
  if (order.remaining === 0) return { id: `${order.hash}.filled`, text: t`Order ${id} is filled`, link };
  return { id: `${order.hash}.${deal}.partly`, text: t`Order ${id} is partly filled: ${used} of ${{ volume: order.volume }}`, link };
}

/** A pool's alert: once for each time that it begins (stake below need, worker lost, …). */
export const alertNews = (alert: Alert): News => ({ id: `${alert.code}.${alert.since}`, text: alert.text, link: '/ops/alerts' });
