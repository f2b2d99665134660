// Tables of the page under load (§16.3): what a drawing of the book costs and how often it is drawn at 200 changes a second;
// scrolling a book of 100 000 orders.
import { openBrowser } from '../browser.mjs';
import { newPage, settle } from '../e2e/page_tests.mjs';
import { startFixtureServer } from '../fixture_server.mjs';
import { say } from './report.mjs';

const PERIOD_MS = 5_000;
const CHANGES_A_SECOND = 200;
const PAINT_MS = 8;
const PAINTS_A_SECOND = 10;
const ORDERS = 100_000;
const SCROLL_MS = 3_000;
const FRAMES_A_SECOND = 55;
const DOM_ROWS = 80;

async function durations(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name) => metrics.find((each) => each.name === name).value * 1_000;
  return of('ScriptDuration') + of('RecalcStyleDuration') + of('LayoutDuration');
}

async function paints(browser, server) {
  const page = await newPage(browser);
  await page.goto(`${server.url}/market/3`);
  await settle(page);
  await page.locator('.side.asks tbody tr[data-id]').first().waitFor();
  // Each run of the observer is one drawing that changed the table.
  await page.evaluate(() => {
    window.drawings = 0;
    new MutationObserver(() => (window.drawings += 1)).observe(document.querySelector('.side.asks table'), { subtree: true, childList: true, characterData: true, attributes: true });
  });
  const session = await page.context().newCDPSession(page);
  // Time of the page's thread, not of the clock: a busy machine makes no drawing longer.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const quiet = await durations(session);
  await page.waitForTimeout(PERIOD_MS);
  const before = await durations(session);
  const began = Date.now();
  for (let serial = 0; Date.now() - began < PERIOD_MS; serial += 1) {
    server.publish('book:3-none-0', { asks: [{ ...server.book.asks[serial % 11], remaining: 1 + (serial % 97) }] });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + (serial * 1_000) / CHANGES_A_SECOND - Date.now())));
  }
  // Less what the page does in the same time without a change.
  const spent = (await durations(session)) - before - (before - quiet);
  const drawings = await page.evaluate(() => window.drawings);
  await page.context().close();
  say('ui_book_drawing', spent / drawings, 'ms', PAINT_MS);
  say('ui_book_drawings', drawings / (PERIOD_MS / 1_000), '1/s', PAINTS_A_SECOND);
}

async function scrolling(browser, server) {
  const [ask] = server.book.asks;
  const [bid] = server.book.bids;
  const many = (row, sign) => Array.from({ length: ORDERS / 2 }, (_, index) => ({ ...row, hash: `0x${(index + (sign > 0 ? 0 : ORDERS)).toString(16).padStart(64, '0')}`, price: String(100_000 + sign * (1 + (index % 90_000))), published: index }));
  const kept = { asks: server.book.asks.splice(0), bids: server.book.bids.splice(0) };
  for (const row of many(ask, 1)) server.book.asks.push(row);
  for (const row of many(bid, -1)) server.book.bids.push(row);
  try {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await page.locator('.side.bids tbody tr[data-id]').first().waitFor({ timeout: 60_000 });
    await page.waitForTimeout(1_000);
    const seen = await page.evaluate(
      (limit) =>
        new Promise((resolve) => {
          const side = document.querySelector('.side.bids');
          const began = performance.now();
          let frames = 0;
          let rows = 0;
          const frame = (now) => {
            frames += 1;
            rows = Math.max(rows, document.querySelectorAll('.side.bids tbody tr').length);
            side.scrollTop += 480;
            if (now - began < limit) requestAnimationFrame(frame);
            else resolve({ frames: (frames * 1_000) / (now - began), rows, way: side.scrollTop });
          };
          requestAnimationFrame(frame);
        }),
      SCROLL_MS,
    );
    if (seen.way < 480) throw new Error(`the book scrolled by ${seen.way} px only`);
    say('ui_scroll_100000_orders', seen.frames, '1/s', FRAMES_A_SECOND, 'higher');
    say('ui_scroll_100000_orders_rows', seen.rows, 'rows', DOM_ROWS);
    await page.context().close();
  } finally {
    server.book.asks.splice(0, server.book.asks.length, ...kept.asks);
    server.book.bids.splice(0, server.book.bids.length, ...kept.bids);
  }
}

export async function tableBench() {
  const server = await startFixtureServer();
  const browser = await openBrowser();
  try {
    await paints(browser, server);
    await scrolling(browser, server);
  } finally {
    await browser.close();
    server.close();
  }
}
