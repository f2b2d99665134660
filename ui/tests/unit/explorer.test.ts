// What the explorer makes of the chain's words: stages with actors (E-20), changes of accounts, sums (E-23), strips (E-10).
import { describe, expect, it } from 'vitest';
import { encodeFunctionData, parseAbi, type Hex } from 'viem';
import type { Money, Order, TaskDetail } from '../../src/transport/api';
import { permissionsOf, usesLeft } from '../../src/model/allowed';
import { sumByDay } from '../../src/model/by_day';
import { changesOf, fieldKind, textOfHex } from '../../src/model/chain_words';
import { wrongChecksum } from '../../src/model/checksum';
import { decodeCall } from '../../src/model/decode_call';
import { splitAt } from '../../src/model/search';
import { stagesOf } from '../../src/model/stages';
import { holds, indexAt, moved, runsOf, windowOf } from '../../src/model/strip';
import { moneySums } from '../../src/pages/explorer/task_money';
import { address, hash } from '../fixture';

const [owner, worker, requester, hub] = ['0x0a', '0x0b', '0x0c', '0x0d'].map(address) as [string, string, string, string];
const event = (name: string, time: number, tx: string, actor: string | null = null): TaskDetail['events'][number] => ({ name, time, tx, actor, block: time, logIndex: 0, value: null });

describe('stages of a task (E-20)', () => {
  const detail = (task: Partial<TaskDetail['task']>, events: TaskDetail['events'], contributions: { tx: string; worker: string }[] = []): TaskDetail =>
    ({ task: { status: 'COMPLETE', initialised: 1, consensus: '0x1', contributions: 2, winners: 2, revealed: 2, trust: 3, ended: 9, contributionDeadline: 1e9, finalDeadline: 1e10, ...task }, deal: { time: 0, requester, workerpool: { owner } }, events, contributions }) as unknown as TaskDetail;
  it('have times, first to last, and who did them', () => {
    const stages = stagesOf(detail({}, [event('TaskContribute', 2, 'a', worker), event('TaskContribute', 4, 'b', requester), event('TaskConsensus', 4, 'b'), event('TaskReveal', 6, 'c', worker), event('TaskFinalize', 9, 'd')]), 10);
    expect(stages.map(({ name, state, from, to, actor }) => [name, state, from, to, actor])).toEqual([
      ['sealed', 'done', 0, 0, requester],
      ['initialised', 'done', 1, 1, owner],
      ['contributions', 'done', 2, 4, requester],
      ['consensus', 'done', 4, 4, null],
      ['reveal', 'done', 6, 6, worker],
      ['finalised', 'done', 9, 9, owner],
    ]);
  });
  it('name the worker that finalised its own contribution', () => {
    expect(stagesOf(detail({}, [event('TaskFinalize', 9, 'x')], [{ tx: 'x', worker }]), 10)[5]?.actor).toBe(worker);
  });
  it('stand red where the deadline passed, and end with the refund', () => {
    expect(stagesOf(detail({ status: 'RUNNING', consensus: null, ended: null, winners: 0, revealed: 0 }, []), 1e11).map((stage) => stage.state)).toEqual(['done', 'done', 'bad', 'bad', 'bad', 'bad']);
    expect(stagesOf(detail({ status: 'FAILED', consensus: null }, [event('TaskClaimed', 9, 'y', requester)]), 10)[5]).toMatchObject({ name: 'refunded', actor: requester });
  });
  it('forget the consensus of before a reopening', () => {
    const stage = stagesOf(detail({ status: 'RUNNING', consensus: null, ended: null, winners: 0, revealed: 0 }, [event('TaskConsensus', 4, 'b'), event('TaskReveal', 5, 'c', worker)]), 6);
    expect([stage[3]?.from, stage[4]?.from, stage[3]?.state]).toEqual([null, null, 'now']);
  });
});

