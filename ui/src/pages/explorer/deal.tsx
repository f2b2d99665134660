// Deal page (web-ui.md §8.3): status bar, facts, tasks or bag strip, money, events, orders, raw.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import type { Deal, DealDetail, Event, Strip, Task, TaskCounts } from '../../transport/api';
import { command } from '../../model/commands';
import { claimCall, initializeAndClaimCall } from '../../signer/calls';
import { categoryName, STATUS, statusAt, type TaskStatus } from '../../model/domain';
import { count, percent } from '../../model/format';
import { kindWord } from '../../model/words';
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
      <Trans>
        On this chain nothing has the id <code>{id}</code> (tried: {{ kind: kindWord(kind) }}). This page watches for it and fills itself when it appears.{' '}
        <Link to="/search" search={{ q: id } as never}>Search everywhere</Link>
      </Trans>
    </Notice>
  );
}

const speed = (number: number): string => {
  const shown = count(number);
  return plural(number, { one: `${shown} task an hour`, other: `${shown} tasks an hour` });
};
const claimText = (number: number): string => plural(number, { one: 'Claim # task', other: 'Claim # tasks' });

const BAR: [keyof TaskCounts, string, string][] = [
  ['complete', 'success', t`complete`],
  ['running', 'info', t`running`],
  ['revealing', 'info', t`revealing`],
  ['notStarted', 'neutral', t`not started`],
  ['claimable', 'warning', t`claimable`],
  ['failed', 'danger', t`failed`],
];

export function StatusBar({ counts, volume }: { counts: TaskCounts; volume: number }): ReactNode {
  const parts = BAR.map(([key, tone, label]) => ({ tone, label, value: counts[key] })).filter((part) => part.value > 0);
  const words = parts.map((part) => `${count(part.value)} ${part.label}`).join(', ') || t`nothing yet`;
  return (
    <div className="stack" style={{ gap: 4 }}>
      <div className="progress" role="img" aria-label={t`${words} of ${volume}`} style={{ height: 12 }}>
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
        <span style={{ position: 'absolute', insetInlineStart: 0, width: at(now), top: 0, bottom: 0, background: 'var(--link)', borderRadius: 4 }} />
        <span style={{ position: 'absolute', insetInlineStart: at(deal.contributionDeadline), top: -3, bottom: -3, width: 2, background: 'var(--warning)' }} />
      </div>
      <div className="row small between">
        <span><Trans>sealed <Clock at={deal.time} /></Trans></span>
        <span><Trans>contribution closes <Deadline at={deal.contributionDeadline} over={ended} /></Trans></span>
        <span><Trans>final <Deadline at={deal.finalDeadline} over={ended} /></Trans></span>
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
          <div className="strip" role="img" aria-label={t`Status of the tasks: ${{ volume: count(strip.volume) }} in ${{ parts: strip.buckets.length }} parts`}>
            {Array.from(strip.buckets, (letter, at) => (
              <i key={at} className={`bar-${STATUS[LETTER[letter] ?? 'NOT_STARTED'].tone}`} title={t`from ${strip.first + at * strip.bucketSize}: ${letter}`} onClick={() => onJump(strip.first + at * strip.bucketSize)} />
            ))}
          </div>
          <span className="small muted">
            {strip.throughput === null ? t`The speed is known after five completions.` : speed(Math.round(strip.throughput))}
            {strip.endEarliest && strip.endLatest ? <> · <Trans>ends between <Deadline at={strip.endEarliest} /> and <Deadline at={strip.endLatest} /></Trans></> : null}
          </span>
        </div>
      )}
    </Loaded>
  );
}

const BAG = 200;
const tasksText = (number: number): string => {
  const shown = count(number);
  return plural(number, { one: `${shown} task`, other: `${shown} tasks` });
};

