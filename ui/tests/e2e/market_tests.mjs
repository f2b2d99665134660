// Checks against a real market: `bourse up` with the program that is tested (web-ui.md §17.2, issue 5 §4).
import { privateKeyToAccount } from 'viem/accounts';
import { becomes, check, equal, until } from './harness.mjs';
import { Market } from './market.mjs';
import { newPage, settle } from './page_tests.mjs';
import { keyboardMarketTests } from './keyboard_tests.mjs';
import { storeTests } from './store_tests.mjs';
import { tradeTests } from './trade_tests.mjs';
import { consoleTests } from './console_tests.mjs';
import { marketSearchTests } from './search_tests.mjs';
import { mineTests } from './view_tests.mjs';
import { walletTests } from './wallet_tests.mjs';

const fresh = { wallet: '', settings: { welcomed: false } };
const user = (name) => ({ wallet: name, settings: { welcomed: true, lastCategory: 0 } });
/** Rows of a side of the book that are in the page at once, of a book that has more. */
const MOST_ASKS_SHOWN = 11;
const enabled = (page, text) => page.waitForFunction((wanted) => [...document.querySelectorAll('button')].some((each) => each.textContent === wanted && !each.hasAttribute('aria-disabled')), text);
/** Money of an account of which no task holds any. */
const balance = (market, name) =>
  until(async () => {
    const { account } = await market.get(`/v1/accounts/${market.account(name).address}`);
    return account.locked === '0' ? { free: BigInt(account.staked) } : null;
  }, `the money of ${name} to be free`);

/** An EIP-1193 wallet in the page whose signatures come from the test; `mood` says how it behaves. */
async function injectWallet(page, key, facts, mood) {
  const account = privateKeyToAccount(key);
  const asked = [];
  const state = { chain: facts.chain_id, locked: false, refuse: false, ...mood };
  await page.exposeFunction('walletRequest', async (method, params) => {
    asked.push(method);
    if (method === 'eth_chainId') return { result: `0x${state.chain.toString(16)}` };
    if (method === 'eth_accounts') return { result: state.locked ? [] : [account.address] };
    if (method === 'eth_requestAccounts') {
      state.locked = false;
      return { result: [account.address] };
    }
    if (method === 'wallet_switchEthereumChain') {
      state.chain = Number(params[0].chainId);
      return { result: null, event: ['chainChanged', params[0].chainId] };
    }
    if (state.refuse) return { error: { code: 4001, message: 'User rejected the request.' } };
    if (method === 'eth_signTypedData_v4') {
      const { domain, types, primaryType, message } = JSON.parse(params[1]);
      delete types.EIP712Domain;
      return { result: await account.signTypedData({ domain, types, primaryType, message }) };
    }
    if (method === 'eth_sendTransaction') {
      const call = async (name, ...values) => (await (await fetch(facts.rpc_url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: name, params: values }) })).json()).result;
      const { to, data } = params[0];
      const raw = await account.signTransaction({ type: 'legacy', chainId: state.chain, nonce: Number(await call('eth_getTransactionCount', account.address, 'pending')), gas: 3_000_000n, gasPrice: 0n, to, data, value: 0n });
      return { result: await call('eth_sendRawTransaction', raw) };
    }
    return { error: { code: -32601, message: `no ${method}` } };
  });
  await page.addInitScript(() => {
    const listeners = {};
    const provider = {
      request: async ({ method, params }) => {
        const answer = await window.walletRequest(method, params ?? []);
        if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
        if (answer.event) for (const each of listeners[answer.event[0]] ?? []) each(answer.event[1]);
        return answer.result;
      },
      on: (event, listener) => (listeners[event] ??= []).push(listener),
      removeListener: () => undefined,
    };
    // Announced late, as some wallets are.
    const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info: { uuid: '1', name: 'Test wallet', rdns: 'org.example.test' }, provider } }));
    setTimeout(() => {
      announce();
      addEventListener('eip6963:requestProvider', announce);
    }, 300);
    addEventListener('load', () => setTimeout(announce, 1_000));
  });
  return { asked, state, address: account.address };
}

