// Stores kept in local storage (settings, labels, drafts, activities: never secrets, S-06).
// Without React: the first script of the page (`main.ts`) needs it before React is there.
import { createStore, type Store } from '../model/store';

export const STORAGE_PREFIX = 'bourse.';

function read<Value>(key: string, initial: Value): Value {
  try {
    const text = localStorage.getItem(STORAGE_PREFIX + key);
    if (text === null) return initial;
    const value = JSON.parse(text) as Value;
    const isRecord = typeof initial === 'object' && initial !== null && !Array.isArray(initial);
    return isRecord ? { ...initial, ...value } : value;
  } catch {
    return initial;
  }
}

export function keptStore<Value>(key: string, initial: Value, revive: (value: Value) => Value = (value) => value): Store<Value> {
  const store = createStore(revive(read(key, initial)));
  store.subscribe(() => {
    try {
      localStorage.setItem(STORAGE_PREFIX + key, JSON.stringify(store.get()));
    } catch {
      // Storage may be full or forbidden: the page works without it.
    }
  });
  return store;
}

export function clearKept(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(STORAGE_PREFIX)) localStorage.removeItem(key);
}
