// Panels of the pool's overview (web-ui.md §10.1): risk, faults, waste, health, money, machines.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Earning, Overview } from '../../transport/api';
import { bytes, count, duration, MISSING, percent } from '../../model/format';
import { PAYER_WORDS, POOL_STAGE_WORDS } from '../../model/words';
import { sumEarnings } from '../../model/earnings';
import { mayOperate } from '../../model/permission';
import { useList } from '../../state/data';
import { sessionStore } from '../../state/session';
import { useStore } from '../../state/store';
import { Table } from '../../view/table';
import { EmptyState } from '../../view/states';
import { Bar, Chip, KeyTable, Panel } from '../../view/ui';
import { Id, Sum, Untrusted } from '../../view/values';

const DISK_LOW = 0.1;
const CLOCK_OFF_MS = 5_000;
const MOST = 1_000;

export function Stages({ stages }: { stages: Overview['stages'] }): ReactNode {
  return (
    <Panel title={t`Stage durations (last 1 000 tasks)`}>
      {stages.length === 0 ? <EmptyState><Trans>Known after the first tasks.</Trans></EmptyState> : <Table caption={t`Stage durations`} cards={false} rows={stages} rowKey={(row) => row.stage} columns={[
        { key: 'stage', head: t`Stage`, cell: (row) => POOL_STAGE_WORDS[row.stage] ?? <code>{row.stage}</code> },
        { key: 'tasks', head: t`Tasks`, right: true, cell: (row) => count(row.tasks), priority: 2 },
        { key: 'p50', head: t`p50`, right: true, cell: (row) => duration(row.p50) },
        { key: 'p95', head: t`p95`, right: true, cell: (row) => duration(row.p95) },
        { key: 'p99', head: t`p99`, right: true, cell: (row) => duration(row.p99) },
      ]} />}
    </Panel>
  );
}

export function Risk({ risk }: { risk: Overview['risk'] }): ReactNode {
  return (
    <Panel title={t`Deadline risk`}>
      {risk.length === 0 ? <EmptyState><Trans>Every open task has more time than its remaining stages need.</Trans></EmptyState> : <Table caption={t`Tasks at risk`} cards={false} rows={risk.slice(0, 10)} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} columns={[
        { key: 'task', head: t`Task`, cell: (row) => <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} /> },
        { key: 'left', head: t`Time left`, right: true, cell: (row) => <Chip tone={row.timeLeftMs < row.neededMs ? 'danger' : 'warning'}>{duration(row.timeLeftMs)}</Chip> },
        { key: 'needed', head: t`Needed (p95)`, right: true, cell: (row) => duration(row.neededMs) },
      ]} />}
    </Panel>
  );
}

export function Faults({ faults }: { faults: Overview['faults'] }): ReactNode {
  return (
    <Panel title={t`Faults of seven days, and who paid`}>
      {faults.length === 0 ? <EmptyState><Trans>No task or replica failed.</Trans></EmptyState> : <Table caption={t`Faults`} cards={false} rows={faults} rowKey={(row) => row.cause + row.payer} columns={[
        { key: 'cause', head: t`Cause`, cell: (row) => <code><Untrusted text={row.cause} limit={60} /></code> },
        { key: 'payer', head: t`Paid by`, cell: (row) => PAYER_WORDS[row.payer] ?? <code>{row.payer}</code> },
        { key: 'count', head: t`Times`, right: true, cell: (row) => count(row.count) },
      ]} />}
    </Panel>
  );
}

function wastedText({ share, replicas, unrewarded }: Overview['wasted']): string {
  const part = percent(share);
  const whole = count(replicas);
  return plural(unrewarded, { one: `${part} of ${whole} computed replicas: # was not rewarded.`, other: `${part} of ${whole} computed replicas: # were not rewarded.` });
}

export function Wasted({ wasted }: { wasted: Overview['wasted'] }): ReactNode {
  return (
    <Panel title={t`Wasted work`}>
      <p className="body" style={{ margin: 0 }}>{wasted.replicas === 0 ? t`Nothing has been computed in the last day.` : wastedText(wasted)}</p>
      {wasted.reasons.length ? <Table caption={t`Why they were not rewarded`} cards={false} rows={wasted.reasons} rowKey={(row) => row.cause} columns={[
        { key: 'cause', head: t`Because`, cell: (row) => <code><Untrusted text={row.cause} limit={60} /></code> },
        { key: 'count', head: t`Replicas`, right: true, cell: (row) => count(row.count) },
        { key: 'share', head: t`Share`, priority: 2, cell: (row) => <Bar label={t`Share`} share={wasted.unrewarded ? row.count / wasted.unrewarded : 0} text={percent(wasted.unrewarded ? row.count / wasted.unrewarded : 0)} tone="warning" /> },
      ]} /> : null}
    </Panel>
  );
}

const wellOr = (ok: boolean | null): ReactNode => (ok === null ? MISSING : ok ? <Chip tone="success"><Trans>● well</Trans></Chip> : <Chip tone="danger"><Trans>✕ does not answer</Trans></Chip>);

