// How a machine joins the pool: its three settings, one line to start it, and a list that follows it live (web-ui.md §10.2).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { AccountDetail, Order, OpsWorker, ResourceDetail } from '../../transport/api';
import { isAddress, sameAddress } from '../../model/domain';
import { joinSteps } from '../../model/pool_workers';
import { useApi, useBoot, useList } from '../../state/data';
import { useUrl } from '../../state/url';
import { Copy, TextField } from '../../view/ui';

/** Least stake that a task of the pool's cheapest open order locks of a worker, in nRLC. */
function useLeastStake(pool: string): string | null {
  const resource = useApi<ResourceDetail>(`/v1/workerpools/${pool}`);
  const orders = useList<Order>('/v1/workerpoolorders', { workerpool: pool, limit: 100, app: 'any', dataset: 'any', requester: 'any' });
  const ratio = resource.data?.resource.stakeRatio;
  const prices = (orders.data?.items ?? []).map((order) => BigInt(order.price));
  if (ratio === null || ratio === undefined || prices.length === 0) return null;
  const least = prices.reduce((a, b) => (b < a ? b : a));
  return String((least * BigInt(ratio)) / 100n);
}

function Checklist({ address, pool, rows }: { address: string; pool: string; rows: OpsWorker[] }): ReactNode {
  const account = useApi<AccountDetail>(`/v1/accounts/${address}`, {}, { liveMs: 3_000 });
  const least = useLeastStake(pool);
  const row = rows.find((each) => sameAddress(each.address, address)) ?? null;
  const steps = joinSteps(row, row?.staked ?? account.data?.account.staked ?? null, least);
  return (
    <ul className="check-list" aria-live="polite">
      {steps.map((step) => <li key={step.name} className={step.done ? 'tone-success' : 'tone-neutral'}><span aria-hidden="true">{step.done ? '✓' : '○'}</span> <strong>{step.name}</strong> <span className="small muted">{step.done ? '' : `${t`waits`}: `}{step.detail}</span></li>)}
    </ul>
  );
}

export function JoinHelp({ pool, rows }: { pool: string; rows: OpsWorker[] }): ReactNode {
  const boot = useBoot();
  const [url, change] = useUrl();
  const wallet = url.join ?? '';
  const line = `bourse worker --name my-machine --wallet-file wallet.json --password-file password.txt --pool ${pool} --hub ${boot.domain.verifyingContract} --scheduler SCHEDULER_URL --rpc NODE_URL --store-url STORE_URL`;
  return (
    <details className="join" open={wallet !== ''}>
      <summary><Trans>Add a worker</Trans></summary>
      <div className="stack">
        <p className="small"><Trans>A worker needs three settings of its own: a name, a wallet file and its password. Put the addresses of the pool’s scheduler, of a node and of the store in place of the three capitals: the pool’s operator gives them to you (on a development market <code>up.json</code> names them).</Trans></p>
        <div className="command-box always" tabIndex={0}>{line} <Copy text={line} kind={t`command`} always /></div>
        <div style={{ maxWidth: 460 }}><TextField label={t`Wallet of the new machine: follow it here`} className="mono" placeholder="0x…" value={wallet} onChange={(text) => change({ join: text.trim() || null })} problem={wallet && !isAddress(wallet) ? t`A wallet is 0x and 40 digits.` : null} /></div>
        {isAddress(wallet) ? <Checklist address={wallet} pool={pool} rows={rows} /> : null}
      </div>
    </details>
  );
}
