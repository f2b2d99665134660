// When an open wallet of this page locks itself (web-ui.md §7.2): ten idle minutes, or half an hour in a hidden tab.

export const IDLE_MS = 10 * 60_000;
export const HIDDEN_MS = 30 * 60_000;

export type Presence = { touched: number; hiddenSince: number | null };

/** A hidden page cannot be touched: it has the longer time. */
export function lockAt({ touched, hiddenSince }: Presence): number {
  return hiddenSince === null ? touched + IDLE_MS : hiddenSince + HIDDEN_MS;
}

export const mustLock = (presence: Presence, now: number): boolean => now >= lockAt(presence);