async function connectInjected(page) {
  await page.getByRole('banner').getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByRole('button', { name: /Test wallet/ }).click();
}

export async function marketTests(runner, browser, program) {
  const market = await new Market(program).start();
  const { facts } = market;
  try {
    await runner.test('§6.10 newcomer: from the first page to a downloaded result in ≤ 8 clicks', async () => {
      const page = await newPage(browser, { state: fresh });
      const started = Date.now();
      let clicks = 0;
      const press = async (target) => {
        await target.click();
        clicks += 1;
      };
      await page.goto(market.url);
      await press(page.getByRole('button', { name: 'Connect a wallet' }));
      await press(page.getByRole('button', { name: /^requester / }));
      await press(page.getByRole('button', { name: 'Go to the market' }));
      await enabled(page, 'Buy computation at market price');
      await press(page.getByRole('button', { name: 'Buy computation at market price' }));
      await press(page.getByRole('button', { name: 'Sign and buy' }));
      await press(page.getByRole('link', { name: 'Watch it run' }));
      await enabled(page, 'Download and verify');
      const file = page.waitForEvent('download');
      await press(page.getByRole('button', { name: 'Download and verify' }));
      await file;
      await page.getByText('Verified.').waitFor();
      const seconds = (Date.now() - started) / 1000;
      console.log(JSON.stringify({ bench: 'ui_newcomer', value: seconds, unit: 's', better: 'lower', limit: 60, clicks }));
      check(clicks <= 8, `${clicks} clicks`);
      equal(page.problems, [], 'errors in the console');
      await page.context().close();
    });
    await runner.test('T-04 the deal stands in my trades, in the trades and in the explorer; money as in the ledger', async () => {
      const before = await balance(market, 'requester');
      const page = await newPage(browser, { state: user('requester') });
      await page.goto(`${market.url}/market/0`);
      await enabled(page, 'Buy computation at market price');
      await page.getByRole('button', { name: 'Buy computation at market price' }).click();
      await page.getByRole('button', { name: 'Sign and buy' }).click();
      const link = page.getByRole('link', { name: 'Open deal' });
      await link.waitFor();
      const deal = (await link.getAttribute('href')).split('/').pop();
      await until(() => page.locator(`.trades [data-id="${deal}"]`).count(), 'the deal in the recent trades');
      await until(() => page.locator(`.m-mine [data-id="${deal}"]`).count(), 'the deal in my trades');
      await link.click();
      await page.getByText('COMPLETE').first().waitFor();
      await page.goto(`${market.url}/explorer`);
      await until(() => page.locator(`[data-id="${deal}"]`).count(), 'the deal in the explorer');
      equal(String(before.free - (await balance(market, 'requester')).free), '21', 'nRLC paid');
      await page.context().close();
    });
    let resting = '';
    await runner.test('T-05 a limit order rests with “you”, explains itself, is cancelled everywhere', async () => {
      const page = await newPage(browser, { state: user('requester') });
      await page.goto(`${market.url}/market/0`);
      await settle(page);
      await page.getByRole('button', { name: 'Place limit order' }).click();
      await until(() => page.getByLabel('Dapp address *').inputValue(), 'the default app');
      await page.getByLabel('Workerpool price *').fill('5');
      await page.getByLabel('Dapp price *').fill('1');
      await enabled(page, 'Place computation buy limit order');
      await page.getByRole('button', { name: 'Place computation buy limit order' }).click();
      await page.getByRole('button', { name: 'Sign and place' }).click();
      await page.getByText('The order rests in the book.').waitFor();
      const bid = page.locator('.side.bids tbody tr[data-id]').first();
      await bid.locator('.you').waitFor();
      resting = await bid.getAttribute('data-id');
      equal(await bid.locator('.c-price').textContent(), '5', 'price of the bid');
      await page.getByRole('tab', { name: /My open request orders/ }).click();
      await page.getByRole('button', { name: 'Why?' }).first().click();
      await until(() => page.locator('dialog').getByText(/20/).count(), 'the reason that names the price of 20');
      await page.keyboard.press('Escape');
      await page.locator('.m-mine').getByRole('button', { name: /^Cancel order/ }).click();
      await page.getByRole('button', { name: 'Cancel on chain' }).click();
      await until(async () => (await page.locator(`.side.bids [data-id="${resting}"]`).count()) === 0, 'the bid to leave the book');
      await becomes(async () => (await market.get(`/v1/requestorders/${resting}`)).status, 'canceled', 'status of the order');
      await page.context().close();
    });
    await runner.test('a limit order fills by itself when a pool order meets it', async () => {
      const page = await newPage(browser, { state: user('requester') });
      await page.goto(`${market.url}/market/1`);
      await settle(page);
      await page.getByRole('button', { name: 'Place limit order' }).click();
      await until(() => page.getByLabel('Dapp address *').inputValue(), 'the default app');
      await page.getByLabel('Workerpool price *').fill('7');
      await page.getByLabel('Dapp price *').fill('1');
      await enabled(page, 'Place computation buy limit order');
      await page.getByRole('button', { name: 'Place computation buy limit order' }).click();
      await page.getByRole('button', { name: 'Sign and place' }).click();
      await page.getByText('The order rests in the book.').waitFor();
      const seller = await newPage(browser, { state: user('scheduler') });
      await seller.goto(`${market.url}/market/1`);
      await settle(seller);
      await seller.locator('.side-tabs').getByRole('button', { name: 'Sell' }).click();
      await seller.getByRole('button', { name: 'Place limit order' }).click();
      await until(() => seller.getByLabel('Workerpool address *').inputValue(), 'the pool');
      await seller.getByLabel('Price *', { exact: true }).fill('6');
      await enabled(seller, 'Place computation sell limit order');
      await seller.getByRole('button', { name: 'Place computation sell limit order' }).click();
      await seller.getByRole('button', { name: 'Sign and place' }).click();
      await until(() => page.locator('.trades tbody tr[data-id]').count(), 'the trade');
      await becomes(() => page.locator('.trades tbody tr[data-id] td').nth(1).textContent(), '▸unchanged 6', 'price of the trade');
      await seller.context().close();
      await page.context().close();
    });
    await runner.test('deposit and withdraw move money as said', async () => {
      const page = await newPage(browser, { state: user('requester2') });
      const before = await balance(market, 'requester2');
      await page.goto(`${market.url}/wallet/withdraw`);
      await settle(page);
      await page.getByLabel('Amount in nRLC *').fill('200');
      await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
      await page.getByText('Done.').waitFor();
      const taken = async () => String(before.free - (await balance(market, 'requester2')).free);
      await becomes(taken, '200', 'withdrawn');
      await page.goto(`${market.url}/wallet/deposit`);
      await settle(page);
      await page.getByRole('button', { name: '+200', exact: true }).click();
      await page.getByRole('button', { name: 'Deposit', exact: true }).click();
      await page.getByText('Done.').waitFor();
      await becomes(taken, '0', 'withdrawn after the deposit');
      await page.context().close();
    });
    await runner.test('operator console shows workers, a task and its log', async () => {
      const page = await newPage(browser, { state: user('scheduler') });
      await page.goto(`${market.url}/ops/workers`);
      await settle(page);
      await page.getByRole('button', { name: 'Sign in' }).first().click();
      await until(async () => (await page.locator('tbody tr').count()) >= 3, 'three workers');
      await until(() => page.getByText('● fresh').count(), 'a fresh worker');
      await page.getByRole('tab', { name: 'Tasks' }).click();
      await until(() => page.locator('tbody tr').count(), 'a task');
      const buyer = await newPage(browser, { state: user('requester') });
      const task = await market.completedTask();
      await buyer.goto(`${market.url}/task/${task.id}?tab=logs`);
      await buyer.getByRole('button', { name: 'Sign in' }).click();
      await until(() => buyer.locator('.log .line').count(), 'a line of the log');
      await buyer.context().close();
      await page.context().close();
    });
    await tradeTests(runner, browser, market);
    await storeTests(runner, browser, market);
    await walletTests(runner, browser, market);
    await consoleTests(runner, browser, market);
    await keyboardMarketTests(runner, browser, market);
    await marketSearchTests(runner, browser, market);
    await mineTests(runner, browser, market);
    await runner.test('T-07 wallet: late, locked, wrong chain, refused; the form stays', async () => {
      const page = await newPage(browser, { state: { wallet: '', settings: { welcomed: true, lastCategory: 0 } } });
      const wallet = await injectWallet(page, market.key('requester2'), facts, { locked: true, chain: 1 });
      await page.goto(`${market.url}/market/0`);
      await settle(page);
      await page.getByLabel('Work params *').fill('{"iexec_args":"Bob"}');
      check((await page.getByRole('button', { name: 'Connect to buy' }).count()) === 1, 'no “Connect to buy”');
      await connectInjected(page);
      await page.getByText(/Your wallet is on chain 1/).first().waitFor();
      check((await page.getByRole('button', { name: 'Buy computation at market price' }).getAttribute('aria-disabled')) === 'true', 'buying on a wrong chain is not blocked');
      check(!wallet.asked.includes('eth_signTypedData_v4'), 'the wallet was asked to sign on a wrong chain');
      await page.getByRole('button', { name: 'Switch the wallet' }).click();
      await enabled(page, 'Buy computation at market price');
      wallet.state.refuse = true;
      await page.getByRole('button', { name: 'Buy computation at market price' }).click();
      await page.getByRole('button', { name: 'Sign and buy' }).click();
      await until(() => wallet.asked.includes('eth_signTypedData_v4'), 'the question of the wallet');
      await enabled(page, 'Sign and buy');
      equal(await page.locator('dialog [role=alert]').count(), 0, 'an error after a refusal');
      wallet.state.refuse = false;
      await page.getByRole('button', { name: 'Sign and buy' }).click();
      await page.getByText('deal sealed').waitFor();
      equal(await page.getByLabel('Work params *').inputValue(), '{"iexec_args":"Bob"}', 'the form');
      await page.context().close();
    });
    await runner.test('T-10 a double click buys once', async () => {
      const mine = `/v1/deals?limit=1&requester=${market.account('requester').address}`;
      const { total } = await market.get(mine);
      const page = await newPage(browser, { state: user('requester') });
      await page.goto(`${market.url}/market/0`);
      await enabled(page, 'Buy computation at market price');
      await page.getByRole('button', { name: 'Buy computation at market price' }).click();
      await page.getByRole('button', { name: 'Sign and buy' }).dblclick();
      await page.getByText('deal sealed').waitFor();
      await page.getByRole('link', { name: 'Open deal' }).waitFor();
      await until(async () => (await market.get(mine)).total > total, 'the deal in the index');
      equal((await market.get(mine)).total, total + 1, 'deals');
      await page.context().close();
    });
    await runner.test('T-29 no key leaves the page', async () => {
      const page = await newPage(browser, { state: user('requester') });
      const key = market.key('requester').slice(2).toLowerCase();
      const seen = [];
      page.on('request', (request) => seen.push(request.url() + (request.postData() ?? '') + JSON.stringify(request.headers())));
      page.on('websocket', (socket) => socket.on('framesent', (frame) => seen.push(String(frame.payload))));
      await page.goto(`${market.url}/ops`);
      await settle(page);
      await page.getByRole('button', { name: 'Sign in' }).first().click();
      await page.getByText('signed in').waitFor();
      check(seen.length > 3, 'nothing was captured');
      check(!seen.some((each) => each.toLowerCase().includes(key)), 'a request holds the key');
      equal(await page.evaluate((secret) => JSON.stringify(localStorage).includes(secret), key), false, 'the key is in the storage');
      check(seen.every((each) => !/^https?:/.test(each) || each.startsWith(market.url)), 'a request went to another origin');
      await page.context().close();
    });
    await runner.test('T-28 a page of another origin gets no socket and no write', async () => {
      const answer = await fetch(`${market.url}/v1/tx`, { method: 'POST', headers: { 'content-type': 'text/plain', origin: 'http://evil.example' }, body: '{}' });
      check(answer.status >= 400, `the write was answered ${answer.status}`);
      const page = await newPage(browser, { state: fresh });
      await page.goto('data:text/html,<h1>evil</h1>');
      const opened = await page.evaluate((url) => new Promise((resolve) => { const socket = new WebSocket(url, 'mkt.v1'); socket.onopen = () => resolve(true); socket.onerror = () => resolve(false); }), `${market.url.replace('http', 'ws')}/v1/ws`);
      equal(opened, false, 'the socket of a foreign page');
      await page.context().close();
    });
    await runner.test('the market restarts during a session: rows stay, the page goes on', async () => {
      const page = await newPage(browser, { state: user('requester') });
      await page.goto(`${market.url}/market/0`);
      await until(() => page.locator('.side.asks tbody tr[data-id]').count(), 'rows');
      // Looked for from before: a market that is back within half a second shows it no longer.
      const told = page.getByText('The live connection is lost.').waitFor();
      await Promise.all([told, market.killRole('market')]);
      check((await page.locator('.side.asks tbody tr[data-id]').count()) > 0, 'the rows are gone');
      await until(async () => (await page.getByText('The live connection is lost.').count()) === 0, 'the connection');
      const missing = async () => {
        const book = await market.get('/v1/book?category=0').catch(() => null);
        const shown = await page.locator('.side.asks tbody tr[data-id]').evaluateAll((rows) => rows.map((row) => row.dataset.id));
        return book && shown.length > 0 ? shown.filter((hash) => !book.asks.some((ask) => ask.hash === hash)).length + Math.max(0, Math.min(book.asks.length, MOST_ASKS_SHOWN) - shown.length) : 'no book';
      };
      await becomes(missing, 0, 'rows that differ from the book');
      await page.context().close();
    });
    await runner.test('T-33 the shown command does what the screen does', async () => {
      const { deal: id } = await market.completedTask();
      const shown = await market.verb('deal', 'show', id);
      check(shown.ok, 'bourse deal show refused');
      const page = await newPage(browser, { state: user('requester') });
      await page.goto(`${market.url}/deal/${id}`);
      await page.getByRole('button', { name: 'Show as command' }).first().click();
      equal(await page.locator('.command-box').first().textContent(), `bourse deal show ${id}`, 'command');
      await page.context().close();
    });
  } finally {
    await market.stop();
  }
  await cheatTests(runner, browser, program);
}

