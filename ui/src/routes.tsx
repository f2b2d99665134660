// Routes are real paths; each page is a chunk of its own. Filters, tabs and pages live in the query.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { Shell } from './view/shell';
import { NotFound } from './pages/not_found';
import { Welcome } from './pages/welcome';
import { MarketPage } from './pages/market/page';
import { prefixRewrite, splitPrefix } from './model/chain_prefix';
import { queryOf, textOfQuery } from './model/search';
import { settingsStore } from './state/settings';
import { steady } from './transport/steady';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

type Loader = () => Promise<Record<string, unknown>>;
const lazy = (load: Loader, name: string) => lazyRouteComponent((() => steady(load)) as never, name as never);
const page = (path: string, load: Loader, name: string) =>
  createRoute({ getParentRoute: () => root, path, component: lazy(load, name) as never });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    const settings = settingsStore.get();
    if (settings.welcomed) throw redirect({ to: `/market/${settings.lastCategory}` as never });
  },
  component: Welcome,
});
const welcome = createRoute({ getParentRoute: () => root, path: '/welcome', component: Welcome });
const marketHome = createRoute({
  getParentRoute: () => root,
  path: '/market',
  beforeLoad: () => {
    throw redirect({ to: `/market/${settingsStore.get().lastCategory}` as never });
  },
});
const market = createRoute({ getParentRoute: () => root, path: '/market/$cat', component: MarketPage });

const explorer = () => import('./pages/explorer/home');
const lists = () => import('./pages/explorer/lists');
const deal = () => import('./pages/explorer/deal');
const task = () => import('./pages/explorer/task');
const resource = () => import('./pages/explorer/resource');
const wallet = () => import('./pages/wallet/page');
const ops = () => import('./pages/ops/page');
const store = () => import('./pages/store/page');
const system = () => import('./pages/system');

const tree = root.addChildren([
  home,
  welcome,
  marketHome,
  page('/market/order/$hash', () => import('./pages/order/page'), 'OrderPage'),
  market,
  page('/explorer', explorer, 'ExplorerHome'),
  page('/explorer/link', () => import('./pages/explorer/link'), 'LinkPage'),
  page('/explorer/$kind', lists, 'ListPage'),
  page('/search', () => import('./pages/explorer/search'), 'SearchPage'),
  page('/deal/$id', deal, 'DealPage'),
  page('/task/$id', task, 'TaskPage'),
  page('/app/$id', resource, 'AppPage'),
  page('/dataset/$id', resource, 'DatasetPage'),
  page('/workerpool/$id', resource, 'WorkerpoolPage'),
  page('/worker/$id', () => import('./pages/explorer/worker'), 'WorkerPage'),
  page('/address/$id', () => import('./pages/explorer/address'), 'AddressPage'),
  page('/tx/$id', () => import('./pages/explorer/transaction'), 'TransactionPage'),
  page('/block/$id', () => import('./pages/explorer/block'), 'BlockPage'),
  page('/wallet', wallet, 'WalletPage'),
  page('/wallet/$tab', wallet, 'WalletPage'),
  page('/ops', ops, 'OpsPage'),
  page('/ops/$tab', ops, 'OpsPage'),
  page('/store', store, 'StorePage'),
  page('/store/$tab', store, 'StorePage'),
  page('/learn', () => import('./pages/learn'), 'LearnPage'),
  page('/status', system, 'StatusPage'),
  page('/settings', system, 'SettingsPage'),
]);

const rewrite = prefixRewrite(splitPrefix(location.pathname).prefix);

export const router = createRouter({ routeTree: tree, ...(rewrite ? { rewrite } : {}), defaultPreload: 'intent', defaultNotFoundComponent: NotFound, parseSearch: queryOf, stringifySearch: textOfQuery });
