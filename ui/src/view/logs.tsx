// Log viewer (web-ui.md §10.6): auto-refresh, timestamps, scroll to bottom, lines, filter, source, level, download.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { LogLine, Logs } from '../transport/api';
import { ansiSpans } from '../model/text';
import { lineMatches, collapse, type Shown } from '../model/log_lines';
import { command } from '../model/commands';
import { clockTime, deadline } from '../model/time';
import { useApi, useChannel } from '../state/data';
import { openSession, sessionStore } from '../state/session';
import { useStore } from '../state/store';
import { useWallet } from '../state/wallet';
import { Refused } from '../signer/types';
import { ShowCommand } from './command';
import { saveFile } from './table';
import { EmptyState, ErrorState } from './states';
import { Button, Check, Notice, Panel, Select, TextField } from './ui';
import { shortHash } from '../model/format';

const CHOICES = ['50', '200', '1000', '5000'].map((value) => ({ value, label: value }));
const SOURCES = ['', 'scheduler', 'worker', 'stdout', 'stderr'].map((value) => ({ value, label: value || 'all sources' }));

export function SessionNeeded({ to, children }: { to: string; children: ReactNode }): ReactNode {
  const session = useStore(sessionStore);
  const wallet = useWallet();
  const [problem, setProblem] = useState<string | null>(null);
  if (session) return <>{children}</>;
  const open = (): void => {
    setProblem(null);
    openSession(wallet).catch((error: Error) => setProblem(error instanceof Refused ? null : error.message));
  };
  return (
    <div className="empty">
      <span>To {to}, sign a challenge: it proves who you are, costs nothing and moves nothing.</span>
      <Button look="primary" onClick={open} why={wallet.signer ? null : 'Connect a wallet first.'}>Sign in</Button>
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
    </div>
  );
}

function Line({ line, stamps, term }: { line: Shown; stamps: boolean; term: string }): ReactNode {
  return (
    <>
      {stamps ? <span className="at">{line.time ? clockTime(line.time) : '--:--:--'}</span> : null}
      <span className="src">{line.source}</span>
      <span>
        {ansiSpans(line.text).map((span, at) => (
          <span key={at} className={span.colour ? `c-${span.colour}` : undefined}>
            {term && span.text.toLowerCase().includes(term.toLowerCase()) ? <mark>{span.text}</mark> : span.text}
          </span>
        ))}
        {line.times > 1 ? <strong> × {line.times}</strong> : null}
      </span>
    </>
  );
}

/** The lines in a window of their own; following ends when the reader scrolls up. */
export function LogWindow({ lines, stamps, wrap, term }: { lines: Shown[]; stamps: boolean; wrap: boolean; term: string }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(true);
  const seen = useRef(lines.length);
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => box.current, estimateSize: () => 20, overscan: 12 });
  useEffect(() => {
    if (follow && lines.length > 0) {
      virtual.scrollToIndex(lines.length - 1);
      seen.current = lines.length;
    }
  }, [lines.length, follow, virtual]);
  const scrolled = (): void => {
    const element = box.current;
    if (element) setFollow(element.scrollHeight - element.scrollTop - element.clientHeight < 24);
  };
  const waiting = follow ? 0 : lines.length - seen.current;
  return (
    <>
      <div className={`log ${wrap ? 'wrap' : ''}`} ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-live="off" aria-label="Log lines">
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => (
            <div key={item.key} className="line" data-index={item.index} ref={wrap ? virtual.measureElement : undefined} style={{ position: 'absolute', top: 0, left: 0, minWidth: '100%', transform: `translateY(${item.start}px)` }}>
              <Line line={lines[item.index]!} stamps={stamps} term={term} />
            </div>
          ))}
        </div>
      </div>
      <div className="row between small" style={{ marginTop: 6 }}>
        <span>{lines.length} lines{waiting > 0 ? ` · ${waiting} new` : ''}</span>
        <Button look="tiny" onClick={() => setFollow(true)}>↓ Scroll to bottom</Button>
      </div>
    </>
  );
}

function Viewer({ task, worker }: { task?: string | undefined; worker?: string | undefined }): ReactNode {
  const [auto, setAuto] = useState(true);
  const [stamps, setStamps] = useState(true);
  const [wrap, setWrap] = useState(false);
  const [count, setCount] = useState('200');
  const [source, setSource] = useState('');
  const [term, setTerm] = useState('');
  const [regular, setRegular] = useState(false);
  const query = useApi<Logs>('/v1/logs', { task, worker, lines: count, source }, { session: true, ...(auto ? { liveMs: 3_000 } : {}) });
  const live = useChannel<{ lines: LogLine[] }>(auto && task ? `logs:${task}` : null);
  const all = useMemo(() => {
    const byPosition = new Map<number, LogLine>();
    for (const line of [...(query.data?.lines ?? []), ...(live.state?.lines ?? [])]) byPosition.set(line.position, line);
    return [...byPosition.values()].sort((a, b) => a.position - b.position);
  }, [query.data, live.state]);
  const shown = useMemo(() => collapse(all.filter((line) => lineMatches(line, { term, regular, source }))), [all, term, regular, source]);
  if (query.error && all.length === 0) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className="body stack">
      <div className="row" style={{ alignItems: 'end' }}>
        <Check label="Auto-refresh" checked={auto} onChange={setAuto} />
        <Check label="Display timestamps" checked={stamps} onChange={setStamps} />
        <Check label="Wrap" checked={wrap} onChange={setWrap} />
        <Select label="Lines" value={count} choices={CHOICES} onChange={setCount} />
        <Select label="Source" value={source} choices={SOURCES} onChange={setSource} />
        <div style={{ width: 200 }}><TextField label="Search filter" value={term} onChange={setTerm} /></div>
        <Check label="regular expression" checked={regular} onChange={setRegular} />
        <Button look="tiny" onClick={() => saveFile(`log-${shortHash(task ?? worker ?? 'all')}.txt`, all.map((line) => line.text).join('\n'), 'text/plain')}>Text</Button>
        <Button look="tiny" onClick={() => saveFile(`log-${shortHash(task ?? worker ?? 'all')}.jsonl`, all.map((line) => JSON.stringify(line)).join('\n'), 'application/x-ndjson')}>JSON lines</Button>
      </div>
      {query.data?.keptUntil ? <span className="small muted">kept until {deadline(query.data.keptUntil)}</span> : null}
      {shown.length === 0 ? <EmptyState>{term ? `No line contains “${term}”.` : 'No lines yet.'}</EmptyState> : <LogWindow lines={shown} stamps={stamps} wrap={wrap} term={regular ? '' : term} />}
    </div>
  );
}

export function LogViewer({ task, worker }: { task?: string; worker?: string }): ReactNode {
  const path = `/v1/logs?${task ? `task=${task}` : `worker=${worker ?? ''}`}&lines=200`;
  return (
    <Panel title="Log" tools={<ShowCommand of={command(task ? ['bourse', 'task', 'logs', task] : ['bourse', 'task', 'logs', 'TASK'], 'GET', path)} />}>
      <SessionNeeded to="read this log">
        <Viewer task={task} worker={worker} />
      </SessionNeeded>
    </Panel>
  );
}
