// A signer whose code arrives when it is first needed. Its account is known before: the page is drawn with it at once, and
// nothing moves when the code is there.
import type { TypedData } from '../model/orders';
import type { Signer, Transaction } from './types';

export class LateSigner implements Signer {
  private loading: Promise<Signer> | null = null;

  constructor(
    readonly kind: Signer['kind'],
    readonly label: string,
    private readonly account: string,
    private readonly chainId: number,
    private readonly load: () => Promise<Signer>,
  ) {}

  /** A load that failed is tried again with the next question. */
  private signer(): Promise<Signer> {
    this.loading ??= this.load().catch((error: unknown) => {
      this.loading = null;
      throw error;
    });
    return this.loading;
  }

  accounts(): Promise<string[]> {
    return Promise.resolve([this.account]);
  }

  chain(): Promise<number> {
    return Promise.resolve(this.chainId);
  }

  async signTyped(account: string, data: TypedData): Promise<string> {
    return (await this.signer()).signTyped(account, data);
  }

  async signMessage(account: string, text: string): Promise<string> {
    return (await this.signer()).signMessage(account, text);
  }

  async sendTx(transaction: Transaction): Promise<string> {
    return (await this.signer()).sendTx(transaction);
  }

  async switchChain(chainId: number, name: string, rpcUrl: string): Promise<void> {
    return (await this.signer()).switchChain(chainId, name, rpcUrl);
  }
}
