// How fast blocks follow one another.
import type { Block } from '../transport/api';

/** For each block but the oldest: its number and the seconds since the one before it, oldest first. Lists come newest first. */
export function blockTimes(blocks: Pick<Block, 'number' | 'time'>[]): { x: number; y: number }[] {
  const sorted = [...blocks].sort((a, b) => a.number - b.number);
  return sorted.slice(1).flatMap((block, at) => {
    const before = sorted[at]!;
    return before.number === block.number - 1 ? [{ x: block.number, y: (block.time - before.time) / 1_000 }] : [];
  });
}
