// Wallet files kept in this browser: encrypted, in a record of their own that “clear local data” leaves alone (S-06).
import { t } from '@lingui/core/macro';
import type { Boot } from '../transport/api';
import type { WalletFile } from '../model/keystore';
import { sameAddress } from '../model/domain';
import { createStore } from '../model/store';

const RECORD = 'bourse-keystore';

function stored(): WalletFile[] {
  try {
    const value = JSON.parse(localStorage.getItem(RECORD) ?? '[]') as unknown;
    return Array.isArray(value) ? (value as WalletFile[]) : [];
  } catch {
    return [];
  }
}

export const vaultStore = createStore<WalletFile[]>(stored());

function put(files: WalletFile[]): void {
  if (files.length === 0) localStorage.removeItem(RECORD);
  else localStorage.setItem(RECORD, JSON.stringify(files));
  vaultStore.set(files);
}

/** Kept instead of an older file of the same address. */
export function keepWallet(file: WalletFile): void {
  put([...vaultStore.get().filter((each) => each.address !== file.address), file]);
}

export function dropWallet(address: string): void {
  put(vaultStore.get().filter((each) => !sameAddress(`0x${each.address}`, address)));
}

/** Why wallet files may not be used here, or null: keys in a browser are for development and faucet money (§7.2). */
export function vaultWhy(boot: Boot): string | null {
  const valuable = !(boot.chains[0]?.dev ?? false);
  if (valuable && !boot.features.keystore) return t`On a chain of value this page opens no wallet files: use a wallet extension, or sign by files.`;
  return globalThis.isSecureContext ? null : t`Wallet files need a page from https or from this machine (127.0.0.1).`;
}
