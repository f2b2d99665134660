// What the operator's console reckons: stages and legal acts of tasks, filters and groups of workers, earnings, alerts.
import fc from 'fast-check';
import { decodeFunctionData, hexToString, parseAbi } from 'viem';
import { describe, expect, it } from 'vitest';
import dashboard from '../../src/pages/ops/grafana.json';
import { ALERT_RULES, begun, newAlerts } from '../../src/model/alerts';
import { costOf, marginOf, sumEarnings, totalEarnings, typedNumber, worthOf } from '../../src/model/earnings';
import { causesOf, finaliseRule, reopenRule, runningOf, stageOf, stageSince, taskFits, type PoolReplica } from '../../src/model/pool_tasks';
import { joinSteps, sharedOwners, workerFacts, workerFailures, workerFits, workerGroups } from '../../src/model/pool_workers';
import { sortRows } from '../../src/model/rows';
import { updateFor } from '../../src/model/update';
import { inSteps, roundTop } from '../../src/pages/ops/overview_chart';
import { fillRate } from '../../src/pages/ops/orders';
import { finalizeCall, reopenCall } from '../../src/signer/calls';
import type { Alert, Earning, OpsTask, OpsWorker, Task } from '../../src/transport/api';
import { address, hash } from '../fixture';

const NOW = 1_790_000_000_000;
const task = (part: Partial<Task> = {}): Task => ({ id: hash('0xa1'), deal: hash('0xd1'), app: address('0xa'), requester: address('0xb'), status: 'REVEALING', contributionDeadline: NOW + 700_000, revealDeadline: NOW + 60_000, finalDeadline: NOW + 1_000_000, initialised: NOW - 50_000, ended: null, revealed: 0, winners: 2, ...part }) as Task;
const replica = (part: Partial<PoolReplica> = {}): PoolReplica => ({ worker: address('0xc'), name: 'worker1', round: 1, status: 'ASSIGNED', lost: false, dropped: false, cause: null, assigned_ms: NOW, history: [], ...part });
const row = (phase: string, part: Partial<Task> = {}, replicates: PoolReplica[] = []): OpsTask => ({ phase, replicates, reward: '5', risk: false, task: task(part), timeLeftMs: 1 }) as unknown as OpsTask;

describe('acts on a task (poco.md §8.4, §8.5)', () => {
  it('reopens only after a reveal deadline at which nobody revealed, before the final one', () => {
    expect(reopenRule(task(), NOW)).toContain('in 1 m');
    expect(reopenRule(task(), NOW + 60_000)).toBeNull();
    expect(reopenRule(task({ revealed: 1 }), NOW + 60_000)).toContain('finalised, not reopened');
    expect(reopenRule(task(), NOW + 1_000_000)).toContain('CLAIMABLE');
    expect(reopenRule(task({ status: 'RUNNING', revealDeadline: null }), NOW)).toContain('RUNNING');
  });
  it('finalises when all winners have revealed, or one has and the time is over', () => {
    expect(finaliseRule(task(), NOW)).toContain('Nobody has revealed');
    expect(finaliseRule(task({ revealed: 1 }), NOW)).toContain('1 of 2 winners');
    expect(finaliseRule(task({ revealed: 2 }), NOW)).toBeNull();
    expect(finaliseRule(task({ revealed: 1 }), NOW + 60_000)).toBeNull();
    expect(finaliseRule(task({ revealed: 2 }), NOW + 1_000_000)).toContain('CLAIMABLE');
  });
  it('is never legal both ways', () => {
    const some = fc.record({ revealed: fc.nat(3), winners: fc.integer({ min: 1, max: 3 }), at: fc.integer({ min: 0, max: 1_200_000 }) });
    fc.assert(fc.property(some, ({ revealed, winners, at }) => reopenRule(task({ revealed, winners }), NOW + at) !== null || finaliseRule(task({ revealed, winners }), NOW + at) !== null));
  });
  it('calls the hub as the scheduler does', () => {
    const abi = parseAbi(['function reopen(bytes32 taskid)', 'function finalize(bytes32 taskid, bytes results, bytes resultsCallback)']);
    expect(reopenCall(hash('0xa1')).slice(0, 10)).toBe('0xf6c68e10');
    const { args } = decodeFunctionData({ abi, data: finalizeCall(hash('0xa1'), '/ipfs/bafy') }) as { args: readonly [string, `0x${string}`, string] };
    expect([args[0], JSON.parse(hexToString(args[1])), args[2]]).toEqual([hash('0xa1'), { storage: 'ipfs', location: '/ipfs/bafy' }, '0x']);
  });
});

