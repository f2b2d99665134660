// Task page (E-20…E-27): stepper, confidence, contributions, money, result, events, replicas, raw.
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
    { label: 'sealed', state: 'done', when: <Clock at={deal.time} /> },
    { label: 'initialised', state: state(started, !started), when: task.initialised ? <Clock at={task.initialised} /> : 'waits for the scheduler' },
    { label: 'contributions', state: state(consensus, started), when: `${task.contributions} received` },
    { label: 'consensus', state: state(consensus, started && task.contributions > 0), when: at('TaskConsensus') ? <Clock at={at('TaskConsensus') ?? 0} /> : trustMeaning(task.trust) },
    { label: `reveal ${task.revealed}/${task.winners}`, state: state(complete || (task.winners > 0 && task.revealed === task.winners), consensus), when: complete || failed || !task.revealDeadline ? '' : <Deadline at={task.revealDeadline} /> },
    { label: status === 'FAILED' ? 'refunded' : 'finalised', state: complete ? 'done' : failed ? 'bad' : task.winners > 0 && task.revealed === task.winners ? 'now' : 'next', when: task.ended ? <Clock at={task.ended} /> : '' },
  ];
}

function Stepper({ detail }: { detail: TaskDetail }): ReactNode {
  const now = useNow(1_000);
  const { task } = detail;
  const over = task.ended !== null;
  return (
    <Panel title="Progress" tools={<StaleBadge />}>
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
          <span>contribution closes <Deadline at={task.contributionDeadline} over={task.consensus !== null || over} /></span>
          <span>reveal closes {task.revealDeadline ? <Deadline at={task.revealDeadline} over={over} /> : 'after the consensus'}</span>
          <span>final <Deadline at={task.finalDeadline} over={over} /></span>
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
  const single = task.trust <= 1 ? 'With trust 1 a single run decides: one worker with a false answer can hold the task up. A higher trust asks several. ' : '';
  const refund = <>after the final deadline, <Deadline at={task.finalDeadline} />, anyone can claim the refund here.</>;
  if (open === 0)
    return (
      <Notice tone="info" inline>
        All winners have revealed; the task ends as soon as the result lies in the store. {single}Where no file with the agreed digest comes, {refund}
      </Notice>
    );
  const late = task.revealDeadline !== null && now >= task.revealDeadline;
  const who = task.winners === 1 ? 'the only winner' : `${count(open)} of ${count(task.winners)} winners`;
  return (
    <Notice tone={late ? 'warning' : 'info'} inline>
      {late ? <>Consensus was reached, but {who} did not reveal in time. </> : <>Consensus is reached; {who} must still reveal before the result can be published. </>}
      {single}
      {late ? 'The scheduler may reopen the task and choose others; ' : <>If nobody reveals until <Deadline at={task.revealDeadline} />, the scheduler reopens the task and chooses others; </>}
      {refund}
    </Notice>
  );
}

export function ConfidenceMeter({ task }: { task: Task }): ReactNode {
  const { confidence } = task;
  if (task.trust <= 1) return <span className="small muted">Trust 1: a single run decides, there is nothing to agree on.</span>;
  if (!confidence) return <span className="small muted">Confidence is measured from the first contribution on.</span>;
  const words = confidence.reached ? 'reached' : `needs ${missingWords(missing(BigInt(confidence.best), BigInt(confidence.total), task.trust))}`;
  return (
    <div className="stack" style={{ gap: 4 }}>
      <div className="row between">
        <strong className="small">Confidence</strong>
        <span className="small num">
          {confidence.best}/{confidence.total} = {percent(confidence.share)} of {percent(confidence.needed)} · {words}
        </span>
      </div>
      <Bar label="Confidence" share={confidence.needed > 0 ? confidence.share / Math.max(confidence.needed, confidence.share) : 1} text={`${percent(confidence.share)} of ${percent(confidence.needed)}, ${words}`} tone={confidence.reached ? 'success' : 'info'} />
    </div>
  );
}

export const contributionColumns: Column<Contribution>[] = [
  { key: 'worker', head: 'Worker', cell: (row) => <Address of={row.worker} kind="worker" to={`/worker/${row.worker}`} copy={false} />, priority: 1 },
  { key: 'status', head: 'Status', cell: (row) => <ContributionStatus of={row.status} />, priority: 1 },
  { key: 'group', head: 'Group', cell: (row) => <span title={row.hash}>{row.group}</span>, priority: 2 },
  { key: 'weight', head: 'Weight', right: true, cell: (row) => count(row.weight), priority: 3 },
  { key: 'score', head: 'Score', right: true, cell: (row) => (row.scoreBefore === null ? '—' : `${row.scoreBefore} → ${row.scoreAfter ?? '…'}`), priority: 3 },
  { key: 'committed', head: 'Committed', cell: (row) => <Clock at={row.committed} />, priority: 2 },
  { key: 'revealed', head: 'Revealed', cell: (row) => (row.revealed ? <Clock at={row.revealed} /> : '—'), priority: 3 },
  { key: 'enclave', head: 'Enclave', cell: (row) => (row.enclave ? <Address of={row.enclave} copy={false} /> : 'none'), priority: 3 },
  { key: 'stake', head: 'Stake', right: true, cell: (row) => <Amount nrlc={row.stake} />, priority: 3 },
  { key: 'money', head: 'Reward or loss', right: true, cell: (row) => (row.loss !== '0' ? <span className="tone-danger">−<Amount nrlc={row.loss} /></span> : <Amount nrlc={row.reward} />), priority: 1 },
];

const moneyColumns: Column<Money>[] = [
  { key: 'role', head: 'Party', cell: (row) => row.role, priority: 1 },
  { key: 'account', head: 'Account', cell: (row) => <Address of={row.account} copy={false} />, priority: 2 },
  { key: 'locked', head: 'Locked', right: true, cell: (row) => <Amount nrlc={row.locked} />, priority: 1 },
  { key: 'received', head: 'Received', right: true, cell: (row) => <Amount nrlc={row.received} />, priority: 1 },
  { key: 'returned', head: 'Returned', right: true, cell: (row) => <Amount nrlc={row.returned} />, priority: 2 },
  { key: 'slashed', head: 'Paid or slashed', right: true, cell: (row) => <Amount nrlc={row.slashed} />, priority: 1 },
];

/** Who locked, got and lost what; once the task ended, what was paid equals what was received. */
export function MoneyPanel({ money, rule }: { money: Money[]; rule: string }): ReactNode {
  const sum = (key: 'received' | 'slashed'): bigint => money.reduce((total, row) => total + BigInt(row[key]), 0n);
  const paid = sum('slashed');
  const received = sum('received');
  return (
    <Panel title="Money" foot={<span className="small num">paid and slashed {count(Number(paid))} nRLC, received {count(Number(received))} nRLC {paid === received ? '· the sums match ✓' : ''}</span>}>
      {money.length === 0 ? <EmptyState>Nothing has moved yet.</EmptyState> : <Table caption="Money" rows={money} rowKey={(row) => row.role + row.account} columns={moneyColumns} />}
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
      <Button look="danger" why={wallet.signer ? null : 'Connect a wallet to claim; anyone may.'} onClick={() => void transact('Claim a task', boot.domain.verifyingContract, claimCall([task.id]), `/task/${task.id}`).catch((error: Error) => setProblem(error.message))}>
        Claim refund
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
  const tabs: [string, string][] = [['contributions', 'Contributions'], ['money', 'Money'], ['why', 'Why?'], ['events', 'Events'], ['replicas', 'Replicas'], ['logs', 'Logs'], ['raw', 'Raw']];
  const mayRead = sameAddress(wallet.account, task.requester) || sameAddress(wallet.account, deal.workerpool.owner);
  return (
    <>
      <PageHead kind="Task" title={<Id id={task.id} kind="task" width="wide" />} lead={<span className="row"><Status of={statusAt(task, now)} /> index {count(task.index)} of deal <Id id={task.deal} kind="deal" to={`/deal/${task.deal}`} /></span>} command={[command(['bourse', 'task', 'show', task.id], 'GET', `/v1/tasks/${task.id}`), command(['bourse', 'task', 'download', task.id], 'GET', task.result?.path ?? '/ipfs/…')]}>
        <Claim task={task} />
      </PageHead>
      <div className="stack">
        <Stepper detail={detail} />
        <ResultPanel task={task} hasCallback={deal.callback !== null} />
        <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'contributions' ? null : value })}>
          <Tabs.List className="tabs-list" aria-label="Parts of the task">
            {tabs.map(([value, label]) => <Tabs.Trigger key={value} className="tab" value={value}>{label}</Tabs.Trigger>)}
          </Tabs.List>
          <Tabs.Content className="tab-panel" value="contributions">
            <Panel title="Contributions">
              {detail.contributions.length === 0 ? <EmptyState>No worker has contributed yet.</EmptyState> : <Table caption="Contributions" rows={detail.contributions} rowKey={(row) => row.worker} columns={contributionColumns} />}
            </Panel>
          </Tabs.Content>
          <Tabs.Content className="tab-panel" value="money"><MoneyPanel money={detail.money} rule={detail.rule} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="why"><Explain subject="task" id={task.id} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="events"><Panel title="Events"><EventTable events={detail.events} /></Panel></Tabs.Content>
          <Tabs.Content className="tab-panel" value="replicas"><Replicas task={task} /></Tabs.Content>
          <Tabs.Content className="tab-panel" value="logs">
            {mayRead ? <LogViewer task={task.id} /> : <Notice tone="info">The app's output is shown to the requester <Address of={task.requester} /> and to the pool's owner <Address of={deal.workerpool.owner} /> only. Connect one of them.</Notice>}
          </Tabs.Content>
          <Tabs.Content className="tab-panel" value="raw">
            <Panel title="As the market answers"><pre className="command-box" style={{ maxHeight: 600, margin: 12 }} tabIndex={0}>{JSON.stringify(task, null, 2)}</pre></Panel>
          </Tabs.Content>
        </Tabs.Root>
        <Panel title="Facts">
          <KeyTable rows={[
            ['App', <Address key="a" of={task.app} kind="app" to={`/app/${task.app}`} name={deal.app.name} />],
            ['Workerpool', <Address key="w" of={task.workerpool} kind="workerpool" to={`/workerpool/${task.workerpool}`} />],
            ['Requester', <Address key="r" of={task.requester} />],
            ['Trust', `${task.trust} (${trustMeaning(task.trust)})`],
            ['Consensus', task.consensus ? <code key="c">{task.consensus}</code> : '—'],
            ['Sealed', <Age key="s" at={deal.time} />],
            ['Callback', deal.callback ? <Address key="cb" of={deal.callback} /> : 'none'],
            task.result?.callback ? ['Callback data', <code key="cd">{task.result.callback}</code>] : null,
          ]} />
          <p className="small" style={{ padding: '0 12px' }}><Link to={`/deal/${task.deal}` as never}>Open the deal</Link></p>
        </Panel>
      </div>
    </>
  );
}

export function TaskPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const live = useChannel<TaskDetail>(`task:${id}`);
  const query = useApi<TaskDetail>(`/v1/tasks/${id}`, {}, { liveMs: 5_000 });
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data && !live.state) return <><PageHead kind="Task" title={id.slice(0, 18)} command={command(['bourse', 'task', 'show', id], 'GET', `/v1/tasks/${id}`)} /><UnknownId id={id} kind="task" /></>;
  return <Loaded query={query} rows={12}>{(detail) => <TaskBody detail={live.state?.task ? live.state : detail} />}</Loaded>;
}
