// Budgets of web-ui.md §16.3 that a browser can measure, one JSON line each: node tests/bench.mjs PROGRAM (after scripts/build_ui.sh).
// First paint and usable book with a processor slowed down four times; clicks; order published → in another page's book; and,
// in tests/bench, the reducer, drawings and scrolling of the book, and block → deal page.
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { openBrowser } from './browser.mjs';
import { until } from './e2e/harness.mjs';
import { Market } from './e2e/market.mjs';
import { newPage, settle } from './e2e/page_tests.mjs';
import { dealBench } from './bench/deal.mjs';
import { reducerBench } from './bench/reducer.mjs';
import { at, say } from './bench/report.mjs';
import { tableBench } from './bench/table.mjs';

const program = process.argv[2];
if (!program) throw new Error('name the program: node tests/bench.mjs build/release/bin/bourse');
const ROUNDS = 20;
/** A sample that `bourse up` registers. */
const APP = 'hello';

process.stdout.write(spawnSync('node', [new URL('../tools/budget.mjs', import.meta.url).pathname], { encoding: 'utf8' }).stdout.split('\n')[0] + '\n');
await reducerBench();
await tableBench();
const browser = await openBrowser();
/** In the page, by its own clock (a look from outside costs it time that a user's page has): the first frame with a row of the book. */
function noteFirstRow() {
  const look = (now) => {
    if ((document.querySelector('.side.asks tbody tr[data-id]')?.getBoundingClientRect().height ?? 0) > 0) window.firstRow = now;
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const market = await new Market(program).start();
const buyer = { wallet: 'requester', settings: { welcomed: true, lastCategory: 0 } };
try {
  const paints = [];
  const usable = [];
  for (let round = 0; round < 5; round += 1) {
    const page = await newPage(browser, { state: buyer });
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await page.addInitScript(noteFirstRow);
    await page.goto(`${market.url}/market/0`, { waitUntil: 'commit' });
    usable.push(await (await page.waitForFunction(() => window.firstRow)).jsonValue());
    paints.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0));
    await page.context().close();
  }
  say('ui_first_contentful_paint', at(paints, 0.5), 'ms', 1000);
  say('ui_usable_book', at(usable, 0.5), 'ms', 1800);

  const page = await newPage(browser, { state: buyer });
  await page.goto(`${market.url}/market/0`);
  await settle(page);
  await page.waitForSelector('.side.asks tbody tr[data-id]');
  await until(() => page.locator('.segmented button', { hasText: 'Levels' }).count(), 'the views of the book');
  const clicks = [];
  for (let round = 0; round < ROUNDS; round += 1)
    clicks.push(
      await page.evaluate(
        (wanted) =>
          new Promise((resolve) => {
            const button = [...document.querySelectorAll('.segmented button')].find((each) => each.textContent === wanted);
            const begin = performance.now();
            button.click();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin), 0));
          }),
        round % 2 ? 'Orders' : 'Levels',
      ),
    );
  say('ui_click_p95', at(clicks, 0.95), 'ms', 100);

  const delays = [];
  for (let round = 0; round < 10; round += 1) {
    const price = 2 + round;
    await page.getByRole('button', { name: 'Place limit order' }).click();
    await page.getByLabel('Workerpool price *').fill(String(price));
    await page.getByLabel('Dapp price *').fill('1');
    await page.waitForFunction(() => ![...document.querySelectorAll('button')].find((each) => each.textContent === 'Place computation buy limit order')?.hasAttribute('aria-disabled'));
    await page.getByRole('button', { name: 'Place computation buy limit order' }).click();
    const watcher = await newPage(browser, { state: { wallet: '', settings: buyer.settings } });
    await watcher.goto(`${market.url}/market/0`);
    await settle(watcher);
    const published = page.waitForResponse((answer) => answer.url().endsWith('/v1/requestorders') && answer.request().method() === 'POST');
    const seen = watcher.waitForFunction((wanted) => ([...document.querySelectorAll('.side.bids td.c-price')].some((cell) => cell.textContent === wanted) ? Date.now() : false), String(price), { polling: 5 });
    await page.getByRole('button', { name: 'Sign and place' }).click();
    await published;
    const answered = Date.now();
    delays.push(Math.max(0, (await (await seen).jsonValue()) - answered));
    await watcher.context().close();
    await until(() => page.getByText('The order rests in the book.').count(), 'the order');
  }
  say('ui_order_to_other_book_p95', at(delays, 0.95), 'ms', 250);

  await dealBench(browser, market, APP);

  const heap = await page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
  if (heap) say('ui_heap', heap / 1048576, 'MiB', 120);
} finally {
  await market.stop();
  await browser.close();
}
