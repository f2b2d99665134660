// What every page promises (web-ui.md §18, §5): its command is shown, its URL restores the view, it says what is not known
// yet, waits when it is asked to, tells what it looked for, and does not take the others with it when it breaks.
import { becomes, check, equal, settled, until } from './harness.mjs';
import { newPage, onEveryPage, settle } from './page_tests.mjs';

const id = (text, digits = 64) => `0x${text.padEnd(digits, '0')}`;
const APP = '0xDFeab54290E804318F0a82217cEa88E98a629B6c';
const LISTS = ['deals', 'tasks', 'apps', 'datasets', 'workerpools', 'workers', 'accounts', 'transactions', 'blocks'];

async function commands(browser, server) {
  const wrong = [];
  const look = async (page, name, path) => {
    await page.goto(server.url + path);
    await settle(page);
    const button = page.locator('main').getByRole('button', { name: 'Show as command' }).first();
    if (!(await button.waitFor().then(() => true, () => false))) {
      wrong.push(`${name} has none`);
      return;
    }
    await button.click();
    const line = await page.locator('.popover .command-box').first().textContent();
    if (!/^(bourse|curl) /.test(line)) wrong.push(`${name}: ${line.slice(0, 40)}`);
  };
  await onEveryPage(browser, look);
  equal(wrong, [], 'pages without a command');
}

/** In the page: everything that a person has chosen on it. */
function chosen() {
  const fields = [...document.querySelectorAll('main :is(.filters, .log-tools, .book-tools) :is(select, input), main .page-head select')].filter((each) => each.type !== 'file').map((each) => (each.type === 'checkbox' ? each.checked : each.value));
  const pressed = [...document.querySelectorAll('main [aria-pressed="true"], main [aria-selected="true"], main [aria-checked="true"]')].map((each) => each.textContent);
  const sorted = [...document.querySelectorAll('main th[aria-sort]:not([aria-sort="none"])')].map((each) => `${each.dataset.col} ${each.getAttribute('aria-sort')}`);
  return { fields, pressed, sorted };
}

/** Touches every filter of the page: the second choice of a list, a text that may be asked. */
async function touchFilters(page) {
  const fields = page.locator('main .filters :is(select, input)');
  for (let at = 0; at < (await fields.count()); at += 1) {
    const field = fields.nth(at);
    const [tag, type, className, mode, placeholder] = await field.evaluate((each) => [each.tagName, each.type, each.className, each.inputMode, each.placeholder]);
    if (tag === 'SELECT') {
      if ((await field.locator('option').count()) > 1) await field.selectOption({ index: 1 });
    } else if (type === 'checkbox') await field.check();
    else if (type === 'date') await field.fill('2026-02-27');
    else if (mode === 'numeric') await field.fill('3');
    else if (mode !== 'decimal') await field.fill(className.includes('mono') || placeholder.startsWith('0x') ? APP : 'a');
  }
}

async function touch(page) {
  await touchFilters(page);
  const sort = page.locator('main th .sort').last();
  if (await sort.count()) await sort.click();
  const size = page.locator('main .table-foot').getByRole('button', { name: '50', exact: true });
  if (await size.count()) await size.click();
  const mine = page.locator('main').getByRole('button', { name: 'Mine', exact: true });
  if (await mine.count()) await mine.click();
}

async function restores(page, server, path, act) {
  const open = async (where) => {
    await page.goto(where);
    if (where.includes('/ops')) await page.getByRole('button', { name: 'Sign in' }).first().click();
    await settle(page);
    if (where.includes('/ops')) await page.getByText('signed in').waitFor();
  };
  await open(server.url + path);
  const before = JSON.stringify(await page.evaluate(chosen));
  await act(page);
  await until(async () => JSON.stringify(await page.evaluate(chosen)) !== before, `a choice on ${path}`);
  await settle(page);
  const { made, where } = await settled(async () => ({ made: await page.evaluate(chosen), where: page.url() }), `the choices on ${path} to be made`);
  await open(where);
  await becomes(() => page.evaluate(chosen), made, `the view of ${where.slice(server.url.length)}`);
}

const tab = (name) => (page) => page.getByRole('tab', { name, exact: true }).click();
const press = (name) => (page) => page.locator('main').getByRole('button', { name, exact: true }).click();

/** Ways to choose something on a page, beside the lists. */
const VIEWS = [
  [`/deal/${id('86f54ea')}`, tab('Money')], [`/task/${id('c15ee')}`, tab('Replicas')], [`/app/${APP}`, tab('Deals')], [`/dataset/${id('00A', 40)}`, tab('By day')], ['/workerpool/0x4E61C418cFcF080DbCA9544AAd64572e68BD9802', tab('Changes')], ['/address/0xF048eF3d7E3B0000000000000000000000000000', tab('Transfers')],
  ['/explorer', press('Mine')], ['/ops/workers', touch], ['/ops/tasks', touch], ['/ops/tasks', press('board')], ['/ops/earnings', press('worker')], ['/ops/earnings', (page) => page.locator('main th .sort').last().click()], ['/ops/orders', press('open')], ['/ops', press('7 d')],
];

