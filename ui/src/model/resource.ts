import type { Resource } from '../transport/api';

/** Failed among ended tasks; null before the first one has ended. */
export function failureRate(row: Pick<Resource, 'completed' | 'failed'>): number | null {
  const ended = row.completed + row.failed;
  return ended === 0 ? null : row.failed / ended;
}
