// Consensus arithmetic of PoCo (poco.md §9) and what is missing to it (E-21, T-16).

/** Credibility weight of a worker with this score. */
export function weightOf(score: number): number {
  return Math.max(Math.floor(score / 3), 3) - 1;
}

/** Least score whose weight is at least `weight`. */
export function scoreFor(weight: number): number {
  return weight <= 2 ? 0 : 3 * (weight + 1);
}

export type Group = { hash: string; weight: bigint };

/** Groups after the contributions in order: a group's weight is the product of its members' weights. */
export function groupsOf(contributions: { hash: string; weight: number }[]): Group[] {
  const groups: Group[] = [];
  for (const { hash, weight } of contributions) {
    const found = groups.find((each) => each.hash === hash);
    if (found) found.weight *= BigInt(weight);
    else groups.push({ hash, weight: BigInt(weight) });
  }
  return groups;
}

export function totalOf(groups: Group[]): bigint {
  return groups.reduce((sum, each) => sum + each.weight, 1n);
}

/** group · T > total · (T − 1), strictly. */
export function reached(best: bigint, total: bigint, trust: number): boolean {
  const t = BigInt(Math.max(trust, 1));
  return best * t > total * (t - 1n);
}

export type Missing = { newcomers: number; score: number };

/** What would bring the strongest group over the threshold: n agreeing newcomers (weight 2), or one worker of a score. */
export function missing(best: bigint, total: bigint, trust: number): Missing | null {
  if (reached(best, total, trust)) return null;
  const others = total - best;
  const enough = (factor: bigint): boolean => {
    const group = (best > 0n ? best : 1n) * factor;
    return reached(group, others + group, trust);
  };
  let newcomers = 1;
  let factor = 2n;
  while (!enough(factor) && newcomers < 64) {
    newcomers += 1;
    factor *= 2n;
  }
  let low = 2n;
  let high = factor;
  while (low < high) {
    const middle = (low + high) / 2n;
    if (enough(middle)) high = middle;
    else low = middle + 1n;
  }
  return { newcomers, score: scoreFor(Number(low)) };
}

const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

export function missingWords(what: Missing | null): string {
  if (!what) return 'reached';
  const many = WORDS[what.newcomers] ?? String(what.newcomers);
  const newcomers = `${many} ${what.newcomers === 1 ? 'newcomer' : 'newcomers'}`;
  return what.score === 0 ? newcomers : `${newcomers} or one score ≥ ${what.score}`;
}