async function everyView(browser, server) {
  const session = server.operate();
  try {
    const lists = LISTS.filter((kind) => kind !== 'workers').map((kind) => [`/explorer/${kind}`, touch]);
    await onEveryPage(browser, (page, path, act) => restores(page, server, path, act), { pages: [...lists, ...VIEWS] });
  } finally {
    session.end();
  }
}

/** A page gives up after its fourth try. */
const MOST_REFUSED = 3;

/** §5, Rate limited: a read waits as long as it is told and goes on by itself, a write is never repeated. */
async function rateLimited(browser, server) {
  const page = await newPage(browser);
  let limited = true;
  let refused = 0;
  let written = 0;
  const slow = { status: 429, headers: { 'retry-after': '2', 'content-type': 'application/json' }, body: JSON.stringify({ code: 'RATE_LIMITED', message: 'too many requests', request: 'r1' }) };
  await page.route(/\/v1\/deals\?/, (route) => {
    if (!limited || refused === MOST_REFUSED) return route.continue();
    refused += 1;
    return route.fulfill(slow);
  });
  await page.route(/\/v1\/session$/, (route) => {
    written += 1;
    return route.fulfill(slow);
  });
  await page.goto(`${server.url}/explorer/deals`);
  await page.getByText(/asks this page to slow down\. Next try in \d s\./).waitFor();
  await until(() => refused >= 2, 'another try by itself');
  limited = false;
  await page.locator('main tbody tr').first().waitFor();
  await page.goto(`${server.url}/ops/workers`);
  await page.getByRole('tabpanel').getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('too many requests').first().waitFor();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  equal(written, 1, 'times that the session was asked for');
  await page.context().close();
}

/** §5, Partial: what is missing while the index is behind is “not indexed yet”, with both heights. */
async function partial(browser, server) {
  server.tune((path, body) => (path.startsWith('/v1/accounts/0x') ? { ...body, coin: null, account: { ...body.account, staked: null } } : body));
  try {
    const page = await newPage(browser);
    await page.goto(`${server.url}/address/0xF048eF3d7E3B0000000000000000000000000000`);
    await settle(page);
    await until(() => {
      server.publish('status', { height: 12_345, lag: 12, headTime: Date.now() });
      return page.locator('main [title="not indexed yet (height 12\u202f345 of 12\u202f357)"]').count();
    }, '“not indexed yet”');
    await page.context().close();
  } finally {
    server.tune((_, body) => body);
  }
}

/** What is not there, and the answer that will bring it. */
const ABSENT = [['deal', `/deal/${id('dead')}`, '/v1/deals/'], ['task', `/task/${id('dead')}`, '/v1/tasks/'], ['app', `/app/${id('dead', 40)}`, '/v1/apps/'], ['transaction', `/tx/${id('dead')}`, '/v1/transactions/'], ['block', '/block/99999', '/v1/blocks/'], ['worker', `/worker/${id('dead', 40)}`, '/v1/workers/']];

/** §5, Not found: the id, kinds and chains that were tried; the page fills itself when the object appears. */
async function notFound(browser, server) {
  const hidden = new Set(ABSENT.map(([, , api]) => api));
  server.tune((at, body) => ([...hidden].some((api) => at.startsWith(api)) ? null : body));
  const look = async (page, kind, path, api) => {
    await page.goto(server.url + path);
    const alert = page.locator('main').getByRole('alert');
    await alert.filter({ hasText: 'Nothing has the id' }).waitFor();
    await until(async () => /tried .*order/.test(await alert.textContent()), 'the kinds that were tried');
    for (const part of [path.split('/')[2], '65535', kind]) check((await alert.textContent()).includes(part), `“${part}” is not named`);
    equal(new URL(page.url()).pathname, path, 'the address');
    hidden.delete(api);
    await alert.waitFor({ state: 'detached' });
    await page.locator('main .panel, main .stats').first().waitFor();
  };
  try {
    await onEveryPage(browser, look, { pages: ABSENT });
  } finally {
    server.tune((_, body) => body);
  }
}

/** §11, crash page: the others keep running, what to tell and where to go is said, and leaving it leaves it behind. */
async function crash(browser, server) {
  server.tune((path, body) => (/^\/v1\/tasks\/0x/.test(path) ? { ...body, deal: null } : body));
  try {
    const page = await newPage(browser);
    await page.goto(`${server.url}/task/${id('c15ee')}`);
    await page.getByRole('heading', { name: 'This page stopped' }).waitFor();
    await page.getByRole('button', { name: 'Copy diagnostics' }).waitFor();
    equal(await page.locator('main').getByText(`/task/${id('c15ee')}`).count(), 1, 'the address that broke');
    await page.getByRole('navigation').getByRole('link', { name: 'Explorer' }).first().click();
    await page.getByRole('heading', { name: 'Explorer', exact: true }).waitFor();
    check(page.problems.some((each) => /workerpool|null/.test(each)), 'nothing stands in the console');
    await page.context().close();
  } finally {
    server.tune((_, body) => body);
  }
}

