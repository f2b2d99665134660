// How fast blocks follow one another.
import type { Block } from '../transport/api';

/** For each block but the oldest: its number and the seconds since the one before it, oldest first. Lists come newest first.
 * The time of the genesis is written into its file: what follows it says nothing. */
export function blockTimes(blocks: Pick<Block, 'number' | 'time'>[]): { x: number; y: number }[] {
  const sorted = [...blocks].sort((a, b) => a.number - b.number);
  const genesis = sorted[0]?.number === 0 ? sorted[0].time : null;
  return sorted.slice(1).flatMap((block, at) => {
    const before = sorted[at]!;
    return before.number === block.number - 1 && before.time !== genesis ? [{ x: block.number, y: (block.time - before.time) / 1_000 }] : [];
  });
}
