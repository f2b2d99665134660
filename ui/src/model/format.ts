// Formats of amounts, ids, percentages and durations (web-ui.md §4). Pure; golden-tested.
import { t } from '@lingui/core/macro';
import { i18n } from '#texts';

/** Thin no-break space between groups of three digits. */
export const THIN = '\u202f';
export const MISSING = '—';

/** Digits in groups of three, counted from the right. `digits` is decimal text without a sign. */
export function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
}

const figures = new Map<number, Intl.NumberFormat>();

/** With that many decimals and the decimal sign of the language; digits are Latin, as those of ids and amounts. */
function decimal(value: number, decimals: number): string {
  let format = figures.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat(`${i18n.locale}-u-nu-latn`, { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false });
    figures.set(decimals, format);
  }
  return format.format(value).replace('-', '−');
}

const decimalSign = (): string => decimal(0, 1).charAt(1);

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? MISSING : group(String(value));
}

export type Unit = 'nRLC' | 'RLC';

/** Decimal text in nRLC as RLC, up to nine decimals, trailing zeros trimmed. */
export function toRlc(nrlc: string): string {
  const negative = nrlc.startsWith('-');
  const digits = (negative ? nrlc.slice(1) : nrlc).padStart(10, '0');
  const whole = digits.slice(0, -9).replace(/^0+(?=\d)/, '');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return (negative ? '−' : '') + group(whole) + (fraction ? decimalSign() + fraction : '');
}

/** An amount without its unit; `—` where there is none. */
export function amount(nrlc: string | null | undefined, unit: Unit = 'nRLC'): string {
  if (nrlc === null || nrlc === undefined || nrlc === '') return MISSING;
  if (unit === 'RLC') return toRlc(nrlc);
  return nrlc.startsWith('-') ? `−${group(nrlc.slice(1))}` : group(nrlc);
}

export function amountWithUnit(nrlc: string | null | undefined, unit: Unit = 'nRLC'): string {
  const text = amount(nrlc, unit);
  return text === MISSING ? text : `${text} ${unit}`;
}

/** Digits of nRLC from which a tile shows RLC. */
const LONG = 11;

/** An amount for a tile: large ones in RLC with two decimals, cut off (never rounded up), so that a tile stays on one line. */
export function sumText(nrlc: string | null | undefined, unit: Unit = 'nRLC'): string {
  if (nrlc === null || nrlc === undefined || nrlc === '') return MISSING;
  if (nrlc.replace('-', '').length < LONG) return amountWithUnit(nrlc, unit);
  const [whole = '', fraction = ''] = toRlc(nrlc).split(decimalSign());
  const kept = fraction.slice(0, 2).replace(/0+$/, '');
  return `${fraction.length > 2 ? '≈ ' : ''}${whole}${kept ? decimalSign() + kept : ''} RLC`;
}

/** Both units, for tooltips and screen readers. */
export function bothUnits(nrlc: string): string {
  return `${amount(nrlc)} nRLC = ${toRlc(nrlc)} RLC`;
}

/** nRLC of a typed amount; null when it is no amount or has a fraction of a nRLC. */
export function parseAmount(text: string, unit: Unit): string | null {
  const clean = text.replace(/[\s\u202f_]/g, '');
  const match = /^(\d+)(?:\.(\d*))?$/.exec(clean.replace(decimalSign(), '.'));
  if (!match) return null;
  const whole = match[1] ?? '';
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (unit === 'nRLC') return fraction ? null : String(BigInt(whole));
  return fraction.length > 9 ? null : String(BigInt(whole + fraction.padEnd(9, '0')));
}

/** `0x` + 12 digits in wide tables, 6 and 4 digits in narrow ones. */
export function shortHash(id: string, width: 'wide' | 'narrow' = 'narrow'): string {
  const digits = id.startsWith('0x') ? id.slice(2) : id;
  if (width === 'wide') return digits.length <= 12 ? id : `0x${digits.slice(0, 12)}…`;
  return digits.length <= 10 ? id : `0x${digits.slice(0, 6)}…${digits.slice(-4)}`;
}

/** Spoken form: the kind, the first six and the last four digits. */
export function spokenHash(kind: string, id: string): string {
  const digits = id.startsWith('0x') ? id.slice(2) : id;
  if (digits.length <= 10) return `${kind} ${digits}`;
  const first = digits.slice(0, 6);
  const last = digits.slice(-4);
  return t`${kind} ${first} to ${last}`;
}

/** One decimal; as many nines as needed above 99.9 %. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return MISSING;
  if (share > 0.999 && share < 1) {
    const decimals = Math.min(10, Math.ceil(-Math.log10(1 - share) - 1e-9) - 2);
    const power = 10 ** decimals;
    return `${decimal(Math.floor(share * 100 * power + 1e-6) / power, decimals)} %`;
  }
  return `${decimal(share * 100, 1)} %`;
}

export function signedPercent(share: number | null | undefined): string {
  const text = percent(share);
  return share !== null && share !== undefined && share > 0 ? `+${text}` : text;
}

/** `1 h 23 m`, `4.2 s`, `310 ms`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return MISSING;
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${decimal(ms / 1000, ms % 1000 < 50 || ms % 1000 >= 950 ? 0 : 1)} s`;
  const minutes = Math.floor(ms / 60_000 + 1 / 120);
  if (minutes < 60) {
    const seconds = Math.floor((ms % 60_000) / 1000);
    return seconds && minutes < 10 ? `${minutes} m ${seconds} s` : `${minutes} m`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} m` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${Math.floor(hours / 24)} d`;
}

export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = size / 1024;
  let index = 0;
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  return `${decimal(value, 1)} ${units[index]}`;
}

/** `remaining/total`. */
export function volumeLeft(remaining: number, total: number): string {
  return `${group(String(remaining))}/${group(String(total))}`;
}
