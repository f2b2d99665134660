// Worker page (web-ui.md §8.9): score and weight, contributions by status, rewards by day, what it waits for.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Contribution, ScorePoint, WorkerDetail } from '../../transport/api';
import { sumByDay } from '../../model/by_day';
import { curl } from '../../model/commands';
import { count, percent } from '../../model/format';
import { useApi, useNow } from '../../state/data';
import { PageHead } from '../../view/command';
import { DayBars } from '../../view/day_bars';
import { Explain } from '../../view/explain';
import { EmptyState } from '../../view/states';
import { Table } from '../../view/table';
import { Chip, Panel, Stat } from '../../view/ui';
import { Address, Age, ContributionStatus, Id, Sum } from '../../view/values';
import { Detail } from './parts';
import { taskContributionColumns } from './task_money';

const DAYS = 30;

function Numbers({ detail }: { detail: WorkerDetail }): ReactNode {
  const { worker, nextScore } = detail;
  return (
    <div className="stats">
      <Stat label={t`Score`} value={count(worker.score)} sub={nextScore === null ? null : t`weight grows at ${nextScore}`} />
      <Stat label={t`Weight now`} value={count(worker.weight)} />
      <Stat label={t`Accuracy`} value={percent(worker.contributions ? worker.proved / worker.contributions : null)} sub={t`${count(worker.proved)} of ${count(worker.contributions)} proved`} />
      <Stat label={t`Earned`} value={<Sum nrlc={worker.rewards} />} />
      <Stat label={t`Slashed`} value={<Sum nrlc={worker.slashed} />} />
      <Stat label={t`Stake`} value={<Sum nrlc={worker.staked} />} sub={<Trans>at risk <Sum nrlc={worker.locked} /></Trans>} />
    </div>
  );
}

function byStatus(rows: Contribution[]): [Contribution['status'], number][] {
  const counts = new Map<Contribution['status'], number>();
  for (const row of rows) counts.set(row.status, (counts.get(row.status) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function Contributions({ rows }: { rows: Contribution[] }): ReactNode {
  return (
    <Panel title={t`Contributions`} tools={byStatus(rows).map(([status, number]) => <span key={status} className="row small" style={{ gap: 4 }}><span className="num">{count(number)}</span><ContributionStatus of={status} /></span>)}>
      {rows.length === 0 ? <EmptyState><Trans>None yet.</Trans></EmptyState> : <Table caption={t`Contributions`} rows={rows} rowKey={(row) => row.task} link={(row) => `/task/${row.task}`} columns={taskContributionColumns} />}
    </Panel>
  );
}

function Rewards({ rows }: { rows: Contribution[] }): ReactNode {
  const now = useNow(60_000);
  return (
    <Panel title={t`Reward by day`}>
      <div className="body"><DayBars title={t`Reward by day`} unit="nRLC" days={sumByDay(rows, (row) => row.revealed ?? row.committed, (row) => Number(row.reward), DAYS, now)} /></div>
    </Panel>
  );
}

/** The score as a step line over its changes; the newest is at the end. */
function ScoreLine({ scores }: { scores: ScorePoint[] }): ReactNode {
  const points = [...scores].reverse();
  const most = Math.max(1, ...points.map((point) => point.score));
  const place = (score: number): number => 76 - (score / most) * 70;
  const path = points.map((point, at) => `${at === 0 ? 'M' : 'H'}${(at / Math.max(1, points.length - 1)) * 600}${at === 0 ? `,${place(point.score)}` : `V${place(point.score)}`}`).join('');
  return (
    <svg viewBox="0 0 600 80" preserveAspectRatio="none" width="100%" height="80" role="img" aria-label={t`Score over ${{ changes: points.length }} changes: from ${{ first: points[0]?.score ?? 0 }} to ${{ last: points[points.length - 1]?.score ?? 0 }}, at most ${most}`}>
      <path d={path} fill="none" stroke="var(--link)" strokeWidth="2" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

function Scores({ scores }: { scores: ScorePoint[] }): ReactNode {
  return (
    <Panel title={t`Score over time`}>
      {scores.length === 0 ? <EmptyState><Trans>The score has not changed yet.</Trans></EmptyState> : (
        <>
          {scores.length > 1 ? <div className="body"><ScoreLine scores={scores} /></div> : null}
          <Table caption={t`Scores`} rows={scores} rowKey={(row) => row.task + row.block} link={(row) => `/task/${row.task}`} columns={[
            { key: 'task', head: t`Task`, cell: (row) => <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} /> },
            { key: 'accurate', head: t`Because`, cell: (row) => (row.accurate ? <Chip tone="success"><Trans>● right</Trans></Chip> : <Chip tone="danger"><Trans>✕ wrong</Trans></Chip>) },
            { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} /> },
            { key: 'score', head: t`Score`, right: true, cell: (row) => count(row.score) },
          ]} />
        </>
      )}
    </Panel>
  );
}

export function WorkerPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useApi<WorkerDetail>(`/v1/workers/${id}`, {}, { liveMs: 10_000 });
  const shown = curl(location.origin, `/v1/workers/${id}`);
  return (
    <Detail query={query} id={id} kind="worker" label={t`Worker`} command={shown} beside={<Explain subject="worker" id={id} />}>
      {(detail) => (
        <>
          <PageHead kind={t`Worker`} title={<Address of={detail.worker.address} kind={t`worker`} width="wide" />} command={shown} />
          <div className="stack">
            <Numbers detail={detail} />
            <Explain subject="worker" id={detail.worker.address} />
            <div className="grid2"><Rewards rows={detail.contributions} /><Scores scores={detail.scores} /></div>
            <Contributions rows={detail.contributions} />
          </div>
        </>
      )}
    </Detail>
  );
}
