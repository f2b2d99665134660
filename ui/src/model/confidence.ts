// Consensus arithmetic of PoCo (poco.md §9) and what is missing to it (E-21, T-16).
import { plural, t } from '@lingui/core/macro';

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
  const least = BigInt(Math.max(trust, 1));
  return best * least > total * (least - 1n);
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

export function missingWords(what: Missing | null): string {
  if (!what) return t`reached`;
  const { newcomers, score } = what;
  const many = plural(newcomers, {
    one: 'one newcomer', 2: 'two newcomers', 3: 'three newcomers', 4: 'four newcomers', 5: 'five newcomers', 6: 'six newcomers', other: '# newcomers',
  });
  return score === 0 ? many : t`${many} or one score ≥ ${score}`;
}
