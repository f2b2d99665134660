// Deals and tasks that this browser watches for its user: named in a notification when they come to their end.
import { keptStore, useStore } from './store';

export type Watched = { kind: 'deal' | 'task'; id: string };

const MOST = 50;
export const watchStore = keptStore<Watched[]>('watched', []);

export function useWatched({ kind, id }: Watched): { watched: boolean; toggle: () => void } {
  const watched = useStore(watchStore).some((each) => each.kind === kind && each.id === id);
  return { watched, toggle: () => (watched ? unwatch(id) : watchStore.set((old) => [{ kind, id }, ...old].slice(0, MOST))) };
}

export function unwatch(id: string): void {
  watchStore.set((old) => old.filter((each) => each.id !== id));
}
