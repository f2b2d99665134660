// The strip of a bag: one letter a bucket of tasks, the worst status in it (E-10).
import type { TaskStatus } from './domain';

export const STRIP_STATUS: Record<string, TaskStatus> = { N: 'NOT_STARTED', R: 'RUNNING', L: 'LATE', V: 'REVEALING', C: 'COMPLETE', X: 'CLAIMABLE', F: 'FAILED' };
export const MOST_BUCKETS = 1_000;

export type Run = { from: number; to: number; status: TaskStatus };

const statusOf = (letter: string): TaskStatus => STRIP_STATUS[letter] ?? 'NOT_STARTED';

/** The same as a list: neighbours of one status together, with the first and last index of their tasks. */
export function runsOf(strip: { buckets: string; bucketSize: number; first: number; volume: number }): Run[] {
  const runs: Run[] = [];
  const end = strip.first + strip.volume - 1;
  Array.from(strip.buckets).forEach((letter, at) => {
    const status = statusOf(letter);
    const from = Math.floor(strip.first + at * strip.bucketSize);
    const to = Math.min(end, Math.floor(strip.first + (at + 1) * strip.bucketSize) - 1);
    const last = runs[runs.length - 1];
    if (last && last.status === status) last.to = to;
    else runs.push({ from, to, status });
  });
  return runs;
}

/** Index of the task under a point of the strip; `share` 0 … 1 of its width. */
export function indexAt(strip: { first: number; volume: number }, share: number): number {
  return strip.first + Math.min(strip.volume - 1, Math.max(0, Math.floor(share * strip.volume)));
}

/** Rows to ask for so that a view is filled: aligned, so that small movements ask nothing new. */
export function windowOf(firstVisible: number, visible: number, first: number, volume: number): { from: number; limit: number } {
  const step = 25;
  const from = Math.max(first, first + Math.floor((firstVisible - first - step) / step) * step);
  const limit = Math.min(Math.ceil((visible + 3 * step) / step) * step, 200, first + volume - from);
  return { from, limit: Math.max(1, limit) };
}

/** Whether what was asked for holds all rows of a view. */
export function holds(asked: { from: number; limit: number }, firstVisible: number, visible: number, first: number, volume: number): boolean {
  return asked.from <= firstVisible && Math.min(firstVisible + visible, first + volume) <= asked.from + asked.limit;
}

/** Where a key leads on the strip, as on any slider; null for a key that is none of its own. */
export function moved(key: string, at: number, parts: number): number | null {
  const leap = Math.max(1, Math.round(parts / 10));
  const steps: Record<string, number> = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, PageUp: at + leap, PageDown: at - leap, Home: 0, End: parts - 1 };
  const next = steps[key];
  return next === undefined ? null : Math.min(parts - 1, Math.max(0, next));
}
