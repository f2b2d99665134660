// Overview of a pool (web-ui.md §10.1).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Overview } from '../../transport/api';
import { count, duration, MISSING, percent } from '../../model/format';
import { iso } from '../../model/time';
import { useApi } from '../../state/data';
import { useUrl } from '../../state/url';
import { Table } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Bar, Notice, Panel, Stat } from '../../view/ui';
import { Sum, Untrusted } from '../../view/values';
import { Reasons } from '../../view/explain';

const GOAL = 0.99;
/** More tasks than this are enough: the exact number says nothing. */
const MANY = 1_000_000;
const SERIES = [['completed', 'success', t`completed`], ['running', 'info', t`running`], ['queued', 'neutral', t`queued`], ['failed', 'danger', t`failed`]] as const;
const RANGES: [string, number][] = [['6h', 6], ['24h', 24], ['7d', 168]];

/** Hours as stacked bars, with the same numbers as a table. */
function TasksOverTime({ overview }: { overview: Overview }): ReactNode {
  const [url, change] = useUrl();
  const range = RANGES.find(([value]) => value === url.range) ?? RANGES[1]!;
  const hours = overview.series.slice(-range[1]);
  const most = Math.max(1, ...hours.map((hour) => hour.completed + hour.running + hour.queued + hour.failed));
  const sum = (key: 'completed' | 'failed'): number => hours.reduce((total, hour) => total + hour[key], 0);
  return (
    <Panel title={t`Tasks over time`} tools={RANGES.map(([value]) => <button key={value} type="button" className={`button tiny ${range[0] === value ? 'on' : ''}`} aria-pressed={range[0] === value} onClick={() => change({ range: value })}>{value}</button>)}>
      <div className="body">
        {hours.every((hour) => SERIES.every(([key]) => hour[key] === 0)) ? <EmptyState><Trans>No tasks in this range.</Trans></EmptyState> : (
          <svg viewBox={`0 0 ${range[1] * 10} 100`} preserveAspectRatio="none" style={{ width: '100%', height: 150 }} role="img" aria-label={t`${{ completed: sum('completed') }} completed and ${{ failed: sum('failed') }} failed in ${{ range: range[0] }}`}>
            {hours.map((hour, at) => {
              let y = 100;
              return SERIES.map(([key, tone, words]) => {
                const height = (hour[key] / most) * 96;
                y -= height;
                return <rect key={hour.time + key} x={(range[1] - hours.length + at) * 10 + 1} y={y} width="8" height={height} fill={`var(--${tone === 'info' ? 'link' : tone === 'neutral' ? 'border' : tone})`}><title>{`${iso(hour.time)}: ${hour[key]} ${words}`}</title></rect>;
              });
            })}
          </svg>
        )}
        <div className="row small">{SERIES.map(([key, tone, words]) => <span key={key} className={`tone-${tone}`}>■ {words}</span>)}</div>
        <details className="small"><summary><Trans>View as table</Trans></summary>
          <table className="data"><caption className="sr"><Trans>Tasks by hour</Trans></caption><thead><tr><th scope="col"><Trans>Hour</Trans></th>{SERIES.map(([key, , words]) => <th key={key} scope="col" className="right">{words}</th>)}</tr></thead><tbody>{hours.slice(-24).map((hour) => <tr key={hour.time}><td>{iso(hour.time)}</td>{SERIES.map(([key]) => <td key={key} className="right">{hour[key]}</td>)}</tr>)}</tbody></table>
        </details>
      </div>
    </Panel>
  );
}

type Share = { name: string; count: number };

/** What the machines run on: each kind with its share of the known workers, as bars with their numbers. */
function Shares({ parts, total }: { parts: [string, Share[]][]; total: number }): ReactNode {
  const rows = parts.flatMap(([what, shares]) => (shares ?? []).map((each) => ({ what, ...each })));
  if (rows.length === 0) return null;
  return (
    <Table caption={t`Machines`} cards={false} rows={rows} rowKey={(row) => row.what + row.name} columns={[
      { key: 'what', head: t`What`, cell: (row) => row.what },
      { key: 'name', head: t`Kind`, cell: (row) => <Untrusted text={row.name || t`not told`} limit={40} /> },
      { key: 'count', head: t`Workers`, right: true, cell: (row) => count(row.count) },
      { key: 'share', head: t`Share`, priority: 2, cell: (row) => <Bar label={`${row.what} ${row.name}`} share={total ? row.count / total : 0} text={t`${row.count} of ${total}`} /> },
    ]} />
  );
}

