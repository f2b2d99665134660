// Workers of the pool (web-ui.md §10.2).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import type { OpsWorker, Overview } from '../../transport/api';
import { bytes, count, duration, MISSING } from '../../model/format';
import { useApi, useBoot, useList } from '../../state/data';
import { useUrl } from '../../state/url';
import { CsvButton, Table, type Column } from '../../view/table';
import { EmptyState, Loaded, StaleBadge } from '../../view/states';
import { Button, Chip, Copy, Panel } from '../../view/ui';
import { Address, Amount, Clock, Untrusted } from '../../view/values';
import { ActDialog, type Act } from './acts';

export const STATE = { fresh: ['success', t`● fresh`], late: ['warning', t`◔ late`], lost: ['danger', t`✕ lost`] } as const;
const DRAIN: Act = { action: 'drain', label: t`Drain the pool`, means: t`Tasks that run are finished; no new deal is taken until the pool is resumed. Its open orders stay in the book.` };
const RESUME: Act = { action: 'resume', label: t`Resume the pool`, means: t`The pool takes deals again.` };
const drainOne = (row: OpsWorker): Act => ({ action: 'drain', target: row.address, label: t`Drain this worker`, means: t`“${{ name: row.name.slice(0, 40) }}” finishes what it runs and gets no new task until it is resumed.` });
const resumeOne = (row: OpsWorker): Act => ({ action: 'resume', target: row.address, label: t`Resume this worker`, means: t`“${{ name: row.name.slice(0, 40) }}” gets tasks again.` });

/** Time since the last sign of life, coloured and in words (≤ 5 s fresh, ≤ 15 s late, then lost). */
export function Delay({ row }: { row: OpsWorker }): ReactNode {
  return <Chip tone={STATE[row.state][0]}>{STATE[row.state][1]} {row.delayMs === null ? '' : duration(row.delayMs)}</Chip>;
}

function columnsOf(pool: string, ask: (what: Act) => void): Column<OpsWorker>[] {
  return [
    { key: 'wallet', head: t`Wallet`, cell: (row) => <Address of={row.address} kind={t`worker`} to={`/worker/${row.address}`} copy={false} />, value: (row) => row.address, priority: 1 },
    { key: 'name', head: t`Name`, cell: (row) => <><Untrusted text={row.name} limit={30} /> {row.draining ? <Chip tone="warning"><Trans>draining</Trans></Chip> : null}</>, value: (row) => row.name, priority: 2 },
    { key: 'delay', head: t`Delay`, right: true, cell: (row) => <Delay row={row} />, value: (row) => row.delayMs, priority: 1 },
    { key: 'os', head: t`OS`, cell: (row) => <Untrusted text={row.os || MISSING} limit={20} />, value: (row) => row.os, priority: 3 },
    { key: 'platform', head: t`Platform`, cell: (row) => <span title={row.cpu ?? undefined}>{row.platform || MISSING}</span>, value: (row) => row.platform, priority: 3 },
    { key: 'cores', head: t`CPUs`, right: true, cell: (row) => count(row.cores), value: (row) => row.cores, priority: 3 },
    { key: 'memory', head: t`Memory`, right: true, cell: (row) => bytes(row.memoryMib * 1_048_576), value: (row) => row.memoryMib, priority: 3 },
    { key: 'tasks', head: t`Active tasks`, right: true, cell: (row) => `${row.tasks}/${row.slots}`, value: (row) => row.tasks, priority: 1 },
    { key: 'seen', head: t`Last seen`, cell: (row) => (row.lastSeen ? <Clock at={row.lastSeen} /> : MISSING), value: (row) => row.lastSeen, priority: 3 },
    { key: 'score', head: t`Score`, right: true, cell: (row) => count(row.score), value: (row) => row.score, priority: 2 },
    { key: 'stake', head: t`Stake`, right: true, cell: (row) => <Amount nrlc={row.staked} unit={false} />, value: (row) => row.staked, priority: 3 },
    { key: 'done', head: t`Done 24 h`, right: true, cell: (row) => count(row.done24h), value: (row) => row.done24h, priority: 3 },
    { key: 'earned', head: t`Earned 24 h`, right: true, cell: (row) => <Amount nrlc={row.earned24h} unit={false} />, value: (row) => row.earned24h, priority: 2 },
    { key: 'software', head: t`Version`, cell: (row) => <Untrusted text={row.software} limit={20} />, value: (row) => row.software, priority: 3 },
    { key: 'act', head: t`Actions`, cell: (row) => (
      <span className="row" style={{ gap: 4, flexWrap: 'nowrap' }}>
        <Button look="tiny" onClick={() => ask(row.draining ? resumeOne(row) : drainOne(row))}>{row.draining ? t`Resume` : t`Drain`}</Button>
        <Link className="button tiny" to={'/ops/logs' as never} search={{ worker: row.address, pool } as never}><Trans>Log</Trans></Link>
      </span>
    ), priority: 2 },
  ];
}

