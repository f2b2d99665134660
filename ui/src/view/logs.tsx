// Log viewer (web-ui.md §10.6): live tail, follow and unfollow, timestamps, filter, source, whole log as a file.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { LogLine, Logs } from '../transport/api';
import { ansiSpans } from '../model/text';
import { collapse, eventOf, lineMatches, newerThan, type Shown } from '../model/log_lines';
import { command } from '../model/commands';
import { clockTime, deadline, utcClock } from '../model/time';
import { count as countText, shortHash } from '../model/format';
import { ApiError, send, withQuery } from '../transport/http';
import { useApi, useChannel } from '../state/data';
import { sessionStore } from '../state/session';
import { useStore } from '../state/store';
import { ShowCommand } from './command';
import { SessionNeeded } from './session';
import { saveFile } from './table';
import { EmptyState, ErrorState } from './states';
import { Button, Check, Notice, Panel, Select, TextField } from './ui';
import { Id } from './values';

const CHOICES = ['50', '200', '1000', '5000'].map((value) => ({ value, label: value }));
const SOURCE_WORDS: Record<string, string> = { '': t`all sources`, scheduler: t`scheduler`, worker: t`worker` };
const SOURCES = ['', 'scheduler', 'worker', 'stdout', 'stderr'].map((value) => ({ value, label: SOURCE_WORDS[value] ?? value }));
const LINE_PX = 20;
const NEAR_END_PX = 24;

type Look = { stamps: boolean; utc: boolean; wrap: boolean; term: string };

function Line({ line, look }: { line: Shown; look: Look }): ReactNode {
  const { term } = look;
  const event = eventOf(line.text);
  return (
    <>
      {look.stamps ? <span className="at">{line.time ? (look.utc ? utcClock(line.time) : clockTime(line.time)) : '--:--:--'}</span> : null}
      <span className="src">{line.source}</span>
      <span>
        {ansiSpans(line.text).map((span, at) => (
          <span key={at} className={span.colour ? `c-${span.colour}` : undefined}>
            {term && span.text.toLowerCase().includes(term.toLowerCase()) ? <mark>{span.text}</mark> : span.text}
          </span>
        ))}
        {line.times > 1 ? <strong> × {line.times}</strong> : null}
        {event?.task ? <> <Id id={event.task} kind={t`task`} to={`/task/${event.task}`} copy={false} /></> : null}
      </span>
    </>
  );
}

/** The lines in a window of their own. Scrolling up stops following: what is read stays where it is, new lines are counted. */
export const following = (lines: number): string => {
  const shown = countText(lines);
  return plural(lines, { one: `${shown} line, following`, other: `${shown} lines, following` });
};
const notFollowing = (lines: number): string => {
  const shown = countText(lines);
  return plural(lines, { one: `${shown} new line, not following`, other: `${shown} new lines, not following` });
};

function LogWindow({ lines, look }: { lines: Shown[]; look: Look }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [frozen, setFrozen] = useState<Shown[] | null>(null);
  const shown = frozen ?? lines;
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => box.current, estimateSize: () => LINE_PX, overscan: 12 });
  const last = lines[lines.length - 1]?.position;
  useEffect(() => {
    if (frozen === null && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
    // The ring is full at some time: its length stays, its last line does not.
  }, [last, lines.length, frozen, virtual]);
  const scrolled = (): void => {
    const element = box.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (atEnd) follow();
    else if (frozen === null && element.dataset.grabbed) setFrozen(lines);
  };
  // Only a reader's own movement unfollows: new lines move the bar too.
  const grab = (): void => {
    if (box.current) box.current.dataset.grabbed = 'true';
  };
  const follow = (): void => {
    delete box.current?.dataset.grabbed;
    setFrozen(null);
  };
  const waiting = frozen === null ? 0 : newerThan(lines, frozen);
  return (
    <>
      <div className={`log ${look.wrap ? 'wrap' : ''}`} ref={box} onScroll={scrolled} onWheel={grab} onPointerDown={grab} onTouchStart={grab} onKeyDown={grab} tabIndex={0} role="log" aria-live="off" aria-label={t`Log lines`} data-following={frozen === null}>
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => (
            <div key={shown[item.index]?.position ?? item.key} className="line" data-index={item.index} ref={look.wrap ? virtual.measureElement : undefined} style={{ position: 'absolute', top: 0, insetInlineStart: 0, minWidth: '100%', transform: `translateY(${item.start}px)` }}>
              {shown[item.index] ? <Line line={shown[item.index]!} look={look} /> : null}
            </div>
          ))}
        </div>
      </div>
      <div className="row between small" style={{ marginTop: 6 }}>
        <span role="status">{frozen === null ? following(lines.length) : notFollowing(waiting)}</span>
        <Button look={`tiny ${waiting > 0 ? 'on' : ''}`} onClick={follow} why={frozen === null ? t`You are at the newest line.` : null}><Trans>↓ Scroll to bottom</Trans></Button>
      </div>
    </>
  );
}

