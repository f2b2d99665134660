// Task page (E-20…E-27): stepper, confidence, contributions, money, result, events, replicas, raw.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import type { Contribution, Money, Task, TaskDetail } from '../../transport/api';
import { missing, missingWords } from '../../model/confidence';
import { command } from '../../model/commands';
import { count, percent } from '../../model/format';
import { statusAt, trustMeaning } from '../../model/domain';
import { claimCall } from '../../signer/calls';
import { ApiError } from '../../transport/http';
import { transact } from '../../state/actions';
import { useApi, useBoot, useChannel, useNow } from '../../state/data';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { sameAddress } from '../../model/domain';
import { PageHead } from '../../view/command';
import { Table, type Column } from '../../view/table';
import { EmptyState, Loaded, StaleBadge } from '../../view/states';
import { Bar, Button, KeyTable, Notice, Panel } from '../../view/ui';
import { Address, Age, Amount, Clock, ContributionStatus, Deadline, Id, Status } from '../../view/values';
import { Explain } from '../../view/explain';
import { ResultPanel } from '../../view/download';
import { LogViewer } from '../../view/logs';
import { Replicas } from './replicas';
import { EventTable, UnknownId } from './deal';

type Stage = { label: string; state: 'done' | 'now' | 'bad' | 'next'; when: ReactNode };

function stagesOf(detail: TaskDetail, now: number): Stage[] {
  const { task, deal } = detail;
  const status = statusAt(task, now);
  const failed = status === 'FAILED' || status === 'CLAIMABLE';
  const at = (name: string): number | null => detail.events.find((event) => event.name === name)?.time ?? null;
  const started = task.initialised !== null;
  const consensus = task.consensus !== null;
  const complete = status === 'COMPLETE';
  const state = (done: boolean, current: boolean): Stage['state'] => (done ? 'done' : failed ? 'bad' : current ? 'now' : 'next');
  return [
    { label: t`sealed`, state: 'done', when: <Clock at={deal.time} /> },
    { label: t`initialised`, state: state(started, !started), when: task.initialised ? <Clock at={task.initialised} /> : t`waits for the scheduler` },
    { label: t`contributions`, state: state(consensus, started), when: plural(task.contributions, { one: '# received', other: '# received' }) },
    { label: t`consensus`, state: state(consensus, started && task.contributions > 0), when: at('TaskConsensus') ? <Clock at={at('TaskConsensus') ?? 0} /> : trustMeaning(task.trust) },
    { label: t`reveal ${{ revealed: task.revealed }}/${{ winners: task.winners }}`, state: state(complete || (task.winners > 0 && task.revealed === task.winners), consensus), when: complete || failed || !task.revealDeadline ? '' : <Deadline at={task.revealDeadline} /> },
    { label: status === 'FAILED' ? t`refunded` : t`finalised`, state: complete ? 'done' : failed ? 'bad' : task.winners > 0 && task.revealed === task.winners ? 'now' : 'next', when: task.ended ? <Clock at={task.ended} /> : '' },
  ];
}

function Stepper({ detail }: { detail: TaskDetail }): ReactNode {
  const now = useNow(1_000);
  const { task } = detail;
  const over = task.ended !== null;
  return (
    <Panel title={t`Progress`} tools={<StaleBadge />}>
      <div className="body stack">
        <ol className="steps">
          {stagesOf(detail, now).map((stage) => (
            <li key={stage.label} className={stage.state} aria-current={stage.state === 'now' ? 'step' : undefined}>
              {stage.state === 'done' ? '✓ ' : ''}
              {stage.label}
              <span className="when">{stage.when}</span>
            </li>
          ))}
        </ol>
        <div className="row small" style={{ gap: 18 }}>
          <span><Trans>contribution closes <Deadline at={task.contributionDeadline} over={task.consensus !== null || over} /></Trans></span>
          <span>{task.revealDeadline ? <Trans>reveal closes <Deadline at={task.revealDeadline} over={over} /></Trans> : <Trans>reveal closes after the consensus</Trans>}</span>
          <span><Trans>final <Deadline at={task.finalDeadline} over={over} /></Trans></span>
        </div>
        <ConfidenceMeter task={task} />
        <Waiting task={task} now={now} />
      </div>
    </Panel>
  );
}

