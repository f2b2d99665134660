// What all pages share: header, search, connection, wallet, banners, footer, keyboard (web-ui.md §3, §15).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api, type ApiError } from '../transport/http';
import type { Boot } from '../transport/api';
import { applySettings, setSetting, useSettings } from '../state/settings';
import { announcements } from '../state/activity';
import { startFollowing } from '../state/follow';
import { useStore } from '../state/store';
import { startWallets } from '../state/wallet';
import { useBoot } from '../state/data';
import { Boundary, ErrorState, Skeleton, useStale } from './states';
import { IconButton } from './ui';
import { Menu, TipProvider } from './overlays';
import { SearchBox } from './search';
import { Banners } from './banners';
import { ChainGate, ChainSelector, stripeOf } from './chain';
import { Connection } from './connection';
import { Footer } from './footer';
import { ActivityDrawer, Bell } from './activity';
import { WalletChip } from './wallet';
import { useKeys } from './keys';
import { useHoverLinks } from './values';
import { useNotices } from './notices';
import { lazyPart } from './part';
import { Watchers } from './watch';
import { Icon } from './icons';
import { fileRequest } from '../signer/file_request';
import mark from '../bourse.svg';

const FileSign = lazyPart(() => import('./file_sign'));

const NAV = [
  { to: '/market', label: t`Market`, icon: 'market' },
  { to: '/explorer', label: t`Explorer`, icon: 'explorer' },
  { to: '/store', label: t`Store`, icon: 'store' },
  { to: '/ops', label: t`Operator`, icon: 'ops' },
  { to: '/learn', label: t`Learn`, icon: 'learn' },
  { to: '/wallet', label: t`Wallet`, icon: 'wallet' },
] as const;

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

/** The first stops of the keyboard: past the header, on the market also to the book and to the ticket. */
function SkipLinks(): ReactNode {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const market = path.startsWith('/market') && !path.startsWith('/market/order/');
  return (
    <>
      <a className="skip" href="#main"><Trans>Skip to content</Trans></a>
      {market ? <a className="skip" href="#book"><Trans>Skip to the order book</Trans></a> : null}
      {market ? <a className="skip" href="#ticket"><Trans>Skip to the ticket</Trans></a> : null}
    </>
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

/** A page that stops takes neither the frame nor the next page with it. */
function Page(): ReactNode {
  // Where one is, not where one is going: until then the page that stopped still stands here.
  const path = useRouterState({ select: (state) => (state.resolvedLocation ?? state.location).pathname });
  return <Boundary name={t`This page`} at={path}><ChainGate><Outlet /></ChainGate></Boundary>;
}

function Frame(): ReactNode {
  const { stale } = useStale();
  const boot = useBoot();
  const [drawer, setDrawer] = useState(false);
  const signing = useStore(fileRequest) !== null;
  const help = useKeys();
  useHoverLinks();
  useRouteFocus();
  useNotices();
  // Before the first drawing is seen: what is known of the wallet moves nothing later.
  useLayoutEffect(() => startWallets(boot), [boot]);
  useEffect(startFollowing, []);
  return (
    <div className="app" style={{ ['--stripe' as string]: stripeOf(boot.chains[0]) }}>
      <SkipLinks />
      <header className="app-header">
        <Link to="/" className="brand" aria-label={t`Bourse, home`}>
          <img src={mark} alt="" width="26" height="26" />
          <span>Bourse</span>
        </Link>
        <Nav />
        <SearchBox />
        <div className="header-tools">
          <ChainSelector />
          <Connection />
          <Bell onOpen={() => setDrawer(true)} />
          <ThemeSwitch />
          <WalletChip />
        </div>
      </header>
      <Banners />
      <main className="main" id="main" tabIndex={-1} data-stale={stale || undefined}>
        <Page />
      </main>
      <Footer />
      <BottomNav />
      <ActivityDrawer open={drawer} onClose={() => setDrawer(false)} />
      <Watchers />
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
