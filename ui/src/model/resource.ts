import type { Resource } from '../transport/api';

/** Failed among ended tasks; null before the first one has ended. */
export function failureRate(row: Pick<Resource, 'completed' | 'failed'>): number | null {
  const ended = row.completed + row.failed;
  return ended === 0 ? null : row.failed / ended;
}

/** By price or by failures, the least first; those that are not for sale, or never ran, come last. */
export function sortResources(rows: Resource[], by: string): Resource[] {
  if (by === 'failures') return rows.slice().sort((a, b) => (failureRate(a) ?? 2) - (failureRate(b) ?? 2));
  if (by !== 'price') return rows;
  return rows.slice().sort((a, b) => {
    if (a.bestPrice === null || b.bestPrice === null) return Number(a.bestPrice === null) - Number(b.bestPrice === null);
    const difference = BigInt(a.bestPrice) - BigInt(b.bestPrice);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  });
}