/** What a task waits for that has its consensus but no result, and what ends the waiting. */
export function Waiting({ task, now }: { task: Task; now: number }): ReactNode {
  if (statusAt(task, now) !== 'REVEALING') return null;
  const open = task.winners - task.revealed;
  const single = task.trust <= 1 ? <Trans>With trust 1 a single run decides: one worker with a false answer can hold the task up. A higher trust asks several.</Trans> : null;
  const refund = <Trans>After the final deadline, <Deadline at={task.finalDeadline} />, anyone can claim the refund here.</Trans>;
  if (open === 0)
    return (
      <Notice tone="info" inline>
        <Trans>All winners have revealed; the task ends as soon as a file with the agreed digest lies in the store.</Trans> {single} {refund}
      </Notice>
    );
  const late = task.revealDeadline !== null && now >= task.revealDeadline;
  const winners = count(task.winners);
  const shown = count(open);
  return (
    <Notice tone={late ? 'warning' : 'info'} inline>
      {late
        ? plural(task.winners, { one: 'Consensus was reached, but the only winner did not reveal in time.', other: `Consensus was reached, but ${shown} of ${winners} winners did not reveal in time.` })
        : plural(task.winners, { one: 'Consensus is reached; the only winner must still reveal before the result can be published.', other: `Consensus is reached; ${shown} of ${winners} winners must still reveal before the result can be published.` })}{' '}
      {single}{' '}
      {late ? <Trans>The scheduler may reopen the task and choose others.</Trans> : <Trans>If nobody reveals until <Deadline at={task.revealDeadline} />, the scheduler reopens the task and chooses others.</Trans>}{' '}
      {refund}
    </Notice>
  );
}

export function ConfidenceMeter({ task }: { task: Task }): ReactNode {
  const { confidence } = task;
  if (task.trust <= 1) return <span className="small muted"><Trans>Trust 1: a single run decides, there is nothing to agree on.</Trans></span>;
  if (!confidence) return <span className="small muted"><Trans>Confidence is measured from the first contribution on.</Trans></span>;
  const words = confidence.reached ? t`reached` : t`needs ${{ what: missingWords(missing(BigInt(confidence.best), BigInt(confidence.total), task.trust)) }}`;
  return (
    <div className="stack" style={{ gap: 4 }}>
      <div className="row between">
        <strong className="small"><Trans>Confidence</Trans></strong>
        <span className="small num">
          <Trans>{{ best: confidence.best }}/{{ total: confidence.total }} = {{ share: percent(confidence.share) }} of {{ needed: percent(confidence.needed) }} · {words}</Trans>
        </span>
      </div>
      <Bar label={t`Confidence`} share={confidence.needed > 0 ? confidence.share / Math.max(confidence.needed, confidence.share) : 1} text={t`${{ share: percent(confidence.share) }} of ${{ needed: percent(confidence.needed) }}, ${words}`} tone={confidence.reached ? 'success' : 'info'} />
    </div>
  );
}

export const contributionColumns: Column<Contribution>[] = [
  { key: 'worker', head: t`Worker`, cell: (row) => <Address of={row.worker} kind={t`worker`} to={`/worker/${row.worker}`} copy={false} />, priority: 1 },
  { key: 'status', head: t`Status`, cell: (row) => <ContributionStatus of={row.status} />, priority: 1 },
  { key: 'group', head: t`Group`, cell: (row) => <span title={row.hash}><bdi>{row.group}</bdi></span>, priority: 2 },
  { key: 'weight', head: t`Weight`, right: true, cell: (row) => count(row.weight), priority: 3 },
  { key: 'score', head: t`Score`, right: true, cell: (row) => (row.scoreBefore === null ? '—' : `${row.scoreBefore} → ${row.scoreAfter ?? '…'}`), priority: 3 },
  { key: 'committed', head: t`Committed`, cell: (row) => <Clock at={row.committed} />, priority: 2 },
  { key: 'revealed', head: t`Revealed`, cell: (row) => (row.revealed ? <Clock at={row.revealed} /> : '—'), priority: 3 },
  { key: 'enclave', head: t`Enclave`, cell: (row) => (row.enclave ? <Address of={row.enclave} copy={false} /> : t`none`), priority: 3 },
  { key: 'stake', head: t`Stake`, right: true, cell: (row) => <Amount nrlc={row.stake} />, priority: 3 },
  { key: 'money', head: t`Reward or loss`, right: true, cell: (row) => (row.loss !== '0' ? <span className="tone-danger">−<Amount nrlc={row.loss} /></span> : <Amount nrlc={row.reward} />), priority: 1 },
];

