// Deal page (web-ui.md §8.3): status bar, facts, tasks or bag strip, money, events, orders, raw.
import { Link, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import type { Deal, DealDetail, Event, Strip, Task, TaskCounts } from '../../transport/api';
import { command } from '../../model/commands';
import { claimCall, initializeAndClaimCall } from '../../signer/calls';
import { categoryName, STATUS, statusAt, type TaskStatus } from '../../model/domain';
import { count, percent } from '../../model/format';
import { ApiError } from '../../transport/http';
import { transact } from '../../state/actions';
import { useApi, useBoot, useChannel, useList, useNow } from '../../state/data';
import { useUrl } from '../../state/url';
import { PageHead } from '../../view/command';
import { ListTable, Pager, Table, type Column } from '../../view/table';
import { EmptyState, Loaded, StaleBadge } from '../../view/states';
import { Button, Chip, KeyTable, Notice, Panel } from '../../view/ui';
import { Address, Age, Amount, Clock, Deadline, Id, JsonText, Status, Tags, Trust, Untrusted } from '../../view/values';
import { Explain } from '../../view/explain';
import { DownloadAll } from '../../view/download';
import { useWallet } from '../../state/wallet';
import { taskColumns, taskExtra } from './columns';

export function UnknownId({ id, kind }: { id: string; kind: string }): ReactNode {
  return (
    <Notice tone="warning" alert>
      There is no {kind} <code>{id}</code> on this chain (tried: {kind}). This page watches for it and fills itself when it appears.{' '}
      <Link to="/search" search={{ q: id } as never}>Search everywhere</Link>
    </Notice>
  );
}

const BAR: [keyof TaskCounts, string, string][] = [
  ['complete', 'success', 'complete'],
  ['running', 'info', 'running'],
  ['revealing', 'info', 'revealing'],
  ['notStarted', 'neutral', 'not started'],
  ['claimable', 'warning', 'claimable'],
  ['failed', 'danger', 'failed'],
];

export function StatusBar({ counts, volume }: { counts: TaskCounts; volume: number }): ReactNode {
  const parts = BAR.map(([key, tone, label]) => ({ tone, label, value: counts[key] })).filter((part) => part.value > 0);
  const words = parts.map((part) => `${count(part.value)} ${part.label}`).join(', ') || 'nothing yet';
  return (
    <div className="stack" style={{ gap: 4 }}>
      <div className="progress" role="img" aria-label={`${words} of ${volume}`} style={{ height: 12 }}>
        {parts.map((part) => (
          <span key={part.label} className={`bar-${part.tone}`} style={{ width: `${(part.value / Math.max(1, volume)) * 100}%` }} />
        ))}
      </div>
      <div className="row small muted">
        {parts.map((part) => (
          <span key={part.label}>
            {part.label} {percent(part.value / Math.max(1, volume))} ({count(part.value)})
          </span>
        ))}
      </div>
    </div>
  );
}

function TimeBar({ deal }: { deal: Deal }): ReactNode {
  const now = useNow(1_000);
  const span = deal.finalDeadline - deal.time;
  const ended = deal.tasks.complete + deal.tasks.failed === deal.volume;
  const at = (time: number): string => `${Math.min(100, Math.max(0, ((time - deal.time) / span) * 100))}%`;
  return (
    <div>
      <div style={{ position: 'relative', height: 10, background: 'var(--line)', borderRadius: 4 }} aria-hidden="true">
        <span style={{ position: 'absolute', left: 0, width: at(now), top: 0, bottom: 0, background: 'var(--link)', borderRadius: 4 }} />
        <span style={{ position: 'absolute', left: at(deal.contributionDeadline), top: -3, bottom: -3, width: 2, background: 'var(--warning)' }} />
      </div>
      <div className="row small between">
        <span>sealed <Clock at={deal.time} /></span>
        <span>contribution closes <Deadline at={deal.contributionDeadline} over={ended} /></span>
        <span>final <Deadline at={deal.finalDeadline} over={ended} /></span>
      </div>
    </div>
  );
}

const LETTER: Record<string, TaskStatus> = { N: 'NOT_STARTED', R: 'RUNNING', L: 'LATE', V: 'REVEALING', C: 'COMPLETE', X: 'CLAIMABLE', F: 'FAILED' };

function BagStrip({ deal, onJump }: { deal: Deal; onJump: (index: number) => void }): ReactNode {
  const query = useApi<Strip>(`/v1/deals/${deal.id}/strip`, { buckets: 400 }, { liveMs: 5_000 });
  return (
    <Loaded query={query} rows={1}>
      {(strip) => (
        <div className="body stack">
          <div className="strip" role="img" aria-label={`Status of ${count(strip.volume)} tasks in ${strip.buckets.length} parts`}>
            {Array.from(strip.buckets, (letter, at) => (
              <i key={at} className={`bar-${STATUS[LETTER[letter] ?? 'NOT_STARTED'].tone}`} title={`from ${strip.first + at * strip.bucketSize}: ${letter}`} onClick={() => onJump(strip.first + at * strip.bucketSize)} />
            ))}
          </div>
          <span className="small muted">
            {strip.throughput === null ? 'The speed is known after five completions.' : `${count(Math.round(strip.throughput))} tasks an hour`}
            {strip.endEarliest && strip.endLatest ? <> · ends between <Deadline at={strip.endEarliest} /> and <Deadline at={strip.endLatest} /></> : null}
          </span>
        </div>
      )}
    </Loaded>
  );
}

const BAG = 200;

function TasksTab({ deal, live }: { deal: Deal; live: Task[] }): ReactNode {
  const [url, change] = useUrl();
  const bag = deal.volume > BAG;
  const query = useList<Task>(`/v1/deals/${deal.id}/tasks`, { limit: 50, status: url.status, fromIndex: url.from }, { liveMs: 5_000 });
  const fresh = new Map(live.map((task) => [task.id, task]));
  const shown = query.data ? { ...query, data: { ...query.data, items: query.data.items.map((task) => fresh.get(task.id) ?? task) } } : query;
  const columns: Column<Task>[] = [taskExtra[1]!, ...taskColumns, taskExtra[2]!, taskExtra[3]!];
  const first = Number(url.from ?? deal.firstIndex);
  return (
    <Panel
      title={`${count(deal.volume)} ${deal.volume === 1 ? 'task' : 'tasks'}`}
      tools={
        <>
          {(['', 'RUNNING', 'COMPLETE', 'CLAIMABLE', 'FAILED'] as const).map((status) => (
            <button key={status} type="button" className={`button tiny ${(url.status ?? '') === status ? 'on' : ''}`} aria-pressed={(url.status ?? '') === status} onClick={() => change({ status: status || null, from: null })}>
              {status ? STATUS[status].label.toLowerCase() : 'all'}
            </button>
          ))}
          {bag ? (
            <label className="row small">
              jump to index
              <input className="input num" style={{ width: 110 }} inputMode="numeric" value={url.from ?? ''} onChange={(event) => change({ from: /^\d*$/.test(event.target.value) ? event.target.value : null })} />
            </label>
          ) : null}
        </>
      }
    >
      {bag ? <BagStrip deal={deal} onJump={(index) => change({ from: String(index) })} /> : null}
      <ListTable caption="Tasks of this deal" columns={columns} query={shown as typeof query} rowKey={(row) => row.id} link={(row) => `/task/${row.id}`} empty={url.status ? `No task is ${url.status.toLowerCase()}.` : 'No tasks.'} emptyAction={url.status ? <Button onClick={() => change({ status: null })}>Show all tasks</Button> : null} />
      {deal.volume > 50 ? (
        <Pager shown={query.data?.items.length ?? 0} total={query.data?.total ?? deal.volume} onPrevious={first > deal.firstIndex ? () => change({ from: String(Math.max(deal.firstIndex, first - 50)) }) : null} onNext={first + 50 < deal.firstIndex + deal.volume ? () => change({ from: String(first + 50) }) : null} />
      ) : null}
    </Panel>
  );
}

export function EventTable({ events }: { events: Event[] }): ReactNode {
  if (events.length === 0) return <EmptyState>No events yet.</EmptyState>;
  return (
    <Table
      caption="Events"
      rows={events}
      rowKey={(row) => `${row.block}.${row.logIndex}`}
      columns={[
        { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} /> },
        { key: 'name', head: 'Event', cell: (row) => <code>{row.name}</code> },
        { key: 'actor', head: 'By', cell: (row) => (row.actor ? <Address of={row.actor} copy={false} /> : '—'), priority: 2 },
        { key: 'value', head: 'Value', cell: (row) => (row.value ? <code className="small">{row.value.length > 24 ? `${row.value.slice(0, 22)}…` : row.value}</code> : '—'), priority: 3 },
        { key: 'tx', head: 'TxHash', cell: (row) => <Id id={row.tx} kind="transaction" to={`/tx/${row.tx}`} copy={false} />, priority: 2 },
      ]}
    />
  );
}

