// Long lists against the fixture server: paging while rows arrive (T-14), a bag of a million tasks (T-17), confidence in
// words (T-16), a log of a thousand lines a second (T-21).
import { readFileSync } from 'node:fs';
import { becomes, check, equal, settled, until } from './harness.mjs';
import { newPage, settle } from './page_tests.mjs';

const BAG = 1_000_000;
const LOG_SECONDS = Number(process.env.UI_LOG_SECONDS ?? 4);
const LINES_A_DELTA = 250;

async function pageThrough(page) {
  const seen = [];
  for (;;) {
    await settle(page);
    const counter = await page.locator('.table-foot').first().textContent();
    seen.push(...(await page.locator('main tbody tr td[data-col=deal] [data-id]').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-id')))));
    const next = page.getByRole('button', { name: 'Next page' });
    if ((await next.getAttribute('aria-disabled')) === 'true') return { seen, counter };
    const before = page.url();
    await next.click();
    await page.waitForURL((url) => url.href !== before);
    await page.waitForFunction((first) => document.querySelector('main tbody tr td[data-col=deal] [data-id]')?.getAttribute('data-id') !== first, seen[seen.length - 20] ?? '');
  }
}

/** Counts frames and the longest wait between two of them, from now on. */
const watchFrames = (page) =>
  page.evaluate(() => {
    window.frames60 = { count: 0, longest: 0, began: performance.now() };
    let last = performance.now();
    const frame = (now) => {
      window.frames60.count += 1;
      window.frames60.longest = Math.max(window.frames60.longest, now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });

export async function listTests(runner, browser, server) {
  await runner.test('T-14 paging while new deals arrive repeats and skips none', async () => {
    const page = await newPage(browser);
    const deals = server.growingDeals(97);
    await page.goto(`${server.url}/explorer/deals`);
    const timer = setInterval(deals.add, 50);
    try {
      const { seen } = await pageThrough(page);
      // The list belongs to the height at which it was begun; a few deals may have come before that.
      const began = Number(/asOf=(?:%22)?(\d+)/.exec(page.url())?.[1]);
      check(began >= 97, `the list began at ${began}`);
      equal(seen.length, began, 'rows of all pages');
      equal(new Set(seen).size, began, 'different rows');
      const last = page.url();
      await page.getByRole('button', { name: 'Previous page' }).click();
      await page.waitForURL((url) => url.href !== last && url.pathname === '/explorer/deals' && url.search.includes('cursor='));
    } finally {
      clearInterval(timer);
      deals.end();
    }
    await page.context().close();
  });
  await runner.test('T-16 the task page says how far the confidence is and what is missing', async () => {
    server.tune((path, body) => (/^\/v1\/tasks\/0x/.test(path) && body?.task ? { ...body, task: { ...body.task, status: 'RUNNING', trust: 100, ended: null, consensus: null, confidence: { best: '32', total: '33', share: 32 / 33, needed: 0.99, reached: false } } } : body));
    try {
      const page = await newPage(browser);
      await page.goto(`${server.url}/task/0x${'c15ee'.padEnd(64, '0')}`);
      await page.getByText('32/33 = 97.0 % of 99.0 % · needs two newcomers or one score ≥ 15').waitFor();
      await page.context().close();
    } finally {
      server.tune((_, body) => body);
    }
  });
  await runner.test('T-17 a bag of a million tasks: strip, jump, few rows, one request a view', async () => {
    const bag = server.bag(BAG);
    try {
      const page = await newPage(browser);
      const started = Date.now();
      await page.goto(`${server.url}/deal/${bag.id}`);
      await page.locator('.bag-strip').waitFor();
      const rows = page.getByRole('region', { name: 'Tasks of this deal, table' }).locator('tbody tr[data-link]');
      await rows.first().waitFor();
      const opened = Date.now() - started;
      check((await page.locator('.bag-strip').getAttribute('width')) <= 1_000, 'too many parts of the strip');
      const asked = [];
      page.on('request', (request) => /\/tasks\?/.test(request.url()) && asked.push(request.url()));
      const jumped = Date.now();
      await page.getByLabel('jump to index').fill('987654');
      await rows.filter({ hasText: '987\u202f654' }).first().waitFor();
      const took = Date.now() - jumped;
      console.log(JSON.stringify({ bench: 'ui_bag_open', value: opened, unit: 'ms', better: 'lower', limit: 1000 }));
      console.log(JSON.stringify({ bench: 'ui_bag_jump', value: took, unit: 'ms', better: 'lower', limit: 200 }));
      check((await rows.count()) <= 80, 'too many rows');
      const views = asked.filter((url) => Number(/fromIndex=(\d+)/.exec(url)?.[1]) > 900_000);
      check(views.length === 1, `${views.length} requests for one view: ${views.join(' ')}`);
      await page.getByRole('region', { name: 'Tasks of this deal, table' }).evaluate((box) => box.scrollBy(0, 3_200));
      await rows.filter({ hasText: '987\u202f754' }).first().waitFor();
      // The strip by keyboard: its end, then there.
      const strip = page.getByRole('slider', { name: /^Status of/ });
      await strip.focus();
      await page.keyboard.press('End');
      await becomes(() => strip.getAttribute('aria-valuenow'), '400', 'the part that is chosen');
      await page.keyboard.press('Enter');
      await rows.filter({ hasText: '998\u202f750' }).first().waitFor();
      await page.getByText('View as table').first().click();
      await page.getByRole('button', { name: 'Show', exact: true }).first().click();
      await rows.filter({ has: page.getByRole('link', { name: '0', exact: true }) }).first().waitFor();
      await page.context().close();
    } finally {
      bag.end();
    }
  });
  await runner.test(`T-21 a log of 1 000 lines a second for ${LOG_SECONDS} s: follows, stands still when read, loses none in the file`, async () => {
    const log = server.log();
    try {
      const page = await newPage(browser);
      await page.goto(`${server.url}/task/0x${'c15ee'.padEnd(64, '0')}?tab=logs`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.locator('.log .line').first().waitFor();
      await until(() => log.listeners(), 'the subscription of the log');
      await watchFrames(page);
      const half = (LOG_SECONDS * 1000) / LINES_A_DELTA / 2;
      for (let round = 0; round < half; round += 1) await log.write(LINES_A_DELTA);
      await until(() => page.locator('.log .line', { hasText: `line ${log.count() - 1}` }).count(), 'the newest line');
      await page.locator('.log').hover();
      await until(async () => {
        await page.mouse.wheel(0, -2_000);
        return (await page.locator('.log').getAttribute('data-following')) === 'false';
      }, 'the end of following');
      const read = await settled(() => page.locator('.log .line').first().textContent(), 'the end of the scroll');
      for (let round = 0; round < half; round += 1) await log.write(LINES_A_DELTA);
      await until(() => page.getByText(/new lines, not following/).count(), 'the count of new lines');
      equal(await page.locator('.log .line').first().textContent(), read, 'the line that was read');
      await page.getByRole('button', { name: 'Scroll to bottom' }).click();
      await until(() => page.locator('.log .line', { hasText: `line ${log.count() - 1}` }).count(), 'the newest line again');
      check((await page.locator('.log .line').count()) <= 80, 'too many lines in the page');
      const { count, longest, began } = await page.evaluate(() => window.frames60);
      const perSecond = (count * 1000) / ((await page.evaluate(() => performance.now())) - began);
      console.log(JSON.stringify({ bench: 'ui_log_frames', value: Math.round(perSecond), unit: '1/s', better: 'higher', limit: 50, longest: Math.round(longest) }));
      const file = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Text, whole log' }).click();
      const lines = readFileSync(await (await file).path(), 'utf8').trimEnd().split('\n');
      equal(lines.length, log.count(), 'lines of the file');
      await page.context().close();
    } finally {
      log.end();
    }
  });
}
