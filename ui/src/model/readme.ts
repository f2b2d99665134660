// A readme's Markdown as blocks and spans, for the page to draw as text: headings, paragraphs, lists, quotes, code, emphasis
// and links. HTML is text like any other; pictures are links. Every search is bounded: 32 KiB of anything take no time.

export type Span = { kind: 'text' | 'code' | 'strong' | 'emphasis'; text: string } | { kind: 'link'; text: string; to: string };
export type Item = { spans: Span[]; depth: number };
export type Block =
  | { kind: 'heading'; level: number; spans: Span[] }
  | { kind: 'paragraph' | 'quote'; spans: Span[] }
  | { kind: 'list'; ordered: boolean; items: Item[] }
  | { kind: 'code'; text: string }
  | { kind: 'rule' };

const MOST_SPAN = 1_000;
const MOST_ADDRESS = 2_000;

/** A pair of marks of one kind around a text that does not begin or end with a space. */
function marked(text: string, at: number, mark: string): { inside: string; end: number } | null {
  const from = at + mark.length;
  const end = text.slice(from, from + MOST_SPAN).indexOf(mark);
  if (end <= 0) return null;
  const inside = text.slice(from, from + end);
  return mark[0] !== '`' && inside !== inside.trim() ? null : { inside, end: from + end + mark.length };
}

/** `[text](address)`, with `!` before it too. */
function linked(text: string, at: number): { text: string; to: string; end: number } | null {
  const from = text[at] === '!' ? at + 2 : at + 1;
  const near = text.slice(from, from + MOST_SPAN + MOST_ADDRESS);
  const found = /^([^[\]]{0,1000})\]\(\s*<?([^\s()<>]{1,2000})>?(?:\s+"[^"]{0,200}")?\s*\)/.exec(near);
  return found ? { text: found[1] || found[2]!, to: found[2]!, end: from + found[0].length } : null;
}

function bare(text: string, at: number): { to: string; end: number } | null {
  const found = /^<?(https?:\/\/[^\s<>"')\]]{1,2000})>?/i.exec(text.slice(at, at + MOST_ADDRESS + 2));
  if (!found) return null;
  const to = text[at] === '<' ? found[1]! : found[1]!.replace(/[.,;:!?]+$/, '');
  return { to, end: text[at] === '<' ? at + found[0].length : at + to.length };
}

const WORD = /[\p{L}\p{N}]/u;

export function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let plain = '';
  const push = (span: Span): void => {
    if (plain) spans.push({ kind: 'text', text: plain });
    plain = '';
    spans.push(span);
  };
  for (let at = 0; at < text.length; ) {
    const character = text[at]!;
    const inWord = at > 0 && WORD.test(text[at - 1]!);
    if (character === '\\' && /[\\`*_{}[\]()#+.!<>-]/.test(text[at + 1] ?? '')) {
      plain += text[at + 1]!;
      at += 2;
      continue;
    }
    const code = character === '`' ? marked(text, at, text.startsWith('``', at) ? '``' : '`') : null;
    const strong = !code && (text.startsWith('**', at) || (text.startsWith('__', at) && !inWord)) ? marked(text, at, text.slice(at, at + 2)) : null;
    const emphasis = !strong && (character === '*' || (character === '_' && !inWord)) ? marked(text, at, character) : null;
    const link = character === '[' || (character === '!' && text[at + 1] === '[') ? linked(text, at) : null;
    const address = character === '<' || (character.toLowerCase() === 'h' && !inWord) ? bare(text, at) : null;
    if (code) push({ kind: 'code', text: code.inside });
    else if (strong) push({ kind: 'strong', text: strong.inside });
    else if (emphasis) push({ kind: 'emphasis', text: emphasis.inside });
    else if (link) push({ kind: 'link', text: link.text, to: link.to });
    else if (address) push({ kind: 'link', text: address.to, to: address.to });
    const end = (code ?? strong ?? emphasis ?? link ?? address)?.end;
    if (end === undefined) plain += character;
    at = end ?? at + 1;
  }
  if (plain) spans.push({ kind: 'text', text: plain });
  return spans;
}

const FENCE = /^ {0,3}(```+|~~~+)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const ITEM = /^(\s{0,12})(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?(.*)$/;

/** Lines that go on with what is above them. */
const isPlainLine = (line: string): boolean => line.trim() !== '' && !FENCE.test(line) && !HEADING.test(line) && !ITEM.test(line) && !RULE.test(line) && !QUOTE.test(line);

export function blocksOf(readme: string): Block[] {
  const lines = readme.replace(/\r\n?/g, '\n').split('\n');
  const blocks: Block[] = [];
  let level = 0;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    const fence = FENCE.exec(line);
    const heading = HEADING.exec(line);
    if (line.trim() === '') at += 1;
    else if (fence) {
      let last = at + 1;
      while (last < lines.length && lines[last]!.trim() !== fence[1]) last += 1;
      blocks.push({ kind: 'code', text: lines.slice(at + 1, last).join('\n') });
      at = last + 1;
    } else if (heading) {
      // No level is left out: whoever reads by headings finds each below its own.
      level = Math.min(heading[1]!.length, level + 1);
      blocks.push({ kind: 'heading', level, spans: spansOf(heading[2]!) });
      at += 1;
    } else if (RULE.test(line)) {
      blocks.push({ kind: 'rule' });
      at += 1;
    } else at = readRun(lines, at, blocks);
  }
  return blocks;
}

/** A list, a quote or a paragraph from this line on; gives the line after it. */
function readRun(lines: string[], start: number, blocks: Block[]): number {
  let at = start;
  const goOn = (first: string): string => {
    const parts = [first];
    for (at += 1; at < lines.length && isPlainLine(lines[at]!); at += 1) parts.push(lines[at]!.trim());
    return parts.join(' ');
  };
  const first = ITEM.exec(lines[at]!);
  if (first) {
    const items: Item[] = [];
    for (let item = ITEM.exec(lines[at] ?? ''); item && (item[2] !== undefined) === (first[2] !== undefined); item = ITEM.exec(lines[at] ?? '')) {
      const depth = Math.min(3, Math.floor(item[1]!.length / 2));
      items.push({ depth, spans: spansOf(goOn(item[3]!)) });
      if (lines[at]?.trim() === '' && ITEM.test(lines[at + 1] ?? '')) at += 1;
    }
    blocks.push({ kind: 'list', ordered: first[2] !== undefined, items });
    return at;
  }
  const quote = QUOTE.exec(lines[at]!);
  if (quote) {
    const parts: string[] = [];
    for (let found: RegExpExecArray | null = quote; found; found = QUOTE.exec(lines[at] ?? '')) {
      parts.push(found[1]!);
      at += 1;
    }
    blocks.push({ kind: 'quote', spans: spansOf(parts.join(' ')) });
    return at;
  }
  const spans = spansOf(goOn(lines[at]!.trim()));
  blocks.push({ kind: 'paragraph', spans });
  return at;
}
