// One machine of the pool: what it does now, how it did, what its operator knows of it (web-ui.md §10.2).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState, type ReactNode } from 'react';
import type { Audit, OpsTask, OpsWorker, WorkerDetail } from '../../transport/api';
import { sameAddress } from '../../model/domain';
import { bytes, count, duration, MISSING, percent } from '../../model/format';
import { clockTime, deadline } from '../../model/time';
import { causesOf, replicasOf } from '../../model/pool_tasks';
import { beats, workerFailures } from '../../model/pool_workers';
import { ApiError } from '../../transport/http';
import { useApi, useList, useNow } from '../../state/data';
import { ListTable, Table } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Button, KeyTable, Notice, Panel, Stat } from '../../view/ui';
import { Address, Age, Sum, Untrusted } from '../../view/values';
import { LogViewer } from '../../view/logs';
import { Curve } from '../../view/curve';
import { Gantt } from '../../view/gantt';
import { taskContributionColumns } from '../explorer/task_money';
import { ActDialog, drainWorkers, resumeWorkers, type Act } from './acts';
import { NoteDialog, useNote } from './notes';
import { Delay, Flags, STATE } from './worker_columns';

const SAMPLES = 300;

type Sample = { time: number; tasks: number; delay: number };

/** What the page has seen of the machine since it was opened, one sample for each sign of life. */
function useSamples(row: OpsWorker | null): Sample[] {
  const [samples, setSamples] = useState<Sample[]>([]);
  const seen = row?.lastSeen ?? null;
  const tasks = row?.tasks ?? 0;
  const delay = row?.delayMs ?? 0;
  useEffect(() => {
    if (seen !== null) setSamples((old) => [...old, { time: seen, tasks, delay }].slice(-SAMPLES));
    // A sample belongs to a sign of life: the delay between two of them only grows.
  }, [seen]);
  return samples;
}

/** Its signs of life as a strip: where they came too late, the strip says so. */
function Beats({ row, samples }: { row: OpsWorker; samples: Sample[] }): ReactNode {
  const now = useNow(1_000);
  const [first] = samples;
  const bars = beats(samples.map(({ time }) => time), now).map(({ state, from, to }) => ({ name: STATE[state][1], from, to, tone: STATE[state][0] }));
  return first && bars.length ? <div className="body"><Gantt caption={t`Signs of life`} rows={[{ key: row.address, label: t`Signs of life`, note: '', bars }]} from={first.time} to={null} now={now} /></div> : null;
}

function Live({ row }: { row: OpsWorker }): ReactNode {
  const samples = useSamples(row);
  return (
    <Panel title={t`Load since this page was opened`}>
      <Beats row={row} samples={samples} />
      {samples.length < 2 ? <EmptyState><Trans>Drawn from the machine’s next signs of life.</Trans></EmptyState> : <Curve label={t`Tasks at the same time`} points={samples.map(({ time, tasks }) => ({ x: time, y: tasks }))} most={row.places} name={(x) => clockTime(x)} />}
    </Panel>
  );
}

function Facts({ row }: { row: OpsWorker }): ReactNode {
  const note = useNote(row.address);
  return (
    <Panel title={t`Machine`}>
      <KeyTable rows={[
        [t`Owner`, <Address key="o" of={row.owner} />],
        [t`System`, <Untrusted key="s" text={[row.os, row.platform].filter(Boolean).join(' · ') || MISSING} />],
        [t`Processor`, <Untrusted key="p" text={row.cpu ?? MISSING} />],
        [t`Memory`, bytes(row.memoryMib * 1_048_576)],
        [t`Version`, <Untrusted key="v" text={row.software} />],
        [t`Joined`, <Age key="j" at={row.joined} />],
        note ? [t`Note`, <Untrusted key="n" text={note} more />] : null,
      ]} />
    </Panel>
  );
}

/** Why its engagements for the pool's newest tasks ended without a contribution. */
function Causes({ address, pool }: { address: string; pool: string }): ReactNode {
  const tasks = useList<OpsTask>('/v1/ops/tasks', { workerpool: pool, limit: 100 }, { liveMs: 5_000, session: true });
  return (
    <Panel title={t`Causes of failure, newest 100 tasks`}>
      <Loaded query={tasks} rows={2}>
        {(page) => {
          const causes = causesOf(page.items.flatMap(replicasOf).filter((each) => sameAddress(each.worker, address)));
          return causes.length === 0 ? <EmptyState><Trans>None of its replicas failed.</Trans></EmptyState> : <Table caption={t`Causes`} cards={false} rows={causes} rowKey={(row) => row.cause} columns={[{ key: 'cause', head: t`Cause`, cell: (row) => <code>{row.cause}</code> }, { key: 'count', head: t`Times`, right: true, cell: (row) => count(row.count) }]} />;
        }}
      </Loaded>
    </Panel>
  );
}

