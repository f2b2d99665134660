// The market page in the browser (web-ui.md §6, §13): chart, book and search against the fixture; orders and the ticket against a market.
import { readFileSync } from 'node:fs';
import { becomes, check, equal, until } from './harness.mjs';
import { newPage, settle } from './page_tests.mjs';

const menu = async (page, name, item) => {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
};
const CHART = 'More about the chart';
const BOOK = 'More about the book';

async function fileOf(page, item) {
  const file = page.waitForEvent('download');
  await menu(page, CHART, item);
  return readFileSync(await (await file).path());
}

async function dragChart(page) {
  // What is pressed scrolls into sight: the chart's head may lie under that of the page.
  await page.evaluate(() => scrollTo(0, 0));
  const box = await page.locator('.chart').boundingBox();
  await page.mouse.move(box.x + box.width * 0.2, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 90, { steps: 4 });
  await page.mouse.up();
}

/** Against the fixture server. */
export async function chartTests(runner, browser, server) {
  await runner.test('C-04 C-05 a drag zooms, the view then stays, a pill and a double click lead back', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    const pill = page.getByRole('button', { name: /^Go to now/ });
    await until(() => page.locator('.chart canvas').count(), 'the chart');
    await until(async () => (await page.locator('.chart-levels i').count()) > 3, 'the ticks of the axis');
    equal(await pill.count(), 0, 'the pill at first');
    await dragChart(page);
    await pill.waitFor();
    await pill.click();
    await until(async () => (await pill.count()) === 0, 'the end of the pill');
    await dragChart(page);
    await pill.waitFor();
    await page.locator('.chart').dblclick({ position: { x: 40, y: 200 } });
    await until(async () => (await pill.count()) === 0, 'the whole range');
    equal(page.problems, [], 'errors in the console');
    await page.context().close();
  });
  await runner.test('C-02 C-07 the axis has ticks of 1, 2, 5; the summary, the table and the arrow keys say what is drawn', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await until(async () => (await page.locator('.chart-levels i:not(.mark) span').count()) > 3, 'ticks');
    await becomes(() => page.locator('.chart-levels i:not(.mark) span').allTextContents(), ['0', '5', '10', '15', '20'], 'ticks');
    await becomes(() => page.locator('.chart').getAttribute('aria-label'), 'Price of the last 24 hours: from 8 to 19 nRLC, last 8 nRLC.', 'summary');
    await page.locator('.chart').focus();
    await page.keyboard.press('End');
    await until(async () => /close 8 nRLC/.test((await page.locator('[aria-live=polite]').allTextContents()).join(' ')), 'the spoken figures of the last candle');
    await menu(page, CHART, /Table/);
    const region = page.getByRole('region', { name: 'Prices as a table' });
    await region.locator('tbody tr').first().filter({ hasText: '8' }).waitFor();
    await page.context().close();
  });
  await runner.test('C-08 PNG in double size, SVG and CSV say commodity, chain, height and time', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await until(() => page.locator('.chart canvas').count(), 'the chart');
    for (const kind of ['SVG', 'CSV']) {
      const text = (await fileOf(page, `Save ${kind}`)).toString('utf8');
      check(/Cat3, no enclave, any trust, chain bourse 65535, height 12345, \d{4}-\d\d-\d\dT[\d:.]+Z/.test(text), `${kind}: ${text.slice(0, 300)}`);
    }
    const png = await fileOf(page, 'Save PNG');
    equal([png.subarray(1, 4).toString(), png.readUInt32BE(16), png.readUInt32BE(20)], ['PNG', 1920, 960], 'PNG');
    equal(page.problems, [], 'errors in the console');
    await page.context().close();
  });
  await runner.test('M-03 M-13 M-21 trust makes rows pale, a level gives its price, depth and columns on demand', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3?trust=10`);
    await settle(page);
    await until(() => page.locator('.side.asks tr.dim').count().then((count) => count === 11), 'eleven pale asks');
    await menu(page, BOOK, /Depth chart/);
    await page.getByRole('img', { name: /^Depth: 11 tasks asked for down to 1 nRLC, 11 tasks offered up to 15 nRLC/ }).waitFor();
    await menu(page, BOOK, /cumulative/);
    await becomes(() => page.locator('.side.asks tbody tr[data-id]').first().locator('.c-extra').textContent(), '11', 'cumulative volume of the dearest ask');
    await page.getByRole('button', { name: 'Levels' }).click();
    await page.locator('.side.asks').getByRole('button', { name: 'Limit order at 9' }).click();
    await becomes(() => page.getByLabel('Workerpool price *').inputValue(), '9', 'price of the limit order');
    await page.context().close();
  });
}

const user = (name) => ({ wallet: name, settings: { welcomed: true, lastCategory: 0 } });
const enabled = (page, text) => page.waitForFunction((wanted) => [...document.querySelectorAll('button')].some((each) => each.textContent === wanted && !each.hasAttribute('aria-disabled')), text);

async function placeLimit(page, price) {
  await page.getByLabel('Workerpool price *').fill(price);
  await page.getByLabel('Dapp price *').fill('1');
  await enabled(page, 'Place computation buy limit order');
  await page.getByRole('button', { name: 'Place computation buy limit order' }).click();
  await page.getByRole('button', { name: 'Sign and place' }).click();
  await page.getByText('The order rests in the book.').waitFor();
}

/** Against a market. */
export async function tradeTests(runner, browser, market) {
  await runner.test('M-43 M-44 several orders are chosen and cancelled at once, struck through, then gone', async () => {
    const page = await newPage(browser, { state: user('requester2') });
    await page.goto(`${market.url}/market/0?tab=requests`);
    await page.getByRole('button', { name: 'Place limit order' }).click();
    await until(() => page.getByLabel('Dapp address *').inputValue(), 'the app of the first visit');
    for (const price of ['1', '2']) {
      await placeLimit(page, price);
      await until(async () => (await page.locator('.m-mine tbody tr').count()) === Number(price), `${price} orders`);
    }
    for (const box of await page.locator('.m-mine tbody').getByRole('checkbox').all()) await box.check();
    await page.getByText('2 orders selected').waitFor();
    await page.getByRole('button', { name: 'Cancel them' }).click();
    await page.getByRole('dialog').getByText('What you sign').first().click();
    await page.getByRole('dialog').getByText('Cancels this order for good', { exact: false }).first().waitFor();
    // Looked for from before: a row stands struck through for five seconds only.
    const struck = page.locator('.m-mine tr.gone').first().waitFor();
    await Promise.all([struck, page.getByRole('button', { name: 'Cancel on chain' }).click()]);
    await page.getByText('No open request orders.', { exact: false }).waitFor();
    await becomes(async () => (await market.get(`/v1/requestorders?signer=${market.account('requester2').address}`)).total, 0, 'open orders at the market');
    await page.getByRole('tab', { name: 'Order history' }).click();
    await until(async () => (await page.locator('.m-mine tbody').getByText('CANCELLED').count()) === 2, 'both in the history');
    await page.context().close();
  });
  await runner.test('§6.6 an app by its name, refused pools, a template; M-07 a search narrows the book', async () => {
    const page = await newPage(browser, { state: user('requester') });
    await page.goto(`${market.url}/market/0`);
    const app = page.getByLabel('Dapp address *');
    await until(() => app.inputValue(), 'the app of the first visit');
    await app.fill('vanity');
    await page.locator('.pick-list.inline').getByRole('button', { name: /vanitygen/ }).waitFor();
    await app.press('Enter');
    await until(async () => /^0x[0-9a-f]{40}$/i.test(await app.inputValue()), 'the address of the app');
    await enabled(page, 'Buy computation at market price');
    const [pool] = (await market.get('/v1/workerpools?limit=1')).items;
    await page.getByText('Advanced', { exact: true }).click();
    await page.getByLabel('Refuse a workerpool').fill(pool.address);
    await page.getByRole('button', { name: 'Refuse', exact: true }).click();
    await until(() => page.locator('.side.asks tr.dim').count(), 'the refused offer is pale');
    await page.locator('#buy-submit[aria-disabled]').waitFor();
    await page.getByRole('button', { name: 'Allow again' }).click();
    await enabled(page, 'Buy computation at market price');
    await page.getByLabel('Search for computation or workerpool').fill('hello');
    await page.locator('.market-search').getByRole('button', { name: /hello/ }).first().click();
    await page.waitForURL(/find=app%3A0x/);
    await page.getByRole('button', { name: 'Show everything again' }).click();
    equal(page.problems, [], 'errors in the console');
    await page.context().close();
  });
}
