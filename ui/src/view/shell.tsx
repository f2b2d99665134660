// What all pages share: header, search, connection, wallet, banners, footer, keyboard (web-ui.md §3, §15).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api, type ApiError } from '../transport/http';
import type { Boot } from '../transport/api';
import { applySettings, setSetting, useSettings } from '../state/settings';
import { announcements } from '../state/activity';
import { useStore } from '../state/store';
import { startWallets, useWallet } from '../state/wallet';
import { useBoot, useFeedStatus, useNow } from '../state/data';
import { Boundary, ErrorState, Skeleton } from './states';
import { Button, IconButton } from './ui';
import { Menu, TipProvider } from './overlays';
import { SearchBox } from './search';
import { Connection } from './connection';
import { ActivityDrawer, Bell } from './activity';
import { WalletChip, WrongChain } from './wallet';
import { useKeys } from './keys';
import { useHoverLinks } from './values';
import { useNotices, useReverted } from './notices';
import { Icon } from './icons';
import { SessionExpiry } from './session_expiry';
import { readOnlyStore } from '../state/writable';
import { companionStore } from '../state/companion';
import { fileRequest } from '../state/file_request';
import mark from '../bourse.svg';

const FileSign = lazy(() => import('./file_sign'));

const NAV = [
  { to: '/market', label: t`Market`, icon: 'market' },
  { to: '/explorer', label: t`Explorer`, icon: 'explorer' },
  { to: '/store', label: t`Store`, icon: 'store' },
  { to: '/ops', label: t`Operator`, icon: 'ops' },
  { to: '/learn', label: t`Learn`, icon: 'learn' },
  { to: '/wallet', label: t`Wallet`, icon: 'wallet' },
] as const;

const STRIPES: Record<string, string> = { dev: '#8a4b00', main: '#0b57d0', side: '#0f6b3a' };

function useSection(): string {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const first = path.split('/')[1] ?? '';
  if (['deal', 'task', 'app', 'dataset', 'workerpool', 'worker', 'address', 'tx', 'block', 'search'].includes(first)) return '/explorer';
  return `/${first}`;
}

function Nav(): ReactNode {
  const section = useSection();
  return (
    <nav className="main-nav" aria-label={t`Main`}>
      {NAV.map(({ to, label }) => (
        <Link key={to} to={to} data-on={section === to} aria-current={section === to ? 'page' : undefined}>
          {label}
        </Link>
      ))}
    </nav>
  );
}

function BottomNav(): ReactNode {
  const section = useSection();
  return (
    <nav className="bottom-nav" aria-label={t`Main`}>
      {NAV.map(({ to, label, icon }) => (
        <Link key={to} to={to} data-on={section === to} aria-current={section === to ? 'page' : undefined}>
          <Icon name={icon} />
          {label}
        </Link>
      ))}
    </nav>
  );
}

const THEMES = { light: t`Light`, dark: t`Dark`, system: t`System` };

function ThemeSwitch(): ReactNode {
  const { theme } = useSettings();
  const glyph = theme === 'light' ? 'sun' : theme === 'dark' ? 'moon' : 'system';
  return (
    <Menu
      trigger={
        <IconButton label={t`Theme: ${{ theme: THEMES[theme] }}`}>
          <Icon name={glyph} />
        </IconButton>
      }
      items={(['light', 'dark', 'system'] as const).map((each) => ({
        label: `${each === theme ? '●' : '○'} ${THEMES[each]}`,
        onSelect: () => setSetting('theme', each),
      }))}
    />
  );
}

function ChainChip(): ReactNode {
  const boot = useBoot();
  const status = useFeedStatus();
  const chain = boot.chains[0];
  return (
    <span className="chain-chip" title={t`chain ${{ id: chain?.id ?? '' }}`}>
      <strong>
        {chain?.dev ? <Trans>{{ name: chain.name }} (development)</Trans> : (chain?.name ?? t`chain`)}
      </strong>
      <span className="muted num">
        <Trans>{{ id: chain?.id ?? '' }} · block {{ height: status.height ?? '…' }}</Trans>
      </span>
    </span>
  );
}

