// T-24: buy, cancel, search, claim and drain with the keyboard alone. No mouse is used in this file.
import { check, equal, until } from './harness.mjs';
import { inSearchField, newPage, prepare, settle } from './page_tests.mjs';

const MOST_STOPS = 160;

/** What stands where the keyboard is: its name, its text or its label. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return '';
    const label = element.getAttribute('aria-label') ?? (element.id ? document.querySelector(`label[for="${CSS.escape(element.id)}"]`)?.textContent : null);
    return (label ?? element.textContent ?? '').trim();
  });

/** Tab until the stop of that name; fails where the keyboard does not come there. */
async function tabTo(page, name, key = 'Tab') {
  const passed = [];
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    const here = await focused(page);
    if (name instanceof RegExp ? name.test(here) : here === name) return;
    passed.push(here.slice(0, 20));
    await page.keyboard.press(key);
  }
  throw new Error(`the keyboard does not come to ${name}; last stops: ${passed.slice(-12).join(' | ')}`);
}

/** Back to the row of that order, stop by stop. */
async function toRow(page, hash) {
  const here = () => page.evaluate(() => document.activeElement?.closest('tr[data-id]')?.getAttribute('data-id'));
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if ((await here()) === hash) return;
    await page.keyboard.press('Shift+Tab');
  }
  throw new Error(`the keyboard does not come to the row of ${hash}`);
}

async function press(page, name, key = 'Tab') {
  await tabTo(page, name, key);
  await until(() => page.evaluate(() => !document.activeElement?.hasAttribute('aria-disabled')), `${name} to be usable`);
  await page.keyboard.press('Enter');
}

/** The order of stops is that of the document, and the ring can be seen. */
async function saneFocus(page) {
  equal(await page.evaluate(() => document.querySelectorAll('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').length), 0, 'stops out of order');
  const ring = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement ?? document.body);
    return [style.outlineStyle, parseFloat(style.outlineWidth)];
  });
  check(ring[0] !== 'none' && ring[1] >= 2, `no ring around “${await focused(page)}”: ${ring}`);
}

/** Holds back the code of a part of the page; the answer lets it through. */
async function withhold(page, part) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  let asked = false;
  await page.route(`**/assets/${part}-*.js`, async (route) => {
    asked = true;
    await released;
    await route.continue();
  });
  return { release, asked: () => asked };
}

const inForm = (page) => page.evaluate(() => document.activeElement?.closest('form')?.getAttribute('aria-label') ?? '');

