// Download and verify (web-ui.md §9): streamed with progress, hashed, compared with the chain, previewed as plain text.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useRef, useState, type ReactNode } from 'react';
import type { Deal, Page, Task } from '../transport/api';
import { bytes as sizeText } from '../model/format';
import { decryptResult } from '../model/decrypt';
import { isEncrypted, verifyResult, type Verdict } from '../model/result';
import { listZip, readEntry, type ZipEntry } from '../model/zip';
import { visible } from '../model/text';
import { api, ApiError } from '../transport/http';
import { say } from '../state/activity';
import { saveFile } from './table';
import { Bar, Button, Chip, Notice, Panel } from './ui';
import { Dialog } from './overlays';
import { Untrusted } from './values';

const PREVIEW_BYTES = 256 * 1024;
const PARALLEL = 4;
const TRIES = 3;
const COMMAND_ABOVE = 1_000;

export type Fetched = { bytes: Uint8Array; entries: ZipEntry[]; verdict: Verdict; encrypted: boolean };
type Transfer = { got: number; total: number | null; perSecond: number };

/** The whole file; `progress` hears of every piece, `signal` ends it. */
export async function fetchFile(path: string, signal: AbortSignal, progress: (transfer: Transfer) => void): Promise<Uint8Array> {
  const answer = await fetch(path, { signal, headers: { accept: 'application/zip' } });
  if (!answer.ok || !answer.body) throw new ApiError(`HTTP_${answer.status}`, t`the store does not have this result (yet)`, answer.status);
  const length = Number(answer.headers.get('content-length'));
  const total = length > 0 && !answer.headers.get('content-encoding') ? length : null;
  const started = performance.now();
  const parts: Uint8Array[] = [];
  let got = 0;
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    got += value.length;
    progress({ got, total, perSecond: (got * 1000) / Math.max(1, performance.now() - started) });
  }
  const whole = new Uint8Array(got);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export async function fetchResult(task: Pick<Task, 'digest' | 'result'>, hasCallback: boolean, signal: AbortSignal, progress: (transfer: Transfer) => void): Promise<Fetched> {
  const path = task.result?.path;
  if (!path) throw new Error(t`the chain names no place of this result`);
  const file = await fetchFile(path, signal, progress);
  let entries: ZipEntry[] = [];
  try {
    entries = listZip(file);
  } catch {
    // Not an archive: the verdict says so.
  }
  const encrypted = isEncrypted(entries);
  const verdict: Verdict = encrypted ? { kind: 'unbound', reason: t`the result is encrypted; choose your private key to open it` } : await verifyResult(file, task.digest, hasCallback);
  return { bytes: file, entries, verdict, encrypted };
}

function VerdictNotice({ verdict }: { verdict: Verdict }): ReactNode {
  if (verdict.kind === 'verified')
    return (
      <Notice tone={verdict.error ? 'warning' : 'success'}>
        <Trans><strong>Verified.</strong> The digest of {verdict.bound} equals the one on chain: <code>{verdict.digest}</code></Trans>
        {verdict.error ? <p><Trans>The app ended with the error <strong><Untrusted text={verdict.error} /></strong>.</Trans></p> : null}
      </Notice>
    );
  if (verdict.kind === 'unbound') return <Notice tone="warning"><strong><Trans>Not bound by the chain:</Trans></strong> {verdict.reason}.</Notice>;
  return (
    <Notice tone="danger" alert>
      <Trans><strong>This is not the result that was paid for.</strong> Computed {verdict.digest}, on chain <code>{verdict.expected}</code>. It is kept only if you ask for it.</Trans>
    </Notice>
  );
}