/** One worker of four gives false answers: with trust 3 the newcomer still gets the right one. */
async function cheatTests(runner, browser, program) {
  if (!runner.wanted('§6.10 newcomer among cheats')) return;
  const market = await new Market(program, ['--dev-cheats', '1']).start();
  try {
    await runner.test('§6.10 newcomer among cheats: trust 3 leads to a verified result', async () => {
      const page = await newPage(browser, { state: fresh });
      await page.goto(market.url);
      await page.getByRole('button', { name: 'Connect a wallet' }).click();
      await page.getByRole('button', { name: /^requester / }).click();
      await page.getByRole('button', { name: 'Go to the market' }).click();
      await page.getByLabel(/^trust ≥/).fill('3');
      await enabled(page, 'Buy computation at market price');
      await page.getByRole('button', { name: 'Buy computation at market price' }).click();
      await page.getByRole('button', { name: 'Sign and buy' }).click();
      await page.getByRole('link', { name: 'Watch it run' }).click();
      await enabled(page, 'Download and verify');
      const file = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download and verify' }).click();
      await file;
      await page.getByText('Verified.').waitFor();
      check((await page.locator('pre, code').allTextContents()).every((text) => !/wrong/i.test(text)), 'the result is a cheat’s');
      await page.context().close();
    });
  } finally {
    await market.stop();
  }
}
