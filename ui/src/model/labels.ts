// Names that the user gave to addresses, as a file: {"0x…": "name", …}.
import { isAddress } from './domain';

const LONGEST = 40;

/** What is in a file: good lines, and how many were none. Throws where it is no JSON object. */
export function labelsIn(text: string): { labels: Record<string, string>; refused: number } {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no object');
  const all = Object.entries(value);
  const good = all.filter(([address, label]) => isAddress(address) && typeof label === 'string' && label.trim() !== '');
  const labels = Object.fromEntries(good.map(([address, label]) => [address.toLowerCase(), String(label).trim().slice(0, LONGEST)]));
  return { labels, refused: all.length - good.length };
}
