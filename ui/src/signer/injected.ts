// Wallets in the browser: EIP-1193 providers, several discovered by EIP-6963, one that appears late too.
import { t } from '@lingui/core/macro';
import type { TypedData } from '../model/orders';
import { Refused, type Signer, type Transaction } from './types';

export interface Provider {
  request(call: { method: string; params?: unknown[] | object }): Promise<unknown>;
  on?(event: string, listener: (value: never) => void): void;
  removeListener?(event: string, listener: (value: never) => void): void;
}

export type Discovered = { id: string; name: string; provider: Provider };

type Announcement = CustomEvent<{ info: { uuid: string; name: string; rdns: string }; provider: Provider }>;

const USER_REFUSED = 4001;
const CHAIN_UNKNOWN = 4902;
const PENDING = -32002;

/** Calls `found` with the wallets known so far, again whenever one appears. Returns the end of it. */
export function discover(found: (wallets: Discovered[]) => void): () => void {
  const wallets = new Map<string, Discovered>();
  const legacy = (): void => {
    const provider = (window as { ethereum?: Provider }).ethereum;
    if (provider && ![...wallets.values()].some((each) => each.provider === provider) && wallets.size === 0)
      wallets.set('window.ethereum', { id: 'window.ethereum', name: t`Browser wallet`, provider });
    found([...wallets.values()]);
  };
  const announced = (event: Event): void => {
    const { info, provider } = (event as Announcement).detail;
    wallets.delete('window.ethereum');
    wallets.set(info.uuid, { id: info.rdns || info.uuid, name: info.name.slice(0, 40), provider });
    found([...wallets.values()]);
  };
  addEventListener('eip6963:announceProvider', announced);
  addEventListener('ethereum#initialized', legacy);
  dispatchEvent(new Event('eip6963:requestProvider'));
  legacy();
  return () => {
    removeEventListener('eip6963:announceProvider', announced);
    removeEventListener('ethereum#initialized', legacy);
  };
}

function inWords(error: unknown): Error {
  const { code, message } = (error ?? {}) as { code?: number; message?: string };
  if (code === USER_REFUSED) return new Refused();
  if (code === PENDING) return new Error(t`Your wallet has an open question already: answer it in the wallet, then try again.`);
  return new Error(message ?? t`the wallet refused without a reason`);
}

const hexChain = (chainId: number): string => `0x${chainId.toString(16)}`;

/** JSON of typed data as wallets expect it, with the domain's own type. */
export function walletJson(data: TypedData): string {
  const members = [
    { name: 'name', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' },
    ...(data.domain.verifyingContract ? [{ name: 'verifyingContract', type: 'address' }] : []),
  ];
  return JSON.stringify({ ...data, types: { EIP712Domain: members, ...data.types } });
}

export class InjectedSigner implements Signer {
  readonly kind = 'injected';

  constructor(
    readonly provider: Provider,
    readonly label: string,
  ) {}

  private async ask<Answer>(method: string, params: unknown[] = []): Promise<Answer> {
    try {
      return (await this.provider.request({ method, params })) as Answer;
    } catch (error) {
      throw inWords(error);
    }
  }

  /** Opens the wallet's dialogue; an empty list while it is locked. */
  connect(): Promise<string[]> {
    return this.ask<string[]>('eth_requestAccounts');
  }

  accounts(): Promise<string[]> {
    return this.ask<string[]>('eth_accounts');
  }

  async chain(): Promise<number> {
    return Number(await this.ask<string>('eth_chainId'));
  }

  signTyped(account: string, data: TypedData): Promise<string> {
    return this.ask<string>('eth_signTypedData_v4', [account, walletJson(data)]);
  }

  signMessage(account: string, text: string): Promise<string> {
    const hex = Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
    return this.ask<string>('personal_sign', [`0x${hex}`, account]);
  }

  sendTx(transaction: Transaction): Promise<string> {
    return this.ask<string>('eth_sendTransaction', [transaction]);
  }

  async switchChain(chainId: number, name: string, rpcUrl: string): Promise<void> {
    const chain = { chainId: hexChain(chainId) };
    try {
      await this.provider.request({ method: 'wallet_switchEthereumChain', params: [chain] });
    } catch (error) {
      if ((error as { code?: number }).code !== CHAIN_UNKNOWN) throw inWords(error);
      const nativeCurrency = { name: 'xRLC', symbol: 'xRLC', decimals: 18 };
      await this.ask('wallet_addEthereumChain', [{ ...chain, chainName: name, rpcUrls: [rpcUrl], nativeCurrency }]);
    }
  }

  onChange(changed: () => void): () => void {
    const listener = (): void => changed();
    for (const event of ['accountsChanged', 'chainChanged', 'disconnect']) this.provider.on?.(event, listener);
    return () => {
      for (const event of ['accountsChanged', 'chainChanged', 'disconnect']) this.provider.removeListener?.(event, listener);
    };
  }
}
