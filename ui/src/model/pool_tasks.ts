// Tasks of a pool as its operator sees them (web-ui.md §10.3): stages of the board, filters, and which acts the chain would take.
import { plural, t } from '@lingui/core/macro';
import type { OpsTask, Task } from '../transport/api';
import { statusAt } from './domain';
import { duration } from './format';

/** A replica as the scheduler's record shows it; times are unix milliseconds. */
export type PoolReplica = { worker: string; name: string; round: number; status: string; lost: boolean; dropped: boolean; cause: string | null; assigned_ms: number; history: { status: string; ms: number }[] };

export const STAGES = ['queue', 'compute', 'reveal', 'upload', 'finalise', 'ended'] as const;
export type Stage = (typeof STAGES)[number];

const STAGE_OF: Record<string, Stage> = {
  RECEIVED: 'queue',
  INITIALIZING: 'queue',
  INITIALIZED: 'queue',
  RUNNING: 'compute',
  CONSENSUS_REACHED: 'reveal',
  AT_LEAST_ONE_REVEALED: 'reveal',
  RESULT_UPLOADING: 'upload',
  RESULT_UPLOADED: 'upload',
  FINALIZING: 'finalise',
};

/** By the scheduler's word; without one, by the chain's. */
export function stageOf(row: Pick<OpsTask, 'phase' | 'task'>): Stage {
  if (row.task.ended !== null) return 'ended';
  const told = STAGE_OF[row.phase];
  if (told) return told;
  return row.task.status === 'REVEALING' ? 'reveal' : row.task.status === 'NOT_STARTED' ? 'queue' : 'compute';
}

export const replicasOf = (row: Pick<OpsTask, 'replicates'>): PoolReplica[] => row.replicates as unknown as PoolReplica[];

/** Replicas that are still expected to contribute. */
export const runningOf = (row: Pick<OpsTask, 'replicates'>): number => replicasOf(row).filter((each) => !each.lost && !each.dropped && !/CONTRIBUTED|REVEAL|UPLOAD|COMPLETED/.test(each.status)).length;

/** When the task entered its stage, where that is known. `revealMs`: length of its category's time to reveal. */
export function stageSince(row: OpsTask, revealMs: number): number | null {
  const { task } = row;
  if (task.ended !== null) return task.ended;
  const stage = stageOf(row);
  if (stage === 'reveal') return task.revealDeadline === null ? null : task.revealDeadline - revealMs;
  const changes = replicasOf(row).flatMap((each) => each.history ?? []);
  const first = (status: RegExp): number | null => changes.filter((each) => status.test(each.status)).reduce<number | null>((least, { ms }) => (least === null || ms < least ? ms : least), null);
  if (stage === 'compute') return first(/./) ?? task.initialised;
  if (stage === 'upload' || stage === 'finalise') return first(/UPLOAD/) ?? (task.revealDeadline === null ? null : task.revealDeadline - revealMs);
  return task.initialised;
}

export type TaskFilter = { stage?: string | undefined; app?: string | undefined; text?: string | undefined; risk?: boolean };

export function taskFits(row: OpsTask, filter: TaskFilter): boolean {
  const { task } = row;
  if (filter.risk && !row.risk) return false;
  if (filter.stage && stageOf(row) !== filter.stage) return false;
  if (filter.app && task.app.toLowerCase() !== filter.app.toLowerCase()) return false;
  const needle = filter.text?.trim().toLowerCase();
  if (!needle) return true;
  return [task.id, task.deal, task.app, task.requester, ...replicasOf(row).flatMap((each) => [each.worker, each.name])].some((each) => each.toLowerCase().includes(needle));
}

/** The rule that forbids to reopen the task at `now`; null where it is legal (poco.md §8.4). */
export function reopenRule(task: Task, now: number): string | null {
  const status = statusAt(task, now);
  if (status !== 'REVEALING' || task.revealDeadline === null) return t`Only a task that is being revealed can be reopened; this one is ${status}.`;
  if (now < task.revealDeadline) return t`Not before the reveal deadline, in ${duration(task.revealDeadline - now)}: until then a winner may still reveal.`;
  if (task.revealed > 0) return plural(task.revealed, { one: '# winner has revealed: the task can be finalised, not reopened.', other: '# winners have revealed: the task can be finalised, not reopened.' });
  return null;
}

/** The rule that forbids to finalise the task at `now`; null where it is legal (poco.md §8.5). */
export function finaliseRule(task: Task, now: number): string | null {
  const status = statusAt(task, now);
  if (status !== 'REVEALING' || task.revealDeadline === null) return t`Only a task that is being revealed can be finalised; this one is ${status}.`;
  if (task.revealed === 0) return t`Nobody has revealed yet: there is no result to publish.`;
  if (task.revealed < task.winners && now < task.revealDeadline) return t`${task.revealed} of ${task.winners} winners have revealed; before all have, only after the reveal deadline, in ${duration(task.revealDeadline - now)}.`;
  return null;
}

/** Why replicas failed, most frequent first. */
export function causesOf(replicas: PoolReplica[]): { cause: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const each of replicas) {
    const cause = each.cause ?? (each.lost ? 'WORKER_LOST' : null);
    if (cause) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }
  return [...counts].map(([cause, count]) => ({ cause, count })).sort((a, b) => b.count - a.count);
}