function MoneyTab({ deal }: { deal: Deal }): ReactNode {
  const done = BigInt(deal.tasks.complete);
  const perTask = BigInt(deal.price);
  const refunded = BigInt(deal.tasks.failed) * perTask;
  const total = perTask * BigInt(deal.volume);
  const paid = done * perTask;
  return (
    <Panel title="Money">
      <KeyTable
        rows={[
          ['Price a task', <Amount key="p" nrlc={deal.price} />],
          ['App', <span key="a"><Amount nrlc={deal.app.price} /> to <Address of={deal.app.owner} /></span>],
          ['Dataset', deal.dataset ? <span key="d"><Amount nrlc={deal.dataset.price} /> to <Address of={deal.dataset.owner} /></span> : 'none'],
          ['Workerpool', <span key="w"><Amount nrlc={deal.workerpool.price} />, of it {deal.schedulerShare} % to the scheduler <Address of={deal.workerpool.owner} /></span>],
          ['Locked at the match', <Amount key="l" nrlc={String(total)} />],
          ['Paid so far', <Amount key="paid" nrlc={String(paid)} />],
          ['Refunded', <Amount key="r" nrlc={String(refunded)} />],
          ['Still locked', <Amount key="s" nrlc={String(total - paid - refunded)} />],
          ["A worker's stake", <Amount key="ws" nrlc={deal.workerStake} />],
        ]}
      />
      <p className="small muted" style={{ padding: '0 12px' }}>Who got what in each task stands on the task's page.</p>
    </Panel>
  );
}