describe('money of a task (E-23)', () => {
  const row = (role: Money['role'], part: Partial<Money>): Money => ({ role, account: owner, locked: '0', received: '0', returned: '0', slashed: '0', ...part });
  it('tells paid from slashed, in whole numbers of any size', () => {
    const rows = [row('requester', { slashed: '9007199254740993' }), row('worker', { slashed: '6' }), row('worker', { received: '9007199254740999' })];
    expect(moneySums(rows)).toEqual({ paid: 9007199254740993n, slashed: 6n, received: 9007199254740999n, balanced: true });
    expect(moneySums(rows.slice(0, 2)).balanced).toBe(false);
  });
});

describe('a transaction in words', () => {
  it('knows where a value leads to', () => {
    expect(fieldKind('TaskReveal', 'task', hash('0xab'))).toMatchObject({ path: `/task/${hash('0xab')}` });
    expect(fieldKind('OrdersMatched', 'app', hash('0xab'))).toMatchObject({ of: 'order' });
    expect(fieldKind('OrdersMatched', 'dataset', hash('0x'))).toEqual({ kind: 'raw' });
    expect(fieldKind('TaskContribute', 'hash', hash('0xab'))).toEqual({ kind: 'raw' });
    expect(fieldKind('Transfer', 'from', owner)).toMatchObject({ of: 'address' });
    expect(fieldKind('Lock', 'amount', '12')).toEqual({ kind: 'amount' });
    expect(fieldKind('TaskFinalize', 'results', '0x7b2273746f72616765223a31327d')).toEqual({ kind: 'text', text: '{"storage":12}' });
    expect([textOfHex('0x'), textOfHex('0x00ff00ff00ff00ff00ff'), textOfHex(hash('0x41'))]).toEqual([null, null, null]);
  });
  it('decodes what the market leaves out', () => {
    const abi = parseAbi(['function contributeAndFinalize(bytes32 task, bytes32 digest, bytes results, bytes callback, address enclave, bytes enclaveSign, bytes authorization)', 'function claimArray(bytes32[] tasks)']);
    const data = encodeFunctionData({ abi, functionName: 'contributeAndFinalize', args: [hash('0x1') as Hex, hash('0x2') as Hex, '0x33', '0x', address('0x4') as Hex, '0x', '0x55'] });
    expect(decodeCall(data).slice(0, 3)).toEqual([{ name: 'task', value: hash('0x1') }, { name: 'digest', value: hash('0x2') }, { name: 'results', value: '0x33' }]);
    expect(decodeCall(encodeFunctionData({ abi, functionName: 'claimArray', args: [[hash('0x1') as Hex]] }))).toEqual([{ name: 'tasks', value: [hash('0x1')] }]);
    expect([decodeCall('0x'), decodeCall('0x12345678'), decodeCall(data.slice(0, 60))]).toEqual([[], [], []]);
  });
  it('sums what it changes on each account', () => {
    const at = (name: string, fields: Record<string, string>, of = hub) => ({ name, address: of, fields });
    const events = [
      at('Transfer', { from: requester, to: hub, value: '21' }), at('Lock', { owner: requester, amount: '21' }),
      at('Seize', { owner: requester, amount: '20', task: hash('0x1') }), at('Transfer', { from: hub, to: worker, value: '19' }),
      at('Transfer', { from: owner, to: worker, value: '1000' }, address('0xff')),
    ];
    expect(changesOf(events, hub)).toEqual([{ account: requester, free: -21n, locked: 1n }, { account: worker, free: 19n, locked: 0n }]);
    expect(changesOf([at('Transfer', { from: requester, to: requester, value: '5' })], hub)).toEqual([]);
  });
});

