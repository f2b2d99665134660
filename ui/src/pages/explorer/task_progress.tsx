// How far a task is: its stages with time and actor, its clocks, its confidence, what it waits for (E-20, E-21).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Task, TaskDetail } from '../../transport/api';
import { missing, missingWords } from '../../model/confidence';
import { statusAt, trustMeaning } from '../../model/domain';
import { count, percent } from '../../model/format';
import { stagesOf, type Stage, type StageName } from '../../model/stages';
import { useNow } from '../../state/data';
import { StaleBadge } from '../../view/states';
import { Bar, Notice, Panel } from '../../view/ui';
import { Address, Clock, Deadline, Moment } from '../../view/values';

function labelOf(name: StageName, task: Task): string {
  if (name === 'reveal') return t`reveal ${{ revealed: task.revealed }}/${{ winners: task.winners }}`;
  const words: Record<Exclude<StageName, 'reveal'>, string> = {
    sealed: t`sealed`,
    initialised: t`initialised`,
    contributions: t`contributions`,
    consensus: t`consensus`,
    finalised: t`finalised`,
    refunded: t`refunded`,
  };
  return words[name];
}

/** What stands under a stage that has no time yet. */
function hintOf({ name, state }: Stage, task: Task): ReactNode {
  if (name === 'initialised' && state === 'now') return t`waits for the scheduler`;
  if (name === 'contributions' && task.contributions > 0) return plural(task.contributions, { one: '# received', other: '# received' });
  if (name === 'consensus' && state !== 'done') return trustMeaning(task.trust);
  return null;
}

function StageItem({ stage, task }: { stage: Stage; task: Task }): ReactNode {
  const { name, state, from, to, actor } = stage;
  const hint = hintOf(stage, task);
  return (
    <li className={state} aria-current={state === 'now' ? 'step' : undefined}>
      {state === 'done' ? '✓ ' : ''}
      {labelOf(name, task)}
      <span className="when">
        {hint}
        {hint && from !== null ? ' · ' : null}
        {from === null ? null : <Moment at={from} />}
        {from !== null && to !== null && Math.floor(to / 1000) !== Math.floor(from / 1000) ? <>–<Clock at={to} /></> : null}
      </span>
      {actor ? <span className="when"><Address of={actor} copy={false} /></span> : null}
    </li>
  );
}

export function Stepper({ detail }: { detail: TaskDetail }): ReactNode {
  const now = useNow(1_000);
  const { task } = detail;
  const over = task.ended !== null;
  return (
    <Panel title={t`Progress`} tools={<StaleBadge />}>
      <div className="body stack">
        <ol className="steps">{stagesOf(detail, now).map((stage) => <StageItem key={stage.name} stage={stage} task={task} />)}</ol>
        <div className="row small" style={{ gap: '4px 18px' }}>
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
