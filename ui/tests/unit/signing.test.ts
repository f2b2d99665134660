import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { privateKeyToAccount } from 'viem/accounts';
import { hashStruct, recoverTypedDataAddress, type Hex } from 'viem';
import { completeOrder, newSalt, normaliseParams, ORDER_TYPES, orderTypedData, orderWords, paramsError, requestErrors, requestTotal, type Domain, type OrderKind, type TypedData } from '../../src/model/orders';
import { orderHash, typedDataHash } from '../../src/model/order_hash';
import { GuardedSigner, typedDataProblem, type Expected } from '../../src/signer/guard';
import { LateSigner } from '../../src/signer/late';
import { LocalSigner } from '../../src/signer/local';
import { InjectedSigner, walletJson, type Provider } from '../../src/signer/injected';
import { Refused, type Signer } from '../../src/signer/types';
import { answerOf, EMPTY_FORM, ladder, limitRequest, marketRequest, mostVolume, tagOfClass } from '../../src/model/ticket';
import { afterReload, maySubmit, mayFollow, withActivity, type Activity } from '../../src/model/action';
import { applyFix, CHECK_CODES, checkText } from '../../src/model/checks';

const DOMAIN: Domain = { name: 'iExecODB', version: '5.0.0', chainId: 65535, verifyingContract: '0x3eca1B216A7DF1C7689aEb259fFB83ADFB894E7f' };
const EXPECTED: Expected = { chainId: 65535, domain: DOMAIN, challengeDomain: { name: 'iExec Gateway', version: '1', chainId: 65535 }, contracts: [DOMAIN.verifyingContract], dev: true };
const KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const ME = privateKeyToAccount(KEY).address;
const request = completeOrder('request', { app: ME, appmaxprice: '1', workerpoolmaxprice: '20', requester: ME, volume: '1', beneficiary: ME, params: '{}', salt: newSalt() });

describe('typed data against the vectors of the C++ code (W-11)', () => {
  // Rows of vectors-eip712.json in the C++ tests' data.
  const file = new URL('../../../tests/data/poco/vectors-eip712.json', import.meta.url);
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const rows = collect(vectors);
  it('has vectors of every kind of order', () => {
    expect(new Set(rows.map((row) => row.kind))).toEqual(new Set(['app', 'dataset', 'workerpool', 'request']));
  });
  it.each(rows)('$kind order $at', ({ kind, order, structHash, digest, domain }) => {
    const type = ORDER_TYPES[kind];
    if (structHash) expect(hashStruct({ data: completeOrder(kind, order), types: { [type.name]: type.members }, primaryType: type.name } as never)).toBe(structHash);
    if (digest && domain) expect(orderHash(kind, order, domain)).toBe(digest);
  });
});

type Row = { kind: OrderKind; order: Record<string, string>; structHash: string | null; digest: string | null; domain: Domain | null; at: string };

/** Finds orders with their hashes wherever the vectors keep them. */
function collect(node: unknown, domain: Domain | null = null, path = ''): Row[] {
  if (typeof node !== 'object' || node === null) return [];
  const record = node as Record<string, unknown>;
  const own = (record.domain ?? null) as Domain | null;
  const known = own && typeof own === 'object' && 'verifyingContract' in own ? { ...own, chainId: Number(own.chainId) } : domain;
  const order = (record.order ?? record.message) as Record<string, unknown> | undefined;
  const struct = (record.structHash ?? record.struct_hash) as string | undefined;
  const digest = (record.digest ?? record.orderHash) as string | undefined;
  const found: Row[] = [];
  if (order && typeof order === 'object' && (struct || digest)) {
    const kind: OrderKind | null = 'appprice' in order ? 'app' : 'datasetprice' in order ? 'dataset' : 'workerpoolprice' in order ? 'workerpool' : 'appmaxprice' in order ? 'request' : null;
    if (kind) found.push({ kind, order: Object.fromEntries(Object.entries(order).map(([name, value]) => [name, String(value)])), structHash: struct ?? null, digest: digest ?? null, domain: known, at: path });
  }
  for (const [name, part] of Object.entries(record)) found.push(...collect(part, known, `${path}/${name}`));
  return found;
}

