// What an operator, or the owner of a machine, may do: each act is asked for once more and stands in the audit list.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { OpsWorker, Session } from '../../transport/api';
import type { Terms } from '../../model/terms';
import { api } from '../../transport/http';
import { refreshData } from '../../state/data';
import { sessionStore } from '../../state/session';
import { Tracker } from '../../state/activity';
import { useStore } from '../../state/store';
import { Dialog } from '../../view/overlays';
import { Button, Notice, TextField } from '../../view/ui';

export type ActName = 'drain' | 'resume' | 'ban' | 'unban' | 'pause' | 'unpause' | 'terms' | 'acknowledge' | 'silence';
/** With several targets the same is done to one after the other. */
export type Act = { action: ActName; targets?: string[]; until?: number; label: string; means?: string; terms?: Terms; mustSayWhy?: boolean };

async function once(session: Session | null, pool: string, what: Act, target: string | undefined, reason: string): Promise<string> {
  const { action, until, terms } = what;
  const answer = await api<{ message: string }>('/v1/ops/actions', { body: { action, target, until, workerpool: pool, ...terms, ...(reason ? { reason } : {}) }, token: session?.token ?? null });
  return answer.message;
}

/** Rejects with the first refusal; what was done before it stays done. */
export async function act(session: Session | null, pool: string, what: Act, reason: string): Promise<void> {
  const tracker = new Tracker(what.label);
  tracker.to('signing');
  tracker.to('submitting');
  try {
    let note = '';
    for (const target of what.targets ?? [undefined]) note = await once(session, pool, what, target, reason);
    const done = what.targets?.length ?? 1;
    tracker.to('final', { note: done > 1 ? plural(done, { one: 'done for # machine', other: 'done for # machines' }) : note });
  } catch (error) {
    tracker.to('rejected', { note: (error as Error).message });
    throw error;
  } finally {
    refreshData('/v1/ops');
  }
}

export function ActDialog({ what, pool, onClose }: { what: Act | null; pool: string; onClose: () => void }): ReactNode {
  const session = useStore(sessionStore);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  if (!what) return null;
  const go = (): void => {
    setProblem(null);
    setBusy(true);
    act(session, pool, what, reason)
      .then(() => { setReason(''); onClose(); }, (error: Error) => setProblem(error.message))
      .finally(() => setBusy(false));
  };
  return (
    <Dialog open onClose={onClose} title={what.label} foot={<><Button look="primary" onClick={go} why={busy ? t`The scheduler is being told.` : what.mustSayWhy && !reason.trim() ? t`Say why.` : null}>{what.label}</Button><Button onClick={onClose}><Trans>Back</Trans></Button></>}>
      {what.means ? <p>{what.means}</p> : null}
      <TextField label={what.mustSayWhy ? t`Reason *` : t`Reason`} value={reason} onChange={setReason} hint={t`stands in the audit list`} />
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
    </Dialog>
  );
}

export const DRAIN_POOL: Act = { action: 'drain', label: t`Drain the pool`, means: t`Tasks that run are finished; no new deal is taken until the pool is resumed. Its open orders stay in the book.` };
export const RESUME_POOL: Act = { action: 'resume', label: t`Resume the pool`, means: t`The pool takes deals again.` };

const nameOf = (row: OpsWorker): string => row.name.slice(0, 40) || row.address;

export function drainWorkers(rows: OpsWorker[]): Act {
  const [only] = rows;
  const targets = rows.map((row) => row.address);
  if (rows.length === 1 && only) return { action: 'drain', targets, label: t`Drain this worker`, means: t`“${nameOf(only)}” finishes what it runs and gets no new task until it is resumed.` };
  return { action: 'drain', targets, label: plural(rows.length, { one: 'Drain # worker', other: 'Drain # workers' }), means: t`They finish what they run and get no new task until they are resumed.` };
}

export function resumeWorkers(rows: OpsWorker[]): Act {
  const [only] = rows;
  const targets = rows.map((row) => row.address);
  if (rows.length === 1 && only) return { action: 'resume', targets, label: t`Resume this worker`, means: t`“${nameOf(only)}” gets tasks again.` };
  return { action: 'resume', targets, label: plural(rows.length, { one: 'Resume # worker', other: 'Resume # workers' }), means: t`They get tasks again.` };
}

export const banWorker = (row: OpsWorker): Act => ({ action: 'ban', targets: [row.address], label: t`Ban this worker`, mustSayWhy: true, means: t`“${nameOf(row)}” is disconnected at once and refused when it comes again; what it runs is given to others. Its stake and its score are not touched.` });
export const unbanWorker = (row: OpsWorker): Act => ({ action: 'unban', targets: [row.address], label: t`Lift the ban`, means: t`“${nameOf(row)}” may join the pool again.` });

export const pauseMachine = (row: OpsWorker): Act => ({ action: 'pause', targets: [row.address], label: t`Pause now`, means: t`“${nameOf(row)}” stands still until you let it work again: its running apps keep their memory, and it gets no new task. Deadlines do not wait: a task that the pause makes too late is given up.` });
export const unpauseMachine = (row: OpsWorker): Act => ({ action: 'unpause', targets: [row.address], label: t`Work again`, means: t`“${nameOf(row)}” gets tasks again.` });