/** The whole log, from the server: no line of the ring's past is missing in it. */
function SaveAll({ query, name }: { query: Record<string, string | undefined>; name: string }): ReactNode {
  const session = useStore(sessionStore);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (format: 'text' | 'jsonl'): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await send(withQuery('/v1/logs', { ...query, format }), { token: session?.token ?? null, limitMs: 120_000 });
      if (!answer.ok) throw new ApiError(`HTTP_${answer.status}`, t`the market did not give the file`, answer.status);
      saveFile(`${name}.${format === 'text' ? 'txt' : 'jsonl'}`, await answer.blob(), format === 'text' ? 'text/plain' : 'application/x-ndjson');
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const why = busy ? t`The file is being fetched.` : null;
  return (
    <>
      <Button look="tiny" onClick={() => void save('text')} why={why}><Trans>Text, whole log</Trans></Button>
      <Button look="tiny" onClick={() => void save('jsonl')} why={why}><Trans>JSON lines</Trans></Button>
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
    </>
  );
}

/** Lines by position: what was read, and what the feed brought since. */
function useLines(query: LogLine[] | undefined, live: LogLine[] | undefined, keep: number): LogLine[] {
  return useMemo(() => {
    if (!query?.length) return (live ?? []).slice(-keep);
    const byPosition = new Map<number, LogLine>();
    for (const line of [...query, ...(live ?? [])]) byPosition.set(line.position, line);
    return [...byPosition.values()].sort((a, b) => a.position - b.position).slice(-keep);
  }, [query, live, keep]);
}

function Viewer({ task, worker }: { task?: string | undefined; worker?: string | undefined }): ReactNode {
  const [auto, setAuto] = useState(true);
  const [look, setLook] = useState<Look>({ stamps: true, utc: false, wrap: false, term: '' });
  const [count, setCount] = useState('200');
  const [source, setSource] = useState('');
  const [term, setTerm] = useState('');
  const [regular, setRegular] = useState(false);
  const subject = task ? { task } : { worker };
  const live = useChannel<{ lines: LogLine[] }>(auto ? `logs:${task ?? worker ?? ''}` : null);
  const query = useApi<Logs>('/v1/logs', { ...subject, lines: count, source }, { session: true, ...(auto && !live.ready ? { liveMs: 3_000 } : {}) });
  const all = useLines(query.data?.lines, live.state?.lines, Number(count));
  const shown = useMemo(() => collapse(all.filter((line) => lineMatches(line, { term, regular, source }))), [all, term, regular, source]);
  if (query.error && all.length === 0) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className="body stack">
      <div className="row" style={{ alignItems: 'end' }}>
        <Check label={t`Auto-refresh`} checked={auto} onChange={setAuto} />
        <Check label={t`Display timestamps`} checked={look.stamps} onChange={(stamps) => setLook({ ...look, stamps })} />
        <Check label={t`UTC`} checked={look.utc} onChange={(utc) => setLook({ ...look, utc })} />
        <Check label={t`Wrap`} checked={look.wrap} onChange={(wrap) => setLook({ ...look, wrap })} />
        <Select label={t`Lines`} value={count} choices={CHOICES} onChange={setCount} />
        <Select label={t`Source`} value={source} choices={SOURCES} onChange={setSource} />
        <div style={{ width: 200 }}><TextField label={t`Search filter`} value={term} onChange={setTerm} /></div>
        <Check label={t`regular expression`} checked={regular} onChange={setRegular} />
        <SaveAll query={subject} name={`log-${shortHash(task ?? worker ?? '')}`} />
      </div>
      {query.data?.keptUntil ? <span className="small muted"><Trans>kept until {{ time: deadline(query.data.keptUntil) }}</Trans></span> : null}
      {shown.length === 0 ? <EmptyState>{term ? t`No line contains “${term}”.` : t`No lines yet. They appear here as they are written.`}</EmptyState> : <LogWindow lines={shown} look={{ ...look, term: regular ? '' : term }} />}
    </div>
  );
}

export function LogViewer({ task, worker }: { task?: string; worker?: string }): ReactNode {
  const path = withQuery('/v1/logs', task ? { task, lines: 200 } : { worker, lines: 200 });
  return (
    <Panel title={t`Log`} tools={<ShowCommand of={command(task ? ['bourse', 'task', 'logs', task] : ['bourse', 'task', 'logs', 'TASK'], 'GET', path)} />}>
      <SessionNeeded to="log">
        <Viewer task={task} worker={worker} />
      </SessionNeeded>
    </Panel>
  );
}