const moneyColumns: Column<Money>[] = [
  { key: 'role', head: t`Party`, cell: (row) => row.role, priority: 1 },
  { key: 'account', head: t`Account`, cell: (row) => <Address of={row.account} copy={false} />, priority: 2 },
  { key: 'locked', head: t`Locked`, right: true, cell: (row) => <Amount nrlc={row.locked} />, priority: 1 },
  { key: 'received', head: t`Received`, right: true, cell: (row) => <Amount nrlc={row.received} />, priority: 1 },
  { key: 'returned', head: t`Returned`, right: true, cell: (row) => <Amount nrlc={row.returned} />, priority: 2 },
  { key: 'slashed', head: t`Paid or slashed`, right: true, cell: (row) => <Amount nrlc={row.slashed} />, priority: 1 },
];

/** Who locked, got and lost what; once the task ended, what was paid equals what was received. */
export function MoneyPanel({ money, rule }: { money: Money[]; rule: string }): ReactNode {
  const sum = (key: 'received' | 'slashed'): bigint => money.reduce((total, row) => total + BigInt(row[key]), 0n);
  const paid = sum('slashed');
  const received = sum('received');
  return (
    <Panel title={t`Money`} foot={<span className="small num"><Trans>paid and slashed {{ paid: count(Number(paid)) }} nRLC, received {{ received: count(Number(received)) }} nRLC</Trans>{paid === received ? <> · <Trans>the sums match ✓</Trans></> : null}</span>}>
      {money.length === 0 ? <EmptyState><Trans>Nothing has moved yet.</Trans></EmptyState> : <Table caption={t`Money`} rows={money} rowKey={(row) => row.role + row.account} columns={moneyColumns} />}
      <p style={{ padding: '8px 12px 0' }}>{rule}</p>
    </Panel>
  );
}

function Claim({ task }: { task: Task }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const now = useNow(1_000);
  const [problem, setProblem] = useState<string | null>(null);
  if (statusAt(task, now) !== 'CLAIMABLE' || task.initialised === null) return null;
  return (
    <>
      <Button look="danger" why={wallet.signer ? null : t`Connect a wallet to claim; anyone may.`} onClick={() => void transact(t`Claim a task`, boot.domain.verifyingContract, claimCall([task.id]), `/task/${task.id}`).catch((error: Error) => setProblem(error.message))}>
        <Trans>Claim refund</Trans>
      </Button>
      {problem ? <span className="tone-danger small">{problem}</span> : null}
    </>
  );
}

