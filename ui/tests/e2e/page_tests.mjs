// Checks of the page itself, against the fixture server: accessibility, widths, states, hostile text, flood, reconnection.
import { readFileSync } from 'node:fs';
import { explorerTests } from './explorer_tests.mjs';
import { listTests } from './list_tests.mjs';
import { safetyTests } from './safety_tests.mjs';
import { searchTests } from './search_tests.mjs';
import { viewTests } from './view_tests.mjs';
import { becomes, check, equal, openPages, PATIENCE_MS, until } from './harness.mjs';

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const FIXTURE = JSON.parse(readFileSync(new URL('../data/ui-fixtures.json', import.meta.url), 'utf8'));
export const THEMES = ['light', 'dark'];
/** Windows from wide to narrow; 1280 × 1024 at 400 % is one of 320 × 256. */
export const SIZES = [...[1920, 1280, 960, 640, 375, 320].map((width) => [width, 900]), [320, 256]];
/** `UI_SLOWER=3`: pages as on a machine with a third of the speed. */
const SLOWER = Number(process.env.UI_SLOWER ?? 1);
const id = (text) => `0x${text.padEnd(64, '0')}`;

const ALL = {
  welcome: '/welcome', market: '/market/3', order: `/market/order/${id('86f54eaf5262').slice(0, 62)}abcd`, explorer: '/explorer', deals: '/explorer/deals', tasks: '/explorer/tasks', apps: '/explorer/apps', datasets: '/explorer/datasets', workerpools: '/explorer/workerpools', workerlist: '/explorer/workers', accounts: '/explorer/accounts', transactions: '/explorer/transactions', blocks: '/explorer/blocks',
  link: '/explorer/link?to=https%3A%2F%2Fdata.example%2Frain.csv',
  search: '/search?q=nothing', deal: `/deal/${id('86f54ea')}`, task: `/task/${id('c15ee')}`, app: `/app/0xDFeab54290E804318F0a82217cEa88E98a629B6c`, dataset: '/dataset/0x00A0000000000000000000000000000000000000',
  workerpool: '/workerpool/0x4E61C418cFcF080DbCA9544AAd64572e68BD9802', worker: '/worker/0x4E61C418cFcF080DbCA9544AAd64572e68BD9802', address: '/address/0x4E61C418cFcF080DbCA9544AAd64572e68BD9802', tx: `/tx/${id('d592c')}`, block: '/block/1',
  wallet: '/wallet', deposit: '/wallet/deposit', withdraw: '/wallet/withdraw', send: '/wallet/send', faucet: '/wallet/faucet', access: '/wallet/access', keys: '/wallet/keys', ops: '/ops', workers: '/ops/workers', opstasks: '/ops/tasks', earnings: '/ops/earnings', orders: '/ops/orders', opslogs: '/ops/logs', alerts: '/ops/alerts', machine: '/ops/machine', replicas: `/task/${id('c15ee')}?tab=replicas`, store: '/store', storedata: '/store/datasets', lists: '/store/lists', mine: '/store/mine', mydata: '/store/data', learn: '/learn', status: '/status', settings: '/settings', unknown: '/no-such-page',
};
/** `UI_PAGES=market,keys` looks at these only. */
export const PAGES = Object.fromEntries(Object.entries(ALL).filter(([name]) => !process.env.UI_PAGES || process.env.UI_PAGES.split(',').includes(name)));

export const prepare = (wallet, settings = {}) => ({ wallet, settings: { welcomed: true, lastCategory: 3, ...settings } });
export async function newPage(browser, { width = 1440, height = 900, theme = 'light', state = prepare('requester') } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce', acceptDownloads: true });
  await context.addInitScript((given) => {
    if (!localStorage.getItem('bourse.settings')) localStorage.setItem('bourse.settings', JSON.stringify(given.settings));
    if (given.wallet && !localStorage.getItem('bourse.wallet')) localStorage.setItem('bourse.wallet', JSON.stringify({ kind: 'development', id: given.wallet }));
  }, state);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  openPages.push(page);
  if (SLOWER > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && !/^Failed to load resource/.test(message.text()) && page.problems.push(message.text()));
  return page;
}

