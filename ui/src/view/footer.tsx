// The foot of every page (G-08).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useBoot } from '../state/data';

/** A page of another origin: it opens by a click only, and learns nothing of where it was clicked. */
function Outside({ href, children }: { href: string | null | undefined; children: ReactNode }): ReactNode {
  return href ? <a href={href} target="_blank" rel="noopener noreferrer">{children}</a> : null;
}

export function Footer(): ReactNode {
  const boot = useBoot();
  return (
    <footer className="app-footer">
      <nav className="links" aria-label={t`About this market`}>
        <Outside href={boot.links?.documentation}><Trans>Documentation</Trans></Outside>
        <Link to="/learn"><Trans>How it works</Trans></Link>
        <a href="/docs"><Trans>API reference</Trans></a>
        <a href="/v1/openapi.json"><Trans>OpenAPI</Trans></a>
        <a href="/chain.json"><Trans>Chain file</Trans></a>
        <Outside href={boot.links?.source}><Trans>Source</Trans></Outside>
        <Link to="/status"><Trans>Status</Trans></Link>
        <Link to="/settings"><Trans>Settings</Trans></Link>
      </nav>
      <div className="facts">
        <span><Trans>Licence Apache-2.0</Trans></span>
        <span className="num"><Trans>build {{ build: __BUILD__ }} · market {{ market: boot.build }}</Trans></span>
        <span><Trans>Charts by TradingView Lightweight Charts</Trans></span>
        <span><Trans>Asking a node about an address tells that node that you care about it.</Trans></span>
      </div>
    </footer>
  );
}