/** The server serves another build than this page: offered, never forced. */
function NewVersion(): ReactNode {
  const { build } = useFeedStatus();
  const first = useRef<string | null>(null);
  if (build && first.current === null) first.current = build;
  if (!build || first.current === null || build === first.current) return null;
  return (
    <div className="banner" role="status">
      <Trans><strong>A new version is here.</strong> Your page still works; reload when your forms are done.</Trans>
      <Button look="tiny" onClick={() => location.reload()}><Trans>Reload</Trans></Button>
    </div>
  );
}

function Offline(): ReactNode {
  const { phase, retryAt } = useFeedStatus();
  const now = useNow(1_000);
  if (phase !== 'backoff' && phase !== 'lost') return null;
  const wait = retryAt ? Math.max(0, Math.ceil((retryAt - now) / 1000)) : 0;
  return (
    <div className="banner tone-warning" role="status">
      {wait ? <Trans><strong>The live connection is lost.</strong> What you see stays; reconnecting in {wait} s.</Trans> : <Trans><strong>The live connection is lost.</strong> What you see stays; reconnecting.</Trans>}
    </div>
  );
}

/** The node takes no transactions: said once, forms say it at their buttons too. */
function ReadOnly(): ReactNode {
  const readOnly = useStore(readOnlyStore);
  if (!readOnly) return null;
  return (
    <section className="banner tone-warning" role="status" aria-label={t`About this node`}>
      <Trans><strong>The node of this market is read-only.</strong> Everything can be looked at; nothing can be sent.</Trans>
      <Button look="tiny" onClick={() => readOnlyStore.set(false)}><Trans>Try again</Trans></Button>
    </section>
  );
}

/** The first stops of the keyboard: past the header, on the market also to the book and to the ticket. */
function SkipLinks(): ReactNode {
  const market = useSection() === '/market';
  return (
    <>
      <a className="skip" href="#main"><Trans>Skip to content</Trans></a>
      {market ? <a className="skip" href="#book"><Trans>Skip to the order book</Trans></a> : null}
      {market ? <a className="skip" href="#ticket"><Trans>Skip to the ticket</Trans></a> : null}
    </>
  );
}

function Footer(): ReactNode {
  const boot = useBoot();
  return (
    <footer className="app-footer">
      <a href="/docs"><Trans>API reference</Trans></a>
      <a href="/v1/openapi.json"><Trans>OpenAPI</Trans></a>
      <a href="/chain.json"><Trans>Chain file</Trans></a>
      <Link to="/status"><Trans>Status</Trans></Link>
      <Link to="/settings"><Trans>Settings</Trans></Link>
      <span><Trans>Licence Apache-2.0</Trans></span>
      <span className="num"><Trans>build {{ build: __BUILD__ }} · market {{ market: boot.build }}</Trans></span>
      <span><Trans>Charts by TradingView Lightweight Charts</Trans></span>
      <span><Trans>Asking a node about an address tells that node that you care about it.</Trans></span>
    </footer>
  );
}

function Announcer(): ReactNode {
  const { polite, assertive } = useStore(announcements);
  return (
    <>
      <div className="sr" role="status" aria-live="polite">{polite}</div>
      <div className="sr" role="alert" aria-live="assertive">{assertive}</div>
    </>
  );
}

/** After a change of page: title, and focus on the heading. */
function useRouteFocus(): void {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const first = useRef(true);
  useEffect(() => {
    let tries = 0;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const focus = (): void => {
      const heading = document.querySelector('main h1');
      if (!heading && tries < 20) {
        tries += 1;
        timer = setTimeout(focus, 50);
        return;
      }
      const title = heading?.textContent?.trim();
      document.title = title ? `${title} · Bourse` : 'Bourse';
      if (!first.current && heading instanceof HTMLElement) heading.focus({ preventScroll: true });
      first.current = false;
    };
    focus();
    return () => {
      if (timer) clearTimeout(timer);
    };
  }, [path]);
}

