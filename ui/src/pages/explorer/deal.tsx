// Deal page (web-ui.md §8.3): status bar, facts, tasks or bag strip, money, events, logs, orders, raw.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import type { Deal, DealDetail, Task, TaskCounts } from '../../transport/api';
import { command } from '../../model/commands';
import { categoryName, sameAddress, STATUS, statusAt } from '../../model/domain';
import { count, percent, shortHash } from '../../model/format';
import { useApi, useBoot, useChannel, useList, useNow } from '../../state/data';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { PageHead } from '../../view/command';
import { DownloadAll } from '../../view/download_all';
import { Explain } from '../../view/explain';
import { LogViewer } from '../../view/logs';
import { RawPanel } from '../../view/raw';
import { EmptyState, Loaded, StaleBadge } from '../../view/states';
import { TabList } from '../../view/tab_list';
import { Table } from '../../view/table';
import { KeyTable, Notice, Panel, Select } from '../../view/ui';
import { Address, Age, Amount, Deadline, Id, JsonText, Moment, Status, Tags, Trust } from '../../view/values';
import { WatchButton } from '../../view/watch';
import { ClaimAll, MoneyTab } from './deal_money';
import { TasksTab } from './deal_tasks';
import { Detail, EventTable } from './parts';

const BAR: [keyof TaskCounts, string, string][] = [
  ['complete', 'success', t`complete`],
  ['running', 'info', t`running`],
  ['revealing', 'reveal', t`revealing`],
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
      <div style={{ position: 'relative', height: 10, marginTop: ended ? 0 : 14, background: 'var(--line)', borderRadius: 4 }} aria-hidden="true">
        <span style={{ position: 'absolute', insetInlineStart: 0, width: at(now), top: 0, bottom: 0, background: ended ? 'var(--border)' : 'var(--link)', borderRadius: 4 }} />
        <span style={{ position: 'absolute', insetInlineStart: at(deal.contributionDeadline), top: -3, bottom: -3, width: 2, background: 'var(--warning)' }} />
        {!ended && now < deal.finalDeadline ? <span className="now-mark" style={{ insetInlineStart: at(now) }}>{t`now`}</span> : null}
      </div>
      <div className="row small between">
        <span><Trans>sealed <Moment at={deal.time} /></Trans></span>
        <span><Trans>contribution closes <Deadline at={deal.contributionDeadline} over={ended} /></Trans></span>
        <span><Trans>final <Deadline at={deal.finalDeadline} over={ended} /></Trans></span>
      </div>
    </div>
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
      <div className="kv-two"><KeyTable
        rows={[
          [t`Category`, category ? categoryName(category) : deal.category],
          [t`Capabilities`, <Tags key="t" tag={deal.tag} />],
          [t`Trust`, <Trust key="tr" of={deal.trust} />],
          [t`App`, <span key="a" className="row"><Address of={deal.app.address} kind={t`app`} to={`/app/${deal.app.address}`} name={deal.app.name} /> <Amount nrlc={deal.app.price} /></span>],
          [t`Dataset`, deal.dataset ? <span key="d" className="row"><Address of={deal.dataset.address} kind={t`dataset`} to={`/dataset/${deal.dataset.address}`} name={deal.dataset.name} /> <Amount nrlc={deal.dataset.price} /></span> : t`none`],
          [t`Workerpool`, <span key="w" className="row"><Address of={deal.workerpool.address} kind={t`workerpool`} to={`/workerpool/${deal.workerpool.address}`} name={deal.workerpool.name} /> <Amount nrlc={deal.workerpool.price} /></span>],
          [t`Requester`, <Address key="r" of={deal.requester} />],
          [t`Beneficiary`, <Address key="b" of={deal.beneficiary} />],
          deal.payer.toLowerCase() === deal.requester.toLowerCase() ? null : [t`Sponsor (paid)`, <Address key="p" of={deal.payer} />],
          [t`Callback`, deal.callback ? <Address key="c" of={deal.callback} /> : t`none`],
          [t`Tasks`, t`${count(deal.volume)}, index ${count(deal.firstIndex)} … ${count(deal.firstIndex + deal.volume - 1)} of the request`],
          [t`Worker's stake a task`, <Amount key="s" nrlc={deal.workerStake} />],
          [t`Scheduler's share`, `${deal.schedulerShare} %`],
          [t`Sealed`, <span key="se"><Trans>block <Link to={`/block/${deal.block}` as never}>{deal.block}</Link>, <Age at={deal.time} />, <Id id={deal.tx} kind={t`transaction`} to={`/tx/${deal.tx}`} /></Trans></span>],
        ]}
      /></div>
      <KeyTable rows={[[t`Work params`, <JsonText key="pa" text={deal.params} />]]} />
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

function RelatedTab({ deals }: { deals: Deal[] }): ReactNode {
  return (
    <Panel title={t`Other deals of the same request`}>
      {deals.length === 0 ? <EmptyState><Trans>This is the only deal of its request order.</Trans></EmptyState> : (
        <Table caption={t`Related deals`} rows={deals} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} columns={[
          { key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.id} kind={t`deal`} to={`/deal/${row.id}`} /> },
          { key: 'status', head: t`Status`, cell: (row) => <Status of={statusAt(row, Date.now())} /> },
          { key: 'workerpool', head: t`Workerpool`, cell: (row) => <Address of={row.workerpool.address} to={`/workerpool/${row.workerpool.address}`} name={row.workerpool.name} copy={false} />, priority: 2 },
          { key: 'price', head: t`Price`, right: true, cell: (row) => <Amount nrlc={row.price} /> },
          { key: 'volume', head: t`Volume`, right: true, cell: (row) => count(row.volume) },
        ]} />
      )}
    </Panel>
  );
}

