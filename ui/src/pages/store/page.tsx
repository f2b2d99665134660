// Store (web-ui.md §11): apps and datasets with curated lists; My apps and My data.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import { kindWord } from '../../model/words';
import type { Resource } from '../../transport/api';
import { curl } from '../../model/commands';
import { percent } from '../../model/format';
import { failureRate } from '../../model/resource';
import { withQuery } from '../../transport/http';
import { useBoot, useList } from '../../state/data';
import { useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { NeedWallet } from '../../view/wallet';
import { PageHead } from '../../view/command';
import { Pager } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Button, Chip, TextField } from '../../view/ui';
import { Address, Age, Amount, Untrusted } from '../../view/values';
import { ListsTab, subscribed } from './lists';
import { MineOf } from './mine';

function Card({ row, kind }: { row: Resource; kind: 'app' | 'dataset' }): ReactNode {
  const mine = useStore(subscribed);
  return (
    <article className="card stack" style={{ gap: 6, alignContent: 'start' }}>
      <div className="row between"><h2><Link to={`/${kind}/${row.address}` as never}><Untrusted text={row.name || t`without a name`} limit={40} /></Link></h2>{row.bestPrice ? <Chip className="accent"><Amount nrlc={row.bestPrice} /></Chip> : <Chip><Trans>not for sale</Trans></Chip>}</div>
      <div className="small"><Address of={row.address} kind={kindWord(kind)} to={`/${kind}/${row.address}`} /></div>
      <div className="row small muted"><span>{kind === 'app' ? plural(row.runs, { one: '# run', other: '# runs' }) : plural(row.runs, { one: '# use', other: '# uses' })}</span>{failureRate(row) === null ? null : <span><Trans>{{ share: percent(failureRate(row)) }} failed</Trans></span>}<span><Age at={row.time} /></span></div>
      <div className="row">
        {row.lists.map((list) => <Link key={list.id} to="/store/$tab" params={{ tab: 'lists' } as never} search={{ list: list.id } as never}><Chip tone="success">{mine.includes(list.id) ? '★' : '✓'} <Untrusted text={list.name} limit={24} /></Chip></Link>)}
        {kind === 'app' ? <Link className="button tiny primary" to="/market" onClick={() => sessionStorage.setItem('bourse.app', row.address)}><Trans>Run</Trans></Link> : null}
      </div>
    </article>
  );
}

function Cards({ kind }: { kind: 'app' | 'dataset' }): ReactNode {
  const [url, change] = useUrl();
  const query = useList<Resource>(`/v1/${kind}s`, { q: url.q, sort: '-runs', limit: 24, cursor: url.cursor, list: kind === 'app' ? url.list : null });
  return (
    <div className="stack">
      <div className="row"><div style={{ width: 320, maxWidth: '100%' }}><TextField label={kind === 'app' ? t`Find an app` : t`Find a dataset`} value={url.q ?? ''} onChange={(q) => change({ q, cursor: null })} /></div>{url.list ? <Button onClick={() => change({ list: null })}><Trans>All apps</Trans></Button> : null}</div>
      <Loaded query={query} rows={6}>
        {(page) => (
          <>
            {page.items.length === 0 ? <EmptyState action={url.q ? <Button onClick={() => change({ q: null })}><Trans>Show all</Trans></Button> : null}>{url.q ? <Trans>Nothing named “{{ name: url.q }}…”.</Trans> : <Trans>Nothing here yet.</Trans>}</EmptyState> : <div className="grid3">{page.items.map((row) => <Card key={row.address} row={row} kind={kind} />)}</div>}
            <Pager shown={page.items.length} total={page.total} asOf={page.asOf} onPrevious={url.cursor ? () => history.back() : null} onNext={page.next ? () => change({ cursor: page.next }, true) : null} />
          </>
        )}
      </Loaded>
    </div>
  );
}
const TABS: [string, string][] = [['apps', t`Apps`], ['datasets', t`Datasets`], ['lists', t`Curated lists`], ['mine', t`My apps`], ['data', t`My data`]];

export function StorePage(): ReactNode {
  const { tab: asked } = useParams({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const boot = useBoot();
  const tab = TABS.find(([value]) => value === asked)?.[0] ?? 'apps';
  const wallet = useWallet();
  const kind = tab === 'datasets' || tab === 'data' ? 'datasets' : tab === 'lists' ? 'lists' : 'apps';
  const path = withQuery(`/v1/${kind}`, { owner: tab === 'mine' || tab === 'data' ? (wallet.account ?? 'ADDRESS') : null });
  return (
    <>
      <PageHead title={t`Store`} lead={t`Applications and data that can be used on this market.`} command={curl(location.origin, path)} />
      <Tabs.Root value={tab} onValueChange={(value) => void navigate({ to: `/store/${value}` as never })}>
        <Tabs.List className="tabs-list" aria-label={t`Parts of the store`}>{TABS.filter(([value]) => value !== 'lists' || boot.features.lists).map(([value, label]) => <Tabs.Trigger key={value} className="tab" value={value}>{label}</Tabs.Trigger>)}</Tabs.List>
        <Tabs.Content className="tab-panel" value="apps"><Cards kind="app" /></Tabs.Content>
        <Tabs.Content className="tab-panel" value="datasets"><Cards kind="dataset" /></Tabs.Content>
        <Tabs.Content className="tab-panel" value="lists"><ListsTab /></Tabs.Content>
        <Tabs.Content className="tab-panel" value="mine"><NeedWallet to="apps"><MineOf kind="app" /></NeedWallet></Tabs.Content>
        <Tabs.Content className="tab-panel" value="data"><NeedWallet to="data"><MineOf kind="dataset" /></NeedWallet></Tabs.Content>
      </Tabs.Root>
    </>
  );
}
