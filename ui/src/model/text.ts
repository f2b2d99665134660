// Untrusted text (names, descriptions, params, log lines): made visible, clipped, checked for look-alikes (§4, S-07).

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Control, invisible and direction-changing characters as visible code points. Tab and newline stay. */
export function visible(text: string): string {
  return text.replace(CONTROL, (character) => `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

export const CLIP = 200;

/** Characters are code points, so that a pair is never cut. */
export function clip(text: string, limit = CLIP): { text: string; clipped: boolean } {
  if (text.length <= limit) return { text, clipped: false };
  const points = Array.from(text);
  if (points.length <= limit) return { text, clipped: false };
  return { text: points.slice(0, limit).join(''), clipped: true };
}

/** Letters of more than one script in one name: a look-alike may hide in it. */
export function mixedScript(name: string): boolean {
  const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u, /\p{Script=Cherokee}/u];
  return scripts.filter((script) => script.test(name)).length > 1;
}

/** Same first and last four digits as a known address, yet another one (address poisoning). */
export function looksLike(address: string, known: Iterable<string>): string | null {
  const a = address.toLowerCase();
  for (const other of known) {
    const b = other.toLowerCase();
    if (a !== b && a.slice(2, 6) === b.slice(2, 6) && a.slice(-4) === b.slice(-4)) return other;
  }
  return null;
}

/** Parsed JSON of params, or null when the text is none. */
export function parseJson(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** A CSV cell (RFC 4180) that no spreadsheet takes for a formula (S-05). */
export function csvCell(value: unknown): string {
  let text = value === null || value === undefined ? '' : String(value);
  if (/^[=+\-−@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv(header: string[], rows: unknown[][]): string {
  return [header, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
}

// eslint-disable-next-line no-control-regex
const ANSI = /\u001b\[([0-9;]*)m|\u001b(?:\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_]|\[[0-?]*[ -/]*[@-~])/g;
const BASIC = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** Spans of a log line: the eight basic colours stay, every other escape is dropped (O-23). */
export function ansiSpans(line: string): { text: string; colour: string | null }[] {
  const spans: { text: string; colour: string | null }[] = [];
  let colour: string | null = null;
  let from = 0;
  const push = (text: string): void => {
    if (text) spans.push({ text: visible(text), colour });
  };
  for (const match of line.matchAll(ANSI)) {
    push(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] === undefined) continue;
    for (const code of match[1].split(';').map(Number)) {
      if (code === 0 || code === 39) colour = null;
      else if (code >= 30 && code <= 37) colour = BASIC[code - 30] ?? null;
      else if (code >= 90 && code <= 97) colour = BASIC[code - 90] ?? null;
    }
  }
  push(line.slice(from));
  return spans;
}

/** Line and column of a place in a text, counted from 1. */
export function lineAt(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position).split('\n');
  return { line: before.length, column: (before[before.length - 1] ?? '').length + 1 };
}
