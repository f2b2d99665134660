// What an operator may do: each act is asked for once more and stands in the audit list.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Session } from '../../transport/api';
import { api } from '../../transport/http';
import { refreshData } from '../../state/data';
import { sessionStore } from '../../state/session';
import { Tracker } from '../../state/activity';
import { useStore } from '../../state/store';
import { Dialog } from '../../view/overlays';
import { Button, Notice, TextField } from '../../view/ui';

export type Act = { action: 'drain' | 'resume' | 'acknowledge' | 'silence'; target?: string; until?: number; label: string; means?: string };

export async function act(session: Session | null, pool: string, what: Act, reason: string): Promise<void> {
  const { action, target, until, label } = what;
  const tracker = new Tracker(label);
  tracker.to('signing');
  tracker.to('submitting');
  try {
    const answer = await api<{ message: string }>('/v1/ops/actions', { body: { action, target, until, workerpool: pool, ...(reason ? { reason } : {}) }, token: session?.token ?? null });
    tracker.to('final', { note: answer.message });
    refreshData('/v1/ops');
  } catch (error) {
    tracker.to('rejected', { note: (error as Error).message });
    throw error;
  }
}

export function ActDialog({ what, pool, onClose }: { what: Act | null; pool: string; onClose: () => void }): ReactNode {
  const session = useStore(sessionStore);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  if (!what) return null;
  const go = (): void => {
    setProblem(null);
    act(session, pool, what, reason).then(onClose, (error: Error) => setProblem(error.message));
  };
  return (
    <Dialog open onClose={onClose} title={what.label} foot={<><Button look="primary" onClick={go}>{what.label}</Button><Button onClick={onClose}><Trans>Back</Trans></Button></>}>
      {what.means ? <p>{what.means}</p> : null}
      <TextField label={t`Reason`} value={reason} onChange={setReason} hint={t`stands in the audit list`} />
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
    </Dialog>
  );
}
