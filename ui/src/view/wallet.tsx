// The wallet chip and the choice of a signer (W-01, §7.2).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { WALLET_NEEDS } from '../model/words';
import { useNavigate } from '@tanstack/react-router';
import { Suspense, useState, type ReactNode } from 'react';
import type { AccountDetail } from '../transport/api';
import type { ApiError } from '../transport/http';
import { isAddress } from '../model/domain';
import { shortHash, sumText } from '../model/format';
import { forcedState, useApi, useBoot, useChannel } from '../state/data';
import { useSettings } from '../state/settings';
import { createStore, useStore } from '../state/store';
import { connectDevelopment, connectFiles, connectInjected, disconnect, discoveredStore, lockKeystore, useWallet, walletStore, watchOnly, type Wallet } from '../state/wallet';
import { useWhyNotSend } from '../state/writable';
import { InjectedSigner } from '../signer/injected';
import { Refused } from '../signer/types';
import { say } from '../state/activity';
import { Dialog, Menu } from './overlays';
import { Button, Notice, TextField } from './ui';
import { lazyPart } from './part';

export const walletDialog = createStore(false);
export const openWallets = (): void => walletDialog.set(true);

/** Balances of an account, kept current by the feed. */
export function useAccount(address: string | null): { detail: AccountDetail | null; free: string | null; error: ApiError | null; refetch: () => void } {
  const query = useApi<AccountDetail>(address ? `/v1/accounts/${address}` : null, {}, { liveMs: 10_000 });
  const { state } = useChannel<{ account: AccountDetail['account'] }>(address ? `address:${address}` : null);
  const detail = query.data ?? null;
  return { detail, free: state?.account?.staked ?? detail?.account.staked ?? null, error: query.error, refetch: () => void query.refetch() };
}