function Preview({ file, entry }: { file: Uint8Array; entry: ZipEntry }): ReactNode {
  const [text, setText] = useState<string | null>(null);
  const show = (): void => {
    readEntry(file, entry, PREVIEW_BYTES).then(
      (content) => setText(content.includes(0) ? t`(binary, ${{ size: sizeText(entry.size) }})` : visible(new TextDecoder().decode(content))),
      (error: Error) => setText(error.message),
    );
  };
  return (
    <li className="stack" style={{ gap: 4 }}>
      <div className="row between">
        <code>{visible(entry.name)}</code>
        <span className="row">
          {entry.leavesRoot ? <Chip tone="danger"><Trans>leaves the folder</Trans></Chip> : null}
          {entry.added ? <Chip tone="neutral" title={t`written by the worker, not by the app`}><Trans>log</Trans></Chip> : null}
          <span className="small muted">{sizeText(entry.size)}</span>
          {entry.folder ? null : <Button look="tiny" onClick={text === null ? show : () => setText(null)}>{text === null ? t`Preview` : t`Hide`}</Button>}
        </span>
      </div>
      {text === null ? null : <pre className="command-box" style={{ margin: 0, maxHeight: 300 }} tabIndex={0}>{text}</pre>}
    </li>
  );
}

export function ResultPanel({ task, hasCallback }: { task: Task; hasCallback: boolean }): ReactNode {
  const [transfer, setTransfer] = useState<Transfer | null>(null);
  const [fetched, setFetched] = useState<Fetched | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const stop = useRef<AbortController | null>(null);
  const start = async (): Promise<void> => {
    setProblem(null);
    setFetched(null);
    stop.current = new AbortController();
    const title = document.title;
    try {
      const result = await fetchResult(task, hasCallback, stop.current.signal, (next) => {
        setTransfer(next);
        if (next.total) document.title = `(${Math.round((next.got / next.total) * 100)} %) ${title}`;
      });
      setFetched(result);
      say(result.verdict.kind === 'verified' ? t`result verified` : t`result could not be verified`, result.verdict.kind === 'mismatch');
      if (result.verdict.kind !== 'mismatch' && !result.encrypted) save(result);
    } catch (error) {
      if (!stop.current.signal.aborted) setProblem((error as Error).message);
    } finally {
      document.title = title;
      setTransfer(null);
    }
  };
  const save = (result: Fetched): void => saveFile(`${task.id}.zip`, result.bytes as BlobPart, 'application/zip');
  const ready = !!task.result?.path;
  return (
    <Panel title={t`Result`} tools={<Button look="primary" onClick={() => void start()} why={ready ? (transfer ? t`The download is running.` : null) : t`There is no result yet.`}><Trans>Download and verify</Trans></Button>}>
      <div className="body stack">
        {task.result ? <div className="small"><Trans>Place: <code>{task.result.path ?? visible(task.result.text ?? task.result.raw)}</code></Trans></div> : <span className="muted"><Trans>It appears here when the task is complete.</Trans></span>}
        {task.digest ? <div className="small"><Trans>Digest on chain: <code>{task.digest}</code></Trans></div> : null}
        {transfer ? (
          <div className="stack" style={{ gap: 4 }}>
            <Bar label={t`Download`} share={transfer.total ? transfer.got / transfer.total : 0.5} text={gotText(transfer)} />
            <div className="row small">
              <span className="num">{gotText(transfer)} · {sizeText(transfer.perSecond)}/s</span>
              <Button look="tiny" onClick={() => stop.current?.abort()}><Trans>Cancel</Trans></Button>
            </div>
          </div>
        ) : null}
        {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
        {fetched ? (
          <>
            <VerdictNotice verdict={fetched.verdict} />
            {fetched.encrypted ? <Decrypt fetched={fetched} task={task} hasCallback={hasCallback} onOpen={(inner) => { setFetched(inner); if (inner.verdict.kind !== 'mismatch') save(inner); }} /> : null}
            {fetched.verdict.kind === 'mismatch' ? <Button look="danger" onClick={() => save(fetched)}><Trans>Keep the file anyway</Trans></Button> : null}
            <ul className="stack" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {fetched.entries.map((entry) => <Preview key={entry.name} file={fetched.bytes} entry={entry} />)}
            </ul>
          </>
        ) : null}
      </div>
    </Panel>
  );
}

function gotText({ got, total }: Transfer): string {
  const part = sizeText(got);
  if (!total) return part;
  const all = sizeText(total);
  return t`${part} of ${all}`;
}

/** Opens an encrypted result with the key of its beneficiary; the key stays in this page. */
function Decrypt({ fetched, task, hasCallback, onOpen }: { fetched: Fetched; task: Task; hasCallback: boolean; onOpen: (inner: Fetched) => void }): ReactNode {
  const [problem, setProblem] = useState<string | null>(null);
  const open = async (key: File | undefined): Promise<void> => {
    if (!key) return;
    setProblem(null);
    try {
      const bytes = await decryptResult(fetched.bytes, fetched.entries, await key.text());
      onOpen({ bytes, entries: listZip(bytes), verdict: await verifyResult(bytes, task.digest, hasCallback), encrypted: false });
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      <label className="field"><span className="label"><Trans>Private key (PKCS#8, PEM); it stays in this page</Trans></span><input type="file" accept=".pem,.key,text/plain" onChange={(event) => void open(event.target.files?.[0])} /></label>
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
    </>
  );
}

type Line = { index: number; task: string; state: string; verified: boolean };

/** All results of a bag: the list first, then four at a time, three tries each. */
export function DownloadAll({ deal }: { deal: Deal }): ReactNode {
  const [open, setOpen] = useState(false);
  const [lines, setLines] = useState<Line[]>([]);
  const [running, setRunning] = useState(false);
  const stop = useRef<AbortController | null>(null);
  if (deal.tasks.complete === 0) return null;
  const one = async (task: Task, signal: AbortSignal): Promise<void> => {
    const put = (state: string, verified: boolean): void => setLines((old) => [...old.filter((line) => line.task !== task.id), { index: task.index, task: task.id, state, verified }].sort((a, b) => a.index - b.index));
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      try {
        put(attempt === 1 ? t`downloading` : t`try ${attempt}`, false);
        const result = await fetchResult(task, deal.callback !== null, signal, () => undefined);
        if (result.verdict.kind === 'mismatch') return put(t`digest differs: not kept`, false);
        saveFile(`${deal.id.slice(0, 10)}-${task.index}.zip`, result.bytes as BlobPart, 'application/zip');
        return put(result.verdict.kind === 'verified' ? t`verified and saved` : t`saved, not bound by the chain`, true);
      } catch (error) {
        if (signal.aborted) return put(t`stopped`, false);
        if (attempt === TRIES) return put((error as Error).message, false);
        await new Promise((resolve) => setTimeout(resolve, 400 * 2 ** attempt));
      }
    }
  };
  const start = async (): Promise<void> => {
    setRunning(true);
    setLines([]);
    stop.current = new AbortController();
    const { signal } = stop.current;
    const page = await api<Page<Task>>(`/v1/deals/${deal.id}/tasks?status=COMPLETE&limit=1000`);
    const queue = page.items.filter((task) => task.result?.path);
    const lane = async (): Promise<void> => {
      for (let task = queue.shift(); task && !signal.aborted; task = queue.shift()) await one(task, signal);
    };
    await Promise.all(Array.from({ length: PARALLEL }, lane));
    setRunning(false);
  };
  const done = lines.filter((line) => line.verified).length;
  return (
    <>
      <Button onClick={() => setOpen(true)}><Trans>Download all results</Trans></Button>
      <Dialog open={open} onClose={() => { stop.current?.abort(); setOpen(false); }} title={plural(deal.tasks.complete, { one: 'Result of # task', other: 'Results of # tasks' })}>
        {deal.tasks.complete > COMMAND_ABOVE ? <Notice tone="info"><Trans>For more than {COMMAND_ABOVE} results the program is the better tool: <code>bourse deal show {deal.id} --json</code>, then <code>bourse task download ID</code> for each.</Trans></Notice> : null}
        <Bar label={t`Results`} share={done / deal.tasks.complete} text={t`${done} of ${{ all: deal.tasks.complete }}`} tone="success" />
        <ul className="small" style={{ maxHeight: 280, overflow: 'auto', margin: 0 }}>
          {lines.map((line) => <li key={line.task}><Trans>index {{ index: line.index }}: {{ state: line.state }}</Trans></li>)}
        </ul>
        <div className="row">
          <Button look="primary" onClick={() => void start()} why={running ? t`Already running.` : null}><Trans>Start</Trans></Button>
          {running ? <Button onClick={() => stop.current?.abort()}><Trans>Stop</Trans></Button> : null}
          <span className="small muted"><Trans>{done} saved</Trans></span>
        </div>
      </Dialog>
    </>
  );
}
