// What the user can choose, and what stands before the choice.
import type { Language } from '../texts/language';
import type { Unit } from './format';
import type { DeadlineStyle } from './time';

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

export const DEFAULT_SETTINGS: Settings = {
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