describe('stages of the board', () => {
  it('are the scheduler’s, else the chain’s', () => {
    expect(['INITIALIZED', 'RUNNING', 'AT_LEAST_ONE_REVEALED', 'RESULT_UPLOADING', 'FINALIZING'].map((phase) => stageOf(row(phase)))).toEqual(['queue', 'compute', 'reveal', 'upload', 'finalise']);
    expect(stageOf(row('', { status: 'NOT_STARTED' }))).toBe('queue');
    expect(stageOf(row('RUNNING', { ended: NOW }))).toBe('ended');
  });
  it('begin with what the stage begins with', () => {
    expect(stageSince(row('CONSENSUS_REACHED'), 40_000)).toBe(NOW + 20_000);
    expect(stageSince(row('INITIALIZED'), 40_000)).toBe(NOW - 50_000);
    const history = [{ status: 'ASSIGNED', ms: NOW - 9_000 }, { status: 'RESULT_UPLOADING', ms: NOW - 1_000 }];
    expect(stageSince(row('RUNNING', {}, [replica({ history })]), 0)).toBe(NOW - 9_000);
    expect(stageSince(row('RESULT_UPLOADING', {}, [replica({ history })]), 0)).toBe(NOW - 1_000);
  });
  it('count who still computes and why others failed', () => {
    const rows = [replica(), replica({ status: 'CONTRIBUTED' }), replica({ lost: true }), replica({ dropped: true, cause: 'APP_EXIT_NONZERO' }), replica({ cause: 'APP_EXIT_NONZERO' })];
    expect(runningOf({ replicates: rows as never })).toBe(2);
    expect(causesOf(rows)).toEqual([{ cause: 'APP_EXIT_NONZERO', count: 2 }, { cause: 'WORKER_LOST', count: 1 }]);
  });
  it('are filtered by stage, app, risk and words, also those of a replica', () => {
    const one = row('RUNNING', {}, [replica()]);
    expect([taskFits(one, {}), taskFits(one, { stage: 'compute' }), taskFits(one, { text: 'WORKER1' }), taskFits(one, { app: address('0xA') })]).toEqual([true, true, true, true]);
    expect([taskFits(one, { risk: true }), taskFits(one, { stage: 'queue' }), taskFits(one, { text: 'worker2' }), taskFits(one, { app: address('0xb') })]).toEqual([false, false, false, false]);
  });
});

describe('an update of a machine (§10.8)', () => {
  it('is a later version than the one it runs', () => {
    expect(updateFor('bourse/0.1.0', '0.1.1+be454589')).toBe('0.1.1');
    expect(updateFor('bourse/0.9.9', '0.10.0')).toBe('0.10.0');
    expect([updateFor('bourse/1.0.0', '0.10.0'), updateFor('bourse/0.1.0', '0.1.0+1'), updateFor('home made', '0.1.0')]).toEqual([null, null, null]);
  });
});

const worker = (part: Partial<OpsWorker>): OpsWorker => ({ address: address('0x1'), name: 'a', owner: address('0xee'), state: 'fresh', os: 'Linux', platform: 'x64', cpu: null, software: 'v1', cores: 4, memoryMib: 1_024, draining: false, paused: false, banned: false, offHours: false, onlyIdle: false, places: 3, fromMinute: 0, toMinute: 0, gpu: false, tee: false, tasks: 0, slots: 3, score: 0, weight: 2, staked: '10', locked: '0', done24h: 3, failed24h: 1, earned24h: '7', delayMs: 20, lastSeen: NOW, ...part }) as OpsWorker;

describe('workers of a pool', () => {
  const rows = [worker({}), worker({ name: 'b', owner: address('0xEE'), state: 'lost', staked: '9', draining: true }), worker({ name: 'c', owner: address('0xff'), os: null, paused: true, staked: '100' })];
  it('are filtered by state and words, grouped, and counted by owner', () => {
    expect(['fresh', 'lost', 'draining', 'paused', ''].map((state) => rows.filter((each) => workerFits(each, { state })).length)).toEqual([2, 1, 1, 1, 3]);
    expect(rows.filter((each) => workerFits(each, { text: 'linux' }))).toHaveLength(2);
    expect(workerGroups(rows, 'os').map(({ name, rows: members }) => [name, members.length])).toEqual([['Linux', 2], ['', 1]]);
    expect(workerGroups(rows, 'nonsense')).toHaveLength(1);
    expect([...sharedOwners(rows)]).toEqual([address('0xee').toLowerCase()]);
  });
  it('are sorted by amounts as numbers, those without a value last', () => {
    const columns = [{ sort: 'stake', value: (each: OpsWorker) => each.staked }, { sort: 'os', value: (each: OpsWorker) => each.os }];
    expect(sortRows(rows, columns, '-stake').map((each) => each.staked)).toEqual(['100', '10', '9']);
    expect(sortRows(rows, columns, 'os').map((each) => each.name)).toEqual(['a', 'b', 'c']);
    expect(sortRows(rows, columns, '-os').map((each) => each.os).at(-1)).toBeNull();
    expect(sortRows(rows, columns, 'unknown')).toBe(rows);
  });
  it('fail by share of the day, and are compared member by member', () => {
    expect([workerFailures(rows[0]!), workerFailures(worker({ done24h: 0, failed24h: 0 }))]).toEqual([0.25, null]);
    const differing = workerFacts(rows[0]!).filter(([, value], at) => value !== workerFacts(rows[1]!)[at]![1]).map(([name]) => name);
    expect(differing).toEqual(['State', 'Stake', 'Owner']);
  });
  it('join step by step', () => {
    const done = (...given: Parameters<typeof joinSteps>): boolean[] => joinSteps(...given).map((step) => step.done);
    expect(done(null, null, null)).toEqual([false, false, false, false]);
    expect(done(null, '5', '6')).toEqual([false, false, false, false]);
    expect(done(null, '6', '6')).toEqual([false, true, false, false]);
    expect(done(worker({}), '10', null)).toEqual([true, true, true, true]);
    expect(done(worker({ lastSeen: null, cores: 0 }), '10', null)).toEqual([true, true, false, false]);
  });
});

