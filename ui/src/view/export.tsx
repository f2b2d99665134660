// Saving a list as a file: streamed with a count of rows, a button that stops it, and a checksum file beside it (§8.2).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useRef, useState, type ReactNode } from 'react';
import { checksumLine, readExport, type ExportProgress } from '../model/export_stream';
import { bytes, count } from '../model/format';
import { send, withQuery, ApiError, type Query } from '../transport/http';
import { say } from '../state/activity';
import { saveFile } from './table';
import { Dialog } from './overlays';
import { Button, Notice } from './ui';

const LIMIT_MS = 600_000;
type Format = 'csv' | 'jsonl';
const TYPES: Record<Format, string> = { csv: 'text/csv;charset=utf-8', jsonl: 'application/x-ndjson' };

type Source = { path: string; query: Query; name: string; token?: string | null };

/** One export at a time; its progress, and how it ended. */
function useExport({ path, query, name, token }: Source): { now: ExportProgress | null; problem: string | null; start: (format: Format) => Promise<void>; stop: () => void } {
  const [now, setNow] = useState<ExportProgress | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const control = useRef<AbortController | null>(null);
  const start = async (format: Format): Promise<void> => {
    const stop = new AbortController();
    control.current = stop;
    setProblem(null);
    setNow({ rows: 0, bytes: 0 });
    try {
      const answer = await send(withQuery(path, { ...query, format }), { signal: stop.signal, limitMs: LIMIT_MS, ...(token ? { token } : {}) });
      if (!answer.ok) throw new ApiError(`HTTP_${answer.status}`, t`the market did not give the file`, answer.status);
      const file = await readExport(answer, `${name}.${format}`, format === 'csv' ? 1 : 0, stop.signal, setNow);
      saveFile(file.name, file.content, TYPES[format]);
      saveFile(`${file.name}.sha256`, checksumLine(file), 'text/plain');
      say(plural(file.rows, { one: '# row saved', other: '# rows saved' }));
    } catch (error) {
      if (!stop.signal.aborted) setProblem((error as Error).message);
    } finally {
      setNow(null);
    }
  };
  return { now, problem, start, stop: () => control.current?.abort() };
}

export function ExportButtons(source: Source): ReactNode {
  const { now, problem, start, stop } = useExport(source);
  const why = now ? t`An export is running.` : null;
  return (
    <>
      <Button look="tiny" why={why} onClick={() => void start('csv')}><Trans>CSV, all rows</Trans></Button>
      <Button look="tiny" why={why} onClick={() => void start('jsonl')}><Trans>JSON lines</Trans></Button>
      <Dialog open={now !== null} onClose={stop} title={t`Saving ${source.name}`} foot={<Button onClick={stop}><Trans>Stop</Trans></Button>}>
        <p role="status" className="num"><Trans>{count(now?.rows)} rows, {bytes(now?.bytes ?? 0)}</Trans></p>
        <p className="small muted"><Trans>A file with its SHA-256 checksum is saved beside it.</Trans></p>
      </Dialog>
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
    </>
  );
}
