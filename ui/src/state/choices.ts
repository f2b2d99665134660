// What the user chose, kept in this browser; without React, for the first script of the page.
import { DEFAULT_SETTINGS, type Settings } from '../model/settings';
import { keptStore } from './kept';

export const settingsStore = keptStore<Settings>('settings', DEFAULT_SETTINGS);
export const labelStore = keptStore<Record<string, string>>('labels', {});
export const recentStore = keptStore<string[]>('recent', []);

export function setSetting<Name extends keyof Settings>(name: Name, value: Settings[Name]): void {
  settingsStore.set((old) => ({ ...old, [name]: value }));
}

/** Writes what style sheets read to the root element. */
export function applySettings(settings: Settings): void {
  const root = document.documentElement;
  const dark = settings.theme === 'dark' || (settings.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  root.dataset.palette = settings.palette;
  root.dataset.density = settings.density;
  root.dataset.motion = settings.motion;
}
