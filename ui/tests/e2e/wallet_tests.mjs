// Signers against a real market: a wallet file (imported, opened, locked, handed to the program), orders signed by files,
// the companion in a terminal. T-07, T-29 and T-36 hold for each.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { becomes, check, equal, until } from './harness.mjs';
import { newPage, settle } from './page_tests.mjs';

const PASSWORD = 'a long enough password';
const none = { wallet: '', settings: { welcomed: true, lastCategory: 0 } };
const folders = [];
const folder = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'bourse-ui-sign-')));
  return folders[folders.length - 1];
};
const enabled = (page, text) => page.waitForFunction((wanted) => [...document.querySelectorAll('button')].some((each) => each.textContent === wanted && !each.hasAttribute('aria-disabled')), text);

/** Everything that the page sends from now on, as one list of texts. */
function captured(page) {
  const sent = [];
  page.on('request', (request) => sent.push(request.url() + (request.postData() ?? '') + JSON.stringify(request.headers())));
  page.on('websocket', (socket) => socket.on('framesent', (frame) => sent.push(String(frame.payload))));
  return sent;
}

async function openDialog(page, name) {
  await page.getByRole('banner').getByRole('button', { name, exact: true }).click();
}

/** A limit order up to the button that asks for the signature. */
async function limitOrder(page, price) {
  await page.getByRole('button', { name: 'Place limit order' }).click();
  await until(() => page.getByLabel('Dapp address *').inputValue(), 'the default app');
  await page.getByLabel('Workerpool price *').fill(String(price));
  await page.getByLabel('Dapp price *').fill('1');
}

async function sign(page) {
  await enabled(page, 'Place computation buy limit order');
  await page.getByRole('button', { name: 'Place computation buy limit order' }).click();
  await page.getByRole('button', { name: 'Sign and place' }).click();
}

async function walletFile(browser, market) {
  const key = market.key('requester2');
  const page = await newPage(browser, { state: none });
  const sent = captured(page);
  await page.goto(`${market.url}/wallet/keys`);
  await settle(page);
  await page.getByRole('button', { name: 'Private key' }).click();
  await page.getByLabel('Private key *').fill(key);
  await page.getByLabel('New password *').fill(PASSWORD);
  await page.getByLabel('The same again *').fill(PASSWORD);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('The wallet is kept above.').waitFor({ timeout: 120_000 });
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save file' }).click();
  const place = folder();
  const file = join(place, 'wallet.json');
  cpSync(await (await saved).path(), file);
  writeFileSync(join(place, 'password'), `${PASSWORD}\n`);
  const shown = await market.verb('wallet', 'show', '--wallet-file', file, '--password-file', join(place, 'password'));
  check(JSON.stringify(shown).toLowerCase().includes(market.account('requester2').address.toLowerCase()), 'the program does not open the wallet of the page');

  await page.goto(`${market.url}/market/1`);
  await settle(page);
  await openDialog(page, 'Connect');
  await page.getByLabel(/^Password of/).fill('the wrong password');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByText('The password does not open this wallet.').waitFor({ timeout: 120_000 });
  await page.getByLabel(/^Password of/).fill(PASSWORD);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 120_000 });
  await limitOrder(page, 3);
  await sign(page);
  await page.getByText('The order rests in the book.').waitFor();

  // Locked in the middle of a form: it stays, and the wallet is opened in place.
  await page.getByLabel('Workerpool price *').fill('4');
  await page.getByRole('banner').getByRole('button', { name: /Wallet/ }).click();
  await page.getByRole('menuitem', { name: 'Lock' }).click();
  await page.getByRole('button', { name: 'Unlock to buy' }).click();
  await page.getByLabel(/^Password of/).fill(PASSWORD);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await enabled(page, 'Place computation buy limit order');
  equal(await page.getByLabel('Workerpool price *').inputValue(), '4', 'price after unlocking');

  const secrets = [key.slice(2).toLowerCase(), PASSWORD];
  check(sent.length > 10, 'nothing was captured');
  for (const each of sent) for (const secret of secrets) check(!each.toLowerCase().includes(secret), 'a secret left the page');
  equal(await page.evaluate((all) => all.some((secret) => JSON.stringify({ ...localStorage, ...sessionStorage }).toLowerCase().includes(secret)), secrets), false, 'a secret in the storage');
  await page.context().close();
}

