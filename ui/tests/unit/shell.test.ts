// Bell, roles and chain prefixes (G-02, G-07, G-11, A-04).
import { describe, expect, it } from 'vitest';
import type { Deal, Order } from '../../src/transport/api';
import { prefixRewrite, splitPrefix } from '../../src/model/chain_prefix';
import { alertNews, dealNews, orderNews, ordersOfMine } from '../../src/model/notices';
import { KnownRoles } from '../../src/model/roles';
import { address, deals, hash } from '../fixture';

const NOW = Date.UTC(2026, 0, 1);
const BUYER = address('0xF048eF3d7E3B');
const SELLER = address('0x01');
const deal = (part: Partial<Deal> = {}): Deal => ({ ...(deals(NOW)[0] as Deal), time: NOW - 1_000, ...part });
const texts = (of: Deal, who: string): string[] => dealNews(of, who, NOW).map((each) => each.text);

describe('notifications (G-07)', () => {
  it('say what was bought and what was sold', () => {
    expect(texts(deal(), BUYER)).toEqual([expect.stringMatching(/is sealed$/), expect.stringMatching(/is complete$/)]);
    expect(texts(deal({ volume: 3 }), SELLER)).toEqual([expect.stringMatching(/^Sold 3 tasks for 16 nRLC each$/)]);
    expect(texts(deal(), address('0x77'))).toEqual([]);
  });
  it('tell each further failed task once', () => {
    const tasks = { total: 4, notStarted: 0, running: 2, revealing: 0, complete: 1, failed: 0, claimable: 1 };
    const news = dealNews(deal({ status: 'RUNNING', tasks }), BUYER, NOW);
    expect(news.map((each) => each.text)).toContainEqual(expect.stringMatching(/^1 task of deal .* failed: the money can be claimed$/));
    const later = dealNews(deal({ status: 'RUNNING', tasks: { ...tasks, running: 1, claimable: 2 } }), BUYER, NOW);
    expect(later.filter((each) => !news.some((old) => old.id === each.id))).toHaveLength(1);
  });
  it('keep silent about what is long past', () => {
    expect(texts(deal({ time: NOW - 3_600_000, status: 'RUNNING' }), BUYER)).toEqual([]);
  });
  it('name an order that was filled, or how far', () => {
    const order = { hash: hash('0xaa'), volume: 5, remaining: 0 } as Order;
    expect(orderNews(order, 'd').text).toMatch(/is filled$/);
    expect(orderNews({ ...order, remaining: 3 }, 'd').text).toMatch(/is partly filled: 2 of 5$/);
    expect(ordersOfMine(deal(), BUYER).map((each) => each.kind)).toEqual(['request']);
    expect(ordersOfMine(deal(), SELLER).map((each) => each.kind)).toEqual(['workerpool']);
  });
  it('pass an alert on once for each time it begins', () => {
    const alert = { acknowledged: false, code: 'STAKE_LOW', level: 'warning', runbook: '', silencedUntil: null, since: 5, text: 'Stake covers 3 tasks.' } as const;
    expect(alertNews(alert)).toEqual({ id: 'STAKE_LOW.5', text: 'Stake covers 3 tasks.', link: '/ops/alerts' });
  });
});

describe('roles of addresses (G-11)', () => {
  it('come from what answers say in passing', () => {
    const roles = new KnownRoles();
    roles.learn({ deal: `0x${'ba'.repeat(32)}`, items: ['0x12', null] });
    roles.learn({ items: [{ ...deal(), workerpool: { address: '0xAbC', name: '', owner: '0x1', price: '1' } }, { kind: 'dataset', address: '0x2', multiaddr: 'x' }, { address: '0x3', roles: ['worker', 'requester'] }] });
    roles.learn({ account: { address: '0x4', roles: [] }, contract: 'group' });
    expect([roles.of('0xabc'), roles.of('0x2'), roles.of('0x3'), roles.of('0x4'), roles.of('0x5')]).toEqual([['workerpool'], ['dataset'], ['worker'], ['contract'], []]);
    roles.learn(null);
  });
});

describe('chain prefixes of paths (A-04)', () => {
  it('are told from the path behind them', () => {
    expect(splitPrefix('/main/deal/0x1')).toEqual({ prefix: 'main', path: '/deal/0x1' });
    expect(splitPrefix('/dev')).toEqual({ prefix: 'dev', path: '/' });
    expect(splitPrefix('/market/3')).toEqual({ prefix: null, path: '/market/3' });
  });
  it('stay in the links of a page that was opened with one', () => {
    const rewrite = prefixRewrite('side');
    const url = new URL('http://x/side/tx/0x2?a=1');
    expect(rewrite?.input({ url }).pathname).toBe('/tx/0x2');
    expect(rewrite?.output({ url }).href).toBe('http://x/side/tx/0x2?a=1');
    expect(prefixRewrite(null)).toBeUndefined();
  });
});
