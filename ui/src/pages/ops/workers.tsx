// Workers of the pool (web-ui.md §10.2): the table with its filters, what is done to one or several, how a machine joins.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import type { OpsWorker, Overview } from '../../transport/api';
import { count } from '../../model/format';
import { GROUPS, sharedOwners, WORKER_STATES, workerFits, workerGroups } from '../../model/pool_workers';
import { sortRows } from '../../model/rows';
import { useApi, useList } from '../../state/data';
import { useUrl } from '../../state/url';
import { useHidden } from '../../state/columns';
import { ColumnChooser } from '../../view/list_tools';
import { CsvButton, Table, type Column } from '../../view/table';
import { EmptyState, Loaded, StaleBadge } from '../../view/states';
import { Button, Chip, Panel, Select, TextField } from '../../view/ui';
import { Untrusted } from '../../view/values';
import { ActDialog, banWorker, DRAIN_POOL, drainWorkers, RESUME_POOL, resumeWorkers, unbanWorker, type Act } from './acts';
import { CompareDialog } from './compare';
import { JoinHelp } from './join';
import { NoteDialog } from './notes';
import { HIDDEN_AT_FIRST, workerColumns, type RowActs } from './worker_columns';
import { WorkerRecord } from './worker_page';

const MOST = 1_000;
const STATE_WORDS: Record<string, string> = { fresh: t`fresh`, late: t`late`, lost: t`lost`, draining: t`draining`, paused: t`paused`, banned: t`banned` };
const GROUP_WORDS: Record<string, string> = { owner: t`owner`, state: t`state`, os: t`system`, software: t`version` };

/** What is done with the chosen machines. */
function Chosen({ rows, ask, compare, clear }: { rows: OpsWorker[]; ask: (what: Act) => void; compare: () => void; clear: () => void }): ReactNode {
  if (rows.length === 0) return null;
  const draining = rows.filter((row) => row.draining);
  const working = rows.filter((row) => !row.draining);
  return (
    <div className="row chosen" role="status">
      <strong>{plural(rows.length, { one: '# worker chosen', other: '# workers chosen' })}</strong>
      <Button look="tiny" onClick={() => ask(drainWorkers(working))} why={working.length ? null : t`All of them drain already.`}><Trans>Drain them</Trans></Button>
      <Button look="tiny" onClick={() => ask(resumeWorkers(draining))} why={draining.length ? null : t`None of them drains.`}><Trans>Resume them</Trans></Button>
      <Button look="tiny" onClick={compare} why={rows.length === 2 ? null : t`Choose two to compare.`}><Trans>Compare</Trans></Button>
      <Button look="tiny" onClick={clear}><Trans>Choose none</Trans></Button>
    </div>
  );
}

function Filters({ total, shown }: { total: number; shown: number }): ReactNode {
  const [url, change] = useUrl();
  return (
    <div className="row filters">
      <div style={{ width: 220 }}><TextField label={t`Filter workers`} placeholder={t`name, wallet, system …`} value={url.q ?? ''} onChange={(q) => change({ q })} /></div>
      <div style={{ width: 150 }}><Select label={t`State`} value={url.is ?? ''} choices={[{ value: '', label: t`any` }, ...WORKER_STATES.map((value) => ({ value, label: STATE_WORDS[value] ?? value }))]} onChange={(is) => change({ is })} /></div>
      <div style={{ width: 150 }}><Select label={t`Group by`} value={url.group ?? ''} choices={[{ value: '', label: t`nothing` }, ...GROUPS.map((value) => ({ value, label: GROUP_WORDS[value] ?? value }))]} onChange={(group) => change({ group })} /></div>
      {shown < total ? <Button look="tiny" onClick={() => change({ q: null, is: null })}><Trans>Show all {count(total)}</Trans></Button> : null}
    </div>
  );
}