function Reputation({ detail }: { detail: WorkerDetail }): ReactNode {
  const points = detail.scores.slice().sort((a, b) => a.block - b.block).map(({ time, score }) => ({ x: time, y: score }));
  return (
    <Panel title={t`Reputation`}>
      {points.length < 2 ? <EmptyState><Trans>The score has not changed often enough to draw its course.</Trans></EmptyState> : <Curve label={t`Score`} points={points} name={(x) => deadline(x)} />}
    </Panel>
  );
}

function Replicas({ detail }: { detail: WorkerDetail }): ReactNode {
  return (
    <Panel title={t`Replicas`}>
      {detail.contributions.length === 0 ? <EmptyState><Trans>None yet.</Trans></EmptyState> : <Table caption={t`Contributions`} rows={detail.contributions.slice(0, 20)} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} columns={taskContributionColumns} />}
    </Panel>
  );
}

function Acted({ address, pool }: { address: string; pool: string }): ReactNode {
  const audit = useList<Audit>('/v1/ops/audit', { workerpool: pool, limit: 200 }, { liveMs: 5_000, session: true });
  const rows = (audit.data?.items ?? []).filter((row) => sameAddress(row.target, address));
  if (rows.length === 0) return null;
  return (
    <Panel title={t`What was done to it`}>
      <ListTable caption={t`Audit`} query={{ ...audit, data: audit.data && { ...audit.data, items: rows } } as typeof audit} rowKey={(row) => `${row.time}${row.action}`} empty={t`Nothing.`} columns={[
        { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} /> },
        { key: 'who', head: t`Who`, cell: (row) => <Address of={row.who} copy={false} /> },
        { key: 'action', head: t`Action`, cell: (row) => row.action },
        { key: 'reason', head: t`Reason`, wrap: true, cell: (row) => <Untrusted text={row.reason ?? MISSING} limit={120} /> },
      ]} />
    </Panel>
  );
}

export function WorkerRecord({ address, pool, row, onBack }: { address: string; pool: string; row: OpsWorker | null; onBack: () => void }): ReactNode {
  const detail = useApi<WorkerDetail>(`/v1/workers/${address}`, {}, { liveMs: 10_000 });
  const [what, setWhat] = useState<Act | null>(null);
  const [noting, setNoting] = useState(false);
  const fresh = detail.error instanceof ApiError && detail.error.status === 404 && !detail.data;
  return (
    <div className="stack">
      <div className="row">
        <Button look="tiny" onClick={onBack}><Trans>← All workers</Trans></Button>
        <h2><Untrusted text={row?.name || address} limit={40} /></h2>
        {row ? <><Delay row={row} /><Flags row={row} shared={false} /></> : null}
        <span className="grow" />
        {row ? <Button look="tiny" onClick={() => setWhat(row.draining ? resumeWorkers([row]) : drainWorkers([row]))}>{row.draining ? t`Resume` : t`Drain`}</Button> : null}
        <Button look="tiny" onClick={() => setNoting(true)}><Trans>Note</Trans></Button>
      </div>
      {row ? (
        <div className="stats">
          <Stat label={t`Tasks now`} value={`${row.tasks}/${row.places}`} sub={plural(row.cores, { one: '# core', other: '# cores' })} />
          <Stat label={t`Delay`} value={row.delayMs === null ? MISSING : duration(row.delayMs)} sub={row.lastSeen ? clockTime(row.lastSeen) : MISSING} />
          <Stat label={t`Done 24 h`} value={count(row.done24h)} sub={t`${{ share: percent(workerFailures(row)) }} failed`} />
          <Stat label={t`Earned 24 h`} value={<Sum nrlc={row.earned24h} />} />
          <Stat label={t`Score`} value={count(row.score)} sub={t`weight ${{ weight: count(row.weight) }}`} />
          <Stat label={t`Stake`} value={<Sum nrlc={row.staked} />} sub={<Trans>locked <Sum nrlc={row.locked} /></Trans>} />
        </div>
      ) : <Notice tone="warning"><Trans>This machine is not known to the scheduler: it has not joined, or left long ago.</Trans></Notice>}
      <div className="grid2">
        <div className="stack">
          {row ? <Live row={row} /> : null}
          {fresh ? null : <Loaded query={detail} rows={4}>{(known) => <Reputation detail={known} />}</Loaded>}
        </div>
        <div className="stack">
          {row ? <Facts row={row} /> : null}
          <Causes address={address} pool={pool} />
        </div>
      </div>
      {detail.data ? <Replicas detail={detail.data} /> : null}
      <Acted address={address} pool={pool} />
      <LogViewer key={address} worker={address} />
      <ActDialog what={what} pool={pool} onClose={() => setWhat(null)} />
      {noting ? <NoteDialog address={address} name={row?.name || address} onClose={() => setNoting(false)} /> : null}
    </div>
  );
}
