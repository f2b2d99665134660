// Stores in views.
import { useSyncExternalStore } from 'react';
import type { Store } from './kept';

export * from './kept';

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}