/** The table, once for each group. */
function Groups({ rows, columns }: { rows: OpsWorker[]; columns: Column<OpsWorker>[] }): ReactNode {
  const [url, change] = useUrl();
  const groups = workerGroups(rows, url.group ?? '');
  return groups.map(({ name, rows: members }) => (
    <div key={name}>
      {url.group ? <h3 className="group-head"><Untrusted text={name || t`not told`} limit={60} /> <span className="muted small">{plural(members.length, { one: '# worker', other: '# workers' })}</span></h3> : null}
      <Table caption={url.group ? t`Workers of ${name}` : t`Workers`} rows={members} rowKey={(row) => row.address} columns={columns} sort={url.sort} onSort={(sort) => change({ sort })} />
    </div>
  ));
}

function PoolAct({ draining, ask }: { draining: boolean; ask: (what: Act) => void }): ReactNode {
  return draining ? <Button look="tiny" onClick={() => ask(RESUME_POOL)}><Trans>Resume the pool</Trans></Button> : <Button look="tiny" onClick={() => ask(DRAIN_POOL)}><Trans>Drain the pool</Trans></Button>;
}

export function WorkersTab({ pool }: { pool: string }): ReactNode {
  const [url, change] = useUrl();
  const navigate = useNavigate();
  const [what, setWhat] = useState<Act | null>(null);
  const [noted, setNoted] = useState<OpsWorker | null>(null);
  const [chosen, setChosen] = useState<string[]>([]);
  const [comparing, setComparing] = useState(false);
  const { hidden } = useHidden('pool_workers', HIDDEN_AT_FIRST);
  const query = useList<OpsWorker>('/v1/ops/workers', { workerpool: pool, limit: MOST }, { liveMs: 1_000, session: true });
  const overview = useApi<Overview>('/v1/ops/overview', { workerpool: pool }, { liveMs: 5_000 });
  const items = query.data?.items ?? [];
  const pick = ({ address }: OpsWorker): void => setChosen((old) => (old.includes(address) ? old.filter((each) => each !== address) : [...old, address]));
  const acts: RowActs = {
    drain: (row) => setWhat(drainWorkers([row])), resume: (row) => setWhat(resumeWorkers([row])), ban: (row) => setWhat(row.banned ? unbanWorker(row) : banWorker(row)), note: setNoted, pick, picked: (row) => chosen.includes(row.address),
    open: (row) => change({ worker: row.address }, true), log: (row) => void navigate({ to: '/ops/logs' as never, search: { worker: row.address, pool } as never }),
  };
  const all = workerColumns(sharedOwners(items), acts, pool);
  const columns = all.filter((column) => !hidden.includes(column.key));
  const rows = sortRows(items.filter((row) => workerFits(row, { text: url.q, state: url.is })), all, url.sort);
  const bad = items.filter((row) => row.state !== 'fresh').length;
  const picked = items.filter((row) => chosen.includes(row.address));
  if (url.worker) return <WorkerRecord address={url.worker} pool={pool} row={items.find((row) => row.address === url.worker) ?? null} onBack={() => change({ worker: null }, true)} />;
  return (
    <>
      <Panel title={t`Workers (${rows.length})`} tools={<><StaleBadge />{bad ? <Chip tone="warning"><Trans>{bad} late or lost</Trans></Chip> : null}<ColumnChooser list="pool_workers" columns={all} hidden={HIDDEN_AT_FIRST} /><CsvButton name="workers" columns={all} rows={rows} /><PoolAct draining={overview.data?.draining ?? false} ask={setWhat} /></>}>
        <Filters total={items.length} shown={rows.length} />
        <Chosen rows={picked} ask={setWhat} compare={() => setComparing(true)} clear={() => setChosen([])} />
        <Loaded query={query} rows={4}>{() => (rows.length === 0 ? <EmptyState>{items.length ? t`No worker fits the filter.` : t`No worker has joined yet.`}</EmptyState> : <Groups rows={rows} columns={columns} />)}</Loaded>
        <JoinHelp pool={pool} rows={items} />
      </Panel>
      <ActDialog what={what} pool={pool} onClose={() => setWhat(null)} />
      {noted ? <NoteDialog address={noted.address} name={noted.name || noted.address} onClose={() => setNoted(null)} /> : null}
      {comparing && picked.length === 2 ? <CompareDialog left={picked[0]!} right={picked[1]!} onClose={() => setComparing(false)} /> : null}
    </>
  );
}