export async function settle(page) {
  await page.waitForSelector('main h1');
  await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"] .skeleton'), null);
}

/** `/` was pressed: what is typed from now on goes into the search field. */
export const inSearchField = (page) => page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');

/** Windows side by side: pages that wait for their answers leave the processors to others. */
const LANES = 3;

/**
 * `act(page, name, path)` on every page, in several windows at once; what their consoles complained of. `look` is that of
 * `newPage`, `open` prepares a window before its first page.
 */
export async function onEveryPage(browser, act, { open = async () => undefined, pages = Object.entries(PAGES), ...look } = {}) {
  const waiting = [...pages];
  const complaints = [];
  const lane = async () => {
    const page = await newPage(browser, look);
    await open(page);
    for (let next = waiting.shift(); next; next = waiting.shift()) await act(page, ...next);
    complaints.push(...page.problems);
    await page.context().close();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return complaints;
}

export async function axe(page, name) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return found.violations.map((each) => `${name}: ${each.id} (${each.impact}) ${each.nodes.slice(0, 2).map((node) => node.html.slice(0, 110)).join(' | ')}`);
}

/** In the page: what is wider than the window, and controls of the content that lie on each other. */
export function layoutProblems() {
  const found = [];
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) found.push(`${over} px too wide`);
  const controls = [...document.querySelectorAll('main :is(button, a.button, input:not([type=file]), select, textarea)')].filter((each) => each.checkVisibility?.() && !each.closest('.table-wrap, .side, .trade-bar, .log, [role=tablist], .chart, .ticker'));
  const boxes = controls.map((each) => each.getBoundingClientRect());
  for (let a = 0; a < boxes.length; a += 1)
    for (let b = a + 1; b < boxes.length; b += 1) {
      if (controls[a].contains(controls[b]) || controls[b].contains(controls[a])) continue;
      const wide = Math.min(boxes[a].right, boxes[b].right) - Math.max(boxes[a].left, boxes[b].left);
      const high = Math.min(boxes[a].bottom, boxes[b].bottom) - Math.max(boxes[a].top, boxes[b].top);
      if (wide > 2 && high > 2) found.push(`“${(controls[a].textContent || controls[a].id || controls[a].tagName).slice(0, 30)}” lies on “${(controls[b].textContent || controls[b].id || controls[b].tagName).slice(0, 30)}”`);
    }
  return found.slice(0, 3);
}

/** Where a fault of the layout is looked at again: sizes that scripts measure come a frame or two after the window's. */
const LAYOUT_LOOKS = 20;

/** What `look`, a function for the page, still finds wrong once the layout is at rest. */
export async function faultsAtRest(page, look) {
  for (let looks = 1; ; looks += 1) {
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 0))));
    const found = await page.evaluate(look);
    if (found.length === 0 || looks === LAYOUT_LOOKS) return found;
    await page.waitForTimeout(100);
  }
}

/** In the page: a network through which no WebSocket gets. */
function withoutSockets() {
  window.WebSocket = class {
    static OPEN = 1;
    constructor() {
      setTimeout(() => this.onclose?.(), 0);
    }
    send() {}
    close() {}
  };
}

