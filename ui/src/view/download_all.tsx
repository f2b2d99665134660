// All results of a deal (D-03): the list first, then four files at a time, with a pause, the failures, and a manifest.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Deal, Page, Task } from '../transport/api';
import { BagDownload, OPEN_STATES, type BagLine, type BagResult, type BagState } from '../model/bag_download';
import { count } from '../model/format';
import { csv } from '../model/text';
import { notify } from '../state/activity';
import { fetchResult } from '../state/result';
import { settingsStore } from '../state/settings';
import { useTitleShare } from '../state/title';
import { api, withQuery } from '../transport/http';
import { saveFile } from './table';
import { Dialog } from './overlays';
import { Bar, Button, Notice } from './ui';

const COMMAND_ABOVE = 1_000;
const PAGE = 1_000;

/** Every complete task of the deal, page by page. */
async function completeTasks(deal: string, signal: AbortSignal): Promise<Task[]> {
  const all: Task[] = [];
  let cursor: string | null = null;
  let asOf: number | null = null;
  do {
    const page: Page<Task> = await api<Page<Task>>(withQuery(`/v1/deals/${deal}/tasks`, { status: 'COMPLETE', limit: PAGE, cursor, asOf }), { signal });
    all.push(...page.items);
    cursor = page.next;
    asOf = page.asOf;
  } while (cursor);
  return all;
}

const lineOf = (task: Task): BagLine => ({ index: task.index, task: task.id, digest: task.digest, place: task.result?.path ?? null, state: 'waiting', tries: 0, problem: null });

function stateWords({ state, tries, problem }: BagLine): string {
  const words: Record<BagState, string> = {
    waiting: t`waiting`,
    running: tries > 1 ? t`try ${tries}` : t`downloading`,
    saved: t`verified and saved`,
    unbound: t`saved, not bound by the chain`,
    differs: t`digest differs: not kept`,
    failed: t`failed: ${problem ?? ''}`,
    stopped: t`stopped`,
  };
  return words[state];
}

type Bag = { lines: BagLine[]; running: boolean; paused: boolean; problem: string | null; start: () => Promise<void>; pause: () => void; end: () => void; manifest: () => Promise<void> };

function useBag(deal: Deal): Bag {
  const [lines, setLines] = useState<BagLine[]>([]);
  const [running, setRunning] = useState(false);
  const [paused, setPaused] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const bag = useRef<BagDownload | null>(null);
  const control = useRef(new AbortController());
  const known = useRef<Map<string, Task>>(new Map());

  const fetchOne = async (line: BagLine, signal: AbortSignal): Promise<BagResult> => {
    const task = known.current.get(line.task);
    if (!task) throw new Error(t`the task is not known`);
    const result = await fetchResult(task, deal.callback !== null, signal, () => undefined);
    if (result.verdict.kind === 'mismatch') return 'differs';
    saveFile(`${deal.id.slice(0, 10)}-${line.index}.zip`, result.bytes as BlobPart, 'application/zip');
    return result.verdict.kind === 'verified' ? 'saved' : 'unbound';
  };
  const changed = (line: BagLine): void => setLines((old) => old.map((each) => (each.task === line.task ? line : each)));

  const list = async (): Promise<BagLine[]> => {
    control.current = new AbortController();
    const tasks = await completeTasks(deal.id, control.current.signal);
    known.current = new Map(tasks.map((task) => [task.id, task]));
    const fresh = tasks.filter((task) => task.result?.path).map(lineOf);
    setLines(fresh);
    bag.current = new BagDownload(fresh, { fetchOne, changed });
    return fresh;
  };
  const guarded = async (act: () => Promise<void>): Promise<void> => {
    setProblem(null);
    try {
      await act();
    } catch (error) {
      if (!control.current.signal.aborted) setProblem((error as Error).message);
    }
  };
  const start = (): Promise<void> =>
    guarded(async () => {
      setRunning(true);
      try {
        if (!bag.current) await list();
        await bag.current?.run();
        if (document.hidden) notify(`${deal.id}.results`, t`The results of a deal are downloaded`, `/deal/${deal.id}`, settingsStore.get().notifications);
      } finally {
        setRunning(false);
      }
    });
  const pause = (): void => {
    if (bag.current?.paused) bag.current.resume();
    else bag.current?.pause();
    setPaused(bag.current?.paused ?? false);
  };
  const end = (): void => {
    control.current.abort();
    bag.current?.end();
    setPaused(false);
  };
  const manifest = (): Promise<void> =>
    guarded(async () => {
      const rows = lines.length > 0 ? lines : await list();
      const body = csv(['index', 'task', 'digest', 'place', 'state'], rows.map((line) => [line.index, line.task, line.digest, line.place, line.state]));
      saveFile(`${deal.id.slice(0, 10)}-manifest.csv`, body, 'text/csv;charset=utf-8');
    });
  useEffect(() => end, []);
  return { lines, running, paused, problem, start, pause, end, manifest };
}

function BagDialog({ deal, onClose }: { deal: Deal; onClose: () => void }): ReactNode {
  const { lines, running, paused, problem, start, pause, end, manifest } = useBag(deal);
  const all = deal.tasks.complete;
  const done = lines.filter((line) => line.state === 'saved' || line.state === 'unbound').length;
  const failed = lines.filter((line) => line.state === 'failed' || line.state === 'differs' || line.state === 'stopped');
  const moving = lines.filter((line) => line.state === 'running');
  const left = lines.filter((line) => OPEN_STATES.includes(line.state)).length;
  useTitleShare(running && all ? done / all : null);
  const startWords = lines.length === 0 ? t`Start` : failed.length > 0 ? t`Try the rest again` : t`Start again`;
  return (
    <Dialog open onClose={onClose} title={plural(all, { one: 'Result of # task', other: 'Results of # tasks' })} foot={
      <>
        <Button onClick={() => void manifest()}><Trans>Manifest (CSV)</Trans></Button>
        {running ? <Button onClick={pause}>{paused ? t`Go on` : t`Pause`}</Button> : null}
        {running ? <Button onClick={end}><Trans>Stop</Trans></Button> : null}
        <Button look="primary" onClick={() => void start()} why={running ? t`Already running.` : lines.length > 0 && left === 0 ? t`All files are saved.` : null}>{startWords}</Button>
      </>
    }>
      {all > COMMAND_ABOVE ? <Notice tone="info"><Trans>For more than {count(COMMAND_ABOVE)} results the program is the better tool: save the manifest, then <code>bourse task download ID</code> for each of its lines.</Trans></Notice> : null}
      <Bar label={t`Results`} share={all ? done / all : 0} text={t`${done} of ${{ all }}`} tone="success" />
      <span className="small num" role="status"><Trans>{count(done)} of {count(all)} saved, {count(failed.length)} failed</Trans>{paused ? t`, paused` : ''}</span>
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      <ul className="small" style={{ maxHeight: 240, overflow: 'auto', margin: 0 }} tabIndex={0} aria-label={t`Files`}>
        {[...failed, ...moving].slice(0, 200).map((line) => <li key={line.task}><Trans>index {{ index: line.index }}: {{ state: stateWords(line) }}</Trans></li>)}
      </ul>
    </Dialog>
  );
}

export function DownloadAll({ deal }: { deal: Deal }): ReactNode {
  const [open, setOpen] = useState(false);
  if (deal.tasks.complete === 0) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}><Trans>Download all results</Trans></Button>
      {open ? <BagDialog deal={deal} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
