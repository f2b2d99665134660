// The signer without a key: an order is saved as a file, signed where the key lies (`bourse order sign`), and dropped back.
// Nothing of the file is believed: its members must be those that were asked for, its signature the account's.
import { select, t } from '@lingui/core/macro';
import { recoverTypedDataAddress, type Hex } from 'viem';
import { completeOrder, ORDER_TYPES, orderTypedData, type Domain, type OrderFields, type OrderKind, type TypedData } from '../model/orders';
import { sameAddress } from '../model/domain';
import { fileRequest, type FileRequest } from './file_request';
import { Refused, type Signer } from './types';

const orderKey = (kind: OrderKind): string => `${kind}order`;

/** A project file of the program with this order in it. */
export function unsignedFile(kind: OrderKind, order: OrderFields): string {
  const { salt: _, ...rest } = completeOrder(kind, order);
  return JSON.stringify({ order: { [orderKey(kind)]: rest } }, null, 2);
}

const missingOrder = (kind: OrderKind, chainId: number): string =>
  select(kind, {
    app: `This file holds no signed app order for chain ${chainId}.`,
    dataset: `This file holds no signed dataset order for chain ${chainId}.`,
    workerpool: `This file holds no signed workerpool order for chain ${chainId}.`,
    other: `This file holds no signed request order for chain ${chainId}.`,
  });

/** The order in a file of the program (orders.json, by chain), or an order alone. */
function orderIn(kind: OrderKind, text: string, chainId: number): Record<string, unknown> {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Error(t`This file is no JSON.`);
  }
  const chain = (value?.[String(chainId)] ?? value) as Record<string, unknown>;
  const order = (chain?.[orderKey(kind)] ?? chain) as Record<string, unknown>;
  if (typeof order !== 'object' || order === null || typeof order.sign !== 'string') throw new Error(missingOrder(kind, chainId));
  return order;
}

const same = (name: string, a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase() || (name === 'params' && [a, b].every((each) => each === '' || each === '{}'));

/** The signed order of a file. Throws with words where it is another order or not the account's signature. */
export async function signedOrderOf(request: Pick<FileRequest, 'kind' | 'order' | 'domain' | 'account'>, text: string): Promise<OrderFields> {
  const { kind, domain, account } = request;
  const found = orderIn(kind, text, domain.chainId);
  const wanted = completeOrder(kind, request.order);
  const order: OrderFields = {};
  for (const { name } of ORDER_TYPES[kind].members) {
    const value = String(found[name] ?? '');
    if (name !== 'salt' && !same(name, value, wanted[name] ?? '')) throw new Error(t`The file's order differs: ${name} is “${{ found: value.slice(0, 60) }}”, not “${{ wanted: (wanted[name] ?? '').slice(0, 60) }}”.`);
    order[name] = value;
  }
  const signature = String(found.sign);
  const signer = await recoverTypedDataAddress({ ...orderTypedData(kind, order, domain), signature: signature as Hex } as never).catch(() => null);
  if (!sameAddress(signer, account)) throw new Error(t`The signature is not that of ${account}.`);
  return { ...order, sign: signature };
}

const COMMAND = t`A wallet of files signs orders only: use the line under “Show as command” where the key lies.`;

export class FileSigner implements Signer {
  readonly kind = 'file';
  readonly label = t`signed files`;

  constructor(
    private readonly account: string,
    private readonly chainId: number,
  ) {}

  accounts(): Promise<string[]> {
    return Promise.resolve([this.account]);
  }

  chain(): Promise<number> {
    return Promise.resolve(this.chainId);
  }

  signOrder(kind: OrderKind, order: OrderFields, domain: Domain): Promise<OrderFields> {
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => (): void => {
        fileRequest.set(null);
        act();
      };
      fileRequest.set({ kind, order, domain, account: this.account, done: (signed) => end(() => resolve(signed))(), refuse: end(() => reject(new Refused())) });
    });
  }

  signTyped(_account: string, _data: TypedData): Promise<string> {
    return Promise.reject(new Error(COMMAND));
  }

  signMessage(): Promise<string> {
    return Promise.reject(new Error(COMMAND));
  }

  sendTx(): Promise<string> {
    return Promise.reject(new Error(COMMAND));
  }

  switchChain(): Promise<void> {
    return Promise.resolve();
  }
}