export function WorkersTab({ pool }: { pool: string }): ReactNode {
  const [url, change] = useUrl();
  const [what, setWhat] = useState<Act | null>(null);
  const query = useList<OpsWorker>('/v1/ops/workers', { workerpool: pool, limit: 200 }, { liveMs: 1_000, session: true });
  const overview = useApi<Overview>('/v1/ops/overview', { workerpool: pool }, { liveMs: 5_000 });
  const items = query.data?.items ?? [];
  const needle = (url.q ?? '').toLowerCase();
  const rows = items.filter((row) => !needle || `${row.address} ${row.name} ${row.os ?? ''} ${row.platform ?? ''} ${row.cpu ?? ''}`.toLowerCase().includes(needle));
  const columns = columnsOf(pool, setWhat);
  const bad = items.filter((row) => row.state !== 'fresh').length;
  return (
    <Panel title={t`Workers (${{ number: rows.length }})`} tools={<><StaleBadge />{bad ? <Chip tone="warning">{plural(bad, { one: '# late or lost', other: '# late or lost' })}</Chip> : null}<input className="input" style={{ width: 200 }} aria-label={t`Filter workers`} placeholder={t`filter`} value={url.q ?? ''} onChange={(event) => change({ q: event.target.value })} /><CsvButton name="workers" columns={columns} rows={rows} />{overview.data?.draining ? <Button look="tiny" onClick={() => setWhat(RESUME)}><Trans>Resume the pool</Trans></Button> : <Button look="tiny" onClick={() => setWhat(DRAIN)}><Trans>Drain the pool</Trans></Button>}</>}>
      <Loaded query={query} rows={4}>{() => (rows.length === 0 ? <EmptyState>{needle ? <Trans>No worker with this text.</Trans> : <Trans>No worker has joined yet.</Trans>}</EmptyState> : <Table caption={t`Workers`} rows={rows} rowKey={(row) => row.address} columns={columns} />)}</Loaded>
      <ActDialog what={what} pool={pool} onClose={() => setWhat(null)} />
      <JoinHelp pool={pool} />
    </Panel>
  );
}

/** The line that starts a worker of this pool; what only its owner knows stands in capitals. */
function JoinHelp({ pool }: { pool: string }): ReactNode {
  const boot = useBoot();
  const line = `bourse worker --name my-machine --wallet-file wallet.json --password-file password.txt --pool ${pool} --hub ${boot.domain.verifyingContract} --scheduler SCHEDULER_URL --rpc NODE_URL --store-url STORE_URL`;
  return (
    <details style={{ padding: 12 }}>
      <summary><Trans>Add a worker</Trans></summary>
      <p className="small"><Trans>A worker needs a name, a wallet and its password, and the addresses of this pool’s scheduler, node and store. Its row appears above at its first ping; its stake must cover one task.</Trans></p>
      <div className="command-box always" tabIndex={0}>{line} <Copy text={line} kind={t`command`} always /></div>
    </details>
  );
}
