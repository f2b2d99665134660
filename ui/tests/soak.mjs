// Soak (T-31): the market page under 50 messages a second for an hour (or the minutes given), against the fixture server:
//   node tests/soak.mjs [MINUTES]
// Says the memory after a collection, its growth an hour, and the counts of listeners and nodes at begin and end.
import { openBrowser } from './browser.mjs';
import { newPage, settle } from './e2e/page_tests.mjs';
import { startFixtureServer } from './fixture_server.mjs';

const MINUTES = Number(process.argv[2] ?? 60);
const MESSAGES_A_SECOND = 50;
const HEAP_MIB = 120;
const GROWTH_MIB = 2;
const WARM_UP = 0.2;

const server = await startFixtureServer();
const browser = await openBrowser();
const page = await newPage(browser);
await page.goto(`${server.url}/market/3`);
await settle(page);
const session = await page.context().newCDPSession(page);
await session.send('Performance.enable');
await session.send('HeapProfiler.enable');

async function sample() {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name) => metrics.find((each) => each.name === name).value;
  return { at: Date.now(), heap: of('JSHeapUsedSize') / 1048576, listeners: of('JSEventListeners'), nodes: of('Nodes') };
}

const end = Date.now() + MINUTES * 60_000;
const samples = [];
let serial = 0;
let next = Date.now();
while (Date.now() < end) {
  const rows = [{ ...server.book.asks[serial % 11], remaining: 1 + (serial % 9) }];
  server.publish('book:3-none-0', serial % 2 ? { asks: rows } : { bids: [{ ...server.book.bids[serial % 11], remaining: 1 + (serial % 7) }] });
  serial += 1;
  if (serial % (MESSAGES_A_SECOND * 10) === 0) samples.push(await sample());
  next += 1000 / MESSAGES_A_SECOND;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - Date.now())));
}
samples.push(await sample());
await browser.close();
server.close();

const settled = samples.slice(Math.floor(samples.length * WARM_UP));
const [first, last] = [settled[0], settled[settled.length - 1]];
const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
const middle = mean(settled.map((each) => each.at));
const heap = mean(settled.map((each) => each.heap));
const spread = settled.reduce((sum, each) => sum + (each.at - middle) ** 2, 0);
const slope = spread === 0 ? 0 : settled.reduce((sum, each) => sum + (each.at - middle) * (each.heap - heap), 0) / spread;
const growth = slope * 3_600_000;
const say = (bench, value, unit, limit) => console.log(JSON.stringify({ bench, value: Math.round(value * 100) / 100, unit, better: 'lower', limit }));
say('ui_soak_heap', last.heap, 'MiB', HEAP_MIB);
say('ui_soak_growth', growth, 'MiB/h', GROWTH_MIB);
say('ui_soak_listeners', last.listeners - first.listeners, 'more', 0);
say('ui_soak_nodes', last.nodes - first.nodes, 'more', 0);
console.log(JSON.stringify({ minutes: MINUTES, messages: serial, samples: samples.length, first, last }));
// A short run says nothing about an hour: only a long one can fail by its growth.
process.exit(last.heap > HEAP_MIB || (MINUTES >= 30 && growth > GROWTH_MIB) ? 1 : 0);
