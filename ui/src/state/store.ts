// Stores in views.
import { useSyncExternalStore } from 'react';
import type { Store } from '../model/store';

export * from './kept';
export { createStore, type Store } from '../model/store';

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}
