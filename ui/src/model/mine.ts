// Money of my deals, and how my orders stand against the market (web-ui.md §6.7).
import type { Deal } from '../transport/api';
import { comparePrices } from './book';

/** What a deal has moved so far in nRLC: for the buyer all parts of complete tasks, for the pool its own; what came back for failed ones. */
export function moneyOf(deal: Pick<Deal, 'price' | 'workerpool' | 'tasks'>, buyer: boolean): { paid: string; refunded: string } {
  const each = BigInt(buyer ? deal.price : deal.workerpool.price);
  return { paid: String(each * BigInt(deal.tasks.complete)), refunded: buyer ? String(each * BigInt(deal.tasks.failed)) : '0' };
}

/** How much a limit lacks to the best ask; '0' where the ask is within it. */
export function offerAgainst(limit: string, bestAsk: string | null): { best: string | null; short: string } {
  if (bestAsk === null) return { best: null, short: '0' };
  return { best: bestAsk, short: comparePrices(bestAsk, limit) > 0 ? String(BigInt(bestAsk) - BigInt(limit)) : '0' };
}
