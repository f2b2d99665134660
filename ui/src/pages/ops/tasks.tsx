// Tasks, earnings, orders and logs of the pool (web-ui.md §10.3 to §10.6).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Earning, OpsTask, OpsWorker, Order } from '../../transport/api';
import { count, duration, MISSING, shortHash } from '../../model/format';
import { iso } from '../../model/time';
import { useList } from '../../state/data';
import { useUrl } from '../../state/url';
import { CsvButton, ListTable, type Column } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Chip, Panel, Select } from '../../view/ui';
import { Address, Amount, Deadline, Id, Status } from '../../view/values';
import { LogViewer } from '../../view/logs';
import { orderColumns } from '../../view/order_columns';

export function TasksTab({ pool }: { pool: string }): ReactNode {
  const query = useList<OpsTask>('/v1/ops/tasks', { workerpool: pool, limit: 100 }, { liveMs: 2_000, session: true });
  const columns: Column<OpsTask>[] = [
    { key: 'task', head: t`Task`, cell: (row) => <Id id={row.task.id} kind={t`task`} to={`/task/${row.task.id}`} />, value: (row) => row.task.id, priority: 1 },
    { key: 'phase', head: t`Stage`, cell: (row) => (row.phase === row.task.status ? <span className="muted"><Trans>ended</Trans></span> : <Chip>{row.phase}</Chip>), value: (row) => row.phase, priority: 1 },
    { key: 'status', head: t`Status`, cell: (row) => <Status of={row.task.status} />, value: (row) => row.task.status, priority: 2 },
    { key: 'app', head: t`App`, cell: (row) => <Address of={row.task.app} kind={t`app`} to={`/app/${row.task.app}`} copy={false} />, value: (row) => row.task.app, priority: 3 },
    { key: 'category', head: t`Cat.`, right: true, cell: (row) => row.task.category, value: (row) => row.task.category, priority: 3 },
    { key: 'trust', head: t`Trust`, right: true, cell: (row) => row.task.trust, value: (row) => row.task.trust, priority: 3 },
    { key: 'replicas', head: t`Replicas`, right: true, cell: (row) => (row.task.ended === null ? t`${row.replicates.length} (${row.task.contributions} in)` : count(row.task.contributions)), value: (row) => row.replicates.length, priority: 2 },
    { key: 'deadline', head: t`Deadline`, cell: (row) => <Deadline at={row.task.finalDeadline} over={row.task.ended !== null} />, value: (row) => iso(row.task.finalDeadline), priority: 2 },
    { key: 'reward', head: t`Reward`, right: true, cell: (row) => <Amount nrlc={row.reward} unit={false} />, value: (row) => row.reward, priority: 3 },
    { key: 'log', head: t`Log`, cell: (row) => <Link className="button tiny" to={'/ops/logs' as never} search={{ task: row.task.id, pool } as never}><Trans>Log</Trans></Link>, priority: 2 },
    { key: 'risk', head: t`Risk`, cell: (row) => (row.risk ? <Chip tone="danger"><Trans>! {duration(row.timeLeftMs)} left</Trans></Chip> : <span className="muted"><Trans>none</Trans></span>), value: (row) => row.risk, priority: 1 },
  ];
  return <Panel title={t`Tasks`}><ListTable caption={t`Tasks of the pool`} query={query} columns={columns} rowKey={(row) => row.task.id} link={(row) => `/task/${row.task.id}`} empty={t`No tasks: see “Idle because” in the overview.`} /></Panel>;
}

