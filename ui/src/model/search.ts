// What was typed into the search field: refused with a reason before any request, or a query (web-ui.md §8.4).
import { t } from '@lingui/core/macro';

export type SearchInput =
  | { kind: 'empty' }
  | { kind: 'bad'; reason: string }
  | { kind: 'many'; ids: string[] }
  | { kind: 'query'; q: string; of: 'hash' | 'address' | 'number' | 'prefix' | 'name' };

export function parseSearch(text: string): SearchInput {
  const trimmed = text.trim();
  if (!trimmed) return { kind: 'empty' };
  const parts = trimmed.split(/[\s,;]+/);
  if (parts.length > 1 && parts.every((part) => /^0x[0-9a-fA-F]+$/.test(part))) return { kind: 'many', ids: parts };
  if (/^\d+$/.test(trimmed)) return { kind: 'query', q: trimmed, of: 'number' };
  if (!/^0x/i.test(trimmed)) {
    if (trimmed.length > 100) return { kind: 'bad', reason: t`A name has at most 100 characters here.` };
    return { kind: 'query', q: trimmed, of: 'name' };
  }
  const digits = trimmed.slice(2);
  const wrong = /[^0-9a-fA-F]/.exec(digits);
  if (wrong) return { kind: 'bad', reason: t`"${{ sign: wrong[0] }}" is no hexadecimal digit.` };
  if (digits.length < 6) return { kind: 'bad', reason: t`A beginning needs at least 6 digits after 0x.` };
  if (digits.length > 64) return { kind: 'bad', reason: t`An id has 64 digits, an address 40; this has ${{ number: digits.length }}.` };
  if (digits.length === 64) return { kind: 'query', q: trimmed.toLowerCase(), of: 'hash' };
  if (digits.length === 40) return { kind: 'query', q: trimmed, of: 'address' };
  return { kind: 'query', q: trimmed.toLowerCase(), of: 'prefix' };
}

const PATHS: Record<string, string> = {
  deal: '/deal/',
  task: '/task/',
  app: '/app/',
  dataset: '/dataset/',
  workerpool: '/workerpool/',
  worker: '/worker/',
  account: '/address/',
  transaction: '/tx/',
  block: '/block/',
  order: '/market/order/',
};

export function hitPath(hit: { kind: string; id: string }): string {
  return `${PATHS[hit.kind] ?? '/search?q='}${encodeURIComponent(hit.id)}`;
}

/** The query of an address as texts: a number would lose digits of an amount. */
export function queryOf(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function textOfQuery(query: Record<string, unknown>): string {
  const parts = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(parts.map(([name, value]) => [name, String(value)])).toString();
  return text ? `?${text}` : '';
}

/** A text around the first place where `typed` stands in it, whatever the case of its letters. */
export function splitAt(text: string, typed: string): [string, string, string] {
  const at = typed ? text.toLowerCase().indexOf(typed.toLowerCase()) : -1;
  return at < 0 ? [text, '', ''] : [text.slice(0, at), text.slice(at, at + typed.length), text.slice(at + typed.length)];
}
