// Lines of a log: filter, and repeated events shown once with their number (O-21).
import type { LogLine } from '../transport/api';

export type Shown = LogLine & { times: number };

export function lineMatches(line: Pick<LogLine, 'text' | 'source'>, filter: { term: string; regular: boolean; source: string }): boolean {
  if (filter.source && line.source !== filter.source) return false;
  if (!filter.term) return true;
  if (!filter.regular) return line.text.toLowerCase().includes(filter.term.toLowerCase());
  try {
    return new RegExp(filter.term, 'i').test(line.text);
  } catch {
    return true; // unfinished while it is typed
  }
}

/** What a line says without its time: two lines of the same words follow each other as one. */
export function wordsOf(text: string): string {
  return text.replace(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?\s*/, '');
}

export function collapse(lines: LogLine[]): Shown[] {
  const shown: Shown[] = [];
  for (const line of lines) {
    const last = shown[shown.length - 1];
    if (last && last.source === line.source && wordsOf(last.text) === wordsOf(line.text)) last.times += 1;
    else shown.push({ ...line, times: 1 });
  }
  return shown;
}

export type Event = { stage: 'computing' | 'starting' | 'started' | 'running' | 'completed'; task: string | null; sandbox: string | null };

/** Structured events in the lines of a worker (the fixture's form). */
export function eventOf(text: string): Event | null {
  const task = /(?:chainTaskId|taskId):(0x[0-9a-f]+)/i.exec(text)?.[1] ?? null;
  const sandbox = /Id: ([0-9a-f]{12,})/i.exec(text)?.[1] ?? null;
  if (/COMPUTING/.test(text)) return { stage: 'computing', task, sandbox };
  if (/Starting container/.test(text)) return { stage: 'starting', task, sandbox };
  const stage = /Computation (started|running|completed)/.exec(text)?.[1];
  return stage ? { stage: stage as Event['stage'], task, sandbox } : null;
}

/** How many lines came after those that are read; lines and positions ascend. */
export function newerThan(lines: Pick<LogLine, 'position'>[], read: Pick<LogLine, 'position'>[]): number {
  const last = read[read.length - 1]?.position ?? -1;
  let newer = 0;
  while (newer < lines.length && lines[lines.length - 1 - newer]!.position > last) newer += 1;
  return newer;
}
