// Lines of a log: filter, what stands around a hit, and repeated events shown once with their number (O-21).
import type { LogLine } from '../transport/api';

/** `near`: shown only because a line beside it was looked for; `gap`: lines before it are left out. */
export type Shown = LogLine & { times: number; near?: boolean; gap?: boolean };
export type LineFilter = { term: string; regular: boolean; source: string; level: string; worker: string };

export function lineMatches(line: Pick<LogLine, 'text' | 'source' | 'level' | 'worker'>, filter: LineFilter): boolean {
  if (filter.source && line.source !== filter.source) return false;
  if (filter.level && line.level !== filter.level) return false;
  if (filter.worker && line.worker?.toLowerCase() !== filter.worker.toLowerCase()) return false;
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

/** The lines that match, each with `around` lines before and after it. */
export function withContext(lines: LogLine[], matches: (line: LogLine) => boolean, around: number): Shown[] {
  const hits = lines.map(matches);
  const kept = new Set<number>();
  hits.forEach((hit, at) => {
    if (hit) for (let near = Math.max(0, at - around); near <= Math.min(lines.length - 1, at + around); near += 1) kept.add(near);
  });
  const shown: Shown[] = [];
  let before = -1;
  for (const at of [...kept].sort((a, b) => a - b)) {
    shown.push({ ...lines[at]!, times: 1, near: !hits[at], gap: before >= 0 && at > before + 1 });
    before = at;
  }
  return shown;
}

/** Where the line of this position stands, or the repeated one that holds it; -1 where it is not among them. Positions ascend. */
export function indexOfLine(shown: Pick<Shown, 'position'>[], position: number): number {
  let at = -1;
  while (at + 1 < shown.length && shown[at + 1]!.position <= position) at += 1;
  return at;
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
