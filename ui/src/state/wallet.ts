// The connected wallet: which signer, which account, on which chain. No open key is kept here or in storage.
import { t } from '@lingui/core/macro';
import { createStore, keptStore, useStore } from './store';
import { sameAddress } from '../model/domain';
import type { Boot } from '../transport/api';
import { steady } from '../transport/steady';
import { discover, InjectedSigner, type Discovered } from '../signer/injected';
import { GuardedSigner, type Expected } from '../signer/guard';
import { LateSigner } from '../signer/late';
import type { Signer } from '../signer/types';
import type { CompanionLink } from '../model/companion';
import { closeCompanion, keptPairing, openCompanion, paired } from './companion';
import { watchPresence } from './presence';
import { vaultStore } from './vault';

export type Wallet = {
  kind: 'none' | 'locked' | 'watch' | 'connected';
  signer: Signer | null;
  account: string | null;
  chainId: number | null;
  label: string | null;
  dev: boolean;
  /** A wallet file of this browser: locked or open. */
  keystore: boolean;
};

const NONE: Wallet = { kind: 'none', signer: null, account: null, chainId: null, label: null, dev: false, keystore: false };

export const walletStore = createStore<Wallet>(NONE);
export const discoveredStore = createStore<Discovered[]>([]);
/** What to take up again after a reload: the kind and name only. */
const choiceStore = keptStore<{ kind: string; id: string }>('wallet', { kind: 'none', id: '' });

export const useWallet = (): Wallet => useStore(walletStore);

export function expectedOf(boot: Boot): Expected {
  const chain = boot.chains[0];
  const { contracts } = boot;
  return {
    chainId: chain?.id ?? boot.domain.chainId,
    domain: boot.domain,
    challengeDomain: boot.challengeDomain,
    contracts: [boot.domain.verifyingContract, ...Object.values(contracts)],
    dev: chain?.dev ?? false,
  };
}

let stopChanges: (() => void) | null = null;

async function refresh(signer: InjectedSigner, boot: Boot): Promise<void> {
  const [accounts, chainId] = await Promise.all([signer.accounts(), signer.chain()]);
  const account = accounts[0] ?? null;
  walletStore.set({
    kind: account ? 'connected' : 'locked',
    signer: new GuardedSigner(signer, expectedOf(boot)),
    account,
    chainId,
    label: signer.label,
    dev: false,
    keystore: false,
  });
}

export async function connectInjected(wallet: Discovered, boot: Boot, ask: boolean): Promise<void> {
  const signer = new InjectedSigner(wallet.provider, wallet.name);
  leave();
  stopChanges = signer.onChange(() => void refresh(signer, boot));
  if (ask) await signer.connect();
  await refresh(signer, boot);
  choiceStore.set({ kind: 'injected', id: wallet.id });
}

function leave(): void {
  stopChanges?.();
  stopChanges = null;
}

/** At once: the account is in the boot answer, the code that signs comes when it is needed. */
export function connectDevelopment(name: string, boot: Boot): void {
  const found = boot.devAccounts.find((each) => each.name === name);
  if (!found) return;
  const expected = expectedOf(boot);
  const late = new LateSigner('development', name, found.address, expected.chainId, async () => {
    const { LocalSigner } = await steady(() => import('../signer/local'));
    return new LocalSigner('development', found.key, name, expected.chainId);
  });
  leave();
  walletStore.set({ ...NONE, kind: 'connected', signer: new GuardedSigner(late, expected), account: found.address, chainId: expected.chainId, label: name, dev: true });
  choiceStore.set({ kind: 'development', id: name });
}