function wastedText({ share, replicas, unrewarded }: Overview['wasted']): string {
  const part = percent(share);
  const all = count(replicas);
  return plural(unrewarded, { one: `${part} of ${all} computed replicas: # was not rewarded.`, other: `${part} of ${all} computed replicas: # were not rewarded.` });
}

export function OverviewTab({ pool }: { pool: string }): ReactNode {
  const query = useApi<Overview>('/v1/ops/overview', { workerpool: pool }, { liveMs: 2_000 });
  return (
    <Loaded query={query} rows={8}>
      {(overview) => (
        <div className="stack">
          {overview.draining ? <Notice tone="warning"><Trans>The pool drains: running tasks end, no new ones begin.</Trans></Notice> : null}
          {overview.headAgeMs > 15_000 ? <Notice tone="danger" alert><Trans>Out of service: the last block is {{ age: duration(overview.headAgeMs) }} old.</Trans></Notice> : null}
          <div className="stats">
            <Stat label={t`Active workers`} value={count(overview.workersAlive)} sub={t`${count(overview.workersDay)} in 24 h, ${count(overview.workersKnown)} known`} />
            <Stat label={t`Active cores`} value={`${count(overview.coresBusy)}/${count(overview.coresTotal)}`} />
            <Stat label={t`Running`} value={count(overview.running)} sub={t`${count(overview.waiting)} waiting`} />
            <Stat label={t`Completed 24 h`} value={percent(overview.completedRatio)} sub={overview.completedRatio === null ? t`no task yet` : <Bar label={t`Completed ratio`} share={overview.completedRatio} text={t`${percent(overview.completedRatio)}, goal ${percent(GOAL)}`} tone={overview.completedRatio >= GOAL ? 'success' : 'warning'} />} />
            <Stat label={t`Apps seen 24 h`} value={count(overview.apps24h)} />
            <Stat label={t`Earned today`} value={<Sum nrlc={overview.earnedToday} />} sub={<><Trans>7 d <Sum nrlc={overview.earned7d} />, all <Sum nrlc={overview.earnedAll} /></Trans></>} />
            <Stat label={t`Stake free`} value={<Sum nrlc={overview.stakeFree} />} sub={<><Trans>locked <Sum nrlc={overview.stakeLocked} /></Trans></>} />
            <Stat label={t`Stake covers`} value={overview.stakeCovers === null ? MISSING : overview.stakeCovers > MANY ? `> ${count(MANY)}` : count(overview.stakeCovers)} sub={t`tasks at today’s price`} />
            <Stat label={t`Trust within reach`} value={count(overview.reachableTrust)} sub={t`with the live workers`} />
            <Stat label={t`Head age`} value={duration(overview.headAgeMs)} sub={t`index behind by ${count(overview.eventLag)}`} />
          </div>
          <div className="grid2">
            <Panel title={t`Idle because`}>{overview.idle.length === 0 ? <EmptyState><Trans>The pool works.</Trans></EmptyState> : <div className="body"><Reasons reasons={overview.idle} /></div>}</Panel>
            <TasksOverTime overview={overview} />
            <Panel title={t`Stage durations (last 1 000 tasks)`}>
              {overview.stages.length === 0 ? <EmptyState><Trans>Known after the first tasks.</Trans></EmptyState> : <Table caption={t`Stage durations`} rows={overview.stages} rowKey={(row) => row.stage} columns={[
                { key: 'stage', head: t`Stage`, cell: (row) => <bdi>{row.stage}</bdi> },
                { key: 'p50', head: t`p50`, right: true, cell: (row) => duration(row.p50) },
                { key: 'p95', head: t`p95`, right: true, cell: (row) => duration(row.p95) },
                { key: 'p99', head: t`p99`, right: true, cell: (row) => duration(row.p99) },
              ]} />}
            </Panel>
            <Panel title={t`Wasted work and machines`}>
              <div className="body stack">
                <span>{overview.wasted.replicas === 0 ? t`Nothing has been computed in the last day.` : wastedText(overview.wasted)}</span>
              </div>
              <Shares parts={[[t`Software`, overview.software], [t`System`, overview.os as Share[]], [t`Processor`, overview.cpus as Share[]]]} total={overview.workersKnown} />
            </Panel>
          </div>
        </div>
      )}
    </Loaded>
  );
}
