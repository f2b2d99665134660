// The slider of an amount: a thousand places between nothing and all that is there, in whole nRLC.

export const PLACES = 1_000;
const DIGITS = 3;

/** Amount at a place: three leading digits, except at the end, which is all of it. */
export function amountAt(all: string, place: number): string {
  const most = BigInt(all);
  if (place >= PLACES) return all;
  const exact = (most * BigInt(Math.max(0, Math.round(place)))) / BigInt(PLACES);
  const step = 10n ** BigInt(Math.max(0, String(exact).length - DIGITS));
  return String((exact / step) * step);
}

/** Place of an amount; 0 … PLACES. */
export function placeOf(all: string, amount: string | null): number {
  const most = BigInt(all);
  if (amount === null || most === 0n) return 0;
  const place = (BigInt(amount) * BigInt(PLACES)) / most;
  return Number(place > BigInt(PLACES) ? BigInt(PLACES) : place);
}

/** A preset adds to what stands there, up to all that is there. */
export function addUp(all: string | null, amount: string | null, more: string): string {
  const sum = BigInt(amount ?? '0') + BigInt(more);
  return String(all !== null && sum > BigInt(all) ? BigInt(all) : sum);
}
