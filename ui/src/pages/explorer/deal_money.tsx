// Money of a deal, and the refund of what nobody finished (web-ui.md §8.3).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Deal, Task } from '../../transport/api';
import { statusAt } from '../../model/domain';
import { claimCall, initializeAndClaimCall } from '../../signer/calls';
import { transact } from '../../state/actions';
import { useBoot, useList, useNow } from '../../state/data';
import { useWallet } from '../../state/wallet';
import { Button, KeyTable, Panel } from '../../view/ui';
import { Address, Amount } from '../../view/values';

export function MoneyTab({ deal }: { deal: Deal }): ReactNode {
  const done = BigInt(deal.tasks.complete);
  const perTask = BigInt(deal.price);
  const refunded = BigInt(deal.tasks.failed) * perTask;
  const total = perTask * BigInt(deal.volume);
  const paid = done * perTask;
  return (
    <Panel title={t`Money`}>
      <KeyTable
        rows={[
          [t`Price a task`, <Amount key="p" nrlc={deal.price} />],
          [t`App`, <span key="a"><Trans><Amount nrlc={deal.app.price} /> to <Address of={deal.app.owner} /></Trans></span>],
          [t`Dataset`, deal.dataset ? <span key="d"><Trans><Amount nrlc={deal.dataset.price} /> to <Address of={deal.dataset.owner} /></Trans></span> : t`none`],
          [t`Workerpool`, <span key="w"><Trans><Amount nrlc={deal.workerpool.price} />, of it {deal.schedulerShare} % to the scheduler <Address of={deal.workerpool.owner} /></Trans></span>],
          [t`Locked at the match`, <Amount key="l" nrlc={String(total)} />],
          [t`Paid so far`, <Amount key="paid" nrlc={String(paid)} />],
          [t`Refunded`, <Amount key="r" nrlc={String(refunded)} />],
          [t`Still locked`, <Amount key="s" nrlc={String(total - paid - refunded)} />],
          [t`A worker's stake`, <Amount key="ws" nrlc={deal.workerStake} />],
        ]}
      />
      <p className="small muted" style={{ padding: '0 12px' }}><Trans>Who got what in each task stands on the task's page.</Trans></p>
    </Panel>
  );
}

const claimText = (number: number): string => plural(number, { one: 'Claim # task', other: 'Claim # tasks' });

/** Anyone may claim; the money goes back to the requester. */
export function ClaimAll({ deal }: { deal: Deal }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const now = useNow(1_000);
  const [problem, setProblem] = useState<string | null>(null);
  const due = now >= deal.finalDeadline;
  const open = deal.tasks.claimable + deal.tasks.notStarted + deal.tasks.running + deal.tasks.revealing;
  const claimable = useList<Task>(due && open > 0 ? `/v1/deals/${deal.id}/tasks` : null, { limit: 100 });
  if (!due || open === 0) return null;
  const rows = (claimable.data?.items ?? []).filter((task) => statusAt(task, now) === 'CLAIMABLE' || task.status === 'NOT_STARTED');
  const claim = async (): Promise<void> => {
    setProblem(null);
    const fresh = rows.filter((task) => task.status === 'NOT_STARTED').map((task) => task.index);
    const started = rows.filter((task) => task.status !== 'NOT_STARTED').map((task) => task.id);
    try {
      if (started.length) await transact(claimText(started.length), boot.domain.verifyingContract, claimCall(started), `/deal/${deal.id}`);
      if (fresh.length) await transact(claimText(fresh.length), boot.domain.verifyingContract, initializeAndClaimCall(deal.id, fresh), `/deal/${deal.id}`);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      <Button look="danger" onClick={() => void claim()} why={wallet.signer ? (rows.length ? null : t`Loading the tasks that can be claimed.`) : t`Connect a wallet to claim; anyone may.`}><Trans>Claim refund ({rows.length})</Trans></Button>
      {problem ? <span className="small tone-danger">{problem}</span> : null}
    </>
  );
}