function TaskBody({ detail }: { detail: TaskDetail }): ReactNode {
  const [url, change] = useUrl();
  const now = useNow(1_000);
  const wallet = useWallet();
  const { task, deal } = detail;
  const tab = url.tab ?? 'contributions';
  const tabs: [string, string][] = [['contributions', t`Contributions`], ['money', t`Money`], ['why', t`Why?`], ['events', t`Events`], ['replicas', t`Replicas`], ['logs', t`Logs`], ['raw', t`Raw`]];
  const mayRead = sameAddress(wallet.account, task.requester) || sameAddress(wallet.account, deal.workerpool.owner);
  return (
    <>
      <PageHead kind={t`Task`} title={<Id id={task.id} kind={t`task`} width="wide" />} lead={<span className="row"><Trans><Status of={statusAt(task, now)} /> index {count(task.index)} of deal <Id id={task.deal} kind={t`deal`} to={`/deal/${task.deal}`} /></Trans></span>} command={[command(['bourse', 'task', 'show', task.id], 'GET', `/v1/tasks/${task.id}`), command(['bourse', 'task', 'download', task.id], 'GET', task.result?.path ?? '/ipfs/…')]}>
        <Claim task={task} />
      </PageHead>
      <div className="stack">
        <Stepper detail={detail} />
        <ResultPanel task={task} hasCallback={deal.callback !== null} />
        <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'contributions' ? null : value })}>
          <Tabs.List className="tabs-list" aria-label={t`Parts of the task`}>
            {tabs.map(([value, label]) => <Tabs.Trigger key={value} className="tab" value={value}>{label}</Tabs.Trigger>)}
          </Tabs.List>
          <Tabs.Content className="tab-panel" value="contributions">
            <Panel title={t`Contributions`}>
              {detail.contributions.length === 0 ? <EmptyState><Trans>No worker has contributed yet.</Trans></EmptyState> : <Table caption={t`Contributions`} rows={detail.contributions} rowKey={(row) => row.worker} columns={contributionColumns} />}
            </Panel>
          </Tabs.Content>
          <Tabs.Content className="tab-panel" value="money"><MoneyPanel money={detail.money} rule={detail.rule} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="why"><Explain subject="task" id={task.id} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="events"><Panel title={t`Events`}><EventTable events={detail.events} /></Panel></Tabs.Content>
          <Tabs.Content className="tab-panel" value="replicas"><Replicas task={task} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="logs">
            {mayRead ? <LogViewer task={task.id} /> : <Notice tone="info"><Trans>The app's output is shown to the requester <Address of={task.requester} /> and to the pool's owner <Address of={deal.workerpool.owner} /> only. Connect one of them.</Trans></Notice>}
          </Tabs.Content>
          <Tabs.Content className="tab-panel" value="raw">
            <Panel title={t`As the market answers`}><pre className="command-box" style={{ maxHeight: 600, margin: 12 }} tabIndex={0}>{JSON.stringify(task, null, 2)}</pre></Panel>
          </Tabs.Content>
        </Tabs.Root>
        <Panel title={t`Facts`}>
          <KeyTable rows={[
            [t`App`, <Address key="a" of={task.app} kind={t`app`} to={`/app/${task.app}`} name={deal.app.name} />],
            [t`Workerpool`, <Address key="w" of={task.workerpool} kind={t`workerpool`} to={`/workerpool/${task.workerpool}`} />],
            [t`Requester`, <Address key="r" of={task.requester} />],
            [t`Trust`, `${task.trust} (${trustMeaning(task.trust)})`],
            [t`Consensus`, task.consensus ? <code key="c">{task.consensus}</code> : '—'],
            [t`Sealed`, <Age key="s" at={deal.time} />],
            [t`Callback`, deal.callback ? <Address key="cb" of={deal.callback} /> : t`none`],
            task.result?.callback ? [t`Callback data`, <code key="cd">{task.result.callback}</code>] : null,
          ]} />
          <p className="small" style={{ padding: '0 12px' }}><Link to={`/deal/${task.deal}` as never}><Trans>Open the deal</Trans></Link></p>
        </Panel>
      </div>
    </>
  );
}

export function TaskPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const live = useChannel<TaskDetail>(`task:${id}`);
  const query = useApi<TaskDetail>(`/v1/tasks/${id}`, {}, { liveMs: 5_000 });
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data && !live.state) return <><PageHead kind={t`Task`} title={id.slice(0, 18)} command={command(['bourse', 'task', 'show', id], 'GET', `/v1/tasks/${id}`)} /><UnknownId id={id} kind="task" /></>;
  return <Loaded query={query} rows={12}>{(detail) => <TaskBody detail={live.state?.task ? live.state : detail} />}</Loaded>;
}
