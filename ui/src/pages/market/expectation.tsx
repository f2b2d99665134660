// Expectation preview (M-33): how many runs, when it starts and ends, which deadlines hold, and how far the promise goes.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Ticker, Worker } from '../../transport/api';
import { trustMeaning } from '../../model/domain';
import { deadlinesOf, expectedRuns } from '../../model/expectation';
import { duration } from '../../model/format';
import { useApi, useBoot, useList, useNow } from '../../state/data';
import { KeyTable } from '../../view/ui';
import { Deadline } from '../../view/values';
import type { Commodity } from './commodity';

/** Median, and the time within which nineteen of twenty were. */
function within(median: number | null | undefined, most: number | null | undefined): string {
  if (median === null || median === undefined) return t`not known yet: too few deals`;
  const usual = duration(median);
  return most === null || most === undefined ? t`in about ${usual}` : t`in about ${usual}, nineteen of twenty within ${duration(most)}`;
}

export function Expectation({ commodity, trust }: { commodity: Commodity; trust: number }): ReactNode {
  const boot = useBoot();
  const now = useNow(10_000);
  const workers = useList<Worker>('/v1/workers', { limit: 200 });
  const ticker = useApi<Ticker>('/v1/ticker', { category: commodity.category, tag: commodity.tag, trust: commodity.trust });
  const category = boot.categories.find((each) => each.id === commodity.category);
  if (!category) return null;
  const weights = (workers.data?.items ?? []).map((each) => each.weight);
  const runs = Math.round(expectedRuns(trust, weights) * 10) / 10;
  const { contribution, reveal, final } = deadlinesOf(category, now);
  const known = plural(weights.length, { one: 'reckoned with # worker seen here', other: 'reckoned with # workers seen here' });
  return (
    <details className="small">
      <summary>{trust <= 1 ? t`What to expect: one run, no promise` : t`What to expect: about ${runs} runs a task`}</summary>
      <KeyTable rows={[
        [t`Runs a task`, trust <= 1 ? t`1: nobody checks it` : <span key="r" title={known}>{t`about ${runs}`} <span className="muted">({known})</span></span>],
        [t`Promise`, trust <= 1 ? t`none (${trustMeaning(trust)})` : t`the answer is right with ${trustMeaning(trust)}`],
        [t`Starts`, within(ticker.data?.medianStartMs, ticker.data?.startP95Ms)],
        [t`Is done`, within(ticker.data?.finishMs, ticker.data?.finishP95Ms)],
        [t`Contributions until`, <Deadline key="c" at={contribution} />],
        [t`Revealed until`, <Deadline key="v" at={reveal} />],
        [t`Money back after`, <Deadline key="f" at={final} />],
      ]} />
      <p className="muted" style={{ margin: '6px 0 0' }}><Trans>A newcomer counts as right in two cases of three. The promise holds while less than a third of the workers act in concert.</Trans></p>
    </details>
  );
}
