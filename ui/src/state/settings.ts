// Settings in views.
import { settingsStore, type Settings } from './choices';
import { useStore } from './store';

export * from './choices';

export const useSettings = (): Settings => useStore(settingsStore);
