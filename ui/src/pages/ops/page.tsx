// Operator console (web-ui.md §10): which pool, who looks at it, and its parts.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { SESSION_NEEDS } from '../../model/words';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import type { Resource } from '../../transport/api';
import { command, curl } from '../../model/commands';
import { count, MISSING } from '../../model/format';
import { mayOperate, operatedPools } from '../../model/permission';
import { withQuery } from '../../transport/http';
import { Refused } from '../../signer/types';
import { say } from '../../state/activity';
import { forcedState, useBoot, useList } from '../../state/data';
import { closeSession, openSession, sessionStore } from '../../state/session';
import { useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { PageHead } from '../../view/command';
import { EmptyState, Loaded } from '../../view/states';
import { Button, Chip, Notice } from '../../view/ui';
import { Address } from '../../view/values';
import { NeedWallet, openWallets } from '../../view/wallet';
import { SessionNeeded } from '../../view/session';
import { TabList } from '../../view/tab_list';
import '../../styles/console.css';
import { AlertsTab, useAlertNotices } from './alerts';
import { EarningsTab } from './earnings';
import { MachineTab } from './machine';
import { OrdersTab } from './orders';
import { OverviewTab } from './overview';
import { LogsTab } from './pool_logs';
import { TasksTab } from './tasks';
import { WorkersTab } from './workers';

type Pools = ReturnType<typeof usePools>;
const usePools = () => useList<Resource>('/v1/workerpools', { limit: 100 });

/** Before the pools are known, and where there are none. */
function NoPool({ pools }: { pools: Pools }): ReactNode {
  return <Loaded query={pools} rows={8}>{() => <EmptyState><Trans>No workerpool is registered yet.</Trans></EmptyState>}</Loaded>;
}

/** Its children for the pool's operator; the others read what is missing and how to get it. */
function OperatorOnly({ pool, owner, to, children }: { pool: string; owner: string | null; to: keyof typeof SESSION_NEEDS; children: ReactNode }): ReactNode {
  const pools = usePools();
  const session = useStore(sessionStore);
  const locked = forcedState() === 'locked';
  if (pool === '' && !locked) return <NoPool pools={pools} />;
  if (!locked && (!session || mayOperate(session, pool))) return <SessionNeeded to={to}>{children}</SessionNeeded>;
  return (
    <div className="empty">
      <span>
        <Trans>This part needs the right to operate the pool.</Trans> {session ? <Trans>You are signed in as <Address of={session.address} copy={false} />.</Trans> : null}{' '}
        {owner ? <Trans>The pool belongs to <Address of={owner} copy={false} />.</Trans> : <Trans>The pool belongs to somebody else.</Trans>}
      </span>
      <Button look="primary" onClick={() => { void closeSession(); openWallets(); }}><Trans>Use another account</Trans></Button>
    </div>
  );
}

const TABS: [string, string][] = [['overview', t`Overview`], ['workers', t`Workers`], ['tasks', t`Tasks`], ['earnings', t`Earnings`], ['orders', t`Orders`], ['logs', t`Logs`], ['alerts', t`Alerts`], ['machine', t`My machine`]];

/** The request behind a tab, for “Show as command”. */
function pathOf(tab: string, pool: string, account: string | null, task: string | undefined): string {
  if (tab === 'orders') return withQuery('/v1/workerpoolorders', { workerpool: pool });
  if (tab === 'logs') return withQuery('/v1/logs', { task: task ?? 'TASK', lines: 200 });
  if (tab === 'machine') return `/v1/workers/${account ?? 'ADDRESS'}`;
  return withQuery(`/v1/ops/${tab}`, { workerpool: pool });
}

export function OpsPage(): ReactNode {
  const { tab: asked } = useParams({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const boot = useBoot();
  const wallet = useWallet();
  const [url, change] = useUrl();
  const session = useStore(sessionStore);
  const pools = usePools();
  const own = operatedPools(session);
  const items = pools.data?.items ?? [];
  const pool = url.pool ?? items.find((each) => own.includes(each.address.toLowerCase()))?.address ?? items[0]?.address ?? '';
  const owner = items.find((each) => each.address === pool)?.owner ?? null;
  const tab = TABS.find(([value]) => value === asked)?.[0] ?? 'overview';
  const raised = useAlertNotices(pool, pool !== '' && mayOperate(session, pool));
  const shown = pathOf(tab, pool, wallet.account, url.task);
  if (!boot.features.scheduler) return <><PageHead title={t`Operator console`} command={curl(location.origin, '/v1/boot')} /><Notice tone="info"><Trans>This market knows no scheduler: the console needs one beside it.</Trans></Notice></>;
  return (
    <>
      <PageHead title={t`Operator console`} command={tab === 'orders' ? command(['bourse', 'orderbook', 'workerpool', '--workerpool', pool], 'GET', shown) : tab === 'logs' && url.task ? command(['bourse', 'task', 'logs', url.task], 'GET', shown) : curl(location.origin, shown)}>
        <label className="row small"><Trans>pool</Trans>
          <select className="select" style={{ width: 170 }} value={pool} onChange={(event) => change({ pool: event.target.value })}>
            {items.length === 0 ? <option value="">{MISSING}</option> : null}
            {items.map((each) => <option key={each.address} value={each.address}>{each.name.slice(0, 40) || each.address}</option>)}
          </select>
        </label>
        {session ? <><Chip tone="success"><Trans>signed in</Trans></Chip><Button look="tiny" onClick={() => void closeSession()}><Trans>Sign out</Trans></Button></> : <Button onClick={() => void openSession(wallet).catch((error: Error) => { if (!(error instanceof Refused)) say(error.message, true); })} why={wallet.signer ? null : t`Connect the wallet of the pool’s owner first.`}><Trans>Sign in</Trans></Button>}
      </PageHead>
      <Tabs.Root value={tab} onValueChange={(value) => void navigate({ to: `/ops/${value}` as never, search: (url.pool ? { pool: url.pool } : {}) as never })}>
        <TabList label={t`Parts of the console`} chosen={tab}>{TABS.map(([value, label]) => <Tabs.Trigger key={value} className="tab" value={value}>{label}{value === 'alerts' && raised > 0 ? <> <Chip tone="danger">{count(raised)}</Chip></> : null}</Tabs.Trigger>)}</TabList>
        <Tabs.Content className="tab-panel" value="overview">{pool ? <OverviewTab pool={pool} /> : <NoPool pools={pools} />}</Tabs.Content>
        <Tabs.Content className="tab-panel" value="workers"><OperatorOnly pool={pool} owner={owner} to="workers"><WorkersTab pool={pool} /></OperatorOnly></Tabs.Content>
        <Tabs.Content className="tab-panel" value="tasks"><OperatorOnly pool={pool} owner={owner} to="tasks"><TasksTab pool={pool} /></OperatorOnly></Tabs.Content>
        <Tabs.Content className="tab-panel" value="earnings"><OperatorOnly pool={pool} owner={owner} to="earnings"><EarningsTab pool={pool} /></OperatorOnly></Tabs.Content>
        <Tabs.Content className="tab-panel" value="orders">{pool ? <OrdersTab pool={pool} owner={owner} /> : <NoPool pools={pools} />}</Tabs.Content>
        <Tabs.Content className="tab-panel" value="logs"><OperatorOnly pool={pool} owner={owner} to="logs"><LogsTab pool={pool} /></OperatorOnly></Tabs.Content>
        <Tabs.Content className="tab-panel" value="alerts"><OperatorOnly pool={pool} owner={owner} to="alerts"><AlertsTab pool={pool} /></OperatorOnly></Tabs.Content>
        <Tabs.Content className="tab-panel" value="machine"><NeedWallet to="machine">{wallet.account ? <MachineTab account={wallet.account} pool={pool} /> : null}</NeedWallet></Tabs.Content>
      </Tabs.Root>
    </>
  );
}
