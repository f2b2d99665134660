// Clock times, relative times and deadlines (web-ui.md §4). Thresholds reproduce the fixture's strings.
import { plural, t } from '@lingui/core/macro';
import { i18n } from '#texts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const pad = (value: number): string => String(value).padStart(2, '0');
let months: string[] | null = null;

/** A formatter is dear to make, and tables ask for months at every drawing. */
function monthName(date: Date): string {
  if (!months) {
    const format = new Intl.DateTimeFormat(i18n.locale, { month: 'short' });
    months = Array.from({ length: 12 }, (_, month) => format.format(new Date(2026, month, 1)));
  }
  return months[date.getMonth()] ?? '';
}

export function clockTime(ms: number): string {
  const date = new Date(ms);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** A clock time, with its day where that is not today's. */
export function moment(ms: number, now: number): string {
  const clock = clockTime(ms);
  if (day(ms) === day(now)) return clock;
  const date = new Date(ms);
  const parts = { day: date.getDate(), month: monthName(date) };
  return date.getFullYear() === new Date(now).getFullYear() ? t`${{ day: parts.day }} ${{ month: parts.month }} ${clock}` : t`${{ date: day(ms) }} ${clock}`;
}

export function utcClock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

export function day(ms: number): string {
  const date = new Date(ms);
  return t`${{ day: date.getDate() }} ${{ month: monthName(date) }} ${{ year: date.getFullYear() }}`;
}

export function iso(ms: number): string {
  const date = new Date(ms);
  const offset = -date.getTimezoneOffset();
  const zone = offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${clockTime(ms)}${zone}`;
}

export function relative(ms: number, now: number): string {
  const age = Math.max(0, now - ms);
  if (age < 45 * SECOND) return t`a few seconds ago`;
  if (age < 90 * SECOND) return t`a minute ago`;
  if (age < 45 * MINUTE) return plural(Math.round(age / MINUTE), { one: '# minute ago', other: '# minutes ago' });
  if (age < 90 * MINUTE) return t`an hour ago`;
  if (age < 22 * HOUR) return plural(Math.round(age / HOUR), { one: '# hour ago', other: '# hours ago' });
  if (age < 36 * HOUR) return t`a day ago`;
  if (age < 26 * DAY) return plural(Math.round(age / DAY), { one: '# day ago', other: '# days ago' });
  return day(ms);
}

export type DeadlineStyle = 'month' | 'numeric';

/** `27 Feb 06:05`, or the brief's `27/02 06:05`. */
export function deadline(ms: number, style: DeadlineStyle = 'month'): string {
  const date = new Date(ms);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  if (style === 'numeric') return `${pad(date.getDate())}/${pad(date.getMonth() + 1)} ${time}`;
  return t`${{ day: date.getDate() }} ${{ month: monthName(date) }} ${time}`;
}

/** Countdown while less than 24 h remain, else null. */
export function countdown(ms: number, now: number): string | null {
  const left = ms - now;
  if (left <= 0 || left >= DAY) return null;
  if (left < MINUTE) return `${Math.ceil(left / SECOND)} s`;
  if (left < HOUR) return `${Math.ceil(left / MINUTE)} m`;
  return `${Math.floor(left / HOUR)} h ${Math.floor((left % HOUR) / MINUTE)} m`;
}
