// The whole log, from the server: no line of the ring's past is missing in it.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { ApiError, send, withQuery, type Query } from '../transport/http';
import { sessionStore } from '../state/session';
import { useStore } from '../state/store';
import { saveFile } from './table';
import { Button, Notice } from './ui';

const LIMIT_MS = 120_000;

export function SaveLog({ query, name }: { query: Query; name: string }): ReactNode {
  const session = useStore(sessionStore);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (format: 'text' | 'jsonl'): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await send(withQuery('/v1/logs', { ...query, format }), { token: session?.token ?? null, limitMs: LIMIT_MS });
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
