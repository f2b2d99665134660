// The order that waits for its signed file (signer/files); a view shows it.
import type { Domain, OrderFields, OrderKind } from '../model/orders';
import { createStore } from '../model/store';

export type FileRequest = { kind: OrderKind; order: OrderFields; domain: Domain; account: string; done: (signed: OrderFields) => void; refuse: () => void };

export const fileRequest = createStore<FileRequest | null>(null);