function TasksTab({ deal, live }: { deal: Deal; live: Task[] }): ReactNode {
  const [url, change] = useUrl();
  const bag = deal.volume > BAG;
  const query = useList<Task>(`/v1/deals/${deal.id}/tasks`, { limit: 50, status: url.status, fromIndex: url.from }, { liveMs: 5_000 });
  const fresh = new Map(live.map((task) => [task.id, task]));
  const shown = query.data ? { ...query, data: { ...query.data, items: query.data.items.map((task) => fresh.get(task.id) ?? task) } } : query;
  const columns: Column<Task>[] = [taskExtra[1]!, ...taskColumns, taskExtra[2]!, taskExtra[3]!];
  const first = Number(url.from ?? deal.firstIndex);
  const status = url.status ? STATUS[url.status as TaskStatus] : undefined;
  return (
    <Panel
      title={tasksText(deal.volume)}
      tools={
        <>
          {(['', 'RUNNING', 'COMPLETE', 'CLAIMABLE', 'FAILED'] as const).map((status) => (
            <button key={status} type="button" className={`button tiny ${(url.status ?? '') === status ? 'on' : ''}`} aria-pressed={(url.status ?? '') === status} onClick={() => change({ status: status || null, from: null })}>
              {status ? STATUS[status].label.toLowerCase() : t`all`}
            </button>
          ))}
          {bag ? (
            <label className="row small">
              <Trans>jump to index</Trans>
              <input className="input num" style={{ width: 110 }} inputMode="numeric" value={url.from ?? ''} onChange={(event) => change({ from: /^\d*$/.test(event.target.value) ? event.target.value : null })} />
            </label>
          ) : null}
        </>
      }
    >
      {bag ? <BagStrip deal={deal} onJump={(index) => change({ from: String(index) })} /> : null}
      <ListTable caption={t`Tasks of this deal`} columns={columns} query={shown as typeof query} rowKey={(row) => row.id} link={(row) => `/task/${row.id}`} empty={status ? t`No task has the status ${{ status: status.label }}.` : t`No tasks.`} emptyAction={url.status ? <Button onClick={() => change({ status: null })}><Trans>Show all tasks</Trans></Button> : null} />
      {deal.volume > 50 ? (
        <Pager shown={query.data?.items.length ?? 0} total={query.data?.total ?? deal.volume} onPrevious={first > deal.firstIndex ? () => change({ from: String(Math.max(deal.firstIndex, first - 50)) }) : null} onNext={first + 50 < deal.firstIndex + deal.volume ? () => change({ from: String(first + 50) }) : null} />
      ) : null}
    </Panel>
  );
}

