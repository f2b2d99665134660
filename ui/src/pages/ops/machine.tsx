// My machine (web-ui.md §10.8): what the chain and the pool know about the connected worker.
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
import { contributionColumns } from '../explorer/task';
import { taskColumns } from '../explorer/columns';
import { STATE } from './workers';

/** The pool's own view of a machine: for the session of the pool's owner. */
function Live({ row }: { row: OpsWorker }): ReactNode {
  return (
    <Panel title={<Untrusted text={row.name} limit={40} />} tools={<Chip tone={STATE[row.state][0]}>{STATE[row.state][1]}</Chip>}>
      <div className="stats">
        <Stat label="Tasks now" value={`${row.tasks}/${row.slots}`} sub={`${count(row.cores)} cores, ${count(row.memoryMib)} MiB`} />
        <Stat label="Earned 24 h" value={<Sum nrlc={row.earned24h} />} sub={`${count(row.done24h)} done`} />
        <Stat label="Version" value={<Untrusted text={row.software} limit={20} />} />
      </div>
    </Panel>
  );
}

function Record({ detail }: { detail: WorkerDetail }): ReactNode {
  const { worker, contributions, nextScore } = detail;
  return (
    <>
      <div className="stats">
        <Stat label="Score" value={count(worker.score)} sub={nextScore === null ? 'grows by one with each right answer' : `weight grows at ${nextScore}`} />
        <Stat label="Accuracy" value={percent(worker.contributions ? worker.proved / worker.contributions : null)} sub={`${count(worker.proved)} of ${count(worker.contributions)} proved`} />
        <Stat label="Earned" value={<Sum nrlc={worker.rewards} />} sub={<>slashed <Sum nrlc={worker.slashed} /></>} />
        <Stat label="Stake" value={<Sum nrlc={worker.staked} />} sub={<>locked <Sum nrlc={worker.locked} /></>} />
      </div>
      <Panel title="Last contributions">
        {contributions.length === 0 ? <EmptyState>None yet.</EmptyState> : <Table caption="Contributions" rows={contributions.slice(0, 20)} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} columns={[{ key: 'task', head: 'Task', cell: (row) => <Id id={row.task} kind="task" to={`/task/${row.task}`} /> }, ...contributionColumns.slice(1)]} />}
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
      {unknown ? <Notice tone="info">The connected account has not worked yet. Its record appears with its first contribution.</Notice> : <Loaded query={detail} rows={4}>{(known) => <Record detail={known} />}</Loaded>}
      <Panel title="Tasks now"><ListTable caption="Tasks now" query={tasks} rowKey={(row) => row.id} columns={taskColumns} link={(row) => `/task/${row.id}`} empty="No task is computed by this account now." /></Panel>
      <Explain subject="worker" id={account} />
    </div>
  );
}
