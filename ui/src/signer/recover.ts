// Whose signature an order bears, computed in the page.
import { recoverTypedDataAddress, type Hex } from 'viem';
import { orderTypedData, type Domain, type OrderFields, type OrderKind } from '../model/orders';

/** Null where these bytes are no signature of a key (a contract's own, or none). */
export function signerOf(kind: OrderKind, order: OrderFields, domain: Domain): Promise<string | null> {
  return recoverTypedDataAddress({ ...orderTypedData(kind, order, domain), signature: (order.sign ?? '0x') as Hex } as never).catch(() => null);
}