export function EventTable({ events }: { events: Event[] }): ReactNode {
  if (events.length === 0) return <EmptyState><Trans>No events yet.</Trans></EmptyState>;
  return (
    <Table
      caption={t`Events`}
      rows={events}
      rowKey={(row) => `${row.block}.${row.logIndex}`}
      columns={[
        { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} /> },
        { key: 'name', head: t`Event`, cell: (row) => <code>{row.name}</code> },
        { key: 'actor', head: t`By`, cell: (row) => (row.actor ? <Address of={row.actor} copy={false} /> : '—'), priority: 2 },
        { key: 'value', head: t`Value`, cell: (row) => (row.value ? <code className="small">{row.value.length > 24 ? `${row.value.slice(0, 22)}…` : row.value}</code> : '—'), priority: 3 },
        { key: 'tx', head: t`TxHash`, cell: (row) => <Id id={row.tx} kind={t`transaction`} to={`/tx/${row.tx}`} copy={false} />, priority: 2 },
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
    <Panel title={t`Money`}>
      <KeyTable
        rows={[
          [t`Price a task`, <Amount key="p" nrlc={deal.price} />],
          [t`App`, <span key="a"><Trans><Amount nrlc={deal.app.price} /> to <Address of={deal.app.owner} /></Trans></span>],
          [t`Dataset`, deal.dataset ? <span key="d"><Trans><Amount nrlc={deal.dataset.price} /> to <Address of={deal.dataset.owner} /></Trans></span> : t`none`],
          [t`Workerpool`, <span key="w"><Trans><Amount nrlc={deal.workerpool.price} />, of it {deal.schedulerShare} % to the scheduler <Address of={deal.workerpool.owner} /></Trans></span>],
          [t`Locked at the match`, <Amount key="l" nrlc={String(total)} />],
          [t`Paid so far`, <Amount key="paid" nrlc={String(paid)} />],
          [t`Refunded`, <Amount key="r" nrlc={String(refunded)} />],
          [t`Still locked`, <Amount key="s" nrlc={String(total - paid - refunded)} />],
          [t`A worker's stake`, <Amount key="ws" nrlc={deal.workerStake} />],
        ]}
      />
      <p className="small muted" style={{ padding: '0 12px' }}><Trans>Who got what in each task stands on the task's page.</Trans></p>
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
      if (started.length) await transact(claimText(started.length), boot.domain.verifyingContract, claimCall(started), `/deal/${deal.id}`);
      if (fresh.length) await transact(claimText(fresh.length), boot.domain.verifyingContract, initializeAndClaimCall(deal.id, fresh), `/deal/${deal.id}`);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      <Button look="danger" onClick={() => void claim()} why={wallet.signer ? (rows.length ? null : t`Loading the tasks that can be claimed.`) : t`Connect a wallet to claim; anyone may.`}><Trans>Claim refund ({rows.length})</Trans></Button>
      {problem ? <span className="small tone-danger">{problem}</span> : null}
    </>
  );
}

function Facts({ deal }: { deal: Deal }): ReactNode {
  const boot = useBoot();
  const category = boot.categories.find((each) => each.id === deal.category);
  return (
    <Panel title={t`Deal`} tools={<StaleBadge />}>
      <div className="body stack">
        <StatusBar counts={deal.tasks} volume={deal.volume} />
        <TimeBar deal={deal} />
      </div>
      <KeyTable
        rows={[
          [t`Category`, category ? categoryName(category) : deal.category],
          [t`Capabilities`, <Tags key="t" tag={deal.tag} />],
          [t`Trust`, <Trust key="tr" of={deal.trust} />],
          [t`App`, <span key="a" className="row"><Address of={deal.app.address} kind={t`app`} to={`/app/${deal.app.address}`} name={deal.app.name} /> <Amount nrlc={deal.app.price} /></span>],
          [t`Dataset`, deal.dataset ? <span key="d" className="row"><Address of={deal.dataset.address} kind={t`dataset`} to={`/dataset/${deal.dataset.address}`} name={deal.dataset.name} /> <Amount nrlc={deal.dataset.price} /></span> : t`none`],
          [t`Workerpool`, <span key="w" className="row"><Address of={deal.workerpool.address} kind={t`workerpool`} to={`/workerpool/${deal.workerpool.address}`} /> <Untrusted text={deal.workerpool.name} limit={60} /> <Amount nrlc={deal.workerpool.price} /></span>],
          [t`Requester`, <Address key="r" of={deal.requester} />],
          [t`Beneficiary`, <Address key="b" of={deal.beneficiary} />],
          deal.payer.toLowerCase() === deal.requester.toLowerCase() ? null : [t`Sponsor (paid)`, <Address key="p" of={deal.payer} />],
          [t`Callback`, deal.callback ? <Address key="c" of={deal.callback} /> : t`none`],
          [t`Tasks`, t`${count(deal.volume)}, index ${count(deal.firstIndex)} … ${count(deal.firstIndex + deal.volume - 1)} of the request`],
          [t`Worker's stake a task`, <Amount key="s" nrlc={deal.workerStake} />],
          [t`Scheduler's share`, `${deal.schedulerShare} %`],
          [t`Sealed`, <span key="se"><Trans>block <Link to={`/block/${deal.block}` as never}>{deal.block}</Link>, <Age at={deal.time} />, <Id id={deal.tx} kind={t`transaction`} to={`/tx/${deal.tx}`} /></Trans></span>],
          [t`Work params`, <JsonText key="pa" text={deal.params} />],
        ]}
      />
    </Panel>
  );
}

const ORDER_OF: Record<string, string> = { app: t`app order`, dataset: t`dataset order`, workerpool: t`workerpool order`, request: t`request order` };

function OrdersTab({ deal }: { deal: Deal }): ReactNode {
  const rows = Object.entries(deal.orders).filter(([, hash]) => hash);
  return (
    <Panel title={t`The orders that were matched`}>
      <KeyTable rows={rows.map(([kind, hash]) => [ORDER_OF[kind] ?? kind, <Id key={kind} id={hash ?? ''} kind={ORDER_OF[kind] ?? kind} to={`/market/order/${hash}`} width="wide" />])} />
    </Panel>
  );
}

const TABS = ['tasks', 'money', 'events', 'orders', 'why', 'related', 'raw'] as const;
const TAB_WORDS: Record<(typeof TABS)[number], string> = { tasks: t`Tasks`, money: t`Money`, events: t`Events`, orders: t`Orders`, why: t`Why?`, related: t`Related deals`, raw: t`Raw` };

function DealBody({ detail, live }: { detail: DealDetail; live: { deal: Deal; tasks: Task[] } | undefined }): ReactNode {
  const [url, change] = useUrl();
  const now = useNow(1_000);
  const deal = live?.deal ?? detail.deal;
  const tab = TABS.find((each) => each === url.tab) ?? 'tasks';
  const status = statusAt(deal, now);
  return (
    <>
      <PageHead kind={t`Deal`} title={<Id id={deal.id} kind={t`deal`} width="wide" />} lead={<Status of={status} />} command={command(['bourse', 'deal', 'show', deal.id], 'GET', `/v1/deals/${deal.id}`)}>
        <ClaimAll deal={deal} />
        <DownloadAll deal={deal} />
        <Link className="button" to={`/market/${deal.category}` as never} search={{ app: deal.app.address, repeat: deal.id } as never}><Trans>Repeat order</Trans></Link>
      </PageHead>
      <div className="stack">
        <Facts deal={deal} />
        <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'tasks' ? null : value })}>
          <Tabs.List className="tabs-list" aria-label={t`Parts of the deal`}>
            {TABS.map((each) => (
              <Tabs.Trigger key={each} className="tab" value={each}>
                {TAB_WORDS[each]}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <Tabs.Content className="tab-panel" value="tasks"><TasksTab deal={deal} live={live?.tasks ?? []} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="money"><MoneyTab deal={deal} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="events"><Panel title={t`Events`}><EventTable events={detail.events} /></Panel></Tabs.Content>
          <Tabs.Content className="tab-panel" value="orders"><OrdersTab deal={deal} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="why"><Explain subject="deal" id={deal.id} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="related">
            <Panel title={t`Other deals of the same request`}>
              {detail.related.length === 0 ? <EmptyState><Trans>This is the only deal of its request order.</Trans></EmptyState> : <Table caption={t`Related deals`} rows={detail.related} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} columns={[{ key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.id} kind={t`deal`} to={`/deal/${row.id}`} /> }, { key: 'volume', head: t`Volume`, right: true, cell: (row) => count(row.volume) }, { key: 'status', head: t`Status`, cell: (row) => <Chip>{row.status}</Chip> }]} />}
            </Panel>
          </Tabs.Content>
          <Tabs.Content className="tab-panel" value="raw"><Panel title={t`As the market answers`}><pre className="command-box" style={{ maxHeight: 600, margin: 12 }} tabIndex={0}>{JSON.stringify(deal, null, 2)}</pre></Panel></Tabs.Content>
        </Tabs.Root>
      </div>
    </>
  );
}

export function DealPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const live = useChannel<{ deal: Deal; tasks: Task[] }>(`deal:${id}`);
  const query = useApi<DealDetail>(`/v1/deals/${id}`, {}, { liveMs: 5_000 });
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data) return <><PageHead kind={t`Deal`} title={id.slice(0, 18)} command={command(['bourse', 'deal', 'show', id], 'GET', `/v1/deals/${id}`)} /><UnknownId id={id} kind="deal" /></>;
  return <Loaded query={query} rows={12}>{(detail) => <DealBody detail={detail} live={live.state} />}</Loaded>;
}

