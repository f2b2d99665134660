// T-24: buy, cancel, search, claim and drain with the keyboard alone. No mouse is used in this file.
import { check, equal, until } from './harness.mjs';
import { newPage, prepare, settle } from './page_tests.mjs';

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

async function press(page, name, key = 'Tab') {
  await tabTo(page, name, key);
  await until(() => page.evaluate(() => !document.activeElement?.hasAttribute('aria-disabled')), `${name} to be usable`, 60_000);
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

export async function keyboardPageTests(runner, browser, server) {
  await runner.test('T-24 keyboard only: search', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/explorer`);
    await settle(page);
    await page.keyboard.press('/');
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
      }, 'the transaction', 10_000);
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
    await page.getByText('Computation starts.').waitFor({ timeout: 60_000 });
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
    await press(page, 'Sign and place');
    await page.getByText('The order rests in the book.').waitFor({ timeout: 30_000 });
    const row = page.locator('.side.bids tbody tr[data-id]').first();
    await row.waitFor();
    const hash = await row.getAttribute('data-id');
    await tabTo(page, /^(Buy from|Sell to) order/, 'Shift+Tab');
    await page.keyboard.press('Alt+Backspace');
    await press(page, 'Cancel on chain');
    await until(async () => (await market.get(`/v1/requestorders/${hash}`)).status === 'canceled', 'the order to be cancelled', 30_000);
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
    await page.context().close();
  });
}
