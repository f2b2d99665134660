// What the console and the store decide: rights of a session, access to data, the text of a curated list.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getAddress } from 'viem';
import { accessOf } from '../../src/model/access';
import { appsOfLines, listDraft, signedText } from '../../src/model/lists';
import { mayOperate, operatedPools } from '../../src/model/permission';
import { failureRate, sortResources } from '../../src/model/resource';
import type { Order, Resource, Session } from '../../src/transport/api';
import { address } from '../fixture';

const session = (scopes: string[]): Session => ({ address: address('0x01'), expires: 1, scopes, token: 't' });

describe('rights of a session', () => {
  it('operates the pools it was given, in any spelling, and no other', () => {
    const pool = getAddress(address('0xabcdef'));
    const own = session(['self', `operate:${pool}`, 'worker']);
    expect(operatedPools(own)).toEqual([pool.toLowerCase()]);
    expect(mayOperate(own, pool.toLowerCase())).toBe(true);
    expect(mayOperate(own, address('0xabcdee'))).toBe(false);
    expect(mayOperate(session(['self']), pool)).toBe(false);
    expect(mayOperate(null, pool)).toBe(false);
  });
});

const ANY = address('0x');
const [data, app, other, buyer, stranger] = ['0xd1', '0xa1', '0xa2', '0xb1', '0xb2'].map(address) as [string, string, string, string, string];
const order = (kind: Order['kind'], hash: string, price: string, fields: Record<string, string>, more: Partial<Order> = {}): Order => ({ deals: null, hash, kind, order: fields, price, published: 0, remaining: 5, signer: ANY, status: 'open', volume: 5, ...more });
const offer = (price: string, rules: Record<string, string> = {}, more: Partial<Order> = {}): Order => order('dataset', `offer${price}`, price, { dataset: data, datasetprice: price, apprestrict: ANY, requesterrestrict: ANY, workerpoolrestrict: ANY, ...rules }, more);
const request = order('request', 'request', '9', { app, dataset: data, datasetmaxprice: '4', requester: buyer, workerpool: ANY });

describe('access to my data', () => {
  const why = (offers: Order[]): string => { const access = accessOf('dataset', request, offers); return access.allowed ? access.by : access.why; };
  it('is given by the cheapest offer that fits', () => {
    expect(why([offer('4'), offer('2'), offer('1', { requesterrestrict: stranger })])).toBe('offer2');
  });
  it('is refused with the reason of the nearest offer', () => {
    expect(why([])).toBe('there is no open offer');
    expect(why([offer('1', { dataset: other })])).toBe('there is no open offer');
    expect(why([offer('1', {}, { status: 'canceled' }), offer('1', {}, { remaining: 0 })])).toBe('there is no open offer');
    expect(why([offer('1', { requesterrestrict: stranger })])).toBe('the requester is not on the offer');
    expect(why([offer('1', { requesterrestrict: stranger }), offer('1', { apprestrict: other })])).toBe('the app is not allowed to read it');
    expect(why([offer('5'), offer('1', { apprestrict: other })])).toBe('it pays at most 4 nRLC, the offer asks 5');
  });
  it('ends with the withdrawal of the offer', () => {
    const given = offer('3', { requesterrestrict: buyer, apprestrict: app });
    expect(accessOf('dataset', request, [given]).allowed).toBe(true);
    expect(accessOf('dataset', request, [{ ...given, status: 'canceled' }]).allowed).toBe(false);
  });
  it('needs an enclave offer where the request asks for an enclave', () => {
    const sale = (tag: string): Order => order('app', `sale${tag}`, '1', { app, appprice: '1', tag, datasetrestrict: ANY, requesterrestrict: ANY, workerpoolrestrict: ANY });
    const asking = (tag: string): Order => order('request', 'r', '9', { app, appmaxprice: '4', requester: buyer, workerpool: ANY, tag });
    expect(accessOf('app', asking('0x1'), [sale('0x0')])).toEqual({ allowed: false, why: 'it asks for an enclave, the offer is for an app outside one' });
    expect(accessOf('app', asking('0x1'), [sale('0x0'), sale('0x3')]).allowed).toBe(true);
    expect(accessOf('app', asking('0x0'), [sale('0x3')]).allowed).toBe(true);
  });
  it('never depends on the order of the offers', () => {
    const some = fc.record({ price: fc.nat(8), who: fc.constantFrom(ANY, buyer, stranger), with: fc.constantFrom(ANY, app, other) });
    fc.assert(fc.property(fc.array(some, { maxLength: 6 }), (rows) => {
      const offers = rows.map((row) => offer(String(row.price), { requesterrestrict: row.who, apprestrict: row.with }));
      const fits = rows.filter((row) => row.price <= 4 && row.who !== stranger && row.with !== other);
      const there = accessOf('dataset', request, offers);
      expect(there.allowed).toBe(fits.length > 0);
      expect(accessOf('dataset', request, offers.slice().reverse()).allowed).toBe(there.allowed);
      if (there.allowed) expect(there.by).toBe(`offer${Math.min(...fits.map((row) => row.price))}`);
    }));
  });
});

describe('curated list', () => {
  it('is signed with checksummed addresses, members in the agreed order', () => {
    const { apps, problem } = appsOfLines(`  ${app}   checked in\t2026\n\n${other}\n`);
    expect(problem).toBeNull();
    expect(signedText(listDraft('Good “apps”', buyer, apps, ''))).toBe(`{"name":"Good “apps”","curator":"${getAddress(buyer)}","apps":[{"address":"${getAddress(app)}","note":"checked in 2026"},{"address":"${getAddress(other)}","note":""}]}`);
    expect(signedText(listDraft('a', buyer, [], '1 %'))).toMatch(/"apps":\[\],"fee":"1 %"\}$/);
  });
  it('names what is wrong with its lines', () => {
    expect(appsOfLines('').problem).toBe('Name at least one app.');
    expect(appsOfLines('0x12 short').problem).toMatch(/0x12/);
    expect(appsOfLines(`${app}\n${getAddress(app)} again`).problem).toMatch(/twice/);
  });
});

describe('failure rate', () => {
  it('counts ended tasks only', () => {
    expect(failureRate({ completed: 0, failed: 0 })).toBeNull();
    expect(failureRate({ completed: 3, failed: 1 })).toBe(0.25);
  });
});

describe('catalogue of the store', () => {
  const app = (name: string, bestPrice: string | null, completed: number, failed: number): Resource => ({ name, bestPrice, completed, failed }) as Resource;
  const rows = [app('a', '100', 1, 1), app('b', null, 0, 0), app('c', '9', 4, 0)];
  it('sorts by amount and by failures, what has none last', () => {
    expect(sortResources(rows, 'price').map(({ name }) => name)).toEqual(['c', 'a', 'b']);
    expect(sortResources(rows, 'failures').map(({ name }) => name)).toEqual(['c', 'a', 'b']);
    expect(sortResources(rows, 'runs')).toBe(rows);
  });
});
