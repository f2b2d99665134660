// What a market page is about, from its address: category, capability class, trust (M-04).
import type { TagClass } from './domain';

export type Commodity = { category: number; tag: TagClass; trust: number; key: string };

const CLASSES: TagClass[] = ['none', 'tee', 'gpu', 'any'];

export function commodityOf(category: string | undefined, tag: string | null | undefined, trust: string | null | undefined): Commodity {
  const number = Number(/^(?:cat)?(\d+)$/i.exec(category ?? '0')?.[1] ?? '0');
  const known = CLASSES.find((each) => each === tag) ?? 'none';
  const least = Math.max(0, Math.floor(Number(trust ?? '0')) || 0);
  return { category: number, tag: known, trust: least, key: `${number}-${known}-${least}` };
}
