// What a delta of each feed channel does to the state of its snapshot (docs/reference/feed.md).
import { applyBook, bookOfSnapshot, type BookData, type BookState } from './book';

type Row = Record<string, unknown>;
export type ChannelState = unknown;

/** Members that hold keyed rows, their key, whether new ones come first, and how many are kept. */
const LISTS: Record<string, { member: string; key: string; newestFirst: boolean; keep: number }[]> = {
  trades: [{ member: 'items', key: 'deal', newestFirst: true, keep: 200 }],
  candles: [{ member: 'candles', key: 'time', newestFirst: false, keep: 5000 }],
  orders: [{ member: 'items', key: 'hash', newestFirst: true, keep: 1000 }],
  deals: [{ member: 'items', key: 'id', newestFirst: true, keep: 200 }],
  deal: [{ member: 'tasks', key: 'id', newestFirst: false, keep: 1_000_000 }],
  tasks: [{ member: 'items', key: 'id', newestFirst: true, keep: 200 }],
  registry: [{ member: 'items', key: 'address', newestFirst: true, keep: 200 }],
  address: [{ member: 'entries', key: 'index', newestFirst: true, keep: 500 }],
  blocks: [{ member: 'items', key: 'number', newestFirst: true, keep: 50 }],
  logs: [{ member: 'lines', key: 'position', newestFirst: false, keep: 5000 }],
};

export function mergeRows(old: Row[], changed: Row[], key: string, newestFirst: boolean, keep: number): Row[] {
  const position = new Map(old.map((row, at) => [row[key], at]));
  const next = old.slice();
  const added: Row[] = [];
  for (const row of changed) {
    const at = position.get(row[key]);
    if (at !== undefined) {
      next[at] = row;
      continue;
    }
    const again = added.findIndex((each) => each[key] === row[key]);
    if (again >= 0) added[again] = row;
    else added.push(row);
  }
  if (!newestFirst) return next.concat(added).slice(-keep);
  return added.concat(next).slice(0, keep);
}

const kindOf = (channel: string): string => channel.slice(0, (channel.indexOf(':') + 1 || channel.length + 1) - 1);

export function snapshotState(channel: string, data: unknown): ChannelState {
  if (kindOf(channel) === 'book') return bookOfSnapshot(channel.endsWith(':levels') ? 'levels' : 'orders', data as BookData);
  return data;
}

/** Rows that the chain took back (a rollback): gone from the lists; what replaces them follows as ordinary deltas. */
function without(state: Row, keys: unknown[], lists: (typeof LISTS)[string]): Row {
  const gone = new Set(keys.map(String));
  const next = { ...state };
  for (const { member, key } of lists) next[member] = ((state[member] ?? []) as Row[]).filter((row) => !gone.has(String(row[key])));
  return next;
}

export const revertedKeys = (data: unknown): unknown[] | null => {
  const keys = (data as { revert?: unknown } | null)?.revert;
  return Array.isArray(keys) ? keys : null;
};

export function deltaState(channel: string, state: ChannelState, data: unknown): ChannelState {
  const kind = kindOf(channel);
  const reverted = revertedKeys(data);
  if (reverted) return LISTS[kind] ? without(state as Row, reverted, LISTS[kind]) : state;
  if (kind === 'book') return applyBook(state as BookState, data as BookData);
  const lists = LISTS[kind];
  if (!lists) return data;
  const next: Row = { ...(state as Row), ...(data as Row) };
  for (const { member, key, newestFirst, keep } of lists) {
    const old = ((state as Row)[member] ?? []) as Row[];
    const changed = ((data as Row)[member] ?? []) as Row[];
    next[member] = mergeRows(old, changed, key, newestFirst, keep);
  }
  return next;
}
