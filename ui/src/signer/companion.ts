// Signer behind a companion: the key lies in a terminal, where each order and transaction is shown and answered y or n.
// What comes back is not believed: a signature must recover to the account.
import { t } from '@lingui/core/macro';
import { recoverMessageAddress, recoverTypedDataAddress, type Hex } from 'viem';
import { CompanionRefusal, type CompanionLink } from '../model/companion';
import { sameAddress } from '../model/domain';
import type { TypedData } from '../model/orders';
import { Refused, type Signer, type Transaction } from './types';

type Accounts = { addresses: string[]; chainId: number; hub: string };

/** Whole numbers beyond JSON's as decimal text. */
const plain = (data: TypedData): unknown => JSON.parse(JSON.stringify(data, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));

export class CompanionSigner implements Signer {
  readonly kind = 'companion';
  readonly label = 'companion';

  constructor(private readonly link: Pick<CompanionLink, 'ask'>) {}

  private async ask(method: string, params?: unknown): Promise<unknown> {
    try {
      return await this.link.ask(method, params);
    } catch (error) {
      if (error instanceof CompanionRefusal && error.code === 'USER_REFUSED') throw new Refused();
      throw error;
    }
  }

  /** Addresses, chain and hub of the terminal. */
  facts(): Promise<Accounts> {
    return this.ask('accounts') as Promise<Accounts>;
  }

  async accounts(): Promise<string[]> {
    return (await this.facts()).addresses;
  }

  async chain(): Promise<number> {
    return (await this.facts()).chainId;
  }

  async signTyped(account: string, data: TypedData): Promise<string> {
    const signature = String(await this.ask('signTyped', plain(data)));
    const signer = await recoverTypedDataAddress({ ...data, signature: signature as Hex } as never).catch(() => null);
    if (!sameAddress(signer, account)) throw new Error(t`The terminal’s signature is not that of ${account}.`);
    return signature;
  }

  async signMessage(account: string, text: string): Promise<string> {
    const signature = String(await this.ask('signMessage', { text }));
    const signer = await recoverMessageAddress({ message: text, signature: signature as Hex }).catch(() => null);
    if (!sameAddress(signer, account)) throw new Error(t`The terminal’s signature is not that of ${account}.`);
    return signature;
  }

  async sendTx({ to, data, value }: Transaction): Promise<string> {
    const answer = (await this.ask('sendTx', { to, data, ...(value ? { value } : {}) })) as { hash?: string };
    if (!/^0x[0-9a-f]{64}$/i.test(answer?.hash ?? '')) throw new Error(t`The terminal named no transaction.`);
    return answer.hash ?? '';
  }

  switchChain(): Promise<void> {
    return Promise.reject(new Error(t`Start \`bourse companion\` on this page’s chain.`));
  }
}
