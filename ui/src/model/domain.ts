// Words of the field: tags, trust, categories, status (web-ui.md §4, §4.1).
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
    if ((bits >> BigInt(bit)) & 1n) chips.push(TAG_BITS[bit] ?? `bit ${bit}`);
  return chips;
}

export function tagOfBits(bits: number[]): string {
  const value = bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
  return `0x${value.toString(16).padStart(64, '0')}`;
}

/** Promise of a trust: t agreeing answers leave 1 − 1 ÷ t. */
export function trustMeaning(trust: number): string {
  if (trust <= 1) return 'single run';
  const share = 1 - 1 / trust;
  return `≥ ${percent(share).replace(/\.0 %$/, ' %')}`;
}

export function categoryName(category: Pick<Category, 'id' | 'name' | 'time'>): string {
  return `Cat${category.id} · ${category.name} · ${duration(category.time * 1000)}`;
}

export type TagClass = 'none' | 'tee' | 'gpu' | 'any';
export const TAG_CLASS_WORDS: Record<TagClass, string> = {
  none: 'no enclave',
  tee: 'enclave (TEE)',
  gpu: 'GPU',
  any: 'any capability',
};

/** The commodity in words (M-04). */
export function commodityWords(category: number, tag: TagClass, trust: number): string {
  return `Cat${category}, ${TAG_CLASS_WORDS[tag]}, ${trust <= 1 ? 'any trust' : `trust ≥ ${trust}`}`;
}

export type TaskStatus = Task['status'];
export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger';

export const STATUS: Record<TaskStatus, { label: string; glyph: string; tone: Tone; means: string }> = {
  NOT_STARTED: { label: 'NOT STARTED', glyph: '○', tone: 'neutral', means: 'sealed, not initialised yet' },
  RUNNING: { label: 'RUNNING', glyph: '◔', tone: 'info', means: 'workers compute and contribute' },
  LATE: { label: 'LATE', glyph: '◔', tone: 'warning', means: 'the contribution deadline has passed' },
  REVEALING: { label: 'REVEALING', glyph: '◑', tone: 'info', means: 'consensus reached, workers reveal' },
  COMPLETE: { label: 'COMPLETE', glyph: '●', tone: 'success', means: 'finalised and paid' },
  CLAIMABLE: { label: 'CLAIMABLE', glyph: '!', tone: 'danger', means: 'the final deadline has passed: the money can be claimed back' },
  FAILED: { label: 'FAILED', glyph: '✕', tone: 'danger', means: 'claimed: the requester was refunded' },
};

/** The status that settles at `now`, where the clock moved since the server said it. */
export function statusAt(task: Pick<Task, 'status' | 'contributionDeadline' | 'finalDeadline'>, now: number): TaskStatus {
  if (task.status === 'COMPLETE' || task.status === 'FAILED') return task.status;
  if (now >= task.finalDeadline) return 'CLAIMABLE';
  if (task.status === 'RUNNING' && now >= task.contributionDeadline) return 'LATE';
  return task.status;
}

export const CONTRIBUTION: Record<string, { label: string; glyph: string; tone: Tone }> = {
  CONTRIBUTED: { label: 'CONTRIBUTED', glyph: '◔', tone: 'info' },
  PROVED: { label: 'PROVED', glyph: '●', tone: 'success' },
  REJECTED: { label: 'REJECTED', glyph: '✕', tone: 'danger' },
  LOST: { label: 'lost vote', glyph: '✕', tone: 'danger' },
  NOT_REVEALED: { label: 'not revealed in time', glyph: '✕', tone: 'warning' },
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
