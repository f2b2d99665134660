// Stages of a task with their times and who did them (E-20), from what the chain logged.
import type { TaskDetail } from '../transport/api';
import { statusAt } from './domain';

export type StageName = 'sealed' | 'initialised' | 'contributions' | 'consensus' | 'reveal' | 'finalised' | 'refunded';
/** `from` to `to`: first and last event of the stage; `actor`: its only or its last one. */
export type Stage = { name: StageName; state: 'done' | 'now' | 'bad' | 'next'; from: number | null; to: number | null; actor: string | null };

type Logged = Pick<Stage, 'from' | 'to' | 'actor'>;
const NOTHING: Logged = { from: null, to: null, actor: null };

function logged(detail: TaskDetail, name: string): Logged {
  const events = detail.events.filter((event) => event.name === name);
  const last = events[events.length - 1];
  return last ? { from: events[0]!.time, to: last.time, actor: last.actor } : NOTHING;
}

/** Who finalised: a worker that contributed and finalised in one transaction, else the scheduler of the pool. */
function finaliser(detail: TaskDetail): string {
  const end = detail.events.find((event) => event.name === 'TaskFinalize');
  const own = detail.contributions.find((each) => each.tx === end?.tx);
  return own?.worker ?? detail.deal.workerpool.owner;
}

export function stagesOf(detail: TaskDetail, now: number): Stage[] {
  const { task, deal } = detail;
  const status = statusAt(task, now);
  const failed = status === 'FAILED' || status === 'CLAIMABLE';
  const complete = status === 'COMPLETE';
  const started = task.initialised !== null;
  const consensus = task.consensus !== null;
  const revealed = task.winners > 0 && task.revealed === task.winners;
  const stateOf = (done: boolean, current: boolean): Stage['state'] => (done ? 'done' : failed ? 'bad' : current ? 'now' : 'next');
  // After a reopening the last consensus is the one that counts.
  const agreed = logged(detail, 'TaskConsensus');
  const ended: Logged = task.ended === null ? NOTHING : { from: task.ended, to: task.ended, actor: complete ? finaliser(detail) : (logged(detail, 'TaskClaimed').actor ?? null) };
  return [
    { name: 'sealed', state: 'done', from: deal.time, to: deal.time, actor: deal.requester },
    { name: 'initialised', state: stateOf(started, !started), from: task.initialised, to: task.initialised, actor: started ? deal.workerpool.owner : null },
    { name: 'contributions', state: stateOf(consensus, started), ...logged(detail, 'TaskContribute') },
    { name: 'consensus', state: stateOf(consensus, started && task.contributions > 0), from: consensus ? agreed.to : null, to: consensus ? agreed.to : null, actor: null },
    { name: 'reveal', state: stateOf(complete || revealed, consensus), ...(consensus ? logged(detail, 'TaskReveal') : NOTHING) },
    { name: status === 'FAILED' ? 'refunded' : 'finalised', state: complete ? 'done' : failed ? 'bad' : revealed ? 'now' : 'next', ...ended },
  ];
}