/** Opens a wallet file of this browser: the key lives in the signer until it is locked. */
export async function connectKeystore(address: string, key: string, boot: Boot): Promise<void> {
  const { LocalSigner } = await steady(() => import('../signer/local'));
  const expected = expectedOf(boot);
  const signer = new GuardedSigner(new LocalSigner('keystore', key, t`wallet file`, expected.chainId), expected);
  leave();
  stopChanges = watchPresence(() => lockKeystore(address));
  walletStore.set({ ...NONE, kind: 'connected', signer, account: address, chainId: expected.chainId, label: t`wallet file`, keystore: true });
  choiceStore.set({ kind: 'keystore', id: address });
}

export function lockKeystore(address: string): void {
  leave();
  walletStore.set({ ...NONE, kind: 'locked', account: address, label: t`wallet file`, keystore: true });
}

/** Waits for the terminal, then takes its account; it must be on the page's chain and hub. */
export async function connectCompanion(link: CompanionLink, boot: Boot): Promise<void> {
  await paired();
  const { CompanionSigner } = await steady(() => import('../signer/companion'));
  const expected = expectedOf(boot);
  const inner = new CompanionSigner(link);
  const { addresses, chainId, hub } = await inner.facts();
  const account = addresses[0];
  if (!account) throw new Error(t`The terminal offers no account.`);
  if (!sameAddress(hub, expected.domain.verifyingContract)) throw new Error(t`The terminal works with the hub ${hub}, this page with ${{ ours: expected.domain.verifyingContract }}.`);
  if (stopChanges === closeCompanion) stopChanges = null; // the old link has made room for this one
  leave();
  stopChanges = closeCompanion;
  walletStore.set({ ...NONE, kind: 'connected', signer: new GuardedSigner(inner, expected), account, chainId, label: t`companion` });
  choiceStore.set({ kind: 'companion', id: account });
}

/** Orders are signed elsewhere and come back as files. */
export async function connectFiles(address: string, boot: Boot): Promise<void> {
  const { FileSigner } = await steady(() => import('../signer/files'));
  const expected = expectedOf(boot);
  leave();
  walletStore.set({ ...NONE, kind: 'connected', signer: new GuardedSigner(new FileSigner(address, expected.chainId), expected), account: address, chainId: expected.chainId, label: t`signed files` });
  choiceStore.set({ kind: 'files', id: address });
}

export function watchOnly(address: string): void {
  leave();
  walletStore.set({ ...NONE, kind: 'watch', account: address, label: t`Watch-only` });
  choiceStore.set({ kind: 'watch', id: address });
}

export function disconnect(): void {
  leave();
  walletStore.set(NONE);
  choiceStore.set({ kind: 'none', id: '' });
}

/** Takes up the last choice; a provider that appears late is taken up when it does. */
export function startWallets(boot: Boot): () => void {
  const choice = choiceStore.get();
  if (choice.kind === 'development') connectDevelopment(choice.id, boot);
  if (choice.kind === 'watch') watchOnly(choice.id);
  const pairing = keptPairing();
  if (choice.kind === 'companion' && pairing) connectCompanion(openCompanion(pairing), boot).catch(closeCompanion);
  if (choice.kind === 'files') void connectFiles(choice.id, boot);
  if (choice.kind === 'keystore' && vaultStore.get().some((each) => sameAddress(`0x${each.address}`, choice.id))) lockKeystore(choice.id);
  return discover((wallets) => {
    discoveredStore.set(wallets);
    const wanted = wallets.find((each) => each.id === choice.id);
    if (choice.kind === 'injected' && wanted && walletStore.get().kind === 'none') void connectInjected(wanted, boot, false);
  });
}

export const isMine = (address: string | null | undefined): boolean => sameAddress(address, walletStore.get().account);

/** Why the connected wallet cannot sign for this chain now; null where it can, and where a button offers to connect or unlock. */
export function signWhy(wallet: Wallet, chainId: number): string | null {
  if (wallet.kind === 'none' || wallet.kind === 'locked') return null;
  if (wallet.kind === 'watch') return t`This address is watched only and cannot sign.`;
  return wallet.chainId === chainId ? null : t`Your wallet is on another chain: switch it first.`;
}
