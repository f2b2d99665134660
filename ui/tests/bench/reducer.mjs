// The reducer of the book (§16.3): 200 deltas of one order each on a book of 1 000 orders, as messages bring them, and all of
// them in one message, as it comes after a pause, on the largest book of 50 000; and the levels of that book after each of
// such messages.
import { performance } from 'node:perf_hooks';
import { createServer } from 'vite';
import { at, say } from './report.mjs';

const DELTAS = 200;
const LIMIT_MS = 4;
/** A drawing of the book, of which finding its levels is a part. */
const DRAWING_MS = 8;
const LARGEST = 50_000;
const ROUNDS = 30;

const rowsOf = (count) => Array.from({ length: count }, (_, index) => ({ hash: `0x${index.toString(16).padStart(64, '0')}`, price: String(100 + ((index * 7919) % 5000)), remaining: 5, volume: 5, trust: 1, published: index }));

/** Both sides as levels after a message of 20 changes, as they come ten times a second. */
async function levelsBench(vite) {
  const { applyBook, bookOfSnapshot } = await vite.ssrLoadModule('/src/model/book.ts');
  const { levelsOf } = await vite.ssrLoadModule('/src/model/levels.ts');
  const rows = rowsOf(LARGEST / 2);
  let state = bookOfSnapshot('orders', { asks: rows, bids: rows });
  const times = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const changed = Array.from({ length: 10 }, (_, index) => ({ ...rows[(round * 997 + index * 31) % rows.length], remaining: 1 + (round % 4) }));
    state = applyBook(state, { asks: changed, bids: changed });
    const began = performance.now();
    levelsOf(state.asks, 'asks', 1);
    levelsOf(state.bids, 'bids', 1);
    if (round > 0) times.push(performance.now() - began); // the first makes them anew
  }
  say('ui_levels_of_50000', at(times, 0.5), 'ms', DRAWING_MS);
}

export async function reducerBench() {
  const vite = await createServer({ root: new URL('../..', import.meta.url).pathname, server: { middlewareMode: true, ws: false }, optimizeDeps: { noDiscovery: true, include: [] }, appType: 'custom', logLevel: 'error' });
  try {
    const { deltaState, snapshotState } = await vite.ssrLoadModule('/src/model/channels.ts');
    for (const [name, orders, together] of [['ui_reducer_200_deltas', 1_000, false], ['ui_reducer_200_changes_of_50000', LARGEST, true]]) {
      const rows = rowsOf(orders / 2);
      const times = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        let state = snapshotState('book:0-none-0', { asks: rows, bids: rows });
        // Changes, removals and new orders, on both sides.
        const deltas = Array.from({ length: DELTAS }, (_, index) => {
          const row = index % 4 === 3 ? { ...rows[index], hash: `0x${(orders + index).toString(16).padStart(64, 'f')}`, price: String(90 + index) } : { ...rows[(index * 31) % rows.length], remaining: index % 4 === 2 ? 0 : 1 + (index % 5) };
          return index % 2 ? { asks: [row] } : { bids: [row] };
        });
        const all = together ? [{ asks: deltas.flatMap((each) => each.asks ?? []), bids: deltas.flatMap((each) => each.bids ?? []) }] : deltas;
        const began = performance.now();
        for (const delta of all) state = deltaState('book:0-none-0', state, delta);
        times.push(performance.now() - began);
      }
      say(name, at(times, 0.5), 'ms', LIMIT_MS);
    }
    await levelsBench(vite);
  } finally {
    await vite.close();
  }
}
