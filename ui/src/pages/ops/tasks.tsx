// Tasks of the pool as a board by stage or as a table (web-ui.md §10.3).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import type { OpsTask, Task } from '../../transport/api';
import { count, duration, MISSING, percent } from '../../model/format';
import { iso } from '../../model/time';
import { missing } from '../../model/confidence';
import { runningOf, STAGES, stageOf, stageSince, taskFits, type Stage } from '../../model/pool_tasks';
import { sortRows } from '../../model/rows';
import { useBoot, useList, useNow } from '../../state/data';
import { useUrl } from '../../state/url';
import { useHidden } from '../../state/columns';
import { ColumnChooser } from '../../view/list_tools';
import { CsvButton, Table, type Column } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Bar, Button, Check, Chip, IconButton, Panel, Segmented, Select, TextField } from '../../view/ui';
import { Menu } from '../../view/overlays';
import { Address, Amount, Deadline, Id, Status } from '../../view/values';
import { ToolsDialog } from './tools';

const MOST = 200;
export const STAGE_WORDS: Record<Stage, string> = { queue: t`queue`, compute: t`compute`, reveal: t`reveal`, upload: t`upload`, finalise: t`finalise`, ended: t`ended` };
const HIDDEN_AT_FIRST = ['deal', 'category', 'reward', 'app'];

/** The row's confidence against what its trust needs. */
function Confidence({ task }: { task: Task }): ReactNode {
  const { confidence } = task;
  if (!confidence) return <span className="muted">{MISSING}</span>;
  const text = t`${{ share: percent(confidence.share) }} of ${{ needed: percent(confidence.needed) }}`;
  return <span className="confidence" title={text}><Bar label={t`Confidence`} share={confidence.needed > 0 ? confidence.share / confidence.needed : 1} text={text} tone={confidence.reached ? 'success' : 'info'} /></span>;
}

/** Replicas at work, contributions that are in, and agreeing newcomers that would still be needed. */
function replicasText(row: OpsTask): string {
  const { confidence, trust, ended, contributions } = row.task;
  if (ended !== null) return t`${{ number: count(contributions) }} in`;
  const needed = confidence ? (missing(BigInt(confidence.best), BigInt(confidence.total), trust)?.newcomers ?? 0) : null;
  return t`${{ running: runningOf(row) }} run, ${{ number: count(contributions) }} in, ${{ needed: needed === null ? '?' : needed }} needed`;
}

function StageAge({ row, revealMs }: { row: OpsTask; revealMs: number }): ReactNode {
  const now = useNow(1_000);
  const since = stageSince(row, revealMs);
  return <span className="num" title={since === null ? undefined : iso(since)}>{since === null || row.task.ended !== null ? MISSING : duration(Math.max(0, Math.floor((now - since) / 1_000) * 1_000))}</span>;
}

function Risk({ row }: { row: OpsTask }): ReactNode {
  return row.risk ? <Chip tone="danger"><Trans>! {{ left: duration(row.timeLeftMs) }} left</Trans></Chip> : <span className="muted"><Trans>none</Trans></span>;
}

