// Signers whose key lies in the memory of this page. The key stays in this module and never goes over the network (W-10):
// what leaves is a signature.
import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import { keccak256, type Hex, type TypedDataDefinition } from 'viem';
import type { TypedData } from '../model/orders';
import { api, ApiError, rpc } from '../transport/http';
import type { Sent } from '../transport/api';
import type { Signer, Transaction } from './types';

export class LocalSigner implements Signer {
  private readonly account: PrivateKeyAccount;
  /** Transactions of one account go out one after the other, so nonces never collide. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    readonly kind: 'development' | 'keystore',
    key: string,
    readonly label: string,
    private readonly chainId: number,
  ) {
    this.account = privateKeyToAccount(key as Hex);
  }

  accounts(): Promise<string[]> {
    return Promise.resolve([this.account.address]);
  }

  chain(): Promise<number> {
    return Promise.resolve(this.chainId);
  }

  signTyped(_account: string, data: TypedData): Promise<string> {
    return this.account.signTypedData(data as unknown as TypedDataDefinition);
  }

  signMessage(_account: string, text: string): Promise<string> {
    return this.account.signMessage({ message: text });
  }

  sendTx(transaction: Transaction): Promise<string> {
    const sent = this.queue.then(() => this.sendNow(transaction));
    this.queue = sent.catch(() => undefined);
    return sent;
  }

  private async sendNow(transaction: Transaction): Promise<string> {
    const { address } = this.account;
    const call = { from: address, to: transaction.to, data: transaction.data, value: transaction.value ?? '0x0' };
    const [nonce, gas, price] = await Promise.all([
      rpc<string>('eth_getTransactionCount', [address, 'pending']),
      rpc<string>('eth_estimateGas', [call]),
      rpc<string>('eth_gasPrice', []),
    ]);
    const raw = await this.account.signTransaction({
      type: 'legacy',
      chainId: this.chainId,
      nonce: Number(nonce),
      gas: (BigInt(gas) * 12n) / 10n,
      gasPrice: BigInt(price),
      to: transaction.to as Hex,
      data: transaction.data as Hex,
      value: BigInt(transaction.value ?? '0x0'),
    });
    try {
      return (await api<Sent>('/v1/tx', { body: { raw } })).hash;
    } catch (error) {
      // Its answer is lost, not necessarily the transaction: the node is asked by its hash before anything else is sent.
      if (error instanceof ApiError && error.status === 0) return keccak256(raw);
      throw error;
    }
  }

  switchChain(): Promise<void> {
    return Promise.resolve();
  }
}
