// Download and verify (web-ui.md §9): streamed with progress, gone on with after a break, hashed, compared with the chain,
// previewed without running anything.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useRef, useState, type ReactNode } from 'react';
import type { Task } from '../transport/api';
import { nothingYet, type Kept, type Transfer } from '../model/download';
import { bytes as sizeText, duration } from '../model/format';
import type { Verdict } from '../model/result';
import { visible } from '../model/text';
import { notify, say } from '../state/activity';
import { fetchResult, openResult, type Fetched } from '../state/result';
import { settingsStore } from '../state/settings';
import { useTitleShare } from '../state/title';
import { Archive } from './preview';
import { saveFile } from './table';
import { Bar, Button, Copy, KeyTable, Notice, Panel } from './ui';
import { Untrusted } from './values';

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

function transferText({ got, total, perSecond }: Transfer): string {
  const part = sizeText(got);
  const speed = sizeText(Math.round(perSecond));
  if (!total) return t`${part} · ${speed}/s`;
  const all = sizeText(total);
  const left = duration(((total - got) * 1000) / Math.max(1, perSecond));
  return t`${part} of ${all} · ${speed}/s · ${left} left`;
}

/** Progress of a file whose length is known; else what has come. */
function TransferBar({ transfer, onStop }: { transfer: Transfer; onStop: () => void }): ReactNode {
  const text = transferText(transfer);
  return (
    <div className="stack" style={{ gap: 4 }}>
      {transfer.total ? <Bar label={t`Download`} share={transfer.got / transfer.total} text={text} /> : null}
      <div className="row small">
        <span className="num" role={transfer.total ? undefined : 'status'}>{text}</span>
        <Button look="tiny" onClick={onStop}><Trans>Stop</Trans></Button>
      </div>
    </div>
  );
}

type Download = { transfer: Transfer | null; fetched: Fetched | null; problem: string | null; kept: Kept; start: () => Promise<void>; stop: () => void; take: (fetched: Fetched) => void };

const save = (task: Task, result: Fetched): void => saveFile(`${task.id}.zip`, result.bytes as BlobPart, 'application/zip');

/** One download of a result: what came before a break is kept and gone on with. */
function useDownload(task: Task, hasCallback: boolean): Download {
  const [transfer, setTransfer] = useState<Transfer | null>(null);
  const [fetched, setFetched] = useState<Fetched | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const kept = useRef<Kept>(nothingYet());
  const control = useRef<AbortController | null>(null);
  useTitleShare(transfer?.total ? transfer.got / transfer.total : null);
  const take = (result: Fetched): void => {
    setFetched(result);
    if (result.verdict.kind !== 'mismatch' && !result.encrypted) save(task, result);
  };
  const start = async (): Promise<void> => {
    const stop = new AbortController();
    control.current = stop;
    setProblem(null);
    setFetched(null);
    setTransfer({ got: kept.current.got, total: kept.current.total, perSecond: 0 });
    try {
      const result = await fetchResult(task, hasCallback, stop.signal, setTransfer, kept.current);
      kept.current = nothingYet();
      take(result);
      const verified = result.verdict.kind === 'verified';
      say(verified ? t`result verified` : t`result could not be verified`, result.verdict.kind === 'mismatch');
      if (document.hidden) notify(`${task.id}.download`, verified ? t`A result is downloaded and verified` : t`A result is downloaded, but not verified`, `/task/${task.id}`, settingsStore.get().notifications);
    } catch (error) {
      if (!stop.signal.aborted) setProblem((error as Error).message);
    } finally {
      setTransfer(null);
    }
  };
  return { transfer, fetched, problem, kept: kept.current, start, stop: () => control.current?.abort(), take };
}

/** Opens an encrypted result with the key of its beneficiary; the key stays in this page. */
function Decrypt({ fetched, task, hasCallback, onOpen }: { fetched: Fetched; task: Task; hasCallback: boolean; onOpen: (inner: Fetched) => void }): ReactNode {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const open = async (key: File | undefined): Promise<void> => {
    if (!key) return;
    setProblem(null);
    setBusy(true);
    try {
      onOpen(await openResult(fetched, task, hasCallback, await key.text()));
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <label className="field"><span className="label"><Trans>Private key (PKCS#8, PEM); it stays in this page</Trans></span><input type="file" accept=".pem,.key,text/plain" onChange={(event) => void open(event.target.files?.[0])} /></label>
      {busy ? <span className="small muted" role="status"><Trans>decrypting</Trans></span> : null}
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
    </>
  );
}

const NO_RESULT: Partial<Record<Task['status'], string>> = {
  COMPLETE: t`The task is complete and has left no file.`,
  FAILED: t`There is none: the task failed, and what was paid for it went back to the requester.`,
  CLAIMABLE: t`There is none: the final deadline passed first. What was paid can be claimed back.`,
};

/** Where the result lies and what the chain says of it. */
function Place({ task }: { task: Task }): ReactNode {
  const { result, digest } = task;
  if (!result) return <p className="muted" style={{ margin: 0, padding: 12 }}>{NO_RESULT[task.status] ?? t`It appears here when the task is complete.`}</p>;
  const place = result.path ?? visible(result.text ?? result.raw);
  return (
    <KeyTable
      rows={[
        [t`Place`, <span key="p" className="row always"><code>{place}</code><Copy text={place} kind={t`place`} always /></span>],
        digest ? [t`Digest on chain`, <span key="d" className="row always"><code>{digest}</code><Copy text={digest} kind={t`digest`} always /></span>] : null,
        result.callback ? [t`Callback data`, <code key="c">{result.callback}</code>] : null,
      ]}
    />
  );
}

export function ResultPanel({ task, hasCallback }: { task: Task; hasCallback: boolean }): ReactNode {
  const { transfer, fetched, problem, kept, start, stop, take } = useDownload(task, hasCallback);
  const why = task.result?.path ? (transfer ? t`The download is running.` : null) : t`There is no result yet.`;
  const broken = !transfer && !fetched && kept.got > 0;
  return (
    <Panel title={t`Result`} tools={<Button look="primary" onClick={() => void start()} why={why}>{broken ? t`Go on with the download` : t`Download and verify`}</Button>}>
      <Place task={task} />
      {transfer || problem || fetched || broken ? (
        <div className="body stack">
          {transfer ? <TransferBar transfer={transfer} onStop={stop} /> : null}
          {broken ? <span className="small muted"><Trans>{sizeText(kept.got)} have come and are kept until you leave this page.</Trans></span> : null}
          {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
          {fetched ? (
            <>
              <VerdictNotice verdict={fetched.verdict} />
              {fetched.encrypted ? <Decrypt fetched={fetched} task={task} hasCallback={hasCallback} onOpen={take} /> : null}
              {fetched.verdict.kind === 'mismatch' ? <Button look="danger" onClick={() => save(task, fetched)}><Trans>Keep the file anyway</Trans></Button> : null}
              <Archive file={fetched.bytes} entries={fetched.entries} />
            </>
          ) : null}
        </div>
      ) : null}
    </Panel>
  );
}