function columnsOf(revealMsOf: (task: Task) => number, open: (task: Task) => void, pool: string): Column<OpsTask>[] {
  return [
    { key: 'task', head: t`Task`, cell: (row) => <Id id={row.task.id} kind={t`task`} to={`/task/${row.task.id}`} />, value: (row) => row.task.id, priority: 1 },
    { key: 'stage', head: t`Stage`, cell: (row) => <Chip title={row.phase}>{STAGE_WORDS[stageOf(row)]}</Chip>, value: (row) => stageOf(row), priority: 1, sort: 'stage' },
    { key: 'age', head: t`Stage age`, right: true, cell: (row) => <StageAge row={row} revealMs={revealMsOf(row.task)} />, value: (row) => stageSince(row, revealMsOf(row.task)), priority: 2, sort: 'age' },
    { key: 'status', head: t`Status`, cell: (row) => <Status of={row.task.status} />, value: (row) => row.task.status, priority: 2 },
    { key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.task.deal} kind={t`deal`} to={`/deal/${row.task.deal}`} copy={false} />, value: (row) => row.task.deal, priority: 3 },
    { key: 'app', head: t`App`, cell: (row) => <Address of={row.task.app} kind={t`app`} to={`/app/${row.task.app}`} copy={false} />, value: (row) => row.task.app, priority: 3 },
    { key: 'category', head: t`Cat.`, right: true, cell: (row) => row.task.category, value: (row) => row.task.category, priority: 3, sort: 'category' },
    { key: 'trust', head: t`Trust`, right: true, cell: (row) => row.task.trust, value: (row) => row.task.trust, priority: 3, sort: 'trust' },
    { key: 'replicas', head: t`Replicas`, cell: replicasText, value: replicasText, priority: 2 },
    { key: 'confidence', head: t`Confidence`, cell: (row) => <Confidence task={row.task} />, value: (row) => row.task.confidence?.share, priority: 3 },
    { key: 'deadline', head: t`Deadline`, cell: (row) => <Deadline at={row.task.finalDeadline} over={row.task.ended !== null} />, value: (row) => iso(row.task.finalDeadline), priority: 2, sort: 'deadline' },
    { key: 'reward', head: t`Reward`, right: true, cell: (row) => <Amount nrlc={row.reward} unit={false} />, value: (row) => row.reward, priority: 3, sort: 'reward' },
    { key: 'risk', head: t`Risk`, cell: (row) => <Risk row={row} />, value: (row) => row.risk, priority: 1 },
    { key: 'act', head: t`Actions`, cell: (row) => <Acts task={row.task} open={open} pool={pool} />, priority: 1, card: 'bare' },
  ];
}

function Acts({ task, open, pool }: { task: Task; open: (task: Task) => void; pool: string }): ReactNode {
  return (
    <span className="row" style={{ gap: 4, flexWrap: 'nowrap', display: 'inline-flex' }}>
      <Button look="tiny" onClick={() => open(task)}><Trans>Tools</Trans></Button>
      <Link className="button tiny" to={'/ops/logs' as never} search={{ task: task.id, pool } as never}><Trans>Log</Trans></Link>
    </span>
  );
}

function BoardCard({ row, revealMs, open }: { row: OpsTask; revealMs: number; open: (task: Task) => void }): ReactNode {
  const { task } = row;
  return (
    <li className="board-card" data-risk={row.risk || undefined}>
      <div className="row between" style={{ flexWrap: 'nowrap' }}><Id id={task.id} kind={t`task`} to={`/task/${task.id}`} copy={false} />
        <Menu trigger={<IconButton className="tiny" label={t`More about task ${{ id: task.id.slice(0, 10) }}`}>⋯</IconButton>} items={[{ label: t`Operator’s tools`, onSelect: () => open(task) }]} />
      </div>
      <div className="row small muted"><span>{t`Cat${task.category}, trust ${task.trust}`}</span><span className="grow" />{task.ended === null ? <StageAge row={row} revealMs={revealMs} /> : <Status of={task.status} />}</div>
      {task.ended === null ? <>{task.confidence ? <Confidence task={task} /> : null}<span className="small muted">{replicasText(row)}</span></> : null}
      {row.risk ? <Risk row={row} /> : null}
    </li>
  );
}

const CARDS = 12;

function Board({ rows, revealMsOf, open }: { rows: OpsTask[]; revealMsOf: (task: Task) => number; open: (task: Task) => void }): ReactNode {
  const [, change] = useUrl();
  return (
    <div className="board" tabIndex={0} role="region" aria-label={t`Board of tasks`}>
      {STAGES.map((stage) => {
        const here = rows.filter((row) => stageOf(row) === stage);
        return (
          <section key={stage} aria-label={STAGE_WORDS[stage]}>
            <h3>{STAGE_WORDS[stage]} <span className="muted num">{count(here.length)}</span></h3>
            <ul>{here.slice(0, CARDS).map((row) => <BoardCard key={row.task.id} row={row} revealMs={revealMsOf(row.task)} open={open} />)}</ul>
            {here.length > CARDS ? <Button look="tiny" onClick={() => change({ view: null, stage })}><Trans>All {{ number: count(here.length) }} in the table</Trans></Button> : null}
          </section>
        );
      })}
    </div>
  );
}

