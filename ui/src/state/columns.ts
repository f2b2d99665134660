// Which columns of a list are hidden: chosen once, kept in this browser, by the name of the list.
import { keptStore, useStore } from './store';

export const hiddenColumns = keptStore<Record<string, string[]>>('columns', {});

/** `byDefault`: hidden until the user chooses for the first time. */
export function useHidden(list: string, byDefault: string[] = []): { hidden: string[]; toggle: (key: string) => void; reset: () => void } {
  const hidden = useStore(hiddenColumns)[list] ?? byDefault;
  const set = (next: string[]): void => hiddenColumns.set((old) => ({ ...old, [list]: next }));
  return {
    hidden,
    toggle: (key) => set(hidden.includes(key) ? hidden.filter((each) => each !== key) : [...hidden, key]),
    reset: () => set([]),
  };
}
