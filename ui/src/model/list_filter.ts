// Filters of the long lists: what is typed, what of it may be asked, and in which form the market wants it (§8.2).
import { isAddress } from './domain';

/** `day` is typed as YYYY-MM-DD; `dayEnd` asks for what was before the end of that day. */
export type FilterKind = 'text' | 'number' | 'address' | 'day' | 'dayEnd' | 'select' | 'category';

const DAY_FORM = /^\d{4}-\d\d-\d\d$/;

/** Start of the local day that begins `days` later, in unix milliseconds; null where it is no day. */
export function dayStart(text: string, days = 0): number | null {
  if (!DAY_FORM.test(text)) return null;
  const [year = 0, month = 0, date = 0] = text.split('-').map(Number);
  const start = new Date(year, month - 1, date);
  if (start.getMonth() !== month - 1) return null;
  start.setDate(date + days);
  return start.getTime();
}

/** Whether a text may be asked for; an empty one always may. */
export function mayAsk(kind: FilterKind, text: string): boolean {
  if (text === '') return true;
  if (kind === 'address') return isAddress(text);
  if (kind === 'number') return /^\d+$/.test(text);
  if (kind === 'day' || kind === 'dayEnd') return dayStart(text) !== null;
  return true;
}

/** The value of the request; null asks nothing. */
export function askedValue(kind: FilterKind, text: string | undefined): string | null {
  if (!text || !mayAsk(kind, text)) return null;
  if (kind === 'day') return String(dayStart(text));
  if (kind === 'dayEnd') return String(dayStart(text, 1));
  return text;
}
