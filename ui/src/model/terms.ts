// How much of a machine its owner gives, and when (web-ui.md §10.8). The pool keeps hours in minutes of the UTC day; people
// read them on their own clock, whose distance from UTC is that of `Date.getTimezoneOffset()`.
import type { OpsWorker } from '../transport/api';

export type Terms = Pick<OpsWorker, 'places' | 'fromMinute' | 'toMinute' | 'onlyIdle'>;

const MINUTES_A_DAY = 1_440;
const turn = (minute: number): number => ((minute % MINUTES_A_DAY) + MINUTES_A_DAY) % MINUTES_A_DAY;

export const localMinute = (utc: number, offset: number): number => turn(utc - offset);
export const utcMinute = (local: number, offset: number): number => turn(local + offset);

/** 1320 → "22:00". */
export const clockOf = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** The other way round; null for what is no time of the day. */
export function minuteOf(clock: string): number | null {
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(clock) ?? [];
  if (hour === undefined || minute === undefined || Number(hour) > 23 || Number(minute) > 59) return null;
  return Number(hour) * 60 + Number(minute);
}

export const termsOf = ({ places, fromMinute, toMinute, onlyIdle }: OpsWorker): Terms => ({ places, fromMinute, toMinute, onlyIdle });
export const sameTerms = (one: Terms, other: Terms): boolean => one.places === other.places && one.fromMinute === other.fromMinute && one.toMinute === other.toMinute && one.onlyIdle === other.onlyIdle;
export const allDay = (terms: Terms): boolean => terms.fromMinute === terms.toMinute;
