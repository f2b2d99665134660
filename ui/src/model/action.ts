// Any signed operation (web-ui.md §5.2): what may follow what, and what a second click does.
import { t } from '@lingui/core/macro';
import type { OrderKind } from './orders';

export type ActionState =
  | 'draft'
  | 'checking'
  | 'ready'
  | 'blocked'
  | 'signing'
  | 'submitting'
  | 'accepted'
  | 'in block'
  | 'final'
  | 'rejected'
  | 'unknown';

const NEXT: Record<ActionState, ActionState[]> = {
  draft: ['checking', 'signing'],
  checking: ['ready', 'blocked', 'draft'],
  ready: ['signing', 'checking', 'draft'],
  blocked: ['checking', 'draft'],
  signing: ['submitting', 'ready', 'rejected'],
  submitting: ['accepted', 'in block', 'final', 'rejected', 'unknown'],
  accepted: ['in block', 'final', 'rejected'],
  'in block': ['final', 'rejected'],
  final: ['draft'],
  rejected: ['draft', 'checking', 'ready'],
  // Only an answer of the node leads out of not knowing (T-10).
  unknown: ['accepted', 'in block', 'final', 'rejected'],
};

export function mayFollow(from: ActionState, to: ActionState): boolean {
  return NEXT[from].includes(to);
}

/** A click on the button counts in these states only: a double click never makes a second order. */
export function maySubmit(state: ActionState): boolean {
  return state === 'ready' || state === 'draft' || state === 'rejected';
}

export type Activity = {
  id: string;
  title: string;
  state: ActionState;
  started: number;
  changed: number;
  note: string | null;
  link: string | null;
  /** Order hash or transaction hash: by it the node is asked before anything is sent again. */
  key: string | null;
  /** What the key is a hash of: a transaction, an order that rests in its book, or the order that a deal is made of. */
  asks: 'transaction' | 'deal' | OrderKind | null;
  /** The form that it belongs to, where that form shows its steps. */
  topic: string | null;
  account: string | null;
  /** Path of the page on which it was begun. */
  page: string;
};

export const ACTIVITY_KEPT = 50;

export function withActivity(list: Activity[], next: Activity): Activity[] {
  const at = list.findIndex((each) => each.id === next.id);
  if (at < 0) return [next, ...list].slice(0, ACTIVITY_KEPT);
  const copy = list.slice();
  copy[at] = next;
  return copy;
}

/** A reload ends what was being signed; what was sent is not known until the node is asked. */
export function afterReload(list: Activity[]): Activity[] {
  return list.map((each) => {
    if (each.state === 'signing' || each.state === 'checking') return { ...each, state: 'rejected', note: t`the page was left before it was signed` };
    if (each.state === 'submitting') return { ...each, state: 'unknown', note: t`sent before the page was reloaded` };
    return each;
  });
}
