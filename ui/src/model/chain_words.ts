// What a transaction's events say (web-ui.md §8.9): where their values lead to, and what they change on accounts.

export type ChainEvent = { name: string; address: string; fields: Record<string, unknown> };

const HASH = /^0x[0-9a-fA-F]{64}$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const ZERO = /^0x0+$/;
const AMOUNTS = new Set(['amount', 'value']);

export type FieldKind = { kind: 'amount' } | { kind: 'id'; of: 'deal' | 'task' | 'order' | 'address'; path: string } | { kind: 'text'; text: string } | { kind: 'raw' };

/** Bytes that are a readable text; null where they are not. */
export function textOfHex(hex: string): string | null {
  if (!/^0x([0-9a-fA-F]{2}){8,}$/.test(hex) || HASH.test(hex)) return null;
  const bytes = Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /^[\P{C}\s]+$/u.test(text) ? text : null;
  } catch {
    return null;
  }
}

/** What the value of an event's field or of an argument is. `event`: name of the event. */
export function fieldKind(event: string, field: string, value: unknown): FieldKind {
  if (typeof value !== 'string') return { kind: 'raw' };
  if (AMOUNTS.has(field) && /^\d+$/.test(value)) return { kind: 'amount' };
  if (ADDRESS.test(value)) return { kind: 'id', of: 'address', path: `/address/${value}` };
  if (HASH.test(value) && !ZERO.test(value)) {
    if (field === 'deal' || field === 'task') return { kind: 'id', of: field, path: `/${field}/${value}` };
    if (field === 'order' || (event === 'OrdersMatched' && ['app', 'dataset', 'workerpool', 'request'].includes(field))) return { kind: 'id', of: 'order', path: `/market/order/${value}` };
  }
  const text = textOfHex(value);
  return text === null ? { kind: 'raw' } : { kind: 'text', text };
}

/** By how much a transaction changed an account in the market, in nRLC. */
export type Change = { account: string; free: bigint; locked: bigint };

/** The hub's own transfers move the free part, its locks and seizures the locked one. The hub itself is left out: it holds what is locked. */
export function changesOf(events: ChainEvent[], hub: string): Change[] {
  const changes = new Map<string, Change>();
  const same = (a: unknown, b: string): boolean => typeof a === 'string' && a.toLowerCase() === b.toLowerCase();
  const add = (account: unknown, part: 'free' | 'locked', amount: bigint): void => {
    if (typeof account !== 'string' || ZERO.test(account) || same(account, hub)) return;
    const key = account.toLowerCase();
    const change = changes.get(key) ?? { account, free: 0n, locked: 0n };
    changes.set(key, { ...change, [part]: change[part] + amount });
  };
  for (const { name, address, fields } of events) {
    if (!same(address, hub)) continue;
    const amount = BigInt(String(fields.value ?? fields.amount ?? '0'));
    if (name === 'Transfer') {
      add(fields.from, 'free', -amount);
      add(fields.to, 'free', amount);
    } else if (name === 'Lock') add(fields.owner, 'locked', amount);
    else if (name === 'Unlock' || name === 'Seize') add(fields.owner, 'locked', -amount);
  }
  return [...changes.values()].filter((change) => change.free !== 0n || change.locked !== 0n);
}
