// My machine (web-ui.md §10.8): what the chain and the pool know about the connected worker, and its owner's own switch.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { OpsWorker, Task, WorkerDetail } from '../../transport/api';
import { sameAddress } from '../../model/domain';
import { bytes, count, percent } from '../../model/format';
import { mayOperate, ownsMachine } from '../../model/permission';
import { updateFor } from '../../model/update';
import { workerFailures } from '../../model/pool_workers';
import { ApiError } from '../../transport/http';
import { useApi, useBoot, useList } from '../../state/data';
import { sessionStore } from '../../state/session';
import { useStore } from '../../state/store';
import { ListTable, Table } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Button, Chip, Notice, Panel, Stat } from '../../view/ui';
import { Sum, Untrusted } from '../../view/values';
import { Explain } from '../../view/explain';
import { LogViewer } from '../../view/logs';
import { SessionNeeded } from '../../view/session';
import { taskContributionColumns } from '../explorer/task_money';
import { taskColumns } from '../explorer/columns';
import { ActDialog, pauseMachine, unpauseMachine, type Act } from './acts';
import { TermsForm } from './terms';
import { Delay, Flags } from './worker_columns';

/** The pool's own view of a machine, and the switch of its owner. */
function Live({ row, pool, ask }: { row: OpsWorker; pool: string; ask: (what: Act) => void }): ReactNode {
  const newer = updateFor(row.software, useBoot().build);
  const memory = bytes(row.memoryMib * 1_048_576);
  const done = count(row.done24h);
  return (
    <Panel title={<Untrusted text={row.name || row.address} limit={40} />} tools={<><Delay row={row} /><Flags row={row} shared={false} /><Button look={row.paused ? 'primary' : ''} onClick={() => ask(row.paused ? unpauseMachine(row) : pauseMachine(row))}>{row.paused ? t`Work again` : t`Pause now`}</Button></>}>
      {row.draining ? <Notice tone="warning" inline><Trans>The pool’s operator drains this machine: only the operator can end that.</Trans></Notice> : null}
      {row.banned ? <Notice tone="danger" inline><Trans>The pool’s operator has banned this machine: it is refused when it connects.</Trans></Notice> : null}
      {row.offHours && !row.paused ? <Notice tone="info" inline><Trans>It stands still: now is not in its hours.</Trans></Notice> : null}
      <div className="stats">
        <Stat label={t`Tasks now`} value={`${row.tasks}/${row.places}`} sub={plural(row.cores, { one: `# core, ${memory}`, other: `# cores, ${memory}` })} />
        <Stat label={t`Earned 24 h`} value={<Sum nrlc={row.earned24h} />} sub={plural(row.done24h, { one: `${done} task done`, other: `${done} tasks done` })} />
        <Stat label={t`Failed 24 h`} value={percent(workerFailures(row))} />
        <Stat label={t`Version`} value={<span className="small"><Untrusted text={row.software} limit={24} /></span>} sub={newer ? <Chip tone="warning"><Trans>update available: {newer}</Trans></Chip> : undefined} />
      </div>
      <TermsForm row={row} pool={pool} />
    </Panel>
  );
}

function Machines({ account, pool }: { account: string; pool: string }): ReactNode {
  const [what, setWhat] = useState<Act | null>(null);
  const query = useList<OpsWorker>('/v1/ops/workers', { workerpool: pool, limit: 1_000 }, { liveMs: 2_000, session: true });
  return (
    <Loaded query={query} rows={3}>
      {(page) => {
        const mine = page.items.filter((row) => sameAddress(row.address, account) || sameAddress(row.owner, account));
        const [only] = mine;
        return (
          <>
            {mine.length === 0 ? <Notice tone="info"><Trans>No machine of this account has joined the pool. “Add a worker” under Workers says how.</Trans></Notice> : mine.map((row) => <Live key={row.address} row={row} pool={pool} ask={setWhat} />)}
            {only ? <LogViewer key={only.address} worker={only.address} /> : null}
            <ActDialog what={what} pool={pool} onClose={() => setWhat(null)} />
          </>
        );
      }}
    </Loaded>
  );
}

function Record({ detail }: { detail: WorkerDetail }): ReactNode {
  const { worker, contributions, nextScore } = detail;
  return (
    <>
      <div className="stats">
        <Stat label={t`Score`} value={count(worker.score)} sub={nextScore === null ? t`grows by one with each right answer` : t`weight grows at ${nextScore}`} />
        <Stat label={t`Accuracy`} value={percent(worker.contributions ? worker.proved / worker.contributions : null)} sub={t`${{ proved: count(worker.proved) }} of ${{ all: count(worker.contributions) }} proved`} />
        <Stat label={t`Earned`} value={<Sum nrlc={worker.rewards} />} sub={<Trans>slashed <Sum nrlc={worker.slashed} /></Trans>} />
        <Stat label={t`Stake`} value={<Sum nrlc={worker.staked} />} sub={<Trans>locked <Sum nrlc={worker.locked} /></Trans>} />
      </div>
      <Panel title={t`Last contributions`}>
        {contributions.length === 0 ? <EmptyState><Trans>None yet.</Trans></EmptyState> : <Table caption={t`Contributions`} rows={contributions.slice(0, 20)} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} columns={taskContributionColumns} />}
      </Panel>
    </>
  );
}

export function MachineTab({ account, pool }: { account: string; pool: string }): ReactNode {
  const session = useStore(sessionStore);
  const detail = useApi<WorkerDetail>(`/v1/workers/${account}`, {}, { liveMs: 5_000 });
  const tasks = useList<Task>('/v1/tasks', { worker: account, status: 'RUNNING', limit: 20 }, { liveMs: 2_000 });
  const unknown = detail.error instanceof ApiError && detail.error.status === 404 && !detail.data;
  // What is below comes once this stands: nothing moves under the reader's hand.
  const known = detail.data !== undefined || detail.error !== null;
  const stranger = session !== null && !ownsMachine(session) && !mayOperate(session, pool);
  return (
    <div className="stack">
      {stranger ? <Notice tone="info"><Trans>No machine of this account has joined the pool. “Add a worker” under Workers says how.</Trans></Notice> : <SessionNeeded to="machine"><Machines account={account} pool={pool} /></SessionNeeded>}
      {unknown ? <Notice tone="info"><Trans>The connected account has not worked yet. Its record appears with its first contribution.</Trans></Notice> : <Loaded query={detail} rows={4}>{(known) => <Record detail={known} />}</Loaded>}
      {known ? <><Panel title={t`Tasks now`}><ListTable caption={t`Tasks now`} query={tasks} rowKey={(row) => row.id} columns={taskColumns} link={(row) => `/task/${row.id}`} empty={t`No task is computed by this account now.`} /></Panel>
      <Explain subject="worker" id={account} /></> : null}
    </div>
  );
}