function DevelopmentAccounts({ onDone }: { onDone: () => void }): ReactNode {
  const boot = useBoot();
  if (boot.devAccounts.length === 0) return null;
  return (
    <div className="stack">
      <h3><Trans>Development accounts</Trans></h3>
      <Notice tone="warning" inline>
        <Trans>Only on this development chain. Their keys are public and known to everybody.</Trans>
      </Notice>
      <ul className="pick-list two">
        {boot.devAccounts.map((each) => (
          <li key={each.address}>
            <button type="button" onClick={() => { connectDevelopment(each.name, boot); onDone(); }}>
              <strong>{each.name}</strong>
              <code className="small muted">{shortHash(each.address)}</code>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function BrowserWallets({ onDone }: { onDone: () => void }): ReactNode {
  const boot = useBoot();
  const wallets = useStore(discoveredStore);
  const [problem, setProblem] = useState<string | null>(null);
  const connect = (at: number): void => {
    const wallet = wallets[at];
    if (!wallet) return;
    setProblem(null);
    connectInjected(wallet, boot, true).then(onDone, (error: Error) => setProblem(error instanceof Refused ? null : error.message));
  };
  return (
    <div className="stack">
      <h3><Trans>Browser wallet</Trans></h3>
      {wallets.length === 0 ? (
        <p className="muted"><Trans>No wallet extension has been found. If you install one, it appears here by itself.</Trans></p>
      ) : (
        <ul className="pick-list">
          {wallets.map((wallet, at) => (
            <li key={wallet.id}>
              <button type="button" onClick={() => connect(at)}>
                <strong>{wallet.name}</strong>
                <span className="small muted"><Trans>connect</Trans></span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
    </div>
  );
}

/** An address without a key here: only looked at, or signed for by files. */
function OtherAddress({ onDone }: { onDone: () => void }): ReactNode {
  const boot = useBoot();
  const [address, setAddress] = useState('');
  const ok = isAddress(address.trim());
  const why = ok ? null : t`Enter an address first.`;
  const watch = (): void => {
    watchOnly(address.trim());
    onDone();
  };
  return (
    <form
      className="stack"
      aria-label={t`An address whose key is elsewhere`}
      onSubmit={(event) => {
        event.preventDefault();
        if (ok) watch();
      }}
    >
      <h3><Trans>Key elsewhere</Trans></h3>
      <TextField label={t`Address`} placeholder="0x…" className="mono" value={address} onChange={setAddress} problem={address && !ok ? t`An address is 0x and 40 digits.` : null} hint={t`Watch it, or sign its orders by files on the machine that holds the key.`} />
      <div className="row">
        <Button type="submit" why={why}><Trans>Watch</Trans></Button>
        <Button onClick={() => void connectFiles(address.trim(), boot).then(onDone)} why={why}><Trans>Sign by files</Trans></Button>
      </div>
    </form>
  );
}

const KeystoreSection = lazyPart(() => import('./keystore'));

const CompanionSection = lazyPart(() => import('./companion'));

function Companion({ onDone }: { onDone: () => void }): ReactNode {
  const boot = useBoot();
  if (!boot.features.companion) return null;
  return (
    <div className="stack">
      <h3><Trans>Terminal</Trans></h3>
      <Suspense fallback={<p className="muted"><Trans>Loading…</Trans></p>}><CompanionSection onDone={onDone} /></Suspense>
    </div>
  );
}

function WalletFiles({ onDone }: { onDone: () => void }): ReactNode {
  return (
    <div className="stack">
      <h3><Trans>Wallet file</Trans></h3>
      <Suspense fallback={<p className="muted"><Trans>Loading…</Trans></p>}><KeystoreSection onDone={onDone} /></Suspense>
    </div>
  );
}

export function WalletDialog(): ReactNode {
  const open = useStore(walletDialog);
  const wallet = useWallet();
  const close = (): void => walletDialog.set(false);
  const files = open ? <WalletFiles onDone={close} /> : null;
  const locked = wallet.kind === 'locked' && wallet.keystore;
  return (
    <Dialog open={open} onClose={close} title={locked ? t`Unlock your wallet` : t`Connect a wallet`}>
      {locked ? files : null}
      <BrowserWallets onDone={close} />
      <DevelopmentAccounts onDone={close} />
      {open ? <Companion onDone={close} /> : null}
      {locked ? null : files}
      <OtherAddress onDone={close} />
    </Dialog>
  );
}

/** In place: the wallet's own question, or the password of a wallet file; the form behind it stays. */
export function unlockWallet(): void {
  const inner = (walletStore.get().signer as { inner?: unknown } | null)?.inner;
  if (inner instanceof InjectedSigner) void inner.connect().catch(() => undefined);
  else openWallets();
}

const isOnOtherChain = (wallet: Wallet, chainId: number): boolean => wallet.kind === 'connected' && wallet.chainId !== null && wallet.chainId !== chainId;

/** Face of the chip: whose account, what it can do, how much it has. */
function ChipFace({ wallet, free }: { wallet: Wallet; free: string | null }): ReactNode {
  const { unit } = useSettings();
  const boot = useBoot();
  const account = wallet.account ?? '';
  const other = isOnOtherChain(wallet, boot.domain.chainId);
  return (
    <>
      <span className="sr"><Trans>Wallet</Trans></span>
      {wallet.dev ? <span aria-hidden="true" title={t`development account`}>⚠</span> : null}
      <code><span className="wide-only">{shortHash(account).slice(0, -4)}</span>{account.slice(-4)}</code>
      {other ? <span className="tone-danger"><Trans>Wrong chain</Trans></span> : wallet.kind === 'watch' ? <span className="muted"><Trans>Watch-only</Trans></span> : <span className="num wide-only muted">{sumText(free, unit)}</span>}
    </>
  );
}

function AccountMenu({ wallet }: { wallet: Wallet }): ReactNode {
  const navigate = useNavigate();
  const { free } = useAccount(wallet.account);
  const account = wallet.account ?? '';
  const label = wallet.label ?? t`wallet`;
  return (
    <Menu
      trigger={<Button title={account}><ChipFace wallet={wallet} free={free} /></Button>}
      items={[
        { heading: wallet.kind === 'watch' ? t`${label} (cannot sign)` : label },
        { label: t`Account, deposit, withdraw`, onSelect: () => void navigate({ to: '/wallet' }) },
        { label: t`My history`, onSelect: () => void navigate({ to: `/address/${account}` as never }) },
        { label: t`Copy address`, onSelect: () => void navigator.clipboard?.writeText(account).then(() => say(t`address copied`)) },
        'line',
        ...(wallet.keystore ? [{ label: t`Lock`, onSelect: () => lockKeystore(account) }] : []),
        { label: t`Switch account`, onSelect: openWallets },
        { label: t`Disconnect`, onSelect: disconnect },
      ]}
    />
  );
}

export function WalletChip(): ReactNode {
  const wallet = useWallet();
  const locked = wallet.kind === 'locked' || forcedState() === 'locked';
  return (
    <>
      {locked ? <Button onClick={unlockWallet}><Trans>Locked · unlock</Trans></Button> : wallet.kind === 'none' ? <Button look="primary" onClick={openWallets}><Trans>Connect</Trans></Button> : <AccountMenu wallet={wallet} />}
      <WalletDialog />
    </>
  );
}

export function WrongChain(): ReactNode {
  const wallet = useWallet();
  const boot = useBoot();
  const chain = boot.chains[0];
  const [problem, setProblem] = useState<string | null>(null);
  if (!chain || !isOnOtherChain(wallet, chain.id)) return null;
  const rpcUrl = new URL(chain.rpc, location.origin).href;
  const change = (): void => {
    setProblem(null);
    wallet.signer?.switchChain(chain.id, chain.name, rpcUrl).catch((error: Error) => setProblem(error.message));
  };
  return (
    <div className="banner tone-danger" role="alert">
      <strong><Trans>Your wallet is on chain {{ wallet: wallet.chainId ?? 0 }}, this page on {{ name: chain.name }} ({{ page: chain.id }}).</Trans></strong>
      <Button look="tiny" onClick={change}><Trans>Switch the wallet</Trans></Button>
      <span className="small" style={{ color: 'var(--text)' }}>
        <Trans>By hand: chain id <code>{chain.id}</code>, RPC <code>{rpcUrl}</code></Trans>
      </span>
      {problem ? <span className="small">{problem}</span> : null}
    </div>
  );
}

/** What a page shows where a wallet is needed and none is there. */
export function NeedWallet({ to, children }: { to: keyof typeof WALLET_NEEDS; children: ReactNode }): ReactNode {
  const wallet = useWallet();
  if (wallet.kind === 'connected' || wallet.kind === 'watch') return <>{children}</>;
  if (wallet.kind === 'locked')
    return (
      <div className="empty">
        <span>{WALLET_NEEDS[to].unlock}</span>
        <Button look="primary" onClick={unlockWallet}><Trans>Unlock</Trans></Button>
      </div>
    );
  return (
    <div className="empty">
      <span>{WALLET_NEEDS[to].connect}</span>
      <Button look="primary" onClick={openWallets}><Trans>Connect</Trans></Button>
    </div>
  );
}

/** The button of a form that needs a signature: connects or unlocks first, in place, so that the form stays. */
export function SignButton({ look, to, why, onClick, children, id }: { look: string; to: 'buy' | 'sell'; why: string | null; onClick: () => void; children: ReactNode; id?: string }): ReactNode {
  const wallet = useWallet();
  const blocked = useWhyNotSend();
  if (wallet.kind === 'none') return <Button look="primary wide" onClick={openWallets}>{WALLET_NEEDS[to].connect}</Button>;
  if (wallet.kind === 'locked') return <Button look="primary wide" onClick={unlockWallet}>{WALLET_NEEDS[to].unlock}</Button>;
  const reason = blocked ?? why;
  return (
    <>
      <Button look={`${look} wide`} onClick={onClick} why={reason} {...(id ? { id } : {})}>{children}</Button>
      {reason ? <span className="small muted" aria-hidden="true">{reason}</span> : null}
    </>
  );
}
