// Command lines of apps: words as the worker splits them (quotes and backslashes, no expansion), and back.

/** The words of a line; null where a quote or a backslash is left open. */
export function splitArguments(line: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at]!;
    if (character === '\\' && quote !== "'") {
      at += 1;
      if (at === line.length) return null;
      word = (word ?? '') + line[at]!;
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (' \t\n\r'.includes(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== null) return null;
  if (word !== null) words.push(word);
  return words;
}

const PLAIN = /^[A-Za-z0-9_./:=@%+,-]+$/;

/** A line that is split into these very words. */
export const joinArguments = (words: string[]): string => words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
