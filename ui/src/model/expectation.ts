// What a buyer may expect before anybody has computed (M-33): runs for a trust, times, deadlines.

/** Expected number of agreeing runs until a group of workers drawn with these weights reaches a trust: weights multiply, the product has to be the trust. */
export function expectedRuns(trust: number, weights: number[]): number {
  const usable = weights.filter((weight) => weight >= 2);
  if (trust <= 1) return 1;
  const drawn = usable.length ? usable : [2];
  const known = new Map<number, number>();
  const need = (factor: number): number => {
    if (factor <= 1) return 0;
    const found = known.get(factor);
    if (found !== undefined) return found;
    const runs = 1 + drawn.reduce((sum, weight) => sum + need(Math.ceil(factor / weight)), 0) / drawn.length;
    known.set(factor, runs);
    return runs;
  };
  return need(trust);
}

export type Deadlines = { contribution: number; reveal: number; final: number };

/** The three deadlines of tasks sealed at `now`. */
export function deadlinesOf(category: { contributionSeconds: number; revealSeconds: number; finalSeconds: number }, now: number): Deadlines {
  const at = (seconds: number): number => now + seconds * 1000;
  return { contribution: at(category.contributionSeconds), reveal: at(category.contributionSeconds + category.revealSeconds), final: at(category.finalSeconds) };
}