export function EarningsTab({ pool }: { pool: string }): ReactNode {
  const query = useList<Earning>('/v1/ops/earnings', { workerpool: pool, limit: 500 }, { session: true });
  const columns: Column<Earning>[] = [
    { key: 'day', head: t`Day`, cell: (row) => row.day, value: (row) => row.day, priority: 1 },
    { key: 'account', head: t`Worker`, cell: (row) => (row.account ? <Address of={row.account} kind={t`worker`} copy={false} /> : t`pool`), value: (row) => row.account ?? 'pool', priority: 1 },
    { key: 'app', head: t`App`, cell: (row) => (row.app ? <Address of={row.app} kind={t`app`} to={`/app/${row.app}`} copy={false} /> : MISSING), value: (row) => row.app, priority: 3 },
    { key: 'category', head: t`Cat.`, right: true, cell: (row) => row.category ?? MISSING, value: (row) => row.category, priority: 3 },
    { key: 'tasks', head: t`Tasks`, right: true, cell: (row) => count(row.tasks), value: (row) => row.tasks, priority: 2 },
    { key: 'gross', head: t`Gross`, right: true, cell: (row) => <Amount nrlc={row.gross} unit={false} />, value: (row) => row.gross, priority: 1 },
    { key: 'workers', head: t`To workers`, right: true, cell: (row) => <Amount nrlc={row.workers} unit={false} />, value: (row) => row.workers, priority: 2 },
    { key: 'scheduler', head: t`To scheduler`, right: true, cell: (row) => <Amount nrlc={row.scheduler} unit={false} />, value: (row) => row.scheduler, priority: 2 },
    { key: 'slashed', head: t`Slashed`, right: true, cell: (row) => <Amount nrlc={row.slashed} unit={false} />, value: (row) => row.slashed, priority: 3 },
  ];
  return <Panel title={t`Earnings`} tools={<CsvButton name="earnings" columns={columns} rows={query.data?.items ?? []} />}><ListTable caption={t`Earnings`} query={query} columns={columns} rowKey={(row) => `${row.day}${row.account ?? ''}${row.app ?? ''}${row.category ?? ''}`} empty={t`Nothing earned yet.`} /></Panel>;
}

export function OrdersTab({ pool }: { pool: string }): ReactNode {
  const query = useList<Order>('/v1/workerpoolorders', { workerpool: pool, state: 'any', limit: 100, app: 'any', dataset: 'any', requester: 'any' }, { liveMs: 3_000 });
  return <Panel title={t`Orders of this pool`} tools={<Link className="button tiny" to="/market"><Trans>Place a sell order</Trans></Link>}><ListTable caption={t`Pool orders`} query={query} columns={orderColumns('workerpool')} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No orders: the pool sells nothing.`} /></Panel>;
}

/** The log of one of the pool's tasks or workers; without a choice, of the newest task. */
export function LogsTab({ pool }: { pool: string }): ReactNode {
  const [url, change] = useUrl();
  const query = useList<OpsTask>('/v1/ops/tasks', { workerpool: pool, limit: 50 }, { session: true, liveMs: 5_000 });
  const workers = useList<OpsWorker>('/v1/ops/workers', { workerpool: pool, limit: 200 }, { session: true, liveMs: 15_000 });
  const machines = (workers.data?.items ?? []).map((row) => ({ value: row.address, label: row.name.slice(0, 40) || shortHash(row.address) }));
  return (
    <Loaded query={query} rows={4}>
      {(page) => {
        const task = url.worker ? '' : (url.task ?? page.items[0]?.task.id ?? '');
        const known = page.items.map(({ task: each, phase }) => ({ value: each.id, label: `${shortHash(each.id)} · ${phase || each.status}` }));
        const tasks = task === '' || known.some((each) => each.value === task) ? known : [{ value: task, label: shortHash(task) }, ...known];
        return (
          <div className="stack">
            <div className="row" style={{ alignItems: 'end' }}>
              <div style={{ width: 300 }}><Select label={t`Task`} value={task} choices={[{ value: '', label: t`none` }, ...tasks]} onChange={(chosen) => change({ task: chosen || null, worker: null })} /></div>
              <div style={{ width: 240 }}><Select label={t`or worker`} value={url.worker ?? ''} choices={[{ value: '', label: t`none` }, ...machines]} onChange={(chosen) => change({ worker: chosen || null, task: null })} /></div>
            </div>
            {url.worker ? <LogViewer key={url.worker} worker={url.worker} /> : task ? <LogViewer key={task} task={task} /> : <EmptyState><Trans>No task has run yet: there is no log to read.</Trans></EmptyState>}
          </div>
        );
      }}
    </Loaded>
  );
}
