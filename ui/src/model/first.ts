// Which answers a page needs first, by its address: they are asked before the page's code has arrived (§16.3).
import { withQuery } from '../transport/query';
import { commodityOf } from './commodity';

export const BOOT = '/v1/boot';

/** The three requests of a market page, spelled as the page itself spells them. */
export function marketPaths(commodity: { category: number; tag: string; trust: number }): { book: string; trades: string; ticker: string } {
  const query = { category: commodity.category, tag: commodity.tag, trust: commodity.trust };
  return {
    // Of every trust: what lies outside the band is pale, not hidden.
    book: withQuery('/v1/book', { ...query, trust: 0, view: 'orders' }),
    trades: withQuery('/v1/trades', { ...query, limit: 20 }),
    ticker: withQuery('/v1/ticker', query),
  };
}

/** `home`: the category that `/` leads to, null where it shows the welcome page. */
export function firstPaths(pathname: string, search: string, home: number | null): string[] {
  const query = new URLSearchParams(search);
  if (query.has('state')) return [BOOT];
  const asked = /^\/market\/([^/]+)\/?$/.exec(pathname)?.[1] ?? (/^\/(market\/?)?$/.test(pathname) && home !== null ? String(home) : null);
  if (asked !== null) return [BOOT, ...Object.values(marketPaths(commodityOf(asked, query.get('tag'), query.get('trust'))))];
  const object = /^\/(deal|task)\/(0x[0-9a-f]{64})$/i.exec(pathname);
  return object ? [BOOT, `/v1/${object[1]}s/${object[2]}`] : [BOOT];
}
