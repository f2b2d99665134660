// My machine (web-ui.md §10.8): what the chain and the pool know about the connected worker.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { OpsWorker, Task, WorkerDetail } from '../../transport/api';
import { sameAddress } from '../../model/domain';
import { count, percent } from '../../model/format';
import { ApiError } from '../../transport/http';
import { useApi, useList } from '../../state/data';
import { ListTable, Table } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Chip, Notice, Panel, Stat } from '../../view/ui';
import { Sum, Id, Untrusted } from '../../view/values';
import { Explain } from '../../view/explain';
import { contributionColumns } from '../explorer/task_money';
import { taskColumns } from '../explorer/columns';
import { STATE } from './workers';

/** The pool's own view of a machine: for the session of the pool's owner. */
function Live({ row }: { row: OpsWorker }): ReactNode {
  const memory = count(row.memoryMib);
  return (
    <Panel title={<Untrusted text={row.name} limit={40} />} tools={<Chip tone={STATE[row.state][0]}>{STATE[row.state][1]}</Chip>}>
      <div className="stats">
        <Stat label={t`Tasks now`} value={`${row.tasks}/${row.slots}`} sub={plural(row.cores, { one: `# core, ${memory} MiB`, other: `# cores, ${memory} MiB` })} />
        <Stat label={t`Earned 24 h`} value={<Sum nrlc={row.earned24h} />} sub={t`${count(row.done24h)} done`} />
        <Stat label={t`Version`} value={<Untrusted text={row.software} limit={20} />} />
      </div>
    </Panel>
  );
}

function Record({ detail }: { detail: WorkerDetail }): ReactNode {
  const { worker, contributions, nextScore } = detail;
  return (
    <>
      <div className="stats">
        <Stat label={t`Score`} value={count(worker.score)} sub={nextScore === null ? t`grows by one with each right answer` : t`weight grows at ${nextScore}`} />
        <Stat label={t`Accuracy`} value={percent(worker.contributions ? worker.proved / worker.contributions : null)} sub={t`${count(worker.proved)} of ${count(worker.contributions)} proved`} />
        <Stat label={t`Earned`} value={<Sum nrlc={worker.rewards} />} sub={<><Trans>slashed <Sum nrlc={worker.slashed} /></Trans></>} />
        <Stat label={t`Stake`} value={<Sum nrlc={worker.staked} />} sub={<><Trans>locked <Sum nrlc={worker.locked} /></Trans></>} />
      </div>
      <Panel title={t`Last contributions`}>
        {contributions.length === 0 ? <EmptyState><Trans>None yet.</Trans></EmptyState> : <Table caption={t`Contributions`} rows={contributions.slice(0, 20)} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} columns={[{ key: 'task', head: t`Task`, cell: (row) => <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} /> }, ...contributionColumns.slice(1)]} />}
      </Panel>
    </>
  );
}

export function MachineTab({ account, pool, operator }: { account: string; pool: string; operator: boolean }): ReactNode {
  const detail = useApi<WorkerDetail>(`/v1/workers/${account}`, {}, { liveMs: 5_000 });
  const tasks = useList<Task>('/v1/tasks', { worker: account, status: 'RUNNING', limit: 20 }, { liveMs: 2_000 });
  const rows = useList<OpsWorker>(operator ? '/v1/ops/workers' : null, { workerpool: pool, limit: 200 }, { liveMs: 2_000, session: true });
  const mine = (rows.data?.items ?? []).filter((row) => sameAddress(row.address, account) || sameAddress(row.owner, account));
  const unknown = detail.error instanceof ApiError && detail.error.status === 404 && !detail.data;
  return (
    <div className="stack">
      {mine.map((row) => <Live key={row.address} row={row} />)}
      {unknown ? <Notice tone="info"><Trans>The connected account has not worked yet. Its record appears with its first contribution.</Trans></Notice> : <Loaded query={detail} rows={4}>{(known) => <Record detail={known} />}</Loaded>}
      <Panel title={t`Tasks now`}><ListTable caption={t`Tasks now`} query={tasks} rowKey={(row) => row.id} columns={taskColumns} link={(row) => `/task/${row.id}`} empty={t`No task is computed by this account now.`} /></Panel>
      <Explain subject="worker" id={account} />
    </div>
  );
}