function Frame(): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const companion = useStore(companionStore);
  const [drawer, setDrawer] = useState(false);
  const signing = useStore(fileRequest) !== null;
  const help = useKeys();
  useHoverLinks();
  useRouteFocus();
  useNotices();
  const reverted = useReverted();
  useEffect(() => startWallets(boot), [boot]);
  const chain = boot.chains[0];
  const stripe = STRIPES[chain?.dev ? 'dev' : (chain?.name ?? 'side')] ?? STRIPES.side;
  return (
    <div className="app" style={{ ['--stripe' as string]: stripe }}>
      <SkipLinks />
      <header className="app-header">
        <Link to="/" className="brand" aria-label={t`Bourse, home`}>
          <img src={mark} alt="" width="26" height="26" />
          <span>Bourse</span>
        </Link>
        <Nav />
        <SearchBox />
        <div className="header-tools">
          <ChainChip />
          <Connection />
          <Bell onOpen={() => setDrawer(true)} />
          <ThemeSwitch />
          <WalletChip />
        </div>
      </header>
      <NewVersion />
      {reverted ? <div className="banner tone-warning" role="status"><strong>{reverted.height === null ? <Trans>The chain took back blocks.</Trans> : <Trans>The chain took back blocks above {{ height: reverted.height }}.</Trans>}</strong><span>{plural(reverted.count, { one: '# row reverted; what you see is being read again.', other: '# rows reverted; what you see is being read again.' })}</span></div> : null}
      <Offline />
      <ReadOnly />
      <SessionExpiry />
      {wallet.dev ? (
        <section className="banner" aria-label={t`About this account`}>
          <strong><Trans>⚠ Development account “<bdi>{wallet.label}</bdi>”.</Trans></strong><span><Trans>Its key is public.</Trans></span><span className="wide-only"><Trans>Never use it for anything of value.</Trans></span>
        </section>
      ) : null}
      {wallet.keystore && !chain?.dev ? (
        <section className="banner tone-danger" aria-label={t`About this wallet`}>
          <Trans><strong>⚠ A wallet file of this browser on a chain of value.</strong> Keep small sums in it only.</Trans>
        </section>
      ) : null}
      {companion.asking > 0 ? <section className="banner" role="status"><Trans><strong>Look at your terminal.</strong> It asks what this page wants to sign.</Trans></section> : null}
      {wallet.signer?.kind === 'companion' && companion.phase === 'away' ? <section className="banner tone-warning" role="status"><Trans><strong>Your terminal is away.</strong> Start <code>bourse companion</code> again to sign.</Trans></section> : null}
      <WrongChain />
      {new URLSearchParams(location.search).has('demo') ? <section className="banner" aria-label={t`About these data`}><strong><Trans>Demo data</Trans></strong></section> : null}
      <main className="main" id="main" tabIndex={-1}>
        <Boundary name={t`This page`}>
          <Outlet />
        </Boundary>
      </main>
      <Footer />
      <BottomNav />
      <ActivityDrawer open={drawer} onClose={() => setDrawer(false)} />
      {help}
      {signing ? <Suspense fallback={null}><FileSign /></Suspense> : null}
      <Announcer />
    </div>
  );
}

export function Shell(): ReactNode {
  const settings = useSettings();
  useEffect(() => {
    applySettings(settings);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => applySettings(settings);
    scheme.addEventListener('change', changed);
    return () => scheme.removeEventListener('change', changed);
  }, [settings]);
  const boot = useQuery<Boot, ApiError>({ queryKey: ['boot'], queryFn: () => api<Boot>('/v1/boot'), staleTime: Infinity, retry: 2 });
  if (boot.data)
    return (
      <TipProvider>
        <Frame />
      </TipProvider>
    );
  return (
    <main className="main">
      <h1 className="sr">Bourse</h1>
      {boot.error ? <ErrorState error={boot.error} retry={() => void boot.refetch()} /> : <Skeleton rows={8} height={40} />}
    </main>
  );
}
