// Operator console (web-ui.md §10): overview, workers, tasks, earnings, orders, logs, alerts, my machine.
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import type { Alert, Audit, Earning, OpsTask, OpsWorker, Order, Overview, Resource, Session } from '../../transport/api';
import { command, curl } from '../../model/commands';
import { count, duration, MISSING, percent } from '../../model/format';
import { iso } from '../../model/time';
import { api, withQuery } from '../../transport/http';
import { useApi, useBoot, useChannel, useList, refreshData } from '../../state/data';
import { openSession, sessionStore } from '../../state/session';
import { Tracker } from '../../state/activity';
import { useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { sameAddress } from '../../model/domain';
import { PageHead } from '../../view/command';
import { CsvButton, ListTable, Table, type Column } from '../../view/table';
import { EmptyState, Loaded, StaleBadge } from '../../view/states';
import { Dialog } from '../../view/overlays';
import { Bar, Button, Chip, Copy, Notice, Panel, Stat, TextField } from '../../view/ui';
import { Address, Age, Amount, Deadline, Id, Status, Untrusted } from '../../view/values';
import { Reasons, Explain } from '../../view/explain';
import { LogViewer, SessionNeeded } from '../../view/logs';
import { orderColumns } from '../../view/order_columns';

const GOAL = 0.99;
const SERIES = [['completed', 'success'], ['running', 'info'], ['queued', 'neutral'], ['failed', 'danger']] as const;
const RANGES: [string, number][] = [['6h', 6], ['24h', 24], ['7d', 168]];

/** Hours as stacked bars, with the same numbers as a table. */
function TasksOverTime({ overview }: { overview: Overview }): ReactNode {
  const [url, change] = useUrl();
  const range = RANGES.find(([value]) => value === url.range) ?? RANGES[1]!;
  const hours = overview.series.slice(-range[1]);
  const most = Math.max(1, ...hours.map((hour) => hour.completed + hour.running + hour.queued + hour.failed));
  const sum = (key: 'completed' | 'failed'): number => hours.reduce((total, hour) => total + hour[key], 0);
  return (
    <Panel title="Tasks over time" tools={RANGES.map(([value]) => <button key={value} type="button" className={`button tiny ${range[0] === value ? 'on' : ''}`} aria-pressed={range[0] === value} onClick={() => change({ range: value })}>{value}</button>)}>
      <div className="body">
        {hours.length === 0 ? <EmptyState>No tasks in this range.</EmptyState> : (
          <svg viewBox={`0 0 ${range[1] * 10} 100`} preserveAspectRatio="none" style={{ width: '100%', height: 150 }} role="img" aria-label={`${sum('completed')} completed and ${sum('failed')} failed in ${range[0]}`}>
            {hours.map((hour, at) => {
              let y = 100;
              return SERIES.map(([key, tone]) => {
                const height = (hour[key] / most) * 96;
                y -= height;
                return <rect key={hour.time + key} x={(range[1] - hours.length + at) * 10 + 1} y={y} width="8" height={height} fill={`var(--${tone === 'info' ? 'link' : tone === 'neutral' ? 'border' : tone})`}><title>{`${iso(hour.time)}: ${hour[key]} ${key}`}</title></rect>;
              });
            })}
          </svg>
        )}
        <div className="row small">{SERIES.map(([key, tone]) => <span key={key} className={`tone-${tone}`}>■ {key}</span>)}</div>
        <details className="small"><summary>View as table</summary>
          <table className="data"><caption className="sr">Tasks by hour</caption><thead><tr><th scope="col">Hour</th>{SERIES.map(([key]) => <th key={key} scope="col" className="right">{key}</th>)}</tr></thead><tbody>{hours.slice(-24).map((hour) => <tr key={hour.time}><td>{iso(hour.time)}</td>{SERIES.map(([key]) => <td key={key} className="right">{hour[key]}</td>)}</tr>)}</tbody></table>
        </details>
      </div>
    </Panel>
  );
}

function OverviewTab({ pool }: { pool: string }): ReactNode {
  const query = useApi<Overview>('/v1/ops/overview', { workerpool: pool }, { liveMs: 2_000 });
  return (
    <Loaded query={query} rows={8}>
      {(overview) => (
        <div className="stack">
          {overview.draining ? <Notice tone="warning">The pool drains: running tasks end, no new ones begin.</Notice> : null}
          {overview.headAgeMs > 15_000 ? <Notice tone="danger" alert>Out of service: the last block is {duration(overview.headAgeMs)} old.</Notice> : null}
          <div className="stats">
            <Stat label="Active workers" value={count(overview.workersAlive)} sub={`${count(overview.workersDay)} in 24 h, ${count(overview.workersKnown)} known`} />
            <Stat label="Active cores" value={`${count(overview.coresBusy)}/${count(overview.coresTotal)}`} />
            <Stat label="Running" value={count(overview.running)} sub={`${count(overview.waiting)} waiting`} />
            <Stat label="Completed ratio 24 h" value={percent(overview.completedRatio)} sub={overview.completedRatio === null ? 'no task yet' : <Bar label="Completed ratio" share={overview.completedRatio} text={`${percent(overview.completedRatio)}, goal ${percent(GOAL)}`} tone={overview.completedRatio >= GOAL ? 'success' : 'warning'} />} />
            <Stat label="Apps seen 24 h" value={count(overview.apps24h)} />
            <Stat label="Earned today" value={<Amount nrlc={overview.earnedToday} />} sub={<>7 d <Amount nrlc={overview.earned7d} />, all <Amount nrlc={overview.earnedAll} /></>} />
            <Stat label="Stake free" value={<Amount nrlc={overview.stakeFree} />} sub={<>locked <Amount nrlc={overview.stakeLocked} /></>} />
            <Stat label="Stake covers" value={overview.stakeCovers === null ? MISSING : `${count(overview.stakeCovers)} tasks`} />
            <Stat label="Trust within reach" value={count(overview.reachableTrust)} sub="with the live workers" />
            <Stat label="Head age" value={duration(overview.headAgeMs)} sub={`event lag ${count(overview.eventLag)}`} />
          </div>
          <div className="grid2">
            <Panel title="Idle because">{overview.idle.length === 0 ? <EmptyState>The pool works.</EmptyState> : <div className="body"><Reasons reasons={overview.idle} /></div>}</Panel>
            <TasksOverTime overview={overview} />
            <Panel title="Stage durations (last 1 000 tasks)">
              {overview.stages.length === 0 ? <EmptyState>Known after the first tasks.</EmptyState> : <Table caption="Stage durations" rows={overview.stages} rowKey={(row) => row.stage} columns={[
                { key: 'stage', head: 'Stage', cell: (row) => row.stage },
                { key: 'p50', head: 'p50', right: true, cell: (row) => duration(row.p50) },
                { key: 'p95', head: 'p95', right: true, cell: (row) => duration(row.p95) },
                { key: 'p99', head: 'p99', right: true, cell: (row) => duration(row.p99) },
              ]} />}
            </Panel>
            <Panel title="Wasted work and software">
              <div className="body stack">
                <span>{percent(overview.wasted.share)} of {count(overview.wasted.replicas)} computed replicas were not rewarded ({count(overview.wasted.unrewarded)}).</span>
                <div className="row">{overview.software.map((each) => <Chip key={each.name}><Untrusted text={each.name} limit={30} /> × {each.count}</Chip>)}</div>
              </div>
            </Panel>
          </div>
        </div>
      )}
    </Loaded>
  );
}

const STATE = { fresh: ['success', '● fresh'], late: ['warning', '◔ late'], lost: ['danger', '✕ lost'] } as const;

type Act = { action: string; target: string | null; label: string; reason: boolean };

async function act(session: Session | null, pool: string, what: Act, reason: string): Promise<void> {
  const tracker = new Tracker(what.label);
  try {
    const answer = await api<{ message: string }>('/v1/ops/actions', { body: { action: what.action, ...(what.target ? { target: what.target } : {}), ...(reason ? { reason } : {}), workerpool: pool }, token: session?.token ?? null });
    tracker.to('final', { note: answer.message });
    refreshData('/v1/ops');
  } catch (error) {
    tracker.to('rejected', { note: (error as Error).message });
    throw error;
  }
}

function ActDialog({ what, pool, onClose }: { what: Act | null; pool: string; onClose: () => void }): ReactNode {
  const session = useStore(sessionStore);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  if (!what) return null;
  const go = (): void => {
    act(session, pool, what, reason).then(onClose, (error: Error) => setProblem(error.message));
  };
  return (
    <Dialog open onClose={onClose} title={what.label} foot={<><Button look="danger" onClick={go} why={what.reason && !reason ? 'Say why: the reason goes into the audit list.' : null}>{what.label}</Button><Button onClick={onClose}>Back</Button></>}>
      {what.target ? <p><Address of={what.target} /></p> : null}
      <TextField label="Reason" required={what.reason} value={reason} onChange={setReason} />
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
    </Dialog>
  );
}

function WorkersTab({ pool }: { pool: string }): ReactNode {
  const [url, change] = useUrl();
  const [what, setWhat] = useState<Act | null>(null);
  const query = useList<OpsWorker>('/v1/ops/workers', { workerpool: pool, limit: 200 }, { liveMs: 1_000, session: true });
  const live = useChannel<{ items: OpsWorker[] }>('ops:workers');
  const items = live.state?.items ?? query.data?.items ?? [];
  const needle = (url.q ?? '').toLowerCase();
  const rows = items.filter((row) => !needle || `${row.address} ${row.name} ${row.os ?? ''} ${row.platform ?? ''}`.toLowerCase().includes(needle));
  const columns: Column<OpsWorker>[] = [
    { key: 'wallet', head: 'Wallet', cell: (row) => <Address of={row.address} kind="worker" to={`/worker/${row.address}`} copy={false} />, value: (row) => row.address, priority: 1 },
    { key: 'name', head: 'Name', cell: (row) => <Untrusted text={row.name} limit={30} />, value: (row) => row.name, priority: 2 },
    { key: 'delay', head: 'Delay', right: true, cell: (row) => <Chip tone={STATE[row.state][0]}>{STATE[row.state][1]} {row.delayMs === null ? '' : duration(row.delayMs)}</Chip>, value: (row) => row.delayMs, priority: 1 },
    { key: 'os', head: 'OS', cell: (row) => <Untrusted text={row.os ?? MISSING} limit={20} />, value: (row) => row.os, priority: 3 },
    { key: 'platform', head: 'Platform', cell: (row) => row.platform ?? MISSING, value: (row) => row.platform, priority: 3 },
    { key: 'cores', head: 'CPUs', right: true, cell: (row) => count(row.cores), value: (row) => row.cores, priority: 3 },
    { key: 'memory', head: 'Memory', right: true, cell: (row) => `${count(row.memoryMib)} MiB`, value: (row) => row.memoryMib, priority: 3 },
    { key: 'tasks', head: 'Active tasks', right: true, cell: (row) => `${row.tasks}/${row.slots}`, value: (row) => row.tasks, priority: 1 },
    { key: 'score', head: 'Score', right: true, cell: (row) => count(row.score), value: (row) => row.score, priority: 2 },
    { key: 'stake', head: 'Stake', right: true, cell: (row) => <Amount nrlc={row.staked} unit={false} />, value: (row) => row.staked, priority: 3 },
    { key: 'done', head: 'Done 24 h', right: true, cell: (row) => count(row.done24h), value: (row) => row.done24h, priority: 3 },
    { key: 'earned', head: 'Earned 24 h', right: true, cell: (row) => <Amount nrlc={row.earned24h} unit={false} />, value: (row) => row.earned24h, priority: 2 },
    { key: 'software', head: 'Version', cell: (row) => <Untrusted text={row.software} limit={20} />, value: (row) => row.software, priority: 3 },
    { key: 'act', head: 'Actions', cell: (row) => <span className="row" style={{ gap: 4 }}><Button look="tiny" onClick={() => setWhat({ action: 'ban', target: row.address, label: 'Ban this worker', reason: true })}>Ban</Button><Link className="button tiny" to="/ops/$tab" params={{ tab: 'logs' } as never} search={{ worker: row.address } as never}>Logs</Link></span>, priority: 2 },
  ];
  return (
    <Panel title={`Workers (${rows.length})`} tools={<><StaleBadge /><input className="input" style={{ width: 200 }} aria-label="Filter workers" placeholder="filter" value={url.q ?? ''} onChange={(event) => change({ q: event.target.value })} /><CsvButton name="workers" columns={columns} rows={rows} /><Button look="tiny" onClick={() => setWhat({ action: 'drain', target: null, label: 'Drain the pool', reason: false })}>Drain</Button><Button look="tiny" onClick={() => setWhat({ action: 'resume', target: null, label: 'Resume the pool', reason: false })}>Resume</Button></>}>
      <Loaded query={query} rows={4}>{() => (rows.length === 0 ? <EmptyState>No worker {needle ? 'with this text' : 'has joined yet'}.</EmptyState> : <Table caption="Workers" rows={rows} rowKey={(row) => row.address} columns={columns} />)}</Loaded>
      <ActDialog what={what} pool={pool} onClose={() => setWhat(null)} />
      <JoinHelp pool={pool} />
    </Panel>
  );
}

function JoinHelp({ pool }: { pool: string }): ReactNode {
  const line = `bourse worker --name my-machine --wallet-file wallet.json --password-file password.txt --workerpool ${pool} --market ${location.origin}`;
  return (
    <details style={{ padding: 12 }}>
      <summary>Add a worker</summary>
      <p className="small">A worker needs a name, a wallet file and its password. The row appears above at its first ping; its stake must cover one task.</p>
      <div className="command-box always" tabIndex={0}>{line} <Copy text={line} kind="command" always /></div>
    </details>
  );
}

function TasksTab({ pool }: { pool: string }): ReactNode {
  const query = useList<OpsTask>('/v1/ops/tasks', { workerpool: pool, limit: 100 }, { liveMs: 2_000, session: true });
  const columns: Column<OpsTask>[] = [
    { key: 'task', head: 'Task', cell: (row) => <Id id={row.task.id} kind="task" to={`/task/${row.task.id}`} />, value: (row) => row.task.id, priority: 1 },
    { key: 'phase', head: 'Stage', cell: (row) => <Chip>{row.phase}</Chip>, value: (row) => row.phase, priority: 1 },
    { key: 'status', head: 'Status', cell: (row) => <Status of={row.task.status} />, value: (row) => row.task.status, priority: 2 },
    { key: 'app', head: 'App', cell: (row) => <Address of={row.task.app} kind="app" to={`/app/${row.task.app}`} copy={false} />, value: (row) => row.task.app, priority: 3 },
    { key: 'category', head: 'Cat.', right: true, cell: (row) => row.task.category, value: (row) => row.task.category, priority: 3 },
    { key: 'trust', head: 'Trust', right: true, cell: (row) => row.task.trust, value: (row) => row.task.trust, priority: 3 },
    { key: 'replicas', head: 'Replicas', right: true, cell: (row) => `${row.replicates.length} / ${row.task.contributions} in`, value: (row) => row.replicates.length, priority: 2 },
    { key: 'deadline', head: 'Deadline', cell: (row) => <Deadline at={row.task.finalDeadline} />, value: (row) => iso(row.task.finalDeadline), priority: 2 },
    { key: 'reward', head: 'Reward', right: true, cell: (row) => <Amount nrlc={row.reward} unit={false} />, value: (row) => row.reward, priority: 3 },
    { key: 'risk', head: 'Risk', cell: (row) => (row.risk ? <Chip tone="danger">! {duration(row.timeLeftMs)} left</Chip> : <span className="muted">none</span>), value: (row) => row.risk, priority: 1 },
  ];
  return <Panel title="Tasks"><ListTable caption="Tasks of the pool" query={query} columns={columns} rowKey={(row) => row.task.id} link={(row) => `/task/${row.task.id}`} empty="No tasks: see “Idle because” in the overview." /></Panel>;
}

function EarningsTab({ pool }: { pool: string }): ReactNode {
  const query = useList<Earning>('/v1/ops/earnings', { workerpool: pool, limit: 500 }, { session: true });
  const columns: Column<Earning>[] = [
    { key: 'day', head: 'Day', cell: (row) => row.day, value: (row) => row.day, priority: 1 },
    { key: 'account', head: 'Worker', cell: (row) => (row.account ? <Address of={row.account} kind="worker" copy={false} /> : 'pool'), value: (row) => row.account ?? 'pool', priority: 1 },
    { key: 'app', head: 'App', cell: (row) => (row.app ? <Address of={row.app} kind="app" to={`/app/${row.app}`} copy={false} /> : MISSING), value: (row) => row.app, priority: 3 },
    { key: 'category', head: 'Cat.', right: true, cell: (row) => row.category ?? MISSING, value: (row) => row.category, priority: 3 },
    { key: 'tasks', head: 'Tasks', right: true, cell: (row) => count(row.tasks), value: (row) => row.tasks, priority: 2 },
    { key: 'gross', head: 'Gross', right: true, cell: (row) => <Amount nrlc={row.gross} unit={false} />, value: (row) => row.gross, priority: 1 },
    { key: 'workers', head: 'To workers', right: true, cell: (row) => <Amount nrlc={row.workers} unit={false} />, value: (row) => row.workers, priority: 2 },
    { key: 'scheduler', head: 'To scheduler', right: true, cell: (row) => <Amount nrlc={row.scheduler} unit={false} />, value: (row) => row.scheduler, priority: 2 },
    { key: 'slashed', head: 'Slashed', right: true, cell: (row) => <Amount nrlc={row.slashed} unit={false} />, value: (row) => row.slashed, priority: 3 },
  ];
  return <Panel title="Earnings" tools={<CsvButton name="earnings" columns={columns} rows={query.data?.items ?? []} />}><ListTable caption="Earnings" query={query} columns={columns} rowKey={(row) => `${row.day}${row.account ?? ''}${row.app ?? ''}${row.category ?? ''}`} empty="Nothing earned yet." /></Panel>;
}

function OrdersTab({ pool }: { pool: string }): ReactNode {
  const query = useList<Order>('/v1/workerpoolorders', { workerpool: pool, state: 'any', limit: 100, app: 'any', dataset: 'any', requester: 'any' }, { liveMs: 3_000 });
  return <Panel title="Orders of this pool" tools={<Link className="button tiny" to="/market">Place a sell order</Link>}><ListTable caption="Pool orders" query={query} columns={orderColumns('workerpool')} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty="No orders: the pool sells nothing." /></Panel>;
}

function AlertsTab({ pool }: { pool: string }): ReactNode {
  const alerts = useList<Alert>('/v1/ops/alerts', { workerpool: pool }, { liveMs: 2_000, session: true });
  const audit = useList<Audit>('/v1/ops/audit', { workerpool: pool }, { liveMs: 5_000, session: true });
  const session = useStore(sessionStore);
  const [problem, setProblem] = useState<string | null>(null);
  const run = (action: string, target: string, label: string): void => void act(session, pool, { action, target, label, reason: false }, '').catch((error: Error) => setProblem(error.message));
  return (
    <div className="stack">
      <Panel title="Alerts">
        {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
        <ListTable caption="Alerts" query={alerts} rowKey={(row) => row.code} empty="Nothing is wrong." columns={[
          { key: 'level', head: 'Level', cell: (row) => <Chip tone={row.level}>{row.level}</Chip> },
          { key: 'text', head: 'What', wrap: true, cell: (row) => <details><summary>{row.text}</summary><p className="small">{row.runbook}</p></details> },
          { key: 'since', head: 'Since', cell: (row) => <Age at={row.since} />, priority: 2 },
          { key: 'act', head: 'Actions', cell: (row) => (row.acknowledged ? <Chip>acknowledged</Chip> : <span className="row" style={{ gap: 4 }}><Button look="tiny" onClick={() => run('acknowledge', row.code, 'Acknowledge an alert')}>Acknowledge</Button><Button look="tiny" onClick={() => run('silence', row.code, 'Silence an alert')}>Silence</Button></span>) },
        ]} />
      </Panel>
      <Panel title="Audit: who did what">
        <ListTable caption="Audit" query={audit} rowKey={(row) => `${row.time}${row.action}${row.target ?? ''}`} empty="No action yet." columns={[
          { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} /> },
          { key: 'who', head: 'Who', cell: (row) => <Address of={row.who} copy={false} /> },
          { key: 'action', head: 'Action', cell: (row) => row.action },
          { key: 'change', head: 'Before → after', cell: (row) => `${row.before ?? MISSING} → ${row.after ?? MISSING}`, priority: 2 },
          { key: 'reason', head: 'Reason', cell: (row) => <Untrusted text={row.reason ?? MISSING} limit={60} />, priority: 3 },
        ]} />
      </Panel>
    </div>
  );
}

function MachineTab(): ReactNode {
  const wallet = useWallet();
  const query = useList<OpsWorker>('/v1/ops/workers', { limit: 200 }, { liveMs: 2_000, session: true });
  const mine = (query.data?.items ?? []).filter((row) => sameAddress(row.address, wallet.account) || sameAddress(row.owner, wallet.account));
  return (
    <div className="stack">
      <Loaded query={query} rows={3}>
        {() => (mine.length === 0 ? <Notice tone="info">No worker of this pool belongs to the connected account.</Notice> : (
          <>{mine.map((row) => (
            <Panel key={row.address} title={<Untrusted text={row.name} limit={40} />} tools={<Chip tone={STATE[row.state][0]}>{STATE[row.state][1]}</Chip>}>
              <div className="stats">
                <Stat label="Tasks now" value={`${row.tasks}/${row.slots}`} />
                <Stat label="Earned 24 h" value={<Amount nrlc={row.earned24h} />} sub={`${row.done24h} done`} />
                <Stat label="Score" value={count(row.score)} sub={`weight ${row.weight}`} />
                <Stat label="Stake" value={<Amount nrlc={row.staked} />} sub={<>locked <Amount nrlc={row.locked} /></>} />
                <Stat label="Version" value={<Untrusted text={row.software} limit={20} />} />
              </div>
            </Panel>
          ))}</>
        ))}
      </Loaded>
      {wallet.account ? <><Explain subject="worker" id={wallet.account} /><LogViewer worker={wallet.account} /></> : null}
    </div>
  );
}

const TABS: [string, string][] = [['overview', 'Overview'], ['workers', 'Workers'], ['tasks', 'Tasks'], ['earnings', 'Earnings'], ['orders', 'Orders'], ['logs', 'Logs'], ['alerts', 'Alerts'], ['machine', 'My machine']];

export function OpsPage(): ReactNode {
  const { tab: asked } = useParams({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const boot = useBoot();
  const wallet = useWallet();
  const [url, change] = useUrl();
  const session = useStore(sessionStore);
  const pools = useList<Resource>('/v1/workerpools', { limit: 100 });
  const pool = url.pool ?? pools.data?.items[0]?.address ?? '';
  const tab = TABS.find(([value]) => value === asked)?.[0] ?? 'overview';
  const path = `/v1/ops/${tab === 'overview' ? 'overview' : tab}`;
  if (!boot.features.scheduler) return <><PageHead title="Operator console" command={curl(location.origin, '/v1/boot')} /><Notice tone="info">This market knows no scheduler: the console needs one beside it.</Notice></>;
  return (
    <>
      <PageHead title="Operator console" command={tab === 'orders' ? command(['bourse', 'orderbook', 'workerpool', '--workerpool', pool], 'GET', withQuery('/v1/workerpoolorders', { workerpool: pool })) : curl(location.origin, withQuery(path, { workerpool: pool }))}>
        <label className="row small">pool
          <select className="select" style={{ width: 'auto', maxWidth: 280 }} value={pool} onChange={(event) => change({ pool: event.target.value })}>
            {(pools.data?.items ?? []).map((each) => <option key={each.address} value={each.address}>{each.name.slice(0, 40) || each.address}</option>)}
          </select>
        </label>
        {session ? <Chip tone="success">signed in</Chip> : <Button onClick={() => void openSession(wallet).catch(() => undefined)} why={wallet.signer ? null : 'Connect the wallet of the pool’s owner first.'}>Sign in</Button>}
      </PageHead>
      <Tabs.Root value={tab} onValueChange={(value) => void navigate({ to: `/ops/${value}` as never, search: ((old: Record<string, unknown>) => old) as never })}>
        <Tabs.List className="tabs-list" aria-label="Parts of the console">{TABS.map(([value, label]) => <Tabs.Trigger key={value} className="tab" value={value}>{label}</Tabs.Trigger>)}</Tabs.List>
        <Tabs.Content className="tab-panel" value="overview">{pool ? <OverviewTab pool={pool} /> : <EmptyState>No workerpool is registered yet.</EmptyState>}</Tabs.Content>
        <Tabs.Content className="tab-panel" value="workers"><SessionNeeded to="see the workers"><WorkersTab pool={pool} /></SessionNeeded></Tabs.Content>
        <Tabs.Content className="tab-panel" value="tasks"><SessionNeeded to="see the tasks"><TasksTab pool={pool} /></SessionNeeded></Tabs.Content>
        <Tabs.Content className="tab-panel" value="earnings"><SessionNeeded to="see the earnings"><EarningsTab pool={pool} /></SessionNeeded></Tabs.Content>
        <Tabs.Content className="tab-panel" value="orders"><OrdersTab pool={pool} /></Tabs.Content>
        <Tabs.Content className="tab-panel" value="logs">{url.task || url.worker ? <LogViewer {...(url.task ? { task: url.task } : { worker: url.worker ?? '' })} /> : <LogViewer />}</Tabs.Content>
        <Tabs.Content className="tab-panel" value="alerts"><SessionNeeded to="see the alerts"><AlertsTab pool={pool} /></SessionNeeded></Tabs.Content>
        <Tabs.Content className="tab-panel" value="machine"><SessionNeeded to="see your machine"><MachineTab /></SessionNeeded></Tabs.Content>
      </Tabs.Root>
    </>
  );
}
