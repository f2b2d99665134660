// Overview of a pool (web-ui.md §10.1).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Overview } from '../../transport/api';
import { count, duration, MISSING, percent } from '../../model/format';
import { useApi } from '../../state/data';
import { EmptyState, Loaded } from '../../view/states';
import { Bar, Notice, Panel, Stat } from '../../view/ui';
import { Sum } from '../../view/values';
import { Reasons } from '../../view/explain';
import dashboard from './grafana.json?url';
import { TasksOverTime } from './overview_chart';
import { Faults, Health, Machines, Money, Risk, Stages, Wasted } from './overview_panels';

const GOAL = 0.99;
/** Without a block for longer, the pool is out of service. */
const HEAD_OLD_MS = 15_000;
/** More tasks than this are enough: the exact number says nothing. */
const MANY = 1_000_000;

function Figures({ overview }: { overview: Overview }): ReactNode {
  const { completedRatio: ratio, stakeCovers } = overview;
  const known = count(overview.workersKnown);
  return (
    <div className="stats">
      <Stat label={t`Active workers`} value={count(overview.workersAlive)} sub={plural(overview.workersDay, { one: `# in 24 h, ${known} known`, other: `# in 24 h, ${known} known` })} />
      <Stat label={t`Active cores`} value={`${count(overview.coresBusy)}/${count(overview.coresTotal)}`} sub={t`computing, registered`} />
      <Stat label={t`Running`} value={count(overview.running)} sub={plural(overview.waiting, { one: '# waits', other: '# wait' })} />
      <Stat label={t`Completed 24 h`} value={percent(ratio)} sub={ratio === null ? t`no task yet` : <Bar label={t`Completed ratio`} share={ratio} text={t`${{ share: percent(ratio) }}, goal ${{ goal: percent(GOAL) }}`} tone={ratio >= GOAL ? 'success' : 'warning'} />} />
      <Stat label={t`Apps seen 24 h`} value={count(overview.apps24h)} />
      <Stat label={t`Stake free`} value={<Sum nrlc={overview.stakeFree} />} sub={<Trans>at risk <Sum nrlc={overview.stakeLocked} /></Trans>} />
      <Stat label={t`Stake covers`} value={stakeCovers === null ? MISSING : stakeCovers > MANY ? `> ${count(MANY)}` : count(stakeCovers)} sub={t`tasks at today’s price`} />
      <Stat label={t`Trust within reach`} value={count(overview.reachableTrust)} sub={t`with the live workers`} />
    </div>
  );
}

export function OverviewTab({ pool }: { pool: string }): ReactNode {
  const query = useApi<Overview>('/v1/ops/overview', { workerpool: pool }, { liveMs: 2_000 });
  return (
    <Loaded query={query} tiles={8}>
      {(overview) => (
        <div className="stack">
          {overview.draining ? <Notice tone="warning"><Trans>The pool drains: running tasks end, no new ones begin.</Trans></Notice> : null}
          {overview.headAgeMs > HEAD_OLD_MS ? <Notice tone="danger" alert><Trans>Out of service: the last block is {{ age: duration(overview.headAgeMs) }} old.</Trans></Notice> : null}
          <Figures overview={overview} />
          <div className="grid2">
            <div className="stack">
              <TasksOverTime overview={overview} />
              <Money overview={overview} pool={pool} />
              <Stages stages={overview.stages} />
              <Wasted wasted={overview.wasted} />
            </div>
            <div className="stack">
              <Panel title={t`Idle because`}>{overview.idle.length === 0 ? <EmptyState><Trans>The pool works.</Trans></EmptyState> : <div className="body"><Reasons reasons={overview.idle} /></div>}</Panel>
              <Risk risk={overview.risk} />
              <Health overview={overview} />
              <Faults faults={overview.faults} />
              <Machines overview={overview} />
            </div>
          </div>
          <p className="small muted"><Trans>The same figures for your own monitoring: <code>/metrics</code>, with a <a href={dashboard} download="bourse-pool-dashboard.json">dashboard for Grafana</a>.</Trans></p>
        </div>
      )}
    </Loaded>
  );
}
