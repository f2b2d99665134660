// Log viewer (web-ui.md §10.6): live tail, filters kept in the address, context lines, links to a line, whole log as a file.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useMemo, type ReactNode } from 'react';
import type { LogLine, Logs } from '../transport/api';
import { collapse, lineMatches, withContext, type LineFilter, type Shown } from '../model/log_lines';
import { command } from '../model/commands';
import { deadline } from '../model/time';
import { shortHash } from '../model/format';
import { withQuery, type Query } from '../transport/http';
import { say } from '../state/activity';
import { useApi, useChannel } from '../state/data';
import { useUrl, type UrlState } from '../state/url';
import { ShowCommand } from './command';
import { SaveLog } from './log_file';
import { LogWindow } from './log_window';
import { SessionNeeded } from './session';
import { EmptyState, ErrorState } from './states';
import { Check, Panel, Select, TextField } from './ui';

const COUNTS = ['50', '200', '1000', '5000'].map((value) => ({ value, label: value }));
const SOURCE_WORDS: Record<string, string> = { '': t`all sources`, scheduler: t`scheduler`, worker: t`worker` };
const SOURCES = ['', 'scheduler', 'worker', 'stdout', 'stderr'].map((value) => ({ value, label: SOURCE_WORDS[value] ?? value }));
const LEVELS = [{ value: '', label: t`all levels` }, { value: 'INFO', label: t`information` }, { value: 'WARN', label: t`warnings` }];
const AROUND = [{ value: '0', label: t`none` }, { value: '2', label: '2' }, { value: '5', label: '5' }, { value: '20', label: '20' }];
const LINES = 200;
/** Lines on each side of a linked one. */
const BESIDE = 100;
const POLL_MS = 3_000;

type Controls = LineFilter & { lines: string; around: number; follow: boolean; line: number | null; stamps: boolean; utc: boolean; wrap: boolean };

/** What the address says of the log; absent members have their defaults. */
function controlsOf(url: UrlState): Controls {
  const lines = COUNTS.some((each) => each.value === url.lines) ? url.lines! : String(LINES);
  const line = /^\d+$/.test(url.line ?? '') ? Number(url.line) : null;
  return { lines, source: url.source ?? '', level: url.level ?? '', worker: url.from ?? '', term: url.find ?? '', regular: url.regex === 'on', around: Number(url.context ?? '0') || 0, follow: url.follow !== 'off' && line === null, line, stamps: url.stamps !== 'off', utc: url.zone === 'utc', wrap: url.wrap === 'on' };
}

/** Lines by position: what was read, and what the feed brought since. */
function useLines(parts: (LogLine[] | undefined)[], keep: number): LogLine[] {
  const [first, second] = parts;
  return useMemo(() => {
    if (!first?.length) return (second ?? []).slice(-keep);
    const byPosition = new Map<number, LogLine>();
    for (const line of [...first, ...(second ?? [])]) byPosition.set(line.position, line);
    return [...byPosition.values()].sort((a, b) => a.position - b.position).slice(-keep);
  }, [first, second, keep]);
}

/** The newest lines and what follows them, or those around the linked one. */
function useLog(subject: Query, channel: string, of: Controls): { lines: LogLine[]; keptUntil: number | null; error: Error | null; retry: () => void } {
  const live = useChannel<{ lines: LogLine[] }>(of.follow ? channel : null);
  const alone = of.around === 0 ? { source: of.source, level: of.level } : {};
  const newest = useApi<Logs>(of.line === null ? '/v1/logs' : null, { ...subject, lines: of.lines, ...alone }, { session: true, ...(of.follow && !live.ready ? { liveMs: POLL_MS } : {}) });
  const before = useApi<Logs>(of.line === null ? null : '/v1/logs', { ...subject, lines: BESIDE, before: of.line }, { session: true });
  const after = useApi<Logs>(of.line === null ? null : '/v1/logs', { ...subject, lines: BESIDE, after: (of.line ?? 0) - 1 }, { session: true });
  const linked = of.line !== null;
  const lines = useLines(linked ? [before.data?.lines, after.data?.lines] : [newest.data?.lines, live.state?.lines], linked ? 2 * BESIDE : Number(of.lines));
  const query = linked ? after : newest;
  return { lines, keptUntil: query.data?.keptUntil ?? null, error: query.error, retry: () => void query.refetch() };
}

function shownOf(lines: LogLine[], of: Controls): Shown[] {
  if (of.line !== null) return lines.map((line) => ({ ...line, times: 1 }));
  const fits = (line: LogLine): boolean => lineMatches(line, of);
  return of.around > 0 && of.term ? withContext(lines, fits, of.around) : collapse(lines.filter(fits));
}