/** T-11: the brief's explorer, row by row. */
async function goldenHome(browser, server, data) {
  const page = await newPage(browser);
  await page.goto(`${server.url}/explorer`);
  await settle(page);
  const panel = (title) => page.locator('.panel', { has: page.getByRole('heading', { name: title, exact: true }) });
  const { lastDeals, lastTasks, lastApps, lastDatasets, lastWorkerpools } = data.explorer;
  for (const [title, part] of [['Last deals', lastDeals], ['Last tasks', lastTasks], ['Last apps deployed', lastApps], ['Last datasets deployed', lastDatasets], ['Last workerpools deployed', lastWorkerpools]])
    await becomes(() => panel(title).locator('[data-counter]').textContent(), `${part.rows.length} / ${part.total}`, `counter of ${title}`);
  await becomes(() => panel('Last deals').locator('td[data-col=time]').allTextContents(), lastDeals.rows.map((row) => row.age), 'ages of the deals');
  equal(await panel('Last deals').locator('td[data-col=price]').allTextContents(), lastDeals.rows.map((row) => `${row.price} nRLC`), 'prices of the deals');
  equal(await panel('Last deals').locator('td[data-col=volume]').allTextContents(), lastDeals.rows.map((row) => String(row.volume)), 'volumes of the deals');
  const statuses = (await panel('Last tasks').locator('td[data-col=status]').allTextContents()).map((text) => text.replace(/[^A-Z]/g, ''));
  equal(statuses, lastTasks.rows.map((row) => row.status), 'statuses of the tasks');
  equal([statuses.filter((each) => each === 'COMPLETE').length, statuses.filter((each) => each === 'REVEALING').length], [17, 3], 'COMPLETE and REVEALING');
  equal(await panel('Last apps deployed').locator('td[data-col=time]').allTextContents(), lastApps.rows.map((row) => row.age), 'ages of the apps');
  equal(await panel('Last datasets deployed').locator('td[data-col=name]').allTextContents(), lastDatasets.rows.map((row) => row.name), 'names of the datasets');
  equal(await panel('Last workerpools deployed').locator('td[data-col=time]').allTextContents(), lastWorkerpools.rows.map((row) => row.age), 'ages of the pools');
  await page.context().close();
}

export async function viewTests(runner, browser, server, data) {
  await runner.test('T-11 the explorer’s home is the fixture’s, row by row', () => goldenHome(browser, server, data));
  await runner.test('§18 every page shows its command', () => commands(browser, server));
  await runner.test('§18 the URL restores filters, tabs, sorts and looks', () => everyView(browser, server));
  await runner.test('§5 rate limited: reads wait and go on by themselves, writes are not repeated', () => rateLimited(browser, server));
  await runner.test('§5 partial: what the index has not read yet says so, with both heights', () => partial(browser, server));
  await runner.test('§5 not found: what was tried and where, and the page fills itself', () => notFound(browser, server));
  await runner.test('§11 a page that breaks says so and leaves the others alone', () => crash(browser, server));
}

/** T-12 with the roles of a real market: Mine shows deals of mine and none of others. */
export async function mineTests(runner, browser, market) {
  await runner.test('T-12 Mine shows only deals in which I have a role, and the URL says whose', async () => {
    await market.completedTask();
    const idsOf = (page) => page.locator('main tbody td[data-col=deal] [data-id]').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-id')));
    for (const name of ['requester', 'scheduler', 'worker1']) {
      const account = market.account(name).address.toLowerCase();
      const page = await newPage(browser, { state: { wallet: name, settings: { welcomed: true, lastCategory: 0 } } });
      await page.goto(`${market.url}/explorer/deals`);
      await settle(page);
      await page.getByRole('button', { name: 'Mine', exact: true }).click();
      await page.waitForURL((url) => (url.searchParams.get('mine') ?? '').toLowerCase() === account);
      await page.reload();
      await settle(page);
      const { total } = await market.get(`/v1/deals?limit=1&mine=${account}`);
      await until(async () => (total === 0 ? (await page.locator('main .empty').count()) > 0 : (await idsOf(page)).length > 0), `deals of ${name}`);
      for (const deal of await idsOf(page)) {
        const found = (await market.get(`/v1/deals/${deal}`)).deal;
        const roles = [found.requester, found.beneficiary, found.payer, found.app.owner, found.dataset?.owner, found.workerpool.owner].filter(Boolean).map((each) => each.toLowerCase());
        check(roles.includes(account), `${name} has no role in ${deal}`);
      }
      await page.context().close();
    }
  });
}
