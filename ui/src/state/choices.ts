// What the user chose, kept in this browser; without React, for the first script of the page.
import { keptStore } from './kept';
import type { Unit } from '../model/format';
import type { Language } from '../texts/language';
import type { DeadlineStyle } from '../model/time';

export type Settings = {
  language: Language;
  unit: Unit;
  theme: 'system' | 'light' | 'dark';
  palette: 'default' | 'alternative';
  density: 'normal' | 'dense';
  motion: 'system' | 'reduced';
  deadlines: DeadlineStyle;
  layout: 'standard' | 'book-left' | 'ticket-left' | 'compact';
  letterKeys: boolean;
  spokenBook: boolean;
  notifications: boolean;
  sounds: boolean;
  bookRows: number;
  lastCategory: number;
  welcomed: boolean;
};

const DEFAULTS: Settings = {
  language: 'auto',
  unit: 'nRLC',
  theme: 'system',
  palette: 'default',
  density: 'normal',
  motion: 'system',
  deadlines: 'month',
  layout: 'standard',
  letterKeys: true,
  spokenBook: false,
  notifications: false,
  sounds: false,
  bookRows: 11,
  lastCategory: 0,
  welcomed: false,
};

export const settingsStore = keptStore<Settings>('settings', DEFAULTS);
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