const LOGS_LISTED = 100;

/** The log of one of the deal's tasks: for its requester and the owner of its pool. */
function LogsTab({ deal }: { deal: Deal }): ReactNode {
  const [url, change] = useUrl();
  const wallet = useWallet();
  const mayRead = sameAddress(wallet.account, deal.requester) || sameAddress(wallet.account, deal.workerpool.owner);
  const tasks = useList<Task>(mayRead ? `/v1/deals/${deal.id}/tasks` : null, { limit: LOGS_LISTED });
  if (!mayRead) return <Notice tone="info"><Trans>The app's output is shown to the requester <Address of={deal.requester} /> and to the pool's owner <Address of={deal.workerpool.owner} /> only. Connect one of them.</Trans></Notice>;
  return (
    <Loaded query={tasks} rows={4}>
      {({ items }) => {
        const task = items.find((each) => each.id === url.task) ?? items[0];
        if (!task) return <EmptyState><Trans>No task has begun: there is no log to read.</Trans></EmptyState>;
        return (
          <div className="stack">
            {items.length > 1 ? <div style={{ width: 320, maxWidth: '100%' }}><Select label={t`Task`} value={task.id} choices={items.map((each) => ({ value: each.id, label: t`index ${{ index: each.index }} · ${{ id: shortHash(each.id) }} · ${{ status: STATUS[each.status].label }}` }))} onChange={(id) => change({ task: id })} /></div> : null}
            <LogViewer key={task.id} task={task.id} />
          </div>
        );
      }}
    </Loaded>
  );
}

type Part = [value: string, label: string, content: () => ReactNode];

const partsOf = (detail: DealDetail, deal: Deal, live: Task[]): Part[] => [
  ['tasks', t`Tasks`, () => <TasksTab deal={deal} live={live} />],
  ['money', t`Money`, () => <MoneyTab deal={deal} />],
  ['events', t`Events`, () => <Panel title={t`Events`}><EventTable events={detail.events} /></Panel>],
  ['logs', t`Logs`, () => <LogsTab deal={deal} />],
  ['orders', t`Orders`, () => <OrdersTab deal={deal} />],
  ['why', t`Why?`, () => <Explain subject="deal" id={deal.id} />],
  ['related', t`Related deals`, () => <RelatedTab deals={detail.related} />],
  ['raw', t`Raw`, () => <RawPanel title={t`As the market answers`} value={deal} />],
];

function DealBody({ detail, live }: { detail: DealDetail; live: { deal: Deal; tasks: Task[] } | undefined }): ReactNode {
  const [url, change] = useUrl();
  const now = useNow(1_000);
  const deal = live?.deal ?? detail.deal;
  const parts = partsOf(detail, deal, live?.tasks ?? []);
  const tab = parts.find(([value]) => value === url.tab)?.[0] ?? 'tasks';
  return (
    <>
      <PageHead kind={t`Deal`} title={<Id id={deal.id} kind={t`deal`} width="wide" />} lead={<Status of={statusAt(deal, now)} />} command={command(['bourse', 'deal', 'show', deal.id], 'GET', `/v1/deals/${deal.id}`)}>
        <ClaimAll deal={deal} />
        <DownloadAll deal={deal} />
        <Link className="button" to={`/market/${deal.category}` as never} search={{ app: deal.app.address, repeat: deal.id } as never}><Trans>Repeat order</Trans></Link>
        <WatchButton kind="deal" id={deal.id} ended={deal.tasks.complete + deal.tasks.failed === deal.volume} />
      </PageHead>
      <div className="stack">
        <Facts deal={deal} />
        <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'tasks' ? null : value })}>
          <TabList label={t`Parts of the deal`} chosen={tab}>
            {parts.map(([value, label]) => <Tabs.Trigger key={value} className="tab" value={value}>{label}</Tabs.Trigger>)}
          </TabList>
          {parts.map(([value, , content]) => <Tabs.Content key={value} className="tab-panel" value={value}>{value === tab ? content() : null}</Tabs.Content>)}
        </Tabs.Root>
      </div>
    </>
  );
}

export function DealPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const live = useChannel<{ deal: Deal; tasks: Task[] }>(`deal:${id}`);
  const query = useApi<DealDetail>(`/v1/deals/${id}`, {}, { liveMs: 5_000 });
  return <Detail query={query} id={id} kind="deal" label={t`Deal`} command={command(['bourse', 'deal', 'show', id], 'GET', `/v1/deals/${id}`)}>{(detail) => <DealBody detail={detail} live={live.state} />}</Detail>;
}