describe('the guard (T-36)', () => {
  const good = orderTypedData('request', request, DOMAIN);
  it('lets through what is meant for this chain and hub', () => expect(typedDataProblem(good, EXPECTED)).toBeNull());
  const mutants: [string, TypedData][] = [
    ['chain id', { ...good, domain: { ...DOMAIN, chainId: 1 } }],
    ['contract', { ...good, domain: { ...DOMAIN, verifyingContract: '0x000000000000000000000000000000000000dEaD' } }],
    ['name', { ...good, domain: { ...DOMAIN, name: 'Permit2' } }],
    ['version', { ...good, domain: { ...DOMAIN, version: '6' } }],
    ['type', { ...good, primaryType: 'Permit' }],
    ['no contract', { ...good, domain: { ...DOMAIN, verifyingContract: '' } }],
    ['challenge of another protocol', { domain: { name: 'Other', version: '1', chainId: 65535, verifyingContract: '' }, types: {}, primaryType: 'Challenge', message: {} }],
    ['challenge with a contract', { domain: { ...DOMAIN, name: 'iExec Gateway', version: '1' }, types: {}, primaryType: 'Challenge', message: {} }],
  ];
  it.each(mutants)('refuses another %s, whatever signer stands behind it', async (_, data) => {
    expect(typedDataProblem(data, EXPECTED)).not.toBeNull();
    let asked = 0;
    const provider: Provider = { request: ({ method }) => { if (method.startsWith('eth_sign')) asked += 1; return Promise.resolve('0xffff'); } };
    for (const inner of [new LocalSigner('development', KEY, 'me', 65535), new InjectedSigner(provider, 'wallet')]) await expect(new GuardedSigner(inner, EXPECTED).signTyped(ME, data)).rejects.toThrow();
    expect(asked).toBe(0);
  });
  it('refuses while the wallet is on another chain, and transactions to strangers', async () => {
    const elsewhere = new GuardedSigner(new LocalSigner('development', KEY, 'me', 1), EXPECTED);
    await expect(elsewhere.signTyped(ME, good)).rejects.toThrow(/chain 1/);
    const here = new GuardedSigner(new LocalSigner('development', KEY, 'me', 65535), EXPECTED);
    await expect(here.sendTx({ from: ME, to: '0x000000000000000000000000000000000000dEaD', data: '0x' })).rejects.toThrow(/sends nothing/);
  });
  it('a hub that differs from the pinned one blocks signing on a chain of value', () => {
    const value = { ...EXPECTED, chainId: 134, dev: false, domain: { ...DOMAIN, chainId: 134, verifyingContract: '0x000000000000000000000000000000000000dEaD' } };
    expect(typedDataProblem(orderTypedData('request', request, value.domain), value)?.code).toBe('HUB_NOT_PINNED');
  });
  it('signs what recovers to the account', async () => {
    const signature = await new GuardedSigner(new LocalSigner('development', KEY, 'me', 65535), EXPECTED).signTyped(ME, good);
    expect(await recoverTypedDataAddress({ ...good, signature: signature as Hex } as never)).toBe(ME);
  });
  it('a signer whose code comes late is guarded as others, is loaded once, and again where that failed', async () => {
    let loads = 0;
    const late = (chain: number): LateSigner =>
      new LateSigner('development', 'me', ME, chain, async () => {
        loads += 1;
        if (loads === 1) throw new Error('the network is away');
        return new LocalSigner('development', KEY, 'me', chain);
      });
    const signer = new GuardedSigner(late(65535), EXPECTED);
    expect(await signer.accounts()).toEqual([ME]);
    expect(loads).toBe(0);
    await expect(signer.signTyped(ME, good)).rejects.toThrow('the network is away');
    const signature = await signer.signTyped(ME, good);
    expect(signature).toBe(await new LocalSigner('development', KEY, 'me', 65535).signTyped(ME, good));
    await signer.signMessage(ME, 'hello');
    expect(loads).toBe(2);
    await expect(new GuardedSigner(late(1), EXPECTED).signTyped(ME, good)).rejects.toThrow(/chain 1/);
    expect(loads).toBe(2);
  });
});

describe('injected wallets (T-07)', () => {
  const failing = (code: number): Signer => new InjectedSigner({ request: () => Promise.reject(Object.assign(new Error('said the wallet'), { code })) }, 'wallet');
  it('a refusal is no error of ours; a pending question is explained', async () => {
    await expect(failing(4001).signTyped(ME, orderTypedData('request', request, DOMAIN))).rejects.toBeInstanceOf(Refused);
    await expect(failing(-32002).accounts()).rejects.toThrow(/open question/);
    await expect(failing(-1).accounts()).rejects.toThrow('said the wallet');
  });
  it('hands typed data with the domain type to the wallet', () => {
    const json = JSON.parse(walletJson(orderTypedData('request', request, DOMAIN))) as { types: Record<string, unknown> };
    expect(Object.keys(json.types)).toEqual(['EIP712Domain', 'RequestOrder']);
  });
  it('adds the chain where the wallet does not know it', async () => {
    const asked: string[] = [];
    const signer = new InjectedSigner({ request: ({ method }) => { asked.push(method); return method === 'wallet_switchEthereumChain' ? Promise.reject(Object.assign(new Error(''), { code: 4902 })) : Promise.resolve(null); } }, 'wallet');
    await signer.switchChain(65535, 'bourse', 'http://127.0.0.1/v1/rpc');
    expect(asked).toEqual(['wallet_switchEthereumChain', 'wallet_addEthereumChain']);
  });
});