/** Who wrote the lines of a task: each replica's worker. */
function writersOf(lines: LogLine[], chosen: string): { value: string; label: string }[] {
  const known = new Set(lines.map((line) => line.worker).filter((worker): worker is string => worker !== null));
  if (chosen) known.add(chosen);
  return [{ value: '', label: t`all replicas` }, ...[...known].sort().map((value) => ({ value, label: shortHash(value) }))];
}

function Toolbar({ of, change, writers }: { of: Controls; change: (next: Record<string, string | null>) => void; writers: { value: string; label: string }[] | null }): ReactNode {
  return (
    <>
      <div className="log-tools">
        <Select label={t`Lines`} value={of.lines} choices={COUNTS} onChange={(lines) => change({ lines: lines === String(LINES) ? null : lines })} />
        <Select label={t`Source`} value={of.source} choices={SOURCES} onChange={(source) => change({ source: source || null })} />
        <Select label={t`Level`} value={of.level} choices={LEVELS} onChange={(level) => change({ level: level || null })} />
        {writers && writers.length > 2 ? <Select label={t`Replica`} value={of.worker} choices={writers} onChange={(from) => change({ from: from || null })} /> : null}
        <TextField label={t`Search filter`} value={of.term} onChange={(find) => change({ find: find || null })} />
        <Select label={t`Context lines`} value={String(of.around)} choices={AROUND} onChange={(context) => change({ context: context === '0' ? null : context })} />
      </div>
      <div className="row" style={{ gap: 14 }}>
        <Check label={t`Auto-refresh`} checked={of.follow} onChange={(on) => change({ follow: on ? null : 'off', line: null })} />
        <Check label={t`Display timestamps`} checked={of.stamps} onChange={(on) => change({ stamps: on ? null : 'off' })} />
        <Check label={t`UTC`} checked={of.utc} onChange={(on) => change({ zone: on ? 'utc' : null })} />
        <Check label={t`Wrap`} checked={of.wrap} onChange={(on) => change({ wrap: on ? 'on' : null })} />
        <Check label={t`regular expression`} checked={of.regular} onChange={(on) => change({ regex: on ? 'on' : null })} />
      </div>
    </>
  );
}

/** The address of this log with one line marked, its filters left out. */
function copyLink(subject: Query, line: number): void {
  const here = new URL(location.href);
  const kept = ['tab', 'pool'].flatMap((name) => (here.searchParams.has(name) ? [[name, here.searchParams.get(name)!]] : []));
  const named = here.pathname.startsWith('/ops') ? Object.entries(subject).map(([name, value]) => [name, String(value)]) : [];
  const query = new URLSearchParams([...kept, ...named, ['line', String(line)]]);
  void navigator.clipboard?.writeText(`${here.origin}${here.pathname}?${query}`).then(() => say(t`link to the line copied`));
}

function Viewer({ subject }: { subject: { task: string } | { worker: string } }): ReactNode {
  const [url, change] = useUrl();
  const of = controlsOf(url);
  const id = 'task' in subject ? subject.task : subject.worker;
  const log = useLog(subject, `logs:${id}`, of);
  const { line, around, term, regular, source, level, worker } = of;
  // Only what decides about the lines: a hundred of them a second need not be sorted out anew at each movement.
  const shown = useMemo(() => shownOf(log.lines, controlsOf(url)), [log.lines, line, around, term, regular, source, level, worker]);
  if (log.error && log.lines.length === 0) return <ErrorState error={log.error} retry={log.retry} />;
  return (
    <div className="body stack">
      <Toolbar of={of} change={change} writers={'task' in subject ? writersOf(log.lines, worker) : null} />
      {shown.length === 0 ? <EmptyState>{term ? t`No line contains “${term}”.` : level || source || worker ? t`No line of this kind among the ${of.lines} newest.` : t`No lines yet. They appear here as they are written.`}</EmptyState> : <LogWindow lines={shown} look={{ stamps: of.stamps, utc: of.utc, wrap: of.wrap, term: regular ? '' : term }} marked={line} onLink={(each) => copyLink(subject, each.position)} onFollow={() => line !== null && change({ line: null })} />}
      <div className="row small">
        <SaveLog query={subject} name={`log-${shortHash(id)}`} />
        {log.keptUntil ? <span className="muted"><Trans>kept until {{ time: deadline(log.keptUntil) }}</Trans></span> : null}
      </div>
    </div>
  );
}

export function LogViewer({ task, worker }: { task?: string; worker?: string }): ReactNode {
  const subject = task ? { task } : { worker: worker ?? '' };
  return (
    <Panel title={t`Log`} tools={<ShowCommand of={command(['bourse', 'task', 'logs', task ?? 'TASK'], 'GET', withQuery('/v1/logs', { ...subject, lines: LINES }))} />}>
      <SessionNeeded to="log">
        <Viewer subject={subject} />
      </SessionNeeded>
    </Panel>
  );
}
