// Cumulative volumes by price, for the depth chart (M-21).
import type { BookState, Entry } from './book';

export type DepthPoint = { price: number; sum: number };
/** Each side from its best price outwards; the frame of both. */
export type Depth = { asks: DepthPoint[]; bids: DepthPoint[]; from: number; to: number; most: number };

function pointsOf(entries: Entry[]): DepthPoint[] {
  const points: DepthPoint[] = [];
  let sum = 0;
  for (const entry of entries) {
    sum += entry.remaining;
    const price = Number(entry.price);
    const last = points[points.length - 1];
    if (last?.price === price) last.sum = sum;
    else points.push({ price, sum });
  }
  return points;
}

/** Null for an empty book. The picture ends at the worst price of each side, at three times its best at the most: one absurd order does not squeeze the rest. */
export function depthOf(book: Pick<BookState, 'asks' | 'bids'>): Depth | null {
  const best = { ask: Number(book.asks[0]?.price ?? NaN), bid: Number(book.bids[0]?.price ?? NaN) };
  const asks = pointsOf(book.asks).filter((point) => point.price <= Math.max(3 * best.ask, 1));
  const bids = pointsOf(book.bids).filter((point) => point.price >= best.bid / 3);
  const prices = [...asks, ...bids].map((point) => point.price);
  if (prices.length === 0) return null;
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const pad = Math.max(1, (high - low) * 0.05);
  return { asks, bids, from: Math.max(0, low - pad), to: high + pad, most: Math.max(asks[asks.length - 1]?.sum ?? 0, bids[bids.length - 1]?.sum ?? 0, 1) };
}

/** Closed outline of one side as an SVG path; it goes on to its edge of the picture. */
export function stepPath(side: 'asks' | 'bids', depth: Depth, width: number, height: number): string {
  const { from, to, most } = depth;
  const points = depth[side];
  const first = points[0];
  if (!first) return '';
  const x = (price: number): number => Math.round(((price - from) / (to - from)) * width * 10) / 10;
  const y = (sum: number): number => Math.round((height - (sum / most) * (height - 4)) * 10) / 10;
  return `M${x(first.price)} ${height}${points.map((point) => `H${x(point.price)}V${y(point.sum)}`).join('')}H${side === 'asks' ? width : 0}V${height}Z`;
}