function ClaimAll({ deal }: { deal: Deal }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const now = useNow(1_000);
  const [problem, setProblem] = useState<string | null>(null);
  const due = now >= deal.finalDeadline;
  const open = deal.tasks.claimable + deal.tasks.notStarted + deal.tasks.running + deal.tasks.revealing;
  const claimable = useList<Task>(due && open > 0 ? `/v1/deals/${deal.id}/tasks` : null, { limit: 100 });
  if (!due || open === 0) return null;
  const rows = (claimable.data?.items ?? []).filter((task) => statusAt(task, now) === 'CLAIMABLE' || task.status === 'NOT_STARTED');
  const claim = async (): Promise<void> => {
    setProblem(null);
    const fresh = rows.filter((task) => task.status === 'NOT_STARTED').map((task) => task.index);
    const started = rows.filter((task) => task.status !== 'NOT_STARTED').map((task) => task.id);
    try {
      if (started.length) await transact(`Claim ${started.length} tasks`, boot.domain.verifyingContract, claimCall(started), `/deal/${deal.id}`);
      if (fresh.length) await transact(`Claim ${fresh.length} tasks`, boot.domain.verifyingContract, initializeAndClaimCall(deal.id, fresh), `/deal/${deal.id}`);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      <Button look="danger" onClick={() => void claim()} why={wallet.signer ? (rows.length ? null : 'Loading the tasks that can be claimed.') : 'Connect a wallet to claim; anyone may.'}>Claim refund ({rows.length})</Button>
      {problem ? <span className="small tone-danger">{problem}</span> : null}
    </>
  );
}

function Facts({ deal }: { deal: Deal }): ReactNode {
  const boot = useBoot();
  const category = boot.categories.find((each) => each.id === deal.category);
  return (
    <Panel title="Deal" tools={<StaleBadge />}>
      <div className="body stack">
        <StatusBar counts={deal.tasks} volume={deal.volume} />
        <TimeBar deal={deal} />
      </div>
      <KeyTable
        rows={[
          ['Category', category ? categoryName(category) : deal.category],
          ['Capabilities', <Tags key="t" tag={deal.tag} />],
          ['Trust', <Trust key="tr" of={deal.trust} />],
          ['App', <span key="a" className="row"><Address of={deal.app.address} kind="app" to={`/app/${deal.app.address}`} name={deal.app.name} /> <Amount nrlc={deal.app.price} /></span>],
          ['Dataset', deal.dataset ? <span key="d" className="row"><Address of={deal.dataset.address} kind="dataset" to={`/dataset/${deal.dataset.address}`} name={deal.dataset.name} /> <Amount nrlc={deal.dataset.price} /></span> : 'none'],
          ['Workerpool', <span key="w" className="row"><Address of={deal.workerpool.address} kind="workerpool" to={`/workerpool/${deal.workerpool.address}`} /> <Untrusted text={deal.workerpool.name} limit={60} /> <Amount nrlc={deal.workerpool.price} /></span>],
          ['Requester', <Address key="r" of={deal.requester} />],
          ['Beneficiary', <Address key="b" of={deal.beneficiary} />],
          deal.payer.toLowerCase() === deal.requester.toLowerCase() ? null : ['Sponsor (paid)', <Address key="p" of={deal.payer} />],
          ['Callback', deal.callback ? <Address key="c" of={deal.callback} /> : 'none'],
          ['Tasks', `${count(deal.volume)}, index ${count(deal.firstIndex)} … ${count(deal.firstIndex + deal.volume - 1)} of the request`],
          ["Worker's stake a task", <Amount key="s" nrlc={deal.workerStake} />],
          ["Scheduler's share", `${deal.schedulerShare} %`],
          ['Sealed', <span key="se">block <Link to={`/block/${deal.block}` as never}>{deal.block}</Link>, <Age at={deal.time} />, <Id id={deal.tx} kind="transaction" to={`/tx/${deal.tx}`} /></span>],
          ['Work params', <JsonText key="pa" text={deal.params} />],
        ]}
      />
    </Panel>
  );
}

function OrdersTab({ deal }: { deal: Deal }): ReactNode {
  const rows = Object.entries(deal.orders).filter(([, hash]) => hash);
  return (
    <Panel title="The orders that were matched">
      <KeyTable rows={rows.map(([kind, hash]) => [`${kind} order`, <Id key={kind} id={hash ?? ''} kind={`${kind} order`} to={`/market/order/${hash}`} width="wide" />])} />
    </Panel>
  );
}

const TABS = ['tasks', 'money', 'events', 'orders', 'why', 'related', 'raw'] as const;

function DealBody({ detail, live }: { detail: DealDetail; live: { deal: Deal; tasks: Task[] } | undefined }): ReactNode {
  const [url, change] = useUrl();
  const now = useNow(1_000);
  const deal = live?.deal ?? detail.deal;
  const tab = TABS.find((each) => each === url.tab) ?? 'tasks';
  const status = statusAt(deal, now);
  return (
    <>
      <PageHead kind="Deal" title={<Id id={deal.id} kind="deal" width="wide" />} lead={<Status of={status} />} command={command(['bourse', 'deal', 'show', deal.id], 'GET', `/v1/deals/${deal.id}`)}>
        <ClaimAll deal={deal} />
        <DownloadAll deal={deal} />
        <Link className="button" to={`/market/${deal.category}` as never} search={{ app: deal.app.address, repeat: deal.id } as never}>Repeat order</Link>
      </PageHead>
      <div className="stack">
        <Facts deal={deal} />
        <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'tasks' ? null : value })}>
          <Tabs.List className="tabs-list" aria-label="Parts of the deal">
            {TABS.map((each) => (
              <Tabs.Trigger key={each} className="tab" value={each}>
                {each === 'why' ? 'Why?' : each === 'related' ? 'Related deals' : `${each[0]?.toUpperCase()}${each.slice(1)}`}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <Tabs.Content className="tab-panel" value="tasks"><TasksTab deal={deal} live={live?.tasks ?? []} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="money"><MoneyTab deal={deal} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="events"><Panel title="Events"><EventTable events={detail.events} /></Panel></Tabs.Content>
          <Tabs.Content className="tab-panel" value="orders"><OrdersTab deal={deal} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="why"><Explain subject="deal" id={deal.id} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="related">
            <Panel title="Other deals of the same request">
              {detail.related.length === 0 ? <EmptyState>This is the only deal of its request order.</EmptyState> : <Table caption="Related deals" rows={detail.related} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} columns={[{ key: 'deal', head: 'Deal', cell: (row) => <Id id={row.id} kind="deal" to={`/deal/${row.id}`} /> }, { key: 'volume', head: 'Volume', right: true, cell: (row) => count(row.volume) }, { key: 'status', head: 'Status', cell: (row) => <Chip>{row.status}</Chip> }]} />}
            </Panel>
          </Tabs.Content>
          <Tabs.Content className="tab-panel" value="raw"><Panel title="As the market answers"><pre className="command-box" style={{ maxHeight: 600, margin: 12 }} tabIndex={0}>{JSON.stringify(deal, null, 2)}</pre></Panel></Tabs.Content>
        </Tabs.Root>
      </div>
    </>
  );
}

export function DealPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const live = useChannel<{ deal: Deal; tasks: Task[] }>(`deal:${id}`);
  const query = useApi<DealDetail>(`/v1/deals/${id}`, {}, { liveMs: 5_000 });
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data) return <><PageHead kind="Deal" title={id.slice(0, 18)} command={command(['bourse', 'deal', 'show', id], 'GET', `/v1/deals/${id}`)} /><UnknownId id={id} kind="deal" /></>;
  return <Loaded query={query} rows={12}>{(detail) => <DealBody detail={detail} live={live.state} />}</Loaded>;
}

