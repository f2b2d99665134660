// Lines above the page: what the reader must know before anything else, each gone as soon as it is not so any more.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useRef, type ReactNode } from 'react';
import { useBoot, useFeedStatus, useNow } from '../state/data';
import { companionStore } from '../state/companion';
import { useStore } from '../state/store';
import { useWallet } from '../state/wallet';
import { readOnlyStore } from '../state/writable';
import { useReverted } from './notices';
import { SessionExpiry } from './session_expiry';
import { WrongChain } from './wallet';
import { Button } from './ui';

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

function Reverted(): ReactNode {
  const reverted = useReverted();
  if (!reverted) return null;
  return (
    <div className="banner tone-warning" role="status">
      <strong>{reverted.height === null ? <Trans>The chain took back blocks.</Trans> : <Trans>The chain took back blocks above {{ height: reverted.height }}.</Trans>}</strong>
      <span>{plural(reverted.count, { one: '# row reverted; what you see is being read again.', other: '# rows reverted; what you see is being read again.' })}</span>
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

/** Keys that anybody has, keys in a browser, keys in a terminal. */
function OfWallet(): ReactNode {
  const wallet = useWallet();
  const companion = useStore(companionStore);
  const { chains } = useBoot();
  return (
    <>
      {wallet.dev ? (
        <section className="banner" aria-label={t`About this account`}>
          <strong><Trans>⚠ Development account “<bdi>{wallet.label}</bdi>”.</Trans></strong><span><Trans>Its key is public.</Trans></span><span className="wide-only"><Trans>Never use it for anything of value.</Trans></span>
        </section>
      ) : null}
      {wallet.keystore && !chains[0]?.dev ? (
        <section className="banner tone-danger" aria-label={t`About this wallet`}>
          <Trans><strong>⚠ A wallet file of this browser on a chain of value.</strong> Keep small sums in it only.</Trans>
        </section>
      ) : null}
      {companion.asking > 0 ? <section className="banner" role="status"><Trans><strong>Look at your terminal.</strong> It asks what this page wants to sign.</Trans></section> : null}
      {wallet.signer?.kind === 'companion' && companion.phase === 'away' ? <section className="banner tone-warning" role="status"><Trans><strong>Your terminal is away.</strong> Start <code>bourse companion</code> again to sign.</Trans></section> : null}
    </>
  );
}

export function Banners(): ReactNode {
  return (
    <>
      <NewVersion />
      <Reverted />
      <Offline />
      <ReadOnly />
      <SessionExpiry />
      <OfWallet />
      <WrongChain />
      {new URLSearchParams(location.search).has('demo') ? <section className="banner" aria-label={t`About these data`}><strong><Trans>Demo data</Trans></strong></section> : null}
    </>
  );
}
