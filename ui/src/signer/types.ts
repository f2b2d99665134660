// One interface for every backend that signs (web-ui.md §7.2).
import { t } from '@lingui/core/macro';
import type { Domain, OrderFields, OrderKind, TypedData } from '../model/orders';

export type Transaction = { from: string; to: string; data: string; value?: string };

export interface Signer {
  readonly kind: 'injected' | 'development' | 'keystore' | 'companion' | 'file';
  readonly label: string;
  accounts(): Promise<string[]>;
  chain(): Promise<number>;
  signTyped(account: string, data: TypedData): Promise<string>;
  /** Where orders are signed elsewhere: the whole signed order, since its salt may be drawn there. */
  signOrder?(kind: OrderKind, order: OrderFields, domain: Domain): Promise<OrderFields>;
  signMessage(account: string, text: string): Promise<string>;
  /** Hash of the transaction, once it is sent. */
  sendTx(transaction: Transaction): Promise<string>;
  /** Asks the wallet to change its chain; rejects where it cannot. */
  switchChain(chainId: number, name: string, rpcUrl: string): Promise<void>;
}

/** The user said no in the wallet: no error, the form goes back to ready. */
export class Refused extends Error {
  constructor() {
    super(t`refused in the wallet`);
  }
}

export class Blocked extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
