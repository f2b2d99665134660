// Links that others wrote: what of them may be opened at all (S-04).

/** The address as a browser would open it, or null: only http and https are links, every other scheme stays text. */
export function webAddress(text: string): URL | null {
  if (!/^https?:\/\/[^\s]+$/i.test(text)) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

export type Doubt = 'plain' | 'name' | 'script' | 'number';

/** What makes one look twice before opening it, the gravest first. */
export function doubtsOf(url: URL): Doubt[] {
  const found: Doubt[] = [];
  // What stands before an @ is no part of the host, however much it looks like one.
  if (url.username || url.password) found.push('name');
  if (/(^|\.)xn--/.test(url.hostname)) found.push('script');
  if (/^(\d+\.){3}\d+$|^\[/.test(url.hostname)) found.push('number');
  if (url.protocol === 'http:') found.push('plain');
  return found;
}