export async function pageTests(runner, browser, server) {
  await runner.test('T-25 axe finds nothing on any page in both themes', async () => {
    const problems = [];
    // Windows of their own for each theme: colours that change while axe looks are half old.
    for (const theme of THEMES) {
      const look = async (page, name, path) => {
        await page.goto(server.url + path);
        await settle(page).catch(() => problems.push(`${name}: still loading`));
        problems.push(...(await axe(page, `${name} ${theme}`)));
      };
      equal(await onEveryPage(browser, look, { theme }), [], 'errors in the console');
    }
    check(problems.length === 0, [...new Set(problems)].join('\n'));
  });
  await runner.test('T-26 no page scrolls sideways and nothing overlaps, at six widths and at 400 % zoom', async () => {
    const problems = [];
    await onEveryPage(browser, async (page, name, path) => {
      await page.setViewportSize({ width: 1920, height: 900 });
      await page.goto(server.url + path);
      await settle(page).catch(() => undefined);
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        for (const problem of await faultsAtRest(page, layoutProblems)) problems.push(`${name} at ${width} × ${height}: ${problem}`);
      }
    });
    check(problems.length === 0, problems.join('\n'));
  });
  await runner.test('T-01 T-02 T-03 book, trades and ticket from the fixture', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await becomes(() => page.locator('.side.asks td.c-price').allTextContents(), ['15', '14', '12', '12', '12', '11', '10', '9', '9', '9', '8'], 'asks');
    await becomes(() => page.locator('.side.bids td.c-price').allTextContents(), ['3', '3', '3', '2', '2', '2', '1', '1', '1', '1', '1'], 'bids');
    await becomes(() => page.locator('[data-test=middle]').textContent(), 'Last 8 nRLC ↘', 'middle row');
    await becomes(() => page.locator('.trades tbody tr[data-id]').count(), 20, 'trades');
    await page.locator('.side.asks tbody tr[data-id]').last().click();
    await becomes(() => page.getByLabel('Order hash *').inputValue(), id('c9988053eb08'), 'hash in the ticket');
    await becomes(() => page.getByLabel('Volume *').inputValue(), '1', 'volume in the ticket');
    await page.context().close();
  });
  await runner.test('T-08 a lost socket keeps the rows, marks them and comes back', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await until(() => page.locator('.side.asks tbody tr[data-id]').count(), 'rows');
    await page.context().setOffline(true);
    server.cut();
    await until(() => page.getByText('The live connection is lost.').count(), 'the banner');
    equal(await page.locator('.side.asks tbody tr[data-id]').count(), 11, 'rows while offline');
    await page.getByText(/^as of /).first().waitFor();
    await page.context().setOffline(false);
    await until(async () => (await page.getByText('The live connection is lost.').count()) === 0, 'the connection');
    await becomes(() => page.locator('.side.asks tbody tr[data-id]').count(), 11, 'rows afterwards');
    await page.context().close();
  });
  await runner.test('without WebSocket, server-sent events bring the book and its changes', async () => {
    const page = await newPage(browser);
    await page.addInitScript(withoutSockets);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await page.getByText('live · events').waitFor();
    await until(() => page.locator('.side.asks tbody tr[data-id]').count().then((count) => count === 11), 'eleven asks');
    const best = page.locator('.side.asks tbody tr[data-id]').last().locator('.c-volume');
    await until(async () => {
      server.publish('book:3-none-0', { asks: [{ ...server.book.asks[10], remaining: 77 }] });
      return (await best.textContent()) === '77';
    }, 'the change');
    await page.context().close();
  });
  await runner.test('without WebSocket and server-sent events, the page asks again every five seconds', async () => {
    const page = await newPage(browser);
    await page.addInitScript(withoutSockets);
    await page.addInitScript(() => {
      window.EventSource = class {
        constructor() {
          setTimeout(() => this.onerror?.(), 0);
        }
        close() {}
      };
    });
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await page.getByText('every 5 s').waitFor();
    await until(() => page.locator('.side.asks tbody tr[data-id]').count().then((count) => count === 11), 'eleven asks');
    const before = server.book.asks[10].remaining;
    try {
      server.book.asks[10].remaining = 78;
      await until(async () => (await page.locator('.side.asks tbody tr[data-id]').last().locator('.c-volume').textContent()) === '78', 'the change');
    } finally {
      server.book.asks[10].remaining = before;
    }
    await page.context().close();
  });
  await runner.test('orders and levels changed quickly: rows that leave are of their own view', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await until(() => page.locator('.side.asks tbody tr[data-id]').count(), 'rows');
    for (const view of ['Levels', 'Orders', 'Levels', 'Orders'])
      await page.evaluate((wanted) => [...document.querySelectorAll('.segmented button')].find((each) => each.textContent === wanted)?.click(), view);
    await until(() => page.locator('.side.asks tbody tr[data-id]').count().then((count) => count === 11), 'eleven asks again');
    await page.context().close();
  });
  await runner.test('two hundred changes a second do not freeze the page', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await until(() => page.locator('.side.asks tbody tr[data-id]').count(), 'rows');
    // The flood lasts until what was pressed is drawn: a frozen page would never get there.
    let serial = 0;
    const flood = setInterval(() => server.publish('book:3-none-0', { asks: Array.from({ length: 20 }, () => ({ ...server.book.asks[serial++ % 11], remaining: 1 + (serial % 9) })) }), 100);
    const volumes = () => page.locator('.side.asks td.c-volume').allTextContents().then((all) => all.join());
    try {
      const before = await volumes();
      await until(async () => (await volumes()) !== before, 'changes of the book');
      for (const view of ['Levels', 'Orders']) {
        await page.getByRole('button', { name: view, exact: true }).click();
        await becomes(() => page.getByRole('button', { name: view, exact: true }).getAttribute('aria-pressed'), 'true', `${view} while changes come`);
      }
      await until(() => serial >= 200, 'two hundred changes');
      const shown = await volumes();
      await until(async () => (await volumes()) !== shown, 'changes after the clicks');
    } finally {
      clearInterval(flood);
    }
    await page.context().close();
  });
  await runner.test('T-12 All / Mine goes into the URL and back', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/explorer/deals`);
    await settle(page);
    await page.getByRole('button', { name: 'Mine' }).click();
    await page.waitForURL(/mine=0x70997970/);
    await page.reload();
    await settle(page);
    await becomes(() => page.getByRole('button', { name: 'Mine' }).getAttribute('aria-pressed'), 'true', 'Mine after a reload');
    await page.context().close();
  });
  await runner.test('T-24 keyboard: categories, ticket, order kind, help, theme', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await page.locator('h1').click();
    await page.keyboard.press('1');
    await page.waitForURL(/market\/1/);
    // The keyboard is in the form a moment after the form is there; only then Escape leads out of it.
    const inForm = (name) => page.waitForFunction((wanted) => document.activeElement?.closest('form')?.getAttribute('aria-label') === wanted, name);
    await page.keyboard.press('x');
    await inForm('Buy, place limit order');
    await page.keyboard.press('Escape');
    await page.keyboard.press('s');
    await inForm('Sell, place limit order');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    const before = await theme();
    await page.locator('h1').click();
    await page.keyboard.press('d');
    await until(async () => (await theme()) !== before, 'the other theme');
    await page.context().close();
  });
  await runner.test('states of every widget by ?state=', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/explorer?state=error`);
    await until(() => page.getByText('This error was asked for').count(), 'the error');
    await page.getByRole('button', { name: 'Retry' }).first().waitFor();
    await page.goto(`${server.url}/explorer?state=loading`);
    await until(() => page.getByText('still loading').count(), '“still loading”');
    await page.goto(`${server.url}/explorer/deals?state=empty`);
    await until(() => page.getByText('No deals yet.').count(), 'the empty state');
    await page.goto(`${server.url}/market/3?state=locked`);
    await until(() => page.getByRole('button', { name: 'Locked · unlock' }).count(), 'the locked wallet');
    await page.context().close();
  });
  await runner.test('T-32 playground: consensus, reveal, a liar loses', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/learn`);
    await settle(page);
    await page.getByRole('button', { name: 'Create task' }).click();
    const vote = async (worker, lie) => {
      await page.getByLabel('Worker', { exact: true }).selectOption(worker);
      await page.getByRole('button', { name: lie ? 'Lie' : 'Derive', exact: true }).click();
      await page.getByRole('button', { name: 'Stake and contribute' }).click();
    };
    await page.getByLabel('Result that the worker computed').fill('hello-world');
    await vote('Alice', true);
    await page.getByLabel('Result that the worker computed').fill('hello-world');
    await vote('Worker1', false);
    await vote('Worker2', false);
    await until(() => page.getByText('Consensus: 2 equal votes.').count(), 'consensus');
    for (const worker of ['Worker1', 'Worker2']) {
      await page.getByLabel('Worker who reveals').selectOption(worker);
      await page.getByRole('button', { name: 'From result' }).click();
      await page.getByRole('button', { name: 'Reveal and reward' }).click();
    }
    await until(() => page.getByText('Alice loses a stake of 10.').count(), 'the loss');
    await page.context().close();
  });
  await listTests(runner, browser, server);
  await explorerTests(runner, browser, server);
  await searchTests(runner, browser, server);
  await safetyTests(runner, browser, server);
  await viewTests(runner, browser, server, FIXTURE);
}
