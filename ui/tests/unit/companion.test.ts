// The companion: pairing, reload, a terminal that goes away, and what is made of its answers.
import { describe, expect, it } from 'vitest';
import { privateKeyToAccount } from 'viem/accounts';
import { CompanionLink, CompanionRefusal, type CompanionStatus } from '../../src/model/companion';
import type { SocketEvents } from '../../src/model/feed';
import { completeOrder, newSalt, orderTypedData, type Domain } from '../../src/model/orders';
import { CompanionSigner } from '../../src/signer/companion';
import { GuardedSigner, type Expected } from '../../src/signer/guard';
import { Refused } from '../../src/signer/types';

const KEY = `0x${'42'.repeat(32)}` as const;
const ACCOUNT = privateKeyToAccount(KEY);
const DOMAIN: Domain = { name: 'iExecODB', version: '5.0.0', chainId: 65535, verifyingContract: '0x3eca1B216A7DF1C7689aEb259fFB83ADFB894E7f' };
const EXPECTED: Expected = { chainId: 65535, domain: DOMAIN, challengeDomain: { name: 'iExec Gateway', version: '1', chainId: 65535 }, contracts: [DOMAIN.verifyingContract], dev: true };
const order = orderTypedData('request', completeOrder('request', { app: ACCOUNT.address, requester: ACCOUNT.address, volume: '1', salt: newSalt() }), DOMAIN);

function world() {
  const sockets: { events: SocketEvents; sent: Record<string, unknown>[] }[] = [];
  const statuses: CompanionStatus[] = [];
  const timers: (() => void)[] = [];
  const kept: (string | null)[] = [];
  const link = new CompanionLink(
    (events) => {
      const sent: Record<string, unknown>[] = [];
      sockets.push({ events, sent });
      return { send: (text) => sent.push(JSON.parse(text) as Record<string, unknown>), close: () => undefined };
    },
    { now: () => 1_000, later: (_, what) => { timers.push(what); return () => undefined; }, random: () => 0.5 },
    (status) => statuses.push(status),
    (token) => kept.push(token),
  );
  const last = () => sockets[sockets.length - 1]!;
  const say = (frame: object): void => last().events.message(JSON.stringify(frame));
  return { link, sockets, timers, kept, last, say, phases: () => statuses.map((each) => each.phase) };
}

function pairedWorld() {
  const it = world();
  it.link.open(null);
  it.last().events.opened();
  it.say({ op: 'code', code: '493021', token: 't1', expires_s: 120 });
  it.say({ op: 'paired' });
  return it;
}

describe('pairing', () => {
  it('shows a code with its end, keeps the token, is paired when the terminal joins', () => {
    const { link, say, last, kept } = world();
    link.open(null);
    last().events.opened();
    expect(last().sent).toEqual([{ op: 'open' }]);
    say({ op: 'code', code: '493021', token: 't1', expires_s: 120 });
    expect(link.status).toMatchObject({ phase: 'code', code: '493021', expiresAt: 121_000 });
    expect(kept[kept.length - 1]).toBe('t1');
    say({ op: 'paired' });
    expect(link.status).toMatchObject({ phase: 'paired', code: null });
  });
  it('resumes after a reload, and asks for a new code where the pairing is forgotten', () => {
    const { link, say, last, kept } = world();
    link.open('t0');
    last().events.opened();
    expect(last().sent).toEqual([{ op: 'resume', token: 't0' }]);
    say({ op: 'error', code: 'PAIRING_UNKNOWN', message: 'this pairing has ended' });
    expect(link.status).toMatchObject({ phase: 'ended', problem: 'this pairing has ended' });
    expect(kept[kept.length - 1]).toBeNull();
  });
  it('takes a lost socket up again with the same token; what was asked is not asked twice', async () => {
    const { link, last, sockets, timers, say } = pairedWorld();
    const asked = link.ask('sendTx', { to: DOMAIN.verifyingContract, data: '0x' });
    last().events.closed();
    await expect(asked).rejects.toThrow(/lost before it answered/);
    expect(link.status.phase).toBe('away');
    timers.pop()?.();
    expect(sockets).toHaveLength(2);
    last().events.opened();
    expect(last().sent).toEqual([{ op: 'resume', token: 't1' }]);
    say({ op: 'paired' });
    expect(link.status.phase).toBe('paired');
  });
  it('a terminal that goes away leaves no question open', async () => {
    const { link, say } = pairedWorld();
    const asked = link.ask('accounts');
    expect(link.status.asking).toBe(1);
    say({ op: 'away' });
    await expect(asked).rejects.toThrow(/away/);
    await expect(link.ask('accounts')).rejects.toThrow(/bourse companion/);
    say({ op: 'back' });
    expect(link.status).toMatchObject({ phase: 'paired', asking: 0 });
  });
});

describe('answers of the terminal', () => {
  /** A terminal that answers as `act` says; it counts what it was asked. */
  const terminal = (act: (method: string, params: unknown) => unknown) => {
    const methods: string[] = [];
    const ask = (method: string, params?: unknown): Promise<unknown> => {
      methods.push(method);
      if (method === 'accounts') return Promise.resolve({ addresses: [ACCOUNT.address], chainId: 65535, hub: DOMAIN.verifyingContract });
      return Promise.resolve().then(() => act(method, params));
    };
    return { methods, signer: new GuardedSigner(new CompanionSigner({ ask } as Pick<CompanionLink, 'ask'>), EXPECTED) };
  };
  const honest = (_: string, params: unknown): unknown => ACCOUNT.signTypedData(params as never);
  it('a signature that recovers to the account is taken, another one is not', async () => {
    expect(await terminal(honest).signer.signTyped(ACCOUNT.address, order)).toMatch(/^0x[0-9a-f]{130}$/);
    const other = privateKeyToAccount(`0x${'43'.repeat(32)}`);
    await expect(terminal((_, params) => other.signTypedData(params as never)).signer.signTyped(ACCOUNT.address, order)).rejects.toThrow(/not that of/);
    await expect(terminal(() => 'rubbish').signer.signTyped(ACCOUNT.address, order)).rejects.toThrow(/not that of/);
  });
  it('no is no error (T-07); the guard stands before the terminal (T-36)', async () => {
    const refusing = terminal(() => { throw new CompanionRefusal('USER_REFUSED', 'no'); });
    await expect(refusing.signer.signTyped(ACCOUNT.address, order)).rejects.toBeInstanceOf(Refused);
    const guarded = terminal(honest);
    await expect(guarded.signer.signTyped(ACCOUNT.address, { ...order, domain: { ...DOMAIN, chainId: 1 } })).rejects.toThrow(/chain 1/);
    await expect(guarded.signer.sendTx({ from: ACCOUNT.address, to: ACCOUNT.address, data: '0x' })).rejects.toThrow(/sends nothing/);
    expect(guarded.methods).toEqual([]);
  });
  it('a transaction is named by its hash', async () => {
    const hash = `0x${'ab'.repeat(32)}`;
    expect(await terminal(() => ({ hash })).signer.sendTx({ from: ACCOUNT.address, to: DOMAIN.verifyingContract, data: '0x' })).toBe(hash);
    await expect(terminal(() => ({})).signer.sendTx({ from: ACCOUNT.address, to: DOMAIN.verifyingContract, data: '0x' })).rejects.toThrow(/no transaction/);
  });
});
