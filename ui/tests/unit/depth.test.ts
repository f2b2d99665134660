// Depth of the book (M-21).
import { describe, expect, it } from 'vitest';
import { bookOfSnapshot } from '../../src/model/book';
import { depthOf, stepPath } from '../../src/model/depth';
import { asks, bids } from '../fixture';

const book = bookOfSnapshot('orders', { asks, bids });

describe('depth', () => {
  it('sums volumes from the best price outwards', () => {
    const depth = depthOf(book)!;
    expect(depth.asks.map(({ price, sum }) => [price, sum])).toEqual([[8, 1], [9, 4], [10, 5], [11, 6], [12, 9], [14, 10], [15, 11]]);
    expect(depth.bids.map(({ price, sum }) => [price, sum])).toEqual([[3, 3], [2, 6], [1, 11]]);
    expect([depth.most, depth.from, depth.to]).toEqual([11, 0, 16]);
  });
  it('an absurd order does not squeeze the picture, an empty book has none', () => {
    const wild = bookOfSnapshot('orders', { asks: [...asks, { ...asks[0]!, hash: `0x${'9'.repeat(64)}`, price: '1000000000' }], bids });
    expect(depthOf(wild)!.to).toBe(16);
    expect(depthOf(bookOfSnapshot('orders', {}))).toBeNull();
  });
  it('outlines stay inside their picture', () => {
    const depth = depthOf(book)!;
    for (const side of ['asks', 'bids'] as const) {
      const path = stepPath(side, depth, 360, 150);
      expect(path).toMatch(/^M[\d.]+ 150(H[\d.]+V[\d.]+)+H\d+V150Z$/);
      for (const [, x] of path.matchAll(/H([\d.]+)/g)) expect(Number(x)).toBeLessThanOrEqual(360);
    }
    expect(stepPath('asks', { ...depth, asks: [] }, 360, 150)).toBe('');
  });
});