describe('earnings', () => {
  const earned = (part: Partial<Earning>): Earning => ({ day: '2026-11-25', account: null, app: null, category: 0, gross: '9007199254740993', workers: '8', scheduler: '-1', slashed: '0', refunds: '2', cpuSeconds: 1_800, tasks: 2, ...part });
  const rows = [earned({}), earned({ category: 1, cpuSeconds: null }), earned({ day: '2026-11-26' })];
  it('are summed by each key without losing a digit', () => {
    expect(sumEarnings(rows, 'day').map((sum) => [sum.key, String(sum.gross), sum.tasks, sum.cpuSeconds])).toEqual([['2026-11-25', '18014398509481986', 4, 1_800], ['2026-11-26', '9007199254740993', 2, 1_800]]);
    expect(sumEarnings(rows, 'category').map((sum) => sum.key)).toEqual(['0', '1']);
    expect([String(totalEarnings(rows).scheduler), String(totalEarnings(rows).refunds), totalEarnings([]).tasks]).toEqual(['-3', '6', 0]);
  });
  it('become money by the typed rate, less the typed cost', () => {
    const sum = { ...totalEarnings([earned({ gross: '4000000000', cpuSeconds: 7_200 })]) };
    const costs = { perCpuHour: 0.5, rate: 1.5, currency: 'EUR' };
    expect([worthOf(sum.gross, costs), costOf(sum, costs), marginOf(sum, costs)]).toEqual([6, 1, 5]);
    expect([marginOf(sum, { ...costs, rate: null }), costOf({ cpuSeconds: null }, costs)]).toEqual([null, null]);
    expect([typedNumber('0,25'), typedNumber(' 3 '), typedNumber('-1'), typedNumber('x')]).toEqual([0.25, 3, null, null]);
  });
});

describe('alerts', () => {
  const alert = (code: string, since: number, silencedUntil: number | null = null): Alert => ({ code, since, silencedUntil, acknowledged: false, level: 'warning', runbook: '', text: code });
  it('are news once for each time they begin, unless they are silenced', () => {
    const known = begun([alert('A', 1)]);
    expect(newAlerts([alert('A', 1), alert('B', 2), alert('C', 3, NOW + 1), alert('D', 4, NOW - 1)], known, NOW).map(({ code }) => code)).toEqual(['B', 'D']);
    expect(newAlerts([alert('A', 9)], known, NOW)).toHaveLength(1);
  });
  it('have a rule each', () => {
    expect(new Set(ALERT_RULES.map(([code]) => code)).size).toBe(ALERT_RULES.length);
  });
});

describe('figures', () => {
  it('bars of several hours add up what ended and keep the most that ran', () => {
    const hour = (time: number, completed: number, running: number) => ({ time, completed, failed: 1, running, queued: 0 });
    expect(inSteps([hour(0, 1, 5), hour(1, 2, 3), hour(2, 4, 1)], 2)).toEqual([{ time: 0, completed: 3, failed: 2, running: 5, queued: 0 }, { time: 2, completed: 4, failed: 1, running: 1, queued: 0 }]);
    expect([0, 1, 3, 7, 10, 11, 480].map(roundTop)).toEqual([1, 1, 5, 10, 10, 20, 500]);
    expect([fillRate({ volume: 10, remaining: 4 }), fillRate({ volume: 0, remaining: 0 })]).toEqual([0.6, 0]);
  });
  it('the dashboard asks for the series of the market only', () => {
    const series = ['pool_workers', 'pool_cores', 'pool_gpus', 'pool_tasks', 'pool_stage_seconds', 'pool_replicas_total', 'pool_reward_nrlc_total', 'pool_stake_nrlc', 'chain_head_age_seconds', 'chain_events_lag', 'book_orders', 'book_best_nrlc', 'ws_clients', 'ws_dropped_total', 'http_requests_seconds'];
    const asked = dashboard.panels.flatMap((panel) => panel.targets.map(({ expr }) => expr)).join(' ');
    const names = new Set(asked.match(/\b(?:pool|chain|book|ws|http)_\w+/g));
    expect([...names].sort()).toEqual(series.sort());
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});