/** Against the scheduler's, by which its deadlines run. */
function ClockOffset({ ms }: { ms: number | null }): ReactNode {
  if (ms === null) return MISSING;
  const off = duration(Math.abs(ms));
  return <Chip tone={Math.abs(ms) > CLOCK_OFF_MS ? 'danger' : 'success'}>{Math.abs(ms) <= CLOCK_OFF_MS ? t`● right` : ms > 0 ? t`✕ ${{ off }} ahead` : t`✕ ${{ off }} behind`}</Chip>;
}

export function Health({ overview }: { overview: Overview }): ReactNode {
  const { health, headAgeMs, eventLag } = overview;
  const behind = count(eventLag);
  const free = health.diskTotal > 0 ? health.diskFree / health.diskTotal : null;
  const freeText = t`${{ free: bytes(health.diskFree) }} of ${{ all: bytes(health.diskTotal) }}`;
  return (
    <Panel title={t`Health`}>
      <KeyTable rows={[
        [t`Head`, <Chip key="h" tone={headAgeMs > 15_000 ? 'danger' : 'success'}>{headAgeMs > 15_000 ? t`✕ ${{ age: duration(headAgeMs) }} old` : t`● ${{ age: duration(headAgeMs) }} old`}</Chip>],
        [t`Index`, eventLag === null ? MISSING : plural(eventLag, { one: `${behind} block behind`, other: `${behind} blocks behind` })],
        [t`Result store`, wellOr(health.store)],
        [t`Clock of the node`, <ClockOffset key="c" ms={health.clockOffsetMs} />],
        [t`Disk free`, free === null ? MISSING : <span key="d" className="row" style={{ gap: 8 }}><span style={{ width: 90 }}><Bar label={t`Disk free`} share={free} text={freeText} tone={free < DISK_LOW ? 'danger' : 'info'} /></span><span className="num small">{freeText}</span></span>],
        [t`Memory of the market`, bytes(health.memory)],
        [t`Version`, <Untrusted key="v" text={health.version} limit={40} />],
      ]} />
    </Panel>
  );
}

type Share = { name: string; count: number };

/** What the machines run on: each kind with its share of the known workers, as bars with their numbers. */
export function Machines({ overview }: { overview: Overview }): ReactNode {
  const total = overview.workersAlive;
  const parts: [string, Share[]][] = [[t`Software`, overview.software], [t`System`, overview.os as Share[]], [t`Processor`, overview.cpus as Share[]]];
  const rows = parts.flatMap(([what, shares]) => (shares ?? []).map((each) => ({ what, ...each })));
  return (
    <Panel title={t`Machines`}>
      {rows.length === 0 ? <EmptyState><Trans>No worker is alive.</Trans></EmptyState> : <Table caption={t`Machines`} cards={false} rows={rows} rowKey={(row) => row.what + row.name} columns={[
        { key: 'what', head: t`What`, cell: (row) => row.what },
        { key: 'name', head: t`Kind`, wrap: true, cell: (row) => <Untrusted text={row.name || t`not told`} limit={40} /> },
        { key: 'count', head: t`Workers`, right: true, cell: (row) => count(row.count) },
        { key: 'share', head: t`Share`, priority: 2, cell: (row) => <Bar label={`${row.what} ${row.name}`} share={total ? row.count / total : 0} text={t`${row.count} of ${total}`} /> },
      ]} />}
    </Panel>
  );
}

const DAY_MS = 86_400_000;

/** Sums of the rows that are at most that many days old. */
function since(rows: Earning[], days: number, key: 'workers' | 'scheduler'): string {
  const first = new Date(Date.now() - (days - 1) * DAY_MS).toISOString().slice(0, 10);
  return String(sumEarnings(rows.filter((row) => row.day >= first), 'day').reduce((sum, row) => sum + row[key], 0n));
}

/** By role: the scheduler's part is public, what the workers got is shown to the operator. */
export function Money({ overview, pool }: { overview: Overview; pool: string }): ReactNode {
  const session = useStore(sessionStore);
  const allowed = mayOperate(session, pool);
  const earned = useList<Earning>(allowed ? '/v1/ops/earnings' : null, { workerpool: pool, from: 0, limit: MOST }, { session: true, liveMs: 30_000 });
  const rows = earned.data && earned.data.next === null ? earned.data.items : null;
  const roles: { role: string; today: string | null; week: string | null; all: string | null }[] = [
    { role: t`Scheduler`, today: overview.earnedToday, week: overview.earned7d, all: overview.earnedAll },
    { role: t`Workers`, today: rows && since(rows, 1, 'workers'), week: rows && since(rows, 7, 'workers'), all: rows && String(sumEarnings(rows, 'day').reduce((sum, row) => sum + row.workers, 0n)) },
  ];
  return (
    <Panel title={t`Money by role`} foot={allowed ? null : <span className="small muted"><Trans>Sign in as the pool’s operator to see what the workers got.</Trans></span>}>
      <Table caption={t`Money by role`} cards={false} rows={allowed ? roles : roles.slice(0, 1)} rowKey={(row) => row.role} columns={[
        { key: 'role', head: t`Role`, cell: (row) => row.role },
        { key: 'today', head: t`Today`, right: true, cell: (row) => <Sum nrlc={row.today} /> },
        { key: 'week', head: t`7 days`, right: true, priority: 2, cell: (row) => <Sum nrlc={row.week} /> },
        { key: 'all', head: t`All`, right: true, cell: (row) => <Sum nrlc={row.all} /> },
      ]} />
    </Panel>
  );
}