describe('orders of the ticket (T-03)', () => {
  const form = { ...EMPTY_FORM, app: ME, params: '{"0": "my command line"}' };
  const common = { requester: ME, category: 3, tag: tagOfClass('none'), salt: newSalt() };
  it('a market purchase limits itself to the prices shown and to the pool', () => {
    const order = marketRequest(form, { app: '1', dataset: '0', workerpool: '8' }, '0x4E61C418cFcF080DbCA9544AAd64572e68BD9802', common);
    expect(order).toMatchObject({ workerpoolmaxprice: '8', appmaxprice: '1', volume: '1', workerpool: '0x4E61C418cFcF080DbCA9544AAd64572e68BD9802', beneficiary: ME, trust: '0' });
    expect(requestTotal(order)).toBe('9');
    expect(requestErrors(order)).toEqual([]);
  });
  it('the demo values of the limit form', () => {
    expect(limitRequest({ ...form, workerpoolPrice: '5', appPrice: '1' }, common)).toMatchObject({ workerpoolmaxprice: '5', appmaxprice: '1', datasetmaxprice: '0', category: '3', params: '{"0": "my command line"}' });
  });
  it('refuses bad fields with words', () => {
    expect(requestErrors({ ...request, volume: '0', app: 'x' }).map((each) => each.field)).toEqual(['volume', 'app']);
    expect(paramsError('{"a":')).toMatch(/no valid JSON/);
    expect(paramsError('x'.repeat(16_385))).toMatch(/at most 16384/);
    expect(normaliseParams('hello world')).toBe('{"iexec_args":"hello world"}');
  });
  it('ladder, answers to a bid, largest volume', () => {
    expect(ladder('10', '20', 3)).toEqual(['10', '15', '20']);
    expect(ladder('10', '', 1)).toEqual(['10']);
    expect(mostVolume(100, '21', '1000')).toBe(47);
    const answer = answerOf({ order: { workerpoolmaxprice: '5', category: '3', trust: '0', requester: ME, tag: tagOfClass('none') } } as never, ME, '2', newSalt());
    expect(answer).toMatchObject({ workerpoolprice: '5', requesterrestrict: ME, trust: '1', volume: '2' });
  });
  it('says each member in words', () => {
    const words = Object.fromEntries(orderWords('request', request).map((each) => [each.name, each.words]));
    expect(words.workerpool).toBe('any workerpool');
    expect(words.dataset).toBe('none');
    expect(words.workerpoolmaxprice).toBe('20 nRLC');
    expect(words.tag).toBe('none needed');
    expect(typedDataHash(orderTypedData('request', request, DOMAIN))).toMatch(/^0x[0-9a-f]{64}$/);
  });
});

describe('actions (T-10)', () => {
  const activity: Activity = { id: '1', title: 't', state: 'submitting', started: 0, changed: 0, note: null, link: null, key: '0x1', asks: 'request', topic: null, account: null, page: '/market/0' };
  it('not knowing ends only by an answer; a second click counts for nothing', () => {
    expect(mayFollow('unknown', 'submitting')).toBe(false);
    expect(mayFollow('unknown', 'final')).toBe(true);
    expect(maySubmit('signing')).toBe(false);
    expect(maySubmit('submitting')).toBe(false);
    expect(mayFollow('signing', 'ready')).toBe(true);
  });
  it('a reload makes what was sent unknown, never sent again', () => {
    expect(afterReload([activity, { ...activity, id: '2', state: 'signing' }]).map((each) => each.state)).toEqual(['unknown', 'rejected']);
    expect(withActivity([activity], { ...activity, state: 'final' })).toHaveLength(1);
  });
});

describe('checks (T-06)', () => {
  it('has words and a fix for every code of settlement', () => {
    expect(CHECK_CODES).toHaveLength(28);
    for (const code of CHECK_CODES) {
      expect(checkText(code)?.text).toBeTruthy();
      expect(checkText(`iExecV5-matchOrders-0x${code}`)?.fix).toBeTruthy();
    }
    expect(checkText('balance')).toBeNull();
  });
  it('applies the smallest change to the draft', () => {
    expect(applyFix({ trust: '5' }, { order: 'request', field: 'trust', value: '3' })).toEqual({ trust: '3' });
    expect(applyFix({}, { order: 'workerpool', field: 'trust', value: '3' })).toBeNull();
  });
});
