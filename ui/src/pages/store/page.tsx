// Store (web-ui.md §11): apps and datasets with curated lists; My apps and My data.
import { t } from '@lingui/core/macro';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import { curl } from '../../model/commands';
import { withQuery } from '../../transport/http';
import { useBoot } from '../../state/data';
import { useWallet } from '../../state/wallet';
import { NeedWallet } from '../../view/wallet';
import { PageHead } from '../../view/command';
import { Catalogue } from './catalogue';
import { ListsTab } from './lists';
import { MineOf } from './mine';

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
        <Tabs.Content className="tab-panel" value="apps"><Catalogue kind="app" /></Tabs.Content>
        <Tabs.Content className="tab-panel" value="datasets"><Catalogue kind="dataset" /></Tabs.Content>
        <Tabs.Content className="tab-panel" value="lists"><ListsTab /></Tabs.Content>
        <Tabs.Content className="tab-panel" value="mine"><NeedWallet to="apps"><MineOf kind="app" /></NeedWallet></Tabs.Content>
        <Tabs.Content className="tab-panel" value="data"><NeedWallet to="data"><MineOf kind="dataset" /></NeedWallet></Tabs.Content>
      </Tabs.Root>
    </>
  );
}