function Filters({ apps }: { apps: string[] }): ReactNode {
  const [url, change] = useUrl();
  return (
    <div className="row filters">
      <div style={{ width: 220 }}><TextField label={t`Filter tasks`} placeholder={t`task, deal, requester, worker`} value={url.q ?? ''} onChange={(q) => change({ q })} /></div>
      <div style={{ width: 140 }}><Select label={t`Stage`} value={url.stage ?? ''} choices={[{ value: '', label: t`any` }, ...STAGES.map((value) => ({ value, label: STAGE_WORDS[value] }))]} onChange={(stage) => change({ stage })} /></div>
      <div style={{ width: 170 }}><Select label={t`App`} value={url.app ?? ''} choices={[{ value: '', label: t`any` }, ...apps.map((value) => ({ value, label: `${value.slice(0, 8)}…${value.slice(-4)}` }))]} onChange={(app) => change({ app })} /></div>
      <Check label={t`only at risk`} checked={url.risk === 'yes'} onChange={(on) => change({ risk: on ? 'yes' : null })} />
    </div>
  );
}

export function TasksTab({ pool }: { pool: string }): ReactNode {
  const [url, change] = useUrl();
  const boot = useBoot();
  const [opened, setOpened] = useState<Task | null>(null);
  const { hidden } = useHidden('pool_tasks', HIDDEN_AT_FIRST);
  const query = useList<OpsTask>('/v1/ops/tasks', { workerpool: pool, limit: MOST }, { liveMs: 2_000, session: true });
  const revealMsOf = (task: Task): number => (boot.categories.find((each) => each.id === task.category)?.revealSeconds ?? 0) * 1_000;
  const columns = columnsOf(revealMsOf, setOpened, pool);
  const items = query.data?.items ?? [];
  const rows = sortRows(items.filter((row) => taskFits(row, { text: url.q, stage: url.stage, app: url.app, risk: url.risk === 'yes' })), columns, url.sort);
  const board = url.view === 'board';
  const looks = <Segmented label={t`Look`} value={board ? 'board' : 'table'} choices={[{ value: 'table', label: t`table` }, { value: 'board', label: t`board` }]} onChange={(view) => change({ view: view === 'board' ? view : null })} />;
  return (
    <Panel title={t`Tasks`} tools={<>{looks}{board ? null : <ColumnChooser list="pool_tasks" columns={columns} hidden={HIDDEN_AT_FIRST} />}<CsvButton name="tasks" columns={columns} rows={rows} /></>}>
      <Filters apps={[...new Set(items.map((row) => row.task.app))]} />
      <Loaded query={query} rows={8}>
        {(page) => (
          <>
            {page.items.length === 0 ? <EmptyState><Trans>No tasks: see “Idle because” in the overview.</Trans></EmptyState> : rows.length === 0 ? <EmptyState action={<Button onClick={() => change({ q: null, stage: null, app: null, risk: null })}><Trans>Show all</Trans></Button>}><Trans>No task fits the filter.</Trans></EmptyState> : board ? <Board rows={rows} revealMsOf={revealMsOf} open={setOpened} /> : <Table caption={t`Tasks of the pool`} rows={rows} columns={columns.filter((column) => !hidden.includes(column.key))} rowKey={(row) => row.task.id} sort={url.sort} onSort={(sort) => change({ sort })} />}
            {page.total > page.items.length ? <p className="small muted" style={{ padding: '8px 12px', margin: 0 }}><Trans>The newest {{ shown: count(page.items.length) }} of {{ all: count(page.total) }}; the <Link to="/explorer/$kind" params={{ kind: 'tasks' } as never} search={{ workerpool: pool } as never}>explorer</Link> has all.</Trans></p> : null}
          </>
        )}
      </Loaded>
      {opened ? <ToolsDialog task={opened} onClose={() => setOpened(null)} /> : null}
    </Panel>
  );
}
