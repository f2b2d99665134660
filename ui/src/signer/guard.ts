// No signature for another chain or contract leaves this page (T-36, S-03). Every backend signs through here.
import { t } from '@lingui/core/macro';
import { orderTypedData, type Domain, type OrderFields, type OrderKind, type TypedData } from '../model/orders';
import { sameAddress } from '../model/domain';
import { Blocked, type Signer, type Transaction } from './types';

export type Expected = {
  chainId: number;
  domain: Domain;
  challengeDomain: { name: string; version: string; chainId: number };
  /** Contracts that transactions may go to. */
  contracts: string[];
  dev: boolean;
};

/** Hubs known when this page was built; on a chain in this list another address is refused, on any other warned about. */
export const PINNED: Record<number, string> = {
  134: '0x3eca1B216A7DF1C7689aEb259fFB83ADFB894E7f',
  42161: '0x098bFCb1E50ebcA0BaA92C12eA0c3F045A1aD9f0',
};

export function pinDiffers(expected: Expected): boolean {
  const pinned = PINNED[expected.chainId];
  return pinned !== undefined && !sameAddress(pinned, expected.domain.verifyingContract);
}

const ORDERS = /^(App|Dataset|Workerpool|Request)Order(Operation)?$/;

/** Why this data must not be signed, or null. */
export function typedDataProblem(data: TypedData, expected: Expected): Blocked | null {
  if (Number(data.domain.chainId) !== expected.chainId)
    return new Blocked('OTHER_CHAIN', t`This signature would be for chain ${{ asked: data.domain.chainId }}, the page is on ${{ expected: expected.chainId }}.`);
  if (ORDERS.test(data.primaryType)) {
    const { domain } = expected;
    if (!sameAddress(data.domain.verifyingContract, domain.verifyingContract))
      return new Blocked('OTHER_CONTRACT', t`This signature would be for another contract than the hub of this chain.`);
    if (data.domain.name !== domain.name || data.domain.version !== domain.version)
      return new Blocked('OTHER_DOMAIN', t`This signature would be for another protocol.`);
    if (!expected.dev && pinDiffers(expected))
      return new Blocked('HUB_NOT_PINNED', t`The hub named by this market differs from the one this page was built for.`);
    return null;
  }
  const challenge = data.primaryType === 'Challenge' && !data.domain.verifyingContract;
  if (challenge && data.domain.name === expected.challengeDomain.name && data.domain.version === expected.challengeDomain.version) return null;
  if (challenge && data.domain.name === 'iExec Core') return null; // the scheduler's challenge for task logs
  return new Blocked('OTHER_TYPE', t`This page does not sign "${{ type: data.primaryType }}" of "${{ protocol: data.domain.name }}".`);
}

export class GuardedSigner implements Signer {
  readonly kind;
  readonly label;
  readonly signOrder?: (kind: OrderKind, order: OrderFields, domain: Domain) => Promise<OrderFields>;

  constructor(
    private readonly inner: Signer,
    private readonly expected: Expected,
  ) {
    this.kind = inner.kind;
    this.label = inner.label;
    if (inner.signOrder) this.signOrder = (kind, order, domain) => this.signWholeOrder(kind, order, domain);
  }

  /** What comes back is looked at as what goes out. */
  private async signWholeOrder(kind: OrderKind, order: OrderFields, domain: Domain): Promise<OrderFields> {
    const problem = typedDataProblem(orderTypedData(kind, order, domain), this.expected);
    if (problem) throw problem;
    await this.onRightChain();
    const signed = await this.inner.signOrder?.(kind, order, domain);
    if (!signed) throw new Blocked('NOT_SIGNED', t`The signer gave no order.`);
    return signed;
  }

  accounts(): Promise<string[]> {
    return this.inner.accounts();
  }

  chain(): Promise<number> {
    return this.inner.chain();
  }

  switchChain(chainId: number, name: string, rpcUrl: string): Promise<void> {
    return this.inner.switchChain(chainId, name, rpcUrl);
  }

  private async onRightChain(): Promise<void> {
    const chain = await this.inner.chain();
    if (chain !== this.expected.chainId)
      throw new Blocked('WRONG_CHAIN', t`Your wallet is on chain ${chain}, this page on ${{ expected: this.expected.chainId }}. Switch the wallet, then try again.`);
  }

  async signTyped(account: string, data: TypedData): Promise<string> {
    const problem = typedDataProblem(data, this.expected);
    if (problem) throw problem;
    await this.onRightChain();
    return this.inner.signTyped(account, data);
  }

  async signMessage(account: string, text: string): Promise<string> {
    await this.onRightChain();
    return this.inner.signMessage(account, text);
  }

  async sendTx(transaction: Transaction): Promise<string> {
    if (!this.expected.contracts.some((each) => sameAddress(each, transaction.to)))
      throw new Blocked('OTHER_CONTRACT', t`This page sends nothing to ${{ address: transaction.to }}.`);
    await this.onRightChain();
    return this.inner.sendTx(transaction);
  }
}
