// What a workerpool can do now, as far as the scheduler beside this market tells the public (§8.8).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Overview } from '../../transport/api';
import { count, duration, percent } from '../../model/format';
import { useApi, useBoot } from '../../state/data';
import { EmptyState, Loaded } from '../../view/states';
import { Panel, Stat } from '../../view/ui';
import { Sum } from '../../view/values';

const MANY = 1_000_000;

function Numbers({ overview }: { overview: Overview }): ReactNode {
  const start = overview.stages.find((stage) => stage.stage === 'queue');
  const known = overview.workersKnown > 0;
  const replicas = count(overview.wasted.replicas);
  return (
    <div className="stats">
      {known ? <Stat label={t`Workers alive`} value={count(overview.workersAlive)} sub={t`${{ known: count(overview.workersKnown) }} known`} /> : null}
      {known ? <Stat label={t`Cores`} value={`${count(overview.coresBusy)}/${count(overview.coresTotal)}`} sub={t`computing of all`} /> : null}
      <Stat label={t`Running`} value={count(overview.running)} sub={t`${{ waiting: count(overview.waiting) }} waiting`} />
      <Stat label={t`Completed 24 h`} value={percent(overview.completedRatio)} sub={t`${count(overview.failed24h)} failed`} />
      {start ? <Stat label={t`Starts after`} value={duration(start.p50)} sub={t`95 %: ${{ p95: duration(start.p95) }}`} /> : null}
      <Stat label={t`Not rewarded`} value={percent(overview.wasted.replicas ? overview.wasted.share : null)} sub={plural(overview.wasted.replicas, { one: `of ${replicas} replica`, other: `of ${replicas} replicas` })} />
      {overview.reachableTrust === null ? null : <Stat label={t`Trust within reach`} value={count(overview.reachableTrust)} />}
      <Stat label={t`Stake free`} value={<Sum nrlc={overview.stakeFree} />} sub={overview.stakeCovers === null ? t`no open order` : t`covers ${{ tasks: overview.stakeCovers > MANY ? t`more than ${count(MANY)}` : count(overview.stakeCovers) }} tasks`} />
    </div>
  );
}

export function Capacity({ pool }: { pool: string }): ReactNode {
  const boot = useBoot();
  const query = useApi<Overview>(boot.features.scheduler ? '/v1/ops/overview' : null, { workerpool: pool }, { liveMs: 5_000 });
  return (
    <Panel title={t`Capacity now`} tools={<Link to={'/ops' as never} search={{ pool } as never}><Trans>console</Trans></Link>}>
      {boot.features.scheduler ? <Loaded query={query} tiles={8}>{(overview) => <Numbers overview={overview} />}</Loaded> : <EmptyState><Trans>This market knows no scheduler that tells it.</Trans></EmptyState>}
    </Panel>
  );
}
