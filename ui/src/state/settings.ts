// Settings in views.
import type { Settings } from '../model/settings';
import { settingsStore } from './choices';
import { useStore } from './store';

export * from './choices';
export type { Settings } from '../model/settings';

export const useSettings = (): Settings => useStore(settingsStore);
