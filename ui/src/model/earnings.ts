// Earnings of a pool (web-ui.md §10.4): rows of the server put together by one key, with cost and margin from what the
// operator typed. Amounts are whole nRLC; money of other kinds is a plain number of the typed currency.
import { i18n } from '#texts';
import { MISSING } from './format';
import type { DaySum } from './by_day';
import type { Earning } from '../transport/api';

export type EarningKey = 'day' | 'account' | 'app' | 'category';
/** `perCpuHour`: cost of a core for an hour, `rate`: price of one RLC, both in the typed currency. */
export type Costs = { perCpuHour: number | null; rate: number | null; currency: string };
export type EarningSum = { key: string; tasks: number; gross: bigint; workers: bigint; scheduler: bigint; slashed: bigint; refunds: bigint; cpuSeconds: number | null };

const NRLC = 1e9;
const HOUR_S = 3_600;
const DAY_MS = 86_400_000;

export function keyOf(row: Earning, by: EarningKey): string {
  const value = by === 'category' ? row.category : row[by];
  return value === null || value === undefined ? '' : String(value);
}

/** Sums by key, in the order in which the keys come first. */
export function sumEarnings(rows: Earning[], by: EarningKey): EarningSum[] {
  const sums = new Map<string, EarningSum>();
  for (const row of rows) {
    const key = keyOf(row, by);
    const sum = sums.get(key) ?? { key, tasks: 0, gross: 0n, workers: 0n, scheduler: 0n, slashed: 0n, refunds: 0n, cpuSeconds: null };
    sums.set(key, {
      key,
      tasks: sum.tasks + row.tasks,
      gross: sum.gross + BigInt(row.gross),
      workers: sum.workers + BigInt(row.workers),
      scheduler: sum.scheduler + BigInt(row.scheduler),
      slashed: sum.slashed + BigInt(row.slashed),
      refunds: sum.refunds + BigInt(row.refunds ?? '0'),
      cpuSeconds: row.cpuSeconds === null || row.cpuSeconds === undefined ? sum.cpuSeconds : (sum.cpuSeconds ?? 0) + row.cpuSeconds,
    });
  }
  return [...sums.values()];
}

/** Gross of each of the last `days` days, in whole nRLC; the server's days are UTC's. */
export function earningDays(sums: EarningSum[], days: number, now: number): DaySum[] {
  const gross = new Map(sums.map((sum) => [sum.key, sum.gross]));
  return Array.from({ length: days }, (_, at) => {
    const day = new Date(now - (days - 1 - at) * DAY_MS).toISOString().slice(0, 10);
    return { day, value: Number(gross.get(day) ?? 0n) };
  });
}

/** Everything of the list in one line. */
export const totalEarnings = (rows: Earning[]): EarningSum => {
  const [first] = sumEarnings(rows.map((row) => ({ ...row, day: '' })), 'day');
  return first ?? { key: '', tasks: 0, gross: 0n, workers: 0n, scheduler: 0n, slashed: 0n, refunds: 0n, cpuSeconds: null };
};

/** In the typed currency; null where no rate was typed. */
export function worthOf(nrlc: bigint, costs: Costs): number | null {
  return costs.rate === null ? null : (Number(nrlc) / NRLC) * costs.rate;
}

/** What the machines used, in the typed currency; null where the seconds or the price are not known. */
export function costOf(sum: Pick<EarningSum, 'cpuSeconds'>, costs: Costs): number | null {
  return sum.cpuSeconds === null || costs.perCpuHour === null ? null : (sum.cpuSeconds / HOUR_S) * costs.perCpuHour;
}

/** Worth of the gross less the cost of the machines. */
export function marginOf(sum: EarningSum, costs: Costs): number | null {
  const worth = worthOf(sum.gross, costs);
  const cost = costOf(sum, costs);
  return worth === null || cost === null ? null : worth - cost;
}

/** A typed price: a decimal number of at least 0, else null. */
export function typedNumber(text: string): number | null {
  const clean = text.trim().replace(',', '.');
  return /^\d+(\.\d+)?$/.test(clean) ? Number(clean) : null;
}

/** Two decimals in the way of the language, with the typed name of the money. */
export function moneyText(value: number | null, currency: string): string {
  if (value === null) return MISSING;
  const figure = new Intl.NumberFormat(`${i18n.locale}-u-nu-latn`, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
  return `${figure} ${currency}`;
}

export const cpuHours = (seconds: number | null): string =>
  seconds === null ? MISSING : new Intl.NumberFormat(`${i18n.locale}-u-nu-latn`, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(seconds / HOUR_S);
