// App, dataset and workerpool pages (web-ui.md §8.6–§8.8).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { Suspense, type ReactNode } from 'react';
import type { AppPage as PageOfApp, Deal, Resource, ResourceDetail } from '../../transport/api';
import { isEmptyPage } from '../../model/app_page';
import { sumByDay } from '../../model/by_day';
import { command } from '../../model/commands';
import { count, percent } from '../../model/format';
import { useApi, useList, useNow } from '../../state/data';
import { useUrl } from '../../state/url';
import { PageHead } from '../../view/command';
import { DayBars } from '../../view/day_bars';
import { Loaded, Skeleton } from '../../view/states';
import { TabList } from '../../view/tab_list';
import { Panel, Stat } from '../../view/ui';
import { Address, Age, Sum, Untrusted } from '../../view/values';
import { lazyPart } from '../../view/part';
import { Capacity } from './capacity';
import { Detail } from './parts';
import { Permissions } from './permissions';
import { Changes, Deals, Facts, Orders, successOf, UsedBy, Versions, type Kind } from './resource_parts';

const DAYS = 30;
const DAY_MS = 86_400_000;
const MOST = 1_000;

/** Tasks bought by day, from the deals of the last month. */
function Activity({ kind, address }: { kind: Kind; address: string }): ReactNode {
  const now = useNow(60_000);
  const from = Math.floor((now - DAYS * DAY_MS) / DAY_MS) * DAY_MS;
  const query = useList<Deal>('/v1/deals', { [kind]: address, from, limit: MOST });
  return (
    <Panel title={t`Tasks by day`}>
      <div className="body">
        <Loaded query={query} rows={4}>
          {({ items, total }) => (
            <>
              <DayBars title={t`Tasks by day`} unit={t`tasks`} days={sumByDay(items, (deal) => deal.time, (deal) => deal.volume, DAYS, now)} />
              {total > items.length ? <p className="small muted"><Trans>From the newest {count(items.length)} of {count(total)} deals.</Trans></p> : null}
            </>
          )}
        </Loaded>
      </div>
    </Panel>
  );
}

type Part = [value: string, label: string, content: () => ReactNode];

function partsOf(kind: Kind, detail: ResourceDetail): Part[] {
  const { resource } = detail;
  const { address } = resource;
  const parts: (Part | null)[] = [
    ['orders', t`Open orders`, () => <Orders kind={kind} address={address} />],
    kind === 'workerpool' ? null : ['access', t`Who may use it`, () => <Permissions kind={kind} address={address} />],
    ['deals', t`Deals`, () => <Deals filter={kind} address={address} />],
    ['activity', t`By day`, () => <Activity kind={kind} address={address} />],
    detail.usedBy.length ? ['used', kind === 'dataset' ? t`Used by apps` : t`Used with datasets`, () => <UsedBy kind={kind} detail={detail} />] : null,
    detail.versions.length ? ['versions', t`Of the same owner`, () => <Versions kind={kind} detail={detail} />] : null,
    ['changes', t`Changes`, () => <Changes kind={kind} detail={detail} />],
  ];
  return parts.filter((part) => part !== null);
}

function Numbers({ kind, resource, orders }: { kind: Kind; resource: Resource; orders: number }): ReactNode {
  const deals = count(resource.deals);
  const open = count(orders);
  return (
    <div className="stats">
      <Stat label={kind === 'dataset' ? t`Uses` : t`Runs`} value={count(resource.runs)} sub={plural(resource.deals, { one: `${deals} deal`, other: `${deals} deals` })} />
      <Stat label={t`Success`} value={percent(successOf(resource))} sub={t`${count(resource.failed)} failed`} />
      <Stat label={t`Requesters`} value={count(resource.requesters)} />
      <Stat label={t`Revenue`} value={<Sum nrlc={resource.revenue} />} />
      <Stat label={t`Best price`} value={<Sum nrlc={resource.bestPrice} />} sub={plural(orders, { one: `${open} open order`, other: `${open} open orders` })} />
      <Stat label={t`Last used`} value={resource.lastUsed ? <Age at={resource.lastUsed} /> : t`never`} />
    </div>
  );
}

const AppWords = lazyPart(() => import('./app_page'));

/** What its owner says of an app stands above the lists, which wait for it: nothing moves under the reader's hand. */
function WithWords({ app, children }: { app: string; children: ReactNode }): ReactNode {
  const page = useApi<PageOfApp>(`/v1/apps/${app}/page`);
  const waiting = <Skeleton rows={4} />;
  if (page.data === undefined && page.error === null) return waiting;
  if (!page.data || isEmptyPage(page.data)) return children;
  return <Suspense fallback={waiting}><AppWords page={page.data} />{children}</Suspense>;
}

function Body({ kind, label, path, detail }: { kind: Kind; label: string; path: string; detail: ResourceDetail }): ReactNode {
  const [url, change] = useUrl();
  const { resource } = detail;
  const parts = partsOf(kind, detail);
  const tab = parts.find(([value]) => value === url.tab)?.[0] ?? 'orders';
  const lists = (
    <Tabs.Root value={tab} onValueChange={(value) => change({ tab: value === 'orders' ? null : value })}>
      <TabList label={t`Parts of ${label}`} chosen={tab}>
        {parts.map(([value, words]) => <Tabs.Trigger key={value} className="tab" value={value}>{words}</Tabs.Trigger>)}
      </TabList>
      {parts.map(([value, , content]) => <Tabs.Content key={value} className="tab-panel" value={value}>{value === tab ? content() : null}</Tabs.Content>)}
    </Tabs.Root>
  );
  return (
    <>
      <PageHead kind={label} title={<Untrusted text={resource.name || label} limit={80} />} lead={<Address of={resource.address} kind={kind} width="wide" />} command={command(['bourse', kind, 'show', resource.address], 'GET', `${path}/${resource.address}`)}>
        {kind === 'app' ? <Link className="button primary" to="/market" search={{ app: resource.address } as never} onClick={() => sessionStorage.setItem('bourse.app', resource.address)}><Trans>Run this app</Trans></Link> : null}
      </PageHead>
      <div className="stack">
        <Numbers kind={kind} resource={resource} orders={detail.orders} />
        {kind === 'workerpool' ? <Capacity pool={resource.address} /> : null}
        <Facts kind={kind} detail={detail} />
        {kind === 'app' ? <WithWords app={resource.address}>{lists}</WithWords> : lists}
      </div>
    </>
  );
}

function ResourcePage({ kind, path, label }: { kind: Kind; path: string; label: string }): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useApi<ResourceDetail>(`${path}/${id}`, {}, { liveMs: 10_000 });
  return <Detail query={query} id={id} kind={kind} label={label} command={command(['bourse', kind, 'show', id], 'GET', `${path}/${id}`)}>{(detail) => <Body kind={kind} label={label} path={path} detail={detail} />}</Detail>;
}

export const AppPage = (): ReactNode => <ResourcePage kind="app" path="/v1/apps" label={t`App`} />;
export const DatasetPage = (): ReactNode => <ResourcePage kind="dataset" path="/v1/datasets" label={t`Dataset`} />;
export const WorkerpoolPage = (): ReactNode => <ResourcePage kind="workerpool" path="/v1/workerpools" label={t`Workerpool`} />;