async function byFiles(browser, market) {
  const { address } = market.account('requester2');
  const page = await newPage(browser, { state: none });
  await page.goto(`${market.url}/market/1`);
  await settle(page);
  await openDialog(page, 'Connect');
  await page.getByLabel('Address', { exact: true }).fill(address);
  await page.getByRole('button', { name: 'Sign by files' }).click();
  await limitOrder(page, 2);
  await sign(page);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save iexec.json' }).click();
  const place = folder();
  cpSync(await (await saved).path(), join(place, 'iexec.json'));
  // Somebody else's signature is refused, and the order is still asked for.
  await market.verbIn(place, 'order', 'sign', '--request', '--wallet', 'requester2');
  const signed = JSON.parse(readFileSync(join(place, 'orders.json'), 'utf8'));
  const chain = Object.keys(signed)[0];
  const forged = structuredClone(signed);
  forged[chain].requestorder.workerpoolmaxprice = '2000';
  const give = (content) => page.getByLabel(/Bring orders.json back/).setInputFiles({ name: 'orders.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(content)) });
  await give(forged);
  await page.getByText(/order differs: workerpoolmaxprice/).waitFor();
  await give(signed);
  await page.getByText('The order rests in the book.').waitFor();
  const resting = async () => (await market.get(`/v1/requestorders?signer=${address}&app=any&dataset=any&workerpool=any&limit=50`)).items;
  await until(async () => (await resting()).some((order) => order.price === '2' && order.order.sign === signed[chain].requestorder.sign), 'the signed order in the book');
  await page.context().close();
}

/** The program in a terminal; `answers` are typed one after the other. */
function terminal(market, code) {
  const program = spawn(market.program, ['companion', code, '--market', market.url, '--key-file', market.account('requester2').key_file], { env: market.environment, cwd: market.home });
  const said = [];
  program.stdout.on('data', (text) => said.push(String(text)));
  program.stderr.on('data', (text) => said.push(String(text)));
  return { program, text: () => said.join(''), type: (line) => program.stdin.write(`${line}\n`) };
}

async function companion(browser, market) {
  const page = await newPage(browser, { state: none });
  const sent = captured(page);
  await page.goto(`${market.url}/market/1`);
  await settle(page);
  await openDialog(page, 'Connect');
  await page.getByRole('button', { name: 'Pair with a terminal' }).click();
  const code = (await page.locator('[data-test=pairing-code]').textContent()).replace(/\s/g, '');
  check(/^\d{6}$/.test(code), `the code is ${code}`);
  const other = terminal(market, code);
  try {
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await limitOrder(page, 1);
    await sign(page);
    await until(() => /Sign\?/.test(other.text()), 'the question in the terminal');
    other.type('n');
    await enabled(page, 'Sign and place');
    equal(await page.locator('dialog [role=alert]').count(), 0, 'an error after a refusal');
    const asked = other.text().length;
    await page.getByRole('button', { name: 'Sign and place' }).click();
    await until(() => /Sign\?/.test(other.text().slice(asked)), 'the question again');
    other.type('y');
    await page.getByText('The order rests in the book.').waitFor();
    const key = market.key('requester2').slice(2).toLowerCase();
    check(!sent.some((each) => each.toLowerCase().includes(key)), 'the key went through the page');
  } finally {
    other.program.kill('SIGTERM');
  }
  await page.getByText('Your terminal is away.').waitFor();
  await page.context().close();
}

const balanceOf = async (market, name) => BigInt((await market.get(`/v1/accounts/${market.account(name).address}`)).account.staked);

/** A deposit whose answer is lost, then one that is left by a reload: the node is asked by the hash, nothing goes out twice. */
async function lostAnswers(browser, market) {
  const page = await newPage(browser, { state: { wallet: 'requester2', settings: { welcomed: true, lastCategory: 0 } } });
  const before = await balanceOf(market, 'requester2');
  let sent = 0;
  await page.route('**/v1/tx', async (route) => {
    sent += 1;
    await route.fetch().catch(() => undefined); // the page may be left meanwhile
    await route.abort().catch(() => undefined);
  });
  await page.goto(`${market.url}/wallet/deposit`);
  await settle(page);
  await page.getByRole('button', { name: '+10', exact: true }).click();
  await page.getByText('Allows the market to take 10 nRLC').waitFor();
  await page.getByRole('button', { name: 'Deposit', exact: true }).click();
  await page.getByText('Done.').waitFor();
  await becomes(async () => [sent, String((await balanceOf(market, 'requester2')) - before)], [1, '10'], 'sent once, deposited once');

  // Its receipt is held back, the page is left: the step goes on where it was.
  const withhold = async (route) => (route.request().postData()?.includes('eth_getTransactionReceipt') ? route.fulfill({ json: { jsonrpc: '2.0', id: 1, result: null } }) : route.continue());
  await page.route('**/v1/rpc', withhold);
  await page.getByLabel('Amount in nRLC *').fill('7');
  await page.getByRole('button', { name: 'Deposit', exact: true }).click();
  await until(async () => (await balanceOf(market, 'requester2')) - before === 17n, 'the second deposit');
  await page.reload();
  await page.getByText('Waiting for the block…').waitFor();
  await page.locator('.steps [aria-current=step]', { hasText: 'in a block' }).waitFor();
  await page.unroute('**/v1/rpc', withhold);
  await page.getByText('Done.').waitFor();
  equal(sent, 2, 'transactions sent');
  await page.context().close();
}

/** A purchase whose answer never comes and whose page is left: there is one deal, told after the reload, and the same form does not buy it again. */
async function boughtOnce(browser, market) {
  const page = await newPage(browser, { state: { wallet: 'requester', settings: { welcomed: true, lastCategory: 0 } } });
  const mine = `/v1/deals?limit=1&requester=${market.account('requester').address}`;
  const { total } = await market.get(mine);
  const orders = [];
  const swallow = async (route) => {
    orders.push(route.request().postDataJSON().requestorder.salt);
    await route.fetch().catch(() => undefined); // the market has it, the page hears nothing and is left
  };
  await page.route('**/v1/match', swallow);
  const press = async () => {
    await enabled(page, 'Buy computation at market price');
    await page.getByRole('button', { name: 'Buy computation at market price' }).click();
    await page.getByRole('button', { name: 'Sign and buy' }).click();
  };
  await page.goto(`${market.url}/market/0`);
  await page.getByLabel('Work params *').fill('{"iexec_args":"once"}');
  await press();
  await until(async () => (await market.get(mine)).total === total + 1, 'the deal');
  await page.reload();
  await page.getByRole('button', { name: /^Activity and notifications/ }).click();
  await page.getByRole('dialog').getByText(/deal sealed in block/).first().waitFor();
  await page.keyboard.press('Escape');
  // The same form is the same order: it is used up, and says so; another one is another wish.
  await page.getByText('Nothing is left of the request order').first().waitFor();
  await becomes(() => page.getByRole('button', { name: 'Buy computation at market price' }).getAttribute('aria-disabled'), 'true', 'the button of an order that is a deal');
  equal([orders.length, (await market.get(mine)).total], [1, total + 1], 'orders sent, deals');
  await page.unroute('**/v1/match', swallow);
  await page.getByRole('button', { name: 'Place a new request.' }).click();
  await press();
  await page.getByRole('link', { name: 'Open deal' }).waitFor();
  await until(async () => (await market.get(mine)).total === total + 2, 'the second deal');
  await page.context().close();
}

/** The order page of an order that rests: place, funds, its signature found here, and its QR code. */
async function orderPage(browser, market) {
  const { address } = market.account('requester2');
  const { items } = await market.get(`/v1/requestorders?signer=${address}&app=any&dataset=any&workerpool=any&limit=1`);
  const page = await newPage(browser, { state: none });
  await page.goto(`${market.url}/dev/market/order/${items[0].hash}`);
  await settle(page);
  for (const text of ['Place in the book', 'Its maker can pay', '✓ the hash is that of these fields', '✓ signed by the signer’s key']) await page.getByText(text).first().waitFor();
  await page.getByRole('button', { name: 'File, QR code' }).click();
  await page.getByRole('img', { name: 'QR code of the signed order' }).waitFor();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Save requestorder-/ }).click();
  equal(JSON.parse(readFileSync(await (await saved).path(), 'utf8')), items[0].order, 'the saved order');
  await page.goto(`${market.url}/main/market/order/${items[0].hash}`);
  await page.getByText('This link is for another chain').waitFor();
  check(!(await page.getByText('Place in the book').count()), 'an order of this chain under the prefix of another');
  await page.context().close();
}

export async function walletTests(runner, browser, market) {
  await runner.test('wallet file: imported, opened, locked in a form; no secret leaves (T-07, T-29); the program opens it', () => walletFile(browser, market));
  await runner.test('signer by files: an order goes out, is signed by the program, comes back; a forged one does not', () => byFiles(browser, market));
  await runner.test('companion: six digits, n and y in the terminal, the key stays there', () => companion(browser, market));
  await runner.test('T-10 an answer that is lost, a reload: the node is asked, nothing is sent twice', () => lostAnswers(browser, market));
  await runner.test('T-10 a purchase that is left without an answer is one deal, and not bought again', () => boughtOnce(browser, market));
  await runner.test('order page: place, funds, signature, QR code, file; a prefix of another chain shows nothing', () => orderPage(browser, market));
  for (const each of folders) rmSync(each, { recursive: true, force: true });
}
