// Words of the field: tags, trust, categories, status (web-ui.md §4, §4.1).
import { t } from '@lingui/core/macro';
import type { Category, Task } from '../transport/api';
import { duration, percent } from './format';

export const NULL_ADDRESS = `0x${'0'.repeat(40)}`;
export const NULL_HASH = `0x${'0'.repeat(64)}`;

export const TAG_BITS: Record<number, string> = { 0: 'TEE', 1: 'SCONE', 2: 'GRAMINE', 3: 'TDX', 8: 'GPU' };

/** Chips of a tag: named bits by name, others as `bit n`. */
export function tagChips(tag: string): string[] {
  const bits = BigInt(tag);
  const chips: string[] = [];
  for (let bit = 0; bit < 256; bit += 1)
    if ((bits >> BigInt(bit)) & 1n) chips.push(TAG_BITS[bit] ?? t`bit ${bit}`);
  return chips;
}

export function tagOfBits(bits: number[]): string {
  const value = bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
  return `0x${value.toString(16).padStart(64, '0')}`;
}

/** Promise of a trust: t agreeing answers leave 1 − 1 ÷ t. */
export function trustMeaning(trust: number): string {
  if (trust <= 1) return t`single run`;
  const share = 1 - 1 / trust;
  return `≥ ${percent(share).replace(/\D0 %$/, ' %')}`;
}

export function categoryName(category: Pick<Category, 'id' | 'name' | 'time'>): string {
  const { id, name, time } = category;
  return t`Cat${id} · ${name} · ${{ time: duration(time * 1000) }}`;
}

export type TagClass = 'none' | 'tee' | 'gpu' | 'any';
export const TAG_CLASS_WORDS: Record<TagClass, string> = {
  none: t`no enclave`,
  tee: t`enclave (TEE)`,
  gpu: 'GPU',
  any: t`any capability`,
};

/** The commodity in which an order of this tag stands. */
export function classOfTag(tag: string): TagClass {
  const bits = BigInt(tag);
  const [tee, gpu] = [(bits & 0xfn) !== 0n, ((bits >> 8n) & 1n) !== 0n];
  return tee && gpu ? 'any' : tee ? 'tee' : gpu ? 'gpu' : 'none';
}

/** The commodity in words (M-04). */
export function commodityWords(category: number, tag: TagClass, trust: number): string {
  const capability = TAG_CLASS_WORDS[tag];
  return trust <= 1 ? t`Cat${category}, ${capability}, any trust` : t`Cat${category}, ${capability}, trust ≥ ${trust}`;
}

export type TaskStatus = Task['status'];
export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger';

export const STATUS: Record<TaskStatus, { label: string; glyph: string; tone: Tone; means: string }> = {
  NOT_STARTED: { label: t`NOT STARTED`, glyph: '○', tone: 'neutral', means: t`sealed, not initialised yet` },
  RUNNING: { label: t`RUNNING`, glyph: '◔', tone: 'info', means: t`workers compute and contribute` },
  LATE: { label: t`LATE`, glyph: '◔', tone: 'warning', means: t`the contribution deadline has passed` },
  REVEALING: { label: t`REVEALING`, glyph: '◑', tone: 'info', means: t`consensus reached, workers reveal` },
  COMPLETE: { label: t`COMPLETE`, glyph: '●', tone: 'success', means: t`finalised and paid` },
  CLAIMABLE: { label: t`CLAIMABLE`, glyph: '!', tone: 'danger', means: t`the final deadline has passed: the money can be claimed back` },
  FAILED: { label: t`FAILED`, glyph: '✕', tone: 'danger', means: t`claimed: the requester was refunded` },
};

/** The status that settles at `now`, where the clock moved since the server said it. */
export function statusAt(task: Pick<Task, 'status' | 'contributionDeadline' | 'finalDeadline'>, now: number): TaskStatus {
  if (task.status === 'COMPLETE' || task.status === 'FAILED') return task.status;
  if (now >= task.finalDeadline) return 'CLAIMABLE';
  if (task.status === 'RUNNING' && now >= task.contributionDeadline) return 'LATE';
  return task.status;
}

export const CONTRIBUTION: Record<string, { label: string; glyph: string; tone: Tone }> = {
  CONTRIBUTED: { label: t`CONTRIBUTED`, glyph: '◔', tone: 'info' },
  PROVED: { label: t`PROVED`, glyph: '●', tone: 'success' },
  REJECTED: { label: t`REJECTED`, glyph: '✕', tone: 'danger' },
  LOST: { label: t`lost vote`, glyph: '✕', tone: 'danger' },
  NOT_REVEALED: { label: t`not revealed in time`, glyph: '✕', tone: 'warning' },
};

export type OrderState = 'OPEN' | 'PARTLY FILLED' | 'FILLED' | 'CANCELLED' | 'UNFUNDED';

/** The market's four states in the words of §4.1. */
export function orderState(order: { status: string; remaining: number; volume: number }): OrderState {
  if (order.status === 'filled') return 'FILLED';
  if (order.status === 'canceled') return 'CANCELLED';
  if (order.status === 'dead') return 'UNFUNDED';
  return order.remaining < order.volume ? 'PARTLY FILLED' : 'OPEN';
}

export const isAddress = (text: string): boolean => /^0x[0-9a-fA-F]{40}$/.test(text);
export const isHash = (text: string): boolean => /^0x[0-9a-fA-F]{64}$/.test(text);
export const sameAddress = (a: string | null | undefined, b: string | null | undefined): boolean =>
  !!a && !!b && a.toLowerCase() === b.toLowerCase();
