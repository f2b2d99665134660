// Tasks of a deal: how far they are, the strip of a bag, filters with their counts, the list (E-10, E-11).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState, type ReactNode } from 'react';
import type { Deal, Strip, Task, TaskCounts } from '../../transport/api';
import { STATUS, type TaskStatus } from '../../model/domain';
import { count, percent } from '../../model/format';
import { MOST_BUCKETS } from '../../model/strip';
import { useApi, useList } from '../../state/data';
import { useUrl } from '../../state/url';
import { Loaded } from '../../view/states';
import { ListTable, Pager, type Column } from '../../view/table';
import { Bar, Button, Panel } from '../../view/ui';
import { Deadline } from '../../view/values';
import { BagStrip } from './bag_strip';
import { BagTable } from './bag_table';
import { taskColumns, taskExtra } from './columns';

const STRIP_ABOVE = 200;
const LIST_ABOVE = 50;

const COUNTED: [TaskStatus, keyof TaskCounts][] = [['NOT_STARTED', 'notStarted'], ['RUNNING', 'running'], ['REVEALING', 'revealing'], ['COMPLETE', 'complete'], ['CLAIMABLE', 'claimable'], ['FAILED', 'failed']];

const [TASK, DEADLINE, STATE] = taskColumns as [Column<Task>, Column<Task>, Column<Task>];
const INDEX = taskExtra.find((column) => column.key === 'index')!;
const MORE = taskExtra.filter((column) => column.key === 'contributions' || column.key === 'confidence');

function speed(number: number): string {
  const shown = count(number);
  return plural(number, { one: `${shown} task an hour`, other: `${shown} tasks an hour` });
}

function tasksText(number: number): string {
  const shown = count(number);
  return plural(number, { one: `${shown} task`, other: `${shown} tasks` });
}

function Progress({ deal, strip }: { deal: Deal; strip: Strip }): ReactNode {
  const { complete } = deal.tasks;
  const open = complete + deal.tasks.failed < deal.volume;
  return (
    <div className="stack" style={{ gap: 4 }}>
      {open ? <Bar label={t`Completed`} share={complete / Math.max(1, deal.volume)} text={t`${count(complete)} of ${count(deal.volume)}`} tone="success" /> : null}
      <span className="small muted num">
        <Trans>{count(complete)} of {count(deal.volume)} completed, {percent(complete / Math.max(1, deal.volume))}</Trans>
        {open ? <> · {strip.throughput === null ? t`the speed is known after five completions` : speed(Math.round(strip.throughput))}</> : null}
        {open && strip.endEarliest && strip.endLatest ? <> · <Trans>ends between <Deadline at={strip.endEarliest} /> and <Deadline at={strip.endLatest} /></Trans></> : null}
      </span>
    </div>
  );
}

function StatusChips({ counts, chosen, onChoose }: { counts: TaskCounts; chosen: string; onChoose: (status: string | null) => void }): ReactNode {
  const shown = COUNTED.filter(([status, key]) => counts[key] > 0 || status === chosen);
  return (
    <span className="row" style={{ gap: 4 }} role="group" aria-label={t`Status`}>
      <button type="button" className={`button tiny ${chosen ? '' : 'on'}`} aria-pressed={!chosen} onClick={() => onChoose(null)}><Trans>all</Trans></button>
      {shown.map(([status, key]) => (
        <button key={status} type="button" className={`button tiny ${chosen === status ? 'on' : ''}`} aria-pressed={chosen === status} onClick={() => onChoose(status)}>
          {STATUS[status].label.toLowerCase()} <span className="num">{count(counts[key])}</span>
        </button>
      ))}
    </span>
  );
}

function Jump({ deal, onJump }: { deal: Deal; onJump: (index: number) => void }): ReactNode {
  const [text, setText] = useState('');
  const last = deal.firstIndex + deal.volume - 1;
  const typed = (next: string): void => {
    const digits = next.replace(/\D/g, '');
    setText(digits);
    if (digits) onJump(Math.min(last, Math.max(deal.firstIndex, Number(digits))));
  };
  return (
    <label className="row small">
      <Trans>jump to index</Trans>
      <input className="input num" style={{ width: 110 }} inputMode="numeric" placeholder={`${deal.firstIndex} … ${last}`} value={text} onChange={(event) => typed(event.target.value)} />
    </label>
  );
}

/** A list of one status, page by page, or of a small deal at once. */
function Paged({ deal, status, fresh }: { deal: Deal; status: string; fresh: ReadonlyMap<string, Task> }): ReactNode {
  const [cursors, setCursors] = useState<string[]>([]);
  useEffect(() => setCursors([]), [status]);
  const query = useList<Task>(`/v1/deals/${deal.id}/tasks`, { limit: LIST_ABOVE, status, cursor: cursors[cursors.length - 1] }, { liveMs: 5_000 });
  const shown = query.data ? { ...query, data: { ...query.data, items: query.data.items.map((task) => fresh.get(task.id) ?? task) } } : query;
  const { data } = query;
  const words = status ? STATUS[status as TaskStatus]?.label : undefined;
  return (
    <>
      <ListTable caption={t`Tasks of this deal`} columns={[INDEX, TASK, DEADLINE, STATE, ...MORE]} query={shown as typeof query} rowKey={(row) => row.id} link={(row) => `/task/${row.id}`} empty={words ? t`No task has the status ${words}.` : t`No tasks.`} />
      {cursors.length > 0 || data?.next ? <Pager shown={data?.items.length ?? 0} total={data?.total ?? deal.volume} onPrevious={cursors.length ? () => setCursors((old) => old.slice(0, -1)) : null} onNext={data?.next ? () => setCursors((old) => [...old, data.next!]) : null} /> : null}
    </>
  );
}

export function TasksTab({ deal, live }: { deal: Deal; live: Task[] }): ReactNode {
  const [url, change] = useUrl();
  const strip = useApi<Strip>(deal.volume > 1 ? `/v1/deals/${deal.id}/strip` : null, { buckets: Math.min(MOST_BUCKETS, deal.volume) }, { liveMs: 5_000 });
  const fresh = new Map(live.map((task) => [task.id, task]));
  const status = url.status ?? '';
  const jump = (index: number): void => change({ from: String(index), status: null });
  const long = deal.volume > LIST_ABOVE && !status;
  const from = /^\d+$/.test(url.from ?? '') ? Number(url.from) : null;
  return (
    <Panel title={tasksText(deal.volume)} tools={<>{deal.volume > 1 ? <StatusChips counts={deal.tasks} chosen={status} onChoose={(next) => change({ status: next, from: null })} /> : null}{long ? <Jump deal={deal} onJump={jump} /> : null}</>}>
      {deal.volume > 1 ? (
        <div className="body stack">
          <Loaded query={strip} rows={1}>{(answer) => <><Progress deal={deal} strip={answer} />{deal.volume > STRIP_ABOVE ? <BagStrip strip={answer} onJump={jump} /> : null}</>}</Loaded>
        </div>
      ) : null}
      {long ? <BagTable deal={deal} columns={[TASK, DEADLINE, STATE, ...MORE]} fresh={fresh} jump={from} /> : <Paged deal={deal} status={status} fresh={fresh} />}
      {status ? <div style={{ padding: 12 }}><Button look="tiny" onClick={() => change({ status: null })}><Trans>Show all tasks</Trans></Button></div> : null}
    </Panel>
  );
}
