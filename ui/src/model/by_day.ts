// Figures by local day, for the bars of the explorer's pages.

const DAY_FORM = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });

/** `2026-02-27`, in local time. */
export const dayOf = (ms: number): string => DAY_FORM.format(ms);

export type DaySum = { day: string; value: number };

/** The last `days` days up to today, each with the sum of what fell into it; days without anything are 0. */
export function sumByDay<Row>(rows: Row[], timeOf: (row: Row) => number, valueOf: (row: Row) => number, days: number, now: number): DaySum[] {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const day = dayOf(timeOf(row));
    sums.set(day, (sums.get(day) ?? 0) + valueOf(row));
  }
  const today = new Date(now);
  return Array.from({ length: days }, (_, at) => {
    // Noon: a day of 23 or 25 hours does not move it to its neighbour.
    const day = dayOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() - (days - 1 - at), 12).getTime());
    return { day, value: sums.get(day) ?? 0 };
  });
}
