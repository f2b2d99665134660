// Workers of a pool (web-ui.md §10.2): filters, groups, a record as lines to compare, what a new machine has reached.
import { t } from '@lingui/core/macro';
import type { OpsWorker } from '../transport/api';
import { amountWithUnit, bytes, count, MISSING, percent } from './format';

export const WORKER_STATES = ['fresh', 'late', 'lost', 'draining', 'paused', 'banned'] as const;
export type WorkerState = (typeof WORKER_STATES)[number];

const isState = (row: OpsWorker, state: string): boolean => (state === 'draining' ? row.draining : state === 'paused' ? row.paused || row.offHours : state === 'banned' ? row.banned : row.state === state);

export function workerFits(row: OpsWorker, filter: { text?: string | undefined; state?: string | undefined }): boolean {
  if (filter.state && !isState(row, filter.state)) return false;
  const needle = filter.text?.trim().toLowerCase();
  return !needle || [row.address, row.name, row.owner, row.os, row.platform, row.cpu, row.software].some((each) => each?.toLowerCase().includes(needle));
}

export const GROUPS = ['owner', 'state', 'os', 'software'] as const;
export type GroupBy = (typeof GROUPS)[number];

/** Rows by one member, in the order in which its values come first. */
export function workerGroups(rows: OpsWorker[], by: string): { name: string; rows: OpsWorker[] }[] {
  const member = GROUPS.find((each) => each === by);
  if (!member) return rows.length ? [{ name: '', rows }] : [];
  const groups = new Map<string, OpsWorker[]>();
  for (const row of rows) {
    const name = row[member] || '';
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups].map(([name, members]) => ({ name, rows: members }));
}

/** Owners of more than one machine: their shares of the pool count together (§10.7). */
export function sharedOwners(rows: OpsWorker[]): Set<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { owner } of rows) (seen.has(owner.toLowerCase()) ? shared : seen).add(owner.toLowerCase());
  return shared;
}

/** Share of the last day's contributions that were lost or not revealed; null without any. */
export function workerFailures(row: Pick<OpsWorker, 'done24h' | 'failed24h'>): number | null {
  const all = row.done24h + row.failed24h;
  return all === 0 ? null : row.failed24h / all;
}

/** §10.2: how long after a sign of life a worker is late, and lost. */
const LATE_MS = 5_000;
const LOST_MS = 15_000;

export type Beat = { state: OpsWorker['state']; from: number; to: number };

/** The time between signs of life, up to now, in pieces of one state; what follows a sign is fresh, then late, then lost. */
export function beats(times: number[], now: number): Beat[] {
  const out: Beat[] = [];
  const add = (state: Beat['state'], from: number, to: number): void => {
    const last = out[out.length - 1];
    if (to <= from) return;
    if (last?.state === state && last.to === from) last.to = to;
    else out.push({ state, from, to });
  };
  times.forEach((from, at) => {
    const to = Math.max(from, times[at + 1] ?? now);
    add('fresh', from, Math.min(to, from + LATE_MS));
    add('late', from + LATE_MS, Math.min(to, from + LOST_MS));
    add('lost', from + LOST_MS, to);
  });
  return out;
}

const yes = (is: boolean): string => (is ? t`yes` : t`no`);

/** What two machines are compared by. */
export function workerFacts(row: OpsWorker): [string, string][] {
  return [
    [t`State`, row.state],
    [t`System`, row.os || MISSING],
    [t`Platform`, row.platform || MISSING],
    [t`Processor`, row.cpu || MISSING],
    [t`CPUs`, count(row.cores)],
    [t`Memory`, bytes(row.memoryMib * 1_048_576)],
    [t`GPU`, yes(row.gpu)],
    [t`Enclave`, yes(row.tee)],
    [t`Active tasks`, `${row.tasks}/${row.places}`],
    [t`Score`, count(row.score)],
    [t`Weight`, count(row.weight)],
    [t`Stake`, amountWithUnit(row.staked)],
    [t`Locked`, amountWithUnit(row.locked)],
    [t`Done 24 h`, count(row.done24h)],
    [t`Failed 24 h`, percent(workerFailures(row))],
    [t`Earned 24 h`, amountWithUnit(row.earned24h)],
    [t`Version`, row.software],
    [t`Owner`, row.owner],
  ];
}

export type JoinStep = { name: string; done: boolean; detail: string };

/** How far a machine has come that joins the pool. `least`: stake that one task needs, in nRLC, where known. */
export function joinSteps(row: OpsWorker | null, staked: string | null, least: string | null): JoinStep[] {
  const enough = staked !== null && BigInt(staked) > 0n && (least === null || BigInt(staked) >= BigInt(least));
  return [
    { name: t`reached the pool`, done: row !== null, detail: row ? row.name : t`its first words to the scheduler are awaited` },
    { name: t`stake`, done: enough, detail: staked === null ? t`this account has no stake yet` : least === null ? amountWithUnit(staked) : t`${amountWithUnit(staked)}; one task needs ${amountWithUnit(least)}` },
    { name: t`capability probe`, done: row !== null && row.cores > 0 && row.memoryMib > 0, detail: row ? t`${count(row.cores)} cores, ${bytes(row.memoryMib * 1_048_576)}, ${row.platform || row.os || MISSING}` : t`comes with its first words` },
    { name: t`first ping`, done: row?.lastSeen !== null && row !== null, detail: row?.delayMs === null || row === null ? t`not yet` : t`answered within ${count(row.delayMs)} ms` },
  ];
}
