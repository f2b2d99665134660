// What became of an action whose answer was lost: what the node says about its key, as the action's next state (§5.2).
import { t } from '@lingui/core/macro';
import { mayFollow, type Activity, type ActionState } from './action';

/** The node's word about a transaction, an order or a deal. */
export type Finding =
  | { kind: 'done'; note: string; link: string | null }
  | { kind: 'failed'; note: string }
  /** Known there, but not in a block yet. */
  | { kind: 'waiting' }
  | { kind: 'absent' };

/** So long what was sent may still be on its way to the node. */
export const ON_ITS_WAY_MS = 30_000;

const FOLLOWED: ActionState[] = ['unknown', 'accepted', 'in block'];

/** Whether the node must still be asked about it. */
export const isOpen = (activity: Activity): boolean => !!activity.key && !!activity.asks && FOLLOWED.includes(activity.state);

/** The action after the node's answer; the same object where the answer changes nothing. */
export function afterFinding(activity: Activity, finding: Finding, now: number): Activity {
  const to = (state: ActionState, note: string, link: string | null = activity.link): Activity =>
    (state === activity.state && note === activity.note) || (state !== activity.state && !mayFollow(activity.state, state)) ? activity : { ...activity, state, note, link, changed: now };
  if (finding.kind === 'done') return to('final', finding.note, finding.link ?? activity.link);
  if (finding.kind === 'failed') return to('rejected', finding.note);
  if (finding.kind === 'waiting') return to('accepted', t`the node has it; it waits for a block`);
  if (now - activity.changed < ON_ITS_WAY_MS) return activity;
  return to('rejected', t`the node was asked and does not know it: nothing was done, it may be sent again`);
}

/** Newest action of a form by this account, or null. */
export function latestOf(list: readonly Activity[], topic: string, account: string | null): Activity | null {
  return list.find((each) => each.topic === topic && each.account !== null && each.account === account) ?? null;
}

/** Why an action cannot be tried again now, or null. */
export function againWhy(activity: Activity, account: string | null): string | null {
  if (activity.state === 'unknown') return t`The node is asked first.`;
  if (account === null) return t`Connect a wallet first.`;
  return activity.account === account ? null : t`Another account did this: switch to it first.`;
}
