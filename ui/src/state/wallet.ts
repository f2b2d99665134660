// The connected wallet: which signer, which account, on which chain. No key is kept here or in storage.
import { createStore, keptStore, useStore } from './store';
import { sameAddress } from '../model/domain';
import type { Boot } from '../transport/api';
import { discover, InjectedSigner, type Discovered } from '../signer/injected';
import { GuardedSigner, type Expected } from '../signer/guard';
import type { Signer } from '../signer/types';

export type Wallet = {
  kind: 'none' | 'locked' | 'watch' | 'connected';
  signer: Signer | null;
  account: string | null;
  chainId: number | null;
  label: string | null;
  dev: boolean;
};

const NONE: Wallet = { kind: 'none', signer: null, account: null, chainId: null, label: null, dev: false };

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
  });
}

export async function connectInjected(wallet: Discovered, boot: Boot, ask: boolean): Promise<void> {
  const signer = new InjectedSigner(wallet.provider, wallet.name);
  stopChanges?.();
  stopChanges = signer.onChange(() => void refresh(signer, boot));
  if (ask) await signer.connect();
  await refresh(signer, boot);
  choiceStore.set({ kind: 'injected', id: wallet.id });
}

export async function connectDevelopment(name: string, boot: Boot): Promise<void> {
  const found = boot.devAccounts.find((each) => each.name === name);
  if (!found) return;
  const { DevelopmentSigner } = await import('../signer/development');
  const expected = expectedOf(boot);
  const signer = new DevelopmentSigner(found.key, name, expected.chainId);
  stopChanges?.();
  stopChanges = null;
  const guarded = new GuardedSigner(signer, expected);
  walletStore.set({ kind: 'connected', signer: guarded, account: found.address, chainId: expected.chainId, label: name, dev: true });
  choiceStore.set({ kind: 'development', id: name });
}

export function watchOnly(address: string): void {
  stopChanges?.();
  stopChanges = null;
  walletStore.set({ ...NONE, kind: 'watch', account: address, label: 'Watch-only' });
  choiceStore.set({ kind: 'watch', id: address });
}

export function disconnect(): void {
  stopChanges?.();
  stopChanges = null;
  walletStore.set(NONE);
  choiceStore.set({ kind: 'none', id: '' });
}

/** Takes up the last choice; a provider that appears late is taken up when it does. */
export function startWallets(boot: Boot): () => void {
  const choice = choiceStore.get();
  if (choice.kind === 'development') void connectDevelopment(choice.id, boot);
  if (choice.kind === 'watch') watchOnly(choice.id);
  return discover((wallets) => {
    discoveredStore.set(wallets);
    const wanted = wallets.find((each) => each.id === choice.id);
    if (choice.kind === 'injected' && wanted && walletStore.get().kind === 'none') void connectInjected(wanted, boot, false);
  });
}

export const isMine = (address: string | null | undefined): boolean => sameAddress(address, walletStore.get().account);
