// Timeline of a task's replicas (E-26): what the chain waited for, what each worker did, and why it ended.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Phase, Replica, Task, Timeline } from '../../transport/api';
import { ApiError } from '../../transport/http';
import { useApi, useNow } from '../../state/data';
import { Gantt, type GanttBar, type GanttRow } from '../../view/gantt';
import { EmptyState, Loaded } from '../../view/states';
import { Chip, Panel, type ToneName } from '../../view/ui';
import { Address, Untrusted } from '../../view/values';

const WORDS: Record<string, string> = { queue: t`waits for a worker`, contribute: t`contributions`, reveal: t`reveal`, finalise: t`finalise`, assigned: t`assigned`, download: t`download`, compute: t`compute`, wait: t`waits for consensus`, upload: t`upload`, done: t`done` };
const TONES: Record<string, ToneName> = { compute: 'info', contribute: 'info', reveal: 'warning', upload: 'success', finalise: 'success', done: 'success' };
const OUTCOME: Record<Replica['outcome'], [ToneName, string]> = { open: ['info', t`◔ running`], done: ['success', t`● done`], dropped: ['neutral', t`✕ dropped`], lost: ['danger', t`✕ lost`] };

const barOf = ({ phase, from, to }: Phase): GanttBar => ({ name: WORDS[phase] ?? phase, from, to: to ?? null, tone: TONES[phase] ?? 'neutral' });

function rowOf(replica: Replica): GanttRow {
  const [tone, words] = OUTCOME[replica.outcome];
  const code = replica.exitCode === null || replica.exitCode === undefined ? '' : t`exit code ${replica.exitCode}`;
  return {
    key: `${replica.worker}.${replica.round}`,
    label: <Address of={replica.worker} kind={t`worker`} to={`/worker/${replica.worker}`} name={replica.name} copy={false} />,
    note: <><Chip tone={tone}>{words}</Chip> {replica.round > 1 ? <><Trans>round {{ round: replica.round }}</Trans> · </> : null}{replica.cause ? <Untrusted text={replica.cause} /> : null}{replica.cause && code ? ' · ' : null}{code}</>,
    bars: replica.phases.map(barOf),
  };
}

/** The chain first, then each engagement of a worker. */
function rowsOf({ phases, replicas }: Timeline): GanttRow[] {
  const chain = phases?.length ? [{ key: 'chain', label: t`chain`, note: null, bars: phases.map(barOf) }] : [];
  return [...chain, ...replicas.map(rowOf)];
}

export function Replicas({ task }: { task: Task }): ReactNode {
  const now = useNow(1_000);
  const query = useApi<Timeline>(`/v1/tasks/${task.id}/timeline`, {}, task.ended === null ? { liveMs: 2_000 } : {});
  const none = query.error instanceof ApiError && query.error.status === 404 && !query.data;
  return (
    <Panel title={t`Phases of the task and of its replicas`}>
      {none ? <EmptyState><Trans>This market knows no scheduler that keeps the replicas of this task.</Trans></EmptyState> : (
        <Loaded query={query} rows={4}>
          {(timeline) => <Gantt caption={t`Phases`} rows={rowsOf(timeline)} from={timeline.from} to={task.ended === null ? null : timeline.to} now={now} />}
        </Loaded>
      )}
    </Panel>
  );
}
