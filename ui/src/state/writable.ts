// Whether anything may be sent now, and if not, why (web-ui.md §5, Stale and Read-only node): forms stay usable, sending waits.
import { t } from '@lingui/core/macro';
import { feed } from './live';
import { ApiError } from '../transport/http';
import { forcedState, useFeedStatus } from './data';
import { createStore, useStore } from './store';

/** Codes by which a node says that it takes no transactions. */
const READ_ONLY = new Set(['NODE_READ_ONLY', 'RPC_-32601']);

export const readOnlyStore = createStore(false);

/** Remembers that the node refused a write as such; what else went wrong says nothing about it. */
export function noteRefusal(error: unknown): void {
  if (error instanceof ApiError && READ_ONLY.has(error.code)) readOnlyStore.set(true);
}

function whyNot(phase: string, readOnly: boolean): string | null {
  if (readOnly) return t`The node of this market is read-only: it takes no transactions. Choose another market, or try again later.`;
  if (phase === 'lost' || phase === 'backoff' || forcedState() === 'stale') return t`The live connection is lost: what you see may be old. It can be sent as soon as the connection is back.`;
  return null;
}

export const whyNotSend = (): string | null => whyNot(feed.status.phase, readOnlyStore.get());

export function useWhyNotSend(): string | null {
  const { phase } = useFeedStatus();
  return whyNot(phase, useStore(readOnlyStore));
}