export async function keyboardPageTests(runner, browser, server) {
  await runner.test('T-24 a letter pressed before the ticket has arrived is not lost', async () => {
    const page = await newPage(browser);
    const ticket = await withhold(page, 'ticket');
    await page.goto(`${server.url}/market/3`);
    await until(() => page.locator('.side.asks tbody tr[data-id]').count(), 'the book');
    await until(ticket.asked, 'the request for the ticket');
    for (const key of ['s', 'x']) await page.keyboard.press(key);
    ticket.release();
    await until(async () => (await inForm(page)) === 'Sell, place limit order', 'the keyboard in the form');
    await page.context().close();
  });
  await runner.test('T-24 Escape before the ticket has arrived leaves the keyboard where it is', async () => {
    const page = await newPage(browser);
    const ticket = await withhold(page, 'ticket');
    await page.goto(`${server.url}/market/3`);
    await until(ticket.asked, 'the request for the ticket');
    for (const key of ['s', 'Escape']) await page.keyboard.press(key);
    ticket.release();
    await page.getByRole('form', { name: 'Sell, fill market order' }).waitFor();
    equal(await inForm(page), '', 'where the keyboard is');
    await page.context().close();
  });
  await runner.test('T-24 a letter opens the ticket where it is a sheet, before and after its code is there', async () => {
    const page = await newPage(browser, { width: 900 });
    const ticket = await withhold(page, 'ticket');
    await page.goto(`${server.url}/market/3`);
    await until(() => page.locator('.side.asks tbody tr[data-id]').count(), 'the book');
    await page.keyboard.press('s');
    await page.getByRole('dialog').waitFor();
    ticket.release();
    await until(async () => (await inForm(page)) === 'Sell, fill market order', 'the keyboard in the form');
    for (const key of ['Escape', 'Escape']) await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('b');
    await until(async () => (await inForm(page)) === 'Buy, fill market order', 'the keyboard in the form of the other side');
    await page.context().close();
  });
  await runner.test('T-24 a letter meant for a page on its way waits for it', async () => {
    const page = await newPage(browser);
    const explorer = await withhold(page, 'home');
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    for (const key of ['g', 'e', 'm']) await page.keyboard.press(key);
    await until(explorer.asked, 'the request for the explorer');
    explorer.release();
    await page.waitForURL(/\/explorer\?.*mine=0x/);
    equal(page.problems, [], 'errors in the console');
    await page.context().close();
  });
  await runner.test('T-24 keyboard only: search', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/explorer`);
    await settle(page);
    await page.keyboard.press('/');
    await inSearchField(page);
    await page.keyboard.type('0x86f54eaf5262');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/(search|deal|market\/order)/);
    await page.context().close();
  });
  await runner.test('T-24 keyboard only: claim a refund', async () => {
    server.tune((path, body) => (/^\/v1\/tasks\/0x/.test(path) && body?.task ? { ...body, task: { ...body.task, status: 'CLAIMABLE', ended: null, finalDeadline: Date.now() - 60_000 } } : body));
    try {
      const page = await newPage(browser);
      let sent = null;
      await page.route('**/v1/rpc', (route) => route.fulfill({ json: { jsonrpc: '2.0', id: 1, result: route.request().postDataJSON().method === 'eth_getTransactionReceipt' ? { status: '0x1', blockNumber: '0x9' } : '0x1' } }));
      await page.route('**/v1/tx', (route) => {
        sent = route.request().postDataJSON().raw;
        return route.fulfill({ json: { hash: `0x${'12'.repeat(32)}` } });
      });
      await page.goto(`${server.url}/task/0x${'c15ee'.padEnd(64, '0')}`);
      await settle(page);
      await press(page, /^Claim refund/);
      await saneFocus(page);
      await until(async () => {
        if (!sent) await page.keyboard.press('Enter');
        return sent;
      }, 'the transaction');
      check(sent.includes('c15ee'), 'the transaction names another task');
      await page.context().close();
    } finally {
      server.tune((_, body) => body);
    }
  });
}

export async function keyboardMarketTests(runner, browser, market) {
  const user = (name) => prepare(name, { lastCategory: 0 });
  await runner.test('T-24 keyboard only: buy, see the deal', async () => {
    const page = await newPage(browser, { state: user('requester') });
    await page.goto(`${market.url}/market/0`);
    await settle(page);
    await page.keyboard.press('b');
    await page.getByRole('form', { name: 'Buy, fill market order' }).waitFor();
    await press(page, 'Buy computation at market price');
    await page.getByRole('heading', { name: 'What you sign' }).waitFor();
    await saneFocus(page);
    await press(page, 'Sign and buy');
    await page.getByText('Computation starts.').waitFor();
    await press(page, /^(Watch it run|Open deal)$/);
    await page.waitForURL(/\/(task|deal)\/0x/);
    await page.context().close();
  });
  await runner.test('T-24 keyboard only: place a limit order and cancel it', async () => {
    const page = await newPage(browser, { state: user('requester2') });
    await page.goto(`${market.url}/market/2`);
    await settle(page);
    await page.keyboard.press('b');
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.getByRole('form', { name: 'Buy, place limit order' }).waitFor();
    await tabTo(page, 'Workerpool price *');
    await page.keyboard.type('1');
    await tabTo(page, 'Dapp price *');
    await page.keyboard.type('1');
    await press(page, 'Place computation buy limit order');
    await page.getByRole('heading', { name: 'What you sign' }).waitFor();
    await press(page, 'Sign and place');
    await page.getByText('The order rests in the book.').waitFor();
    const row = page.locator('.side.bids tbody tr[data-id]').filter({ has: page.locator('.you') }).first();
    await row.waitFor();
    const hash = await row.getAttribute('data-id');
    await until(async () => (await page.locator('dialog[open]').count()) === 0, 'the sheet to close');
    await toRow(page, hash);
    await page.keyboard.press('Alt+Backspace');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel on chain' }).waitFor();
    await press(page, 'Cancel on chain');
    await until(async () => (await market.get(`/v1/requestorders/${hash}`)).status === 'canceled', 'the order to be cancelled');
    await page.context().close();
  });
  await runner.test('T-24 keyboard only: an operator drains and resumes the pool', async () => {
    const page = await newPage(browser, { state: user('scheduler') });
    await page.goto(`${market.url}/ops/workers`);
    await settle(page);
    await press(page, 'Sign in');
    await page.getByRole('region', { name: 'Workers, table' }).waitFor();
    for (const [word, draining] of [['Drain', true], ['Resume', false]]) {
      await press(page, `${word} the pool`);
      await page.locator('dialog, [role=dialog]').getByLabel('Reason').waitFor();
      await tabTo(page, 'Reason');
      await page.keyboard.type('by keyboard');
      await press(page, `${word} the pool`);
      await until(async () => (await market.get('/v1/ops/overview')).draining === draining, word);
      await until(async () => (await page.locator('dialog[open]').count()) === 0, 'the dialog to close');
    }
    await market.offer();
    await page.context().close();
  });
}
