// Hashes of orders and typed data (EIP-712): apart from `orders`, so that the book needs no cryptography to be drawn.
import { hashTypedData, type TypedDataDomain } from 'viem';
import { orderTypedData, type Domain, type OrderFields, type OrderKind, type TypedData } from './orders';

/** The order's hash: the full EIP-712 digest. */
export function orderHash(kind: OrderKind, order: OrderFields, domain: Domain): string {
  return typedDataHash(orderTypedData(kind, order, domain));
}

export function typedDataHash(data: TypedData): string {
  return hashTypedData({ ...data, domain: data.domain as TypedDataDomain } as Parameters<typeof hashTypedData>[0]);
}