describe('the strip of a bag (E-10)', () => {
  const strip = { buckets: 'CCFN', bucketSize: 2.5, first: 10, volume: 10 };
  it('is the same as a list of stretches, without a hole', () => {
    expect(runsOf(strip)).toEqual([{ from: 10, to: 14, status: 'COMPLETE' }, { from: 15, to: 16, status: 'FAILED' }, { from: 17, to: 19, status: 'NOT_STARTED' }]);
  });
  it('leads to the task under the pointer', () => {
    expect([indexAt(strip, 0), indexAt(strip, 0.5), indexAt(strip, 1), indexAt(strip, -1)]).toEqual([10, 15, 19, 10]);
  });
  it('is moved over by the keys of a slider, never past its ends', () => {
    expect(['ArrowRight', 'ArrowLeft', 'PageUp', 'PageDown', 'Home', 'End'].map((key) => moved(key, 50, 100))).toEqual([51, 49, 60, 40, 0, 99]);
    expect([moved('ArrowLeft', 0, 4), moved('PageUp', 3, 4), moved('a', 1, 4)]).toEqual([0, 3, null]);
  });
  it('asks for a view once, small steps for nothing new', () => {
    expect(windowOf(10, 18, 10, 1_000_000)).toEqual({ from: 10, limit: 100 });
    expect(windowOf(500_012, 18, 10, 1_000_000)).toEqual(windowOf(500_020, 18, 10, 1_000_000));
    expect(windowOf(1_000_005, 18, 10, 1_000_000)).toEqual({ from: 999_960, limit: 50 });
    expect(windowOf(987_654, 18, 900_000, 100_000).from).toBe(987_625);
    for (const first of [0, 10, 37, 999]) {
      const { from, limit } = windowOf(first, 20, 0, 1_000);
      expect(from).toBeLessThanOrEqual(first);
      expect(from + limit).toBeGreaterThanOrEqual(Math.min(1_000, first + 20));
    }
    const asked = windowOf(500, 40, 0, 1_000);
    expect([475, 500, 540, asked.from + asked.limit - 40].map((top) => holds(asked, top, 40, 0, 1_000))).toEqual([true, true, true, true]);
    expect([asked.from - 1, asked.from + asked.limit - 39].map((top) => holds(asked, top, 40, 0, 1_000))).toEqual([false, false]);
    expect(holds(windowOf(990, 40, 0, 1_000), 990, 40, 0, 1_000)).toBe(true); // the end of the list
  });
});

describe('permissions of a dataset (§8.7)', () => {
  const offer = (price: string, app: string, remaining: number): Order => ({ kind: 'dataset', hash: price, price, remaining, volume: 9, status: 'open', signer: owner, published: 0, deals: null, order: { apprestrict: app, requesterrestrict: address('0x'), workerpoolrestrict: address('0x') } });
  it('come once each, with the cheapest price and what is left', () => {
    const found = permissionsOf('dataset', [offer('5', worker, 3), offer('4', worker, 2), offer('9', address('0x'), 1), offer('1', worker, 0), { ...offer('1', worker, 4), status: 'canceled' }]);
    expect(found).toEqual([{ partner: worker, requester: null, workerpool: null, remaining: 5, price: '4', orders: 2 }, { partner: null, requester: null, workerpool: null, remaining: 1, price: '9', orders: 1 }]);
    expect(usesLeft(found)).toBe(6);
  });
});

describe('search (§8.4)', () => {
  it('sees a mistyped address by its letters', () => {
    const right = '0x976EA74026E726554dB657fA54763abd0C3a0aa9';
    expect([wrongChecksum(right), wrongChecksum(right.toLowerCase()), wrongChecksum(right.replace('6E', '6e')), wrongChecksum('0x12')]).toEqual([null, null, right, null]);
  });
  it('marks what was typed', () => {
    expect([splitAt('vanityGen', 'ITY'), splitAt('hello', 'x'), splitAt('hello', '')]).toEqual([['van', 'ity', 'Gen'], ['hello', '', ''], ['hello', '', '']]);
  });
});

describe('figures by day', () => {
  it('fill days without anything, and leave out what is older', () => {
    const now = Date.UTC(2026, 2, 2, 12);
    const rows = [{ at: now, n: 2 }, { at: now - 3_600_000, n: 3 }, { at: Date.UTC(2026, 1, 28, 1), n: 7 }, { at: 0, n: 99 }];
    expect(sumByDay(rows, (row) => row.at, (row) => row.n, 4, now)).toEqual([{ day: '2026-02-27', value: 0 }, { day: '2026-02-28', value: 7 }, { day: '2026-03-01', value: 0 }, { day: '2026-03-02', value: 5 }]);
  });
});
