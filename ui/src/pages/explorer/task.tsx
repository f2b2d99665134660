// Task page (E-20…E-27): stepper, confidence, contributions, money, result, events, replicas, raw.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import type { Task, TaskDetail, TransactionDetail } from '../../transport/api';
import { command } from '../../model/commands';
import { sameAddress, statusAt } from '../../model/domain';
import { count } from '../../model/format';
import { claimCall } from '../../signer/calls';
import { ApiError } from '../../transport/http';
import { transact } from '../../state/actions';
import { useApi, useBoot, useChannel, useNow } from '../../state/data';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { PageHead } from '../../view/command';
import { Explain } from '../../view/explain';
import { LogViewer } from '../../view/logs';
import { RawPanel } from '../../view/raw';
import { ResultPanel } from '../../view/result';
import { Loaded } from '../../view/states';
import { TabList } from '../../view/tab_list';
import { Button, KeyTable, Notice, Panel } from '../../view/ui';
import { Address, Age, Id, Status, Trust } from '../../view/values';
import { WatchButton } from '../../view/watch';
import { Detail, EventTable } from './parts';
import { Replicas } from './replicas';
import { Contributions, MoneyPanel } from './task_money';
import { OperatorTools } from '../ops/tools';
import { Stepper } from './task_progress';

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

function Raw({ detail }: { detail: TaskDetail }): ReactNode {
  const record = useApi<Record<string, unknown>>(`/v1/tasks/${detail.task.id}/record`);
  const none = record.error instanceof ApiError && record.error.status === 404;
  const { chain: _chain, height: _height, time: _time, ...own } = record.data ?? {};
  return (
    <div className="stack">
      <RawPanel title={t`On chain: the task`} value={detail.task} />
      <RawPanel title={t`On chain: contributions`} value={detail.contributions} />
      <RawPanel title={t`Events`} value={detail.events} />
      {none ? <Notice tone="info"><Trans>This market knows no scheduler that keeps a record of this task.</Trans></Notice> : <Loaded query={record} rows={4}>{() => <RawPanel title={t`The scheduler's record`} value={own} />}</Loaded>}
    </div>
  );
}

/** What the chain did with the callback: it is called in the finalising transaction, and its answer is not kept. */
function Callback({ detail }: { detail: TaskDetail }): ReactNode {
  const end = detail.events.find((event) => event.name === 'TaskFinalize')?.tx ?? null;
  const query = useApi<TransactionDetail>(end ? `/v1/transactions/${end}` : null);
  if (!end) return <Trans>called when the task is finalised</Trans>;
  return (
    <span className="row">
      <Trans>called in <Id id={end} kind={t`transaction`} to={`/tx/${end}`} /></Trans>
      {query.data ? <span className="muted"><Trans>({count(query.data.gasUsed)} gas in all; the chain does not keep what the contract answered)</Trans></span> : null}
    </span>
  );
}

function Facts({ detail }: { detail: TaskDetail }): ReactNode {
  const { task, deal } = detail;
  return (
    <Panel title={t`Facts`}>
      <div className="kv-two"><KeyTable
        rows={[
          [t`Deal`, <Id key="d" id={task.deal} kind={t`deal`} to={`/deal/${task.deal}`} width="wide" />],
          [t`App`, <Address key="a" of={task.app} kind={t`app`} to={`/app/${task.app}`} name={deal.app.name} />],
          [t`Workerpool`, <Address key="w" of={task.workerpool} kind={t`workerpool`} to={`/workerpool/${task.workerpool}`} name={deal.workerpool.name} />],
          [t`Requester`, <Address key="r" of={task.requester} />],
          [t`Trust`, <Trust key="t" of={task.trust} />],
          [t`Consensus`, task.consensus ? <Id key="c" id={task.consensus} kind={t`consensus`} width="wide" /> : '—'],
          [t`Sealed`, <Age key="s" at={deal.time} />],
          [t`Callback`, deal.callback ? <Address key="cb" of={deal.callback} /> : t`none`],
          deal.callback ? [t`Callback's outcome`, <Callback key="co" detail={detail} />] : null,
        ]}
      /></div>
    </Panel>
  );
}

type Part = [value: string, label: string, content: () => ReactNode];

function partsOf(detail: TaskDetail, mayRead: boolean): Part[] {
  const { task, deal } = detail;
  return [
    ['contributions', t`Contributions`, () => <Contributions rows={detail.contributions} />],
    ['money', t`Money`, () => <MoneyPanel money={detail.money} rule={detail.rule} />],
    ['why', t`Why?`, () => <Explain subject="task" id={task.id} />],
    ['events', t`Events`, () => <Panel title={t`Events`}><EventTable events={detail.events} /></Panel>],
    ['replicas', t`Replicas`, () => <Replicas task={task} />],
    ['logs', t`Logs`, () => (mayRead ? <LogViewer task={task.id} /> : <Notice tone="info"><Trans>The app's output is shown to the requester <Address of={task.requester} /> and to the pool's owner <Address of={deal.workerpool.owner} /> only. Connect one of them.</Trans></Notice>)],
    ['raw', t`Raw`, () => <Raw detail={detail} />],
  ];
}

function TaskBody({ detail }: { detail: TaskDetail }): ReactNode {
  const [url, change] = useUrl();
  const now = useNow(1_000);
  const wallet = useWallet();
  const { task, deal } = detail;
  const mayRead = sameAddress(wallet.account, task.requester) || sameAddress(wallet.account, deal.workerpool.owner);
  const parts = partsOf(detail, mayRead);
  const tab = parts.find(([value]) => value === url.tab)?.[0] ?? 'contributions';
  return (
    <>
      <PageHead kind={t`Task`} title={<Id id={task.id} kind={t`task`} width="wide" />} lead={<span className="row"><Trans><Status of={statusAt(task, now)} /> index {count(task.index)} of deal <Id id={task.deal} kind={t`deal`} to={`/deal/${task.deal}`} /></Trans></span>} command={[command(['bourse', 'task', 'show', task.id], 'GET', `/v1/tasks/${task.id}`), command(['bourse', 'task', 'download', task.id], 'GET', task.result?.path ?? '/ipfs/…')]}>
        <Claim task={task} />
        <WatchButton kind="task" id={task.id} ended={task.ended !== null} />
      </PageHead>
      <div className="stack">
        <Stepper detail={detail} />
        <ResultPanel task={task} hasCallback={deal.callback !== null} />
        <OperatorTools task={task} deal={deal} />
        <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'contributions' ? null : value })}>
          <TabList label={t`Parts of the task`} chosen={tab}>
            {parts.map(([value, label]) => <Tabs.Trigger key={value} className="tab" value={value}>{label}</Tabs.Trigger>)}
          </TabList>
          {parts.map(([value, , content]) => <Tabs.Content key={value} className="tab-panel" value={value}>{value === tab ? content() : null}</Tabs.Content>)}
        </Tabs.Root>
        <Facts detail={detail} />
      </div>
    </>
  );
}

export function TaskPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const live = useChannel<TaskDetail>(`task:${id}`);
  const query = useApi<TaskDetail>(`/v1/tasks/${id}`, {}, { liveMs: 5_000 });
  if (!query.data && live.state?.task) return <TaskBody detail={live.state} />;
  return <Detail query={query} id={id} kind="task" label={t`Task`} command={command(['bourse', 'task', 'show', id], 'GET', `/v1/tasks/${id}`)}>{(detail) => <TaskBody detail={live.state?.task ? live.state : detail} />}</Detail>;
}
