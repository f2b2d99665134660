// The states of §5 on every page by the query switch `?state=` (§18, definition of done), and what reading and moving need
// of all pages: text spacing of one's own, landscape phones (§14), places to skip to, a session that ends.
import { becomes, check, equal, openPages, PATIENCE_MS, until } from './harness.mjs';
import { faultsAtRest, newPage, onEveryPage, PAGES, prepare, settle } from './page_tests.mjs';

/** Pages that ask the market for nothing but the boot answer: they have no data that could be loading, empty, wrong or old. */
const STILL = ['welcome', 'learn', 'settings', 'unknown', 'keys', 'link'];
const withState = (path, state) => `${path}${path.includes('?') ? '&' : '?'}state=${state}`;

const SHOWS = {
  loading: (page) => page.locator('main [aria-busy="true"]').count(),
  error: (page) => page.locator('main').getByText('This error was asked for by ?state=error.').count(),
  stale: (page) => page.getByText(/^as of /).count(),
  locked: (page) => page.getByRole('button', { name: 'Locked · unlock' }).count(),
};

async function everyPageShows(browser, server, state, shows, without) {
  const missing = [];
  const look = async (page, name, path) => {
    await page.goto(server.url + withState(path, state));
    await page.waitForSelector('#main, main [role=status], main h1', { state: 'attached' });
    if (!(await until(() => shows(page), state).catch(() => 0))) missing.push(name);
  };
  const problems = await onEveryPage(browser, look, { pages: Object.entries(PAGES).filter(([name]) => !without.includes(name)) });
  equal({ missing, problems: problems.map((each) => each.slice(0, 80)) }, { missing: [], problems: [] }, `pages that do not show ?state=${state}, and errors in the console`);
}

/** What may be in the local storage (S-06). */
const KEPT = /^bourse\.(activity|book|chart|columns|denied-pools|draft|labels|lists|notices|recent|recent-resources|settings|templates|uploads|vault|wallet|watched|pairing|notes)$/;

/** Most that a page may move what is in sight, as the browser counts it (§5). */
const MOST_SHIFT = 0.05;
const ANSWERS_LATE_MS = 300;

/** In the page: what it moved by itself, where from and where to. */
function noteShifts() {
  window.shifts = [];
  const name = ({ node, previousRect, currentRect }) => `${(node?.nodeType === 1 ? node : node?.parentElement)?.className?.toString().slice(0, 30)} ${Math.round(previousRect.y)} → ${Math.round(currentRect.y)}`;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push({ value: entry.value, what: entry.sources.slice(0, 2).map(name).join(', ') });
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Pages that move while they load, by more than they may. */
async function movingPages(browser, server, width) {
  const open = async (page) => {
    await page.addInitScript(noteShifts);
    await page.route('**/v1/**', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, ANSWERS_LATE_MS));
      await route.continue().catch(() => undefined); // a page that was left needs no answer
    });
  };
  const moving = [];
  const look = async (page, name, path) => {
    await page.goto(server.url + path);
    await settle(page).catch(() => undefined);
    const shifts = await page.evaluate(() => window.shifts);
    const sum = shifts.reduce((all, { value }) => all + value, 0);
    if (sum > MOST_SHIFT) moving.push(`${name} ${sum.toFixed(2)}: ${shifts.map(({ value, what }) => `${value.toFixed(2)} ${what}`).slice(0, 3).join(' | ')}`);
  };
  await onEveryPage(browser, look, { width, open });
  return moving;
}

const SPACING = '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }';

export async function stateTests(runner, browser, server) {
  for (const [state, shows] of Object.entries(SHOWS))
    await runner.test(`§5 every page shows ?state=${state}`, () => everyPageShows(browser, server, state, shows, state === 'locked' ? [] : STILL));

  for (const width of [1440, 375])
    await runner.test(`§5 no page moves what is in sight while it loads, ${width} px wide`, async () => equal(await movingPages(browser, server, width), [], 'pages that move'));

  await runner.test('§5 a page of lists is empty in words and says how to see more', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/explorer/deals?status=COMPLETE&state=empty`);
    await page.getByText(/Nothing fits: Status/).waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.waitForURL((url) => !url.search.includes('status'));
    await page.context().close();
  });

  await runner.test('§5 stale: the form stays usable, sending waits and says why', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3?state=stale`);
    await page.getByLabel('Volume *').fill('2');
    const buy = page.getByRole('button', { name: 'Buy computation at market price' });
    await until(async () => (await buy.getAttribute('title'))?.includes('The live connection is lost'), 'the button to say why');
    await becomes(() => buy.getAttribute('aria-disabled'), 'true', 'the button');
    equal(await page.getByLabel('Volume *').inputValue(), '2', 'what was typed');
    await page.context().close();
  });

  await runner.test('§12.3 orders that the chain or a maker’s funds took out of the book are counted behind the light', async () => {
    server.tune((path, body, query) => (/^\/v1\/(app|dataset|workerpool|request)orders$/.test(path) && query?.get('state') === 'dead' ? { ...body, items: [], total: path.includes('request') ? 2 : 0 } : body));
    try {
      const page = await newPage(browser);
      await page.goto(`${server.url}/market/3`);
      await settle(page);
      const light = page.getByRole('button', { name: /^Connection: / });
      await light.click();
      const panel = page.locator('.connection-panel');
      await panel.getByText('2 orders: the chain takes them no more', { exact: true }).waitFor();
      await until(() => {
        server.publish('book:3-none-0', { hidden: 3 }); // heard once the page has subscribed
        return panel.getByText('3 orders: their makers cannot pay now; 2 orders: the chain takes them no more').count();
      }, 'both counts');
      await page.context().close();
    } finally {
      server.tune((_, body) => body);
      server.publish('book:3-none-0', { hidden: 0 });
    }
  });

  await runner.test('S-06 this browser keeps settings, labels, drafts and actions, no secret; clearing leaves nothing', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await page.getByLabel('Work params *').fill('{"iexec_args":"kept"}');
    await page.goto(`${server.url}/settings`);
    const stored = () => page.evaluate(() => Object.entries({ ...localStorage }));
    const kept = await stored();
    equal(kept.map(([name]) => name).filter((name) => !KEPT.test(name)), [], 'records of other kinds');
    check(kept.some(([name, value]) => name === 'bourse.draft' && value.includes('kept')), 'the draft is not kept');
    const { devAccounts } = await (await fetch(`${server.url}/v1/boot`)).json();
    check(!JSON.stringify(kept).includes(devAccounts[0].key.slice(2)), 'a key is in the storage');
    await page.getByRole('button', { name: 'Clear local data' }).click();
    await page.getByRole('button', { name: 'Delete them' }).click();
    await becomes(() => stored().then((all) => all.map(([name]) => name)), [], 'what is left');
    await page.context().close();
  });

  await runner.test('T-08 an hour of sleep: the feed is taken up again, the rows are those of the market', async () => {
    const page = await newPage(browser);
    await page.clock.install();
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await page.locator('.side.asks tbody tr[data-id]').first().waitFor();
    let opened = 0;
    page.on('websocket', () => (opened += 1));
    await page.clock.fastForward('01:00:00');
    await until(() => opened, 'another socket');
    const rows = () => {
      server.publish('book:3-none-0', { asks: [{ ...server.book.asks[0], remaining: 6 }] }); // heard once the page has subscribed again
      return page.locator('.side.asks tbody tr[data-id]').evaluateAll((all) => all.map((row) => [row.dataset.id, row.querySelector('.c-volume').textContent]));
    };
    await becomes(rows, server.book.asks.map(({ hash }, at) => [hash, at === 0 ? '6' : '1']), 'rows of the book');
    await becomes(() => page.getByText('The live connection is lost.').count(), 0, 'banners');
    server.publish('book:3-none-0', { asks: [server.book.asks[0]] });
    await page.context().close();
  });

  await runner.test('§5 code that does not come at once is asked for again: the page goes on, styles and all', async () => {
    const page = await newPage(browser);
    let away = true;
    const lost = new Set();
    await page.route(/\/assets\/(ticket|lists|explorer|resource_parts|page)-/, (route) => {
      if (!away) return route.continue();
      lost.add(new URL(route.request().url()).pathname.replace(/^.*\/(\w+)-.*(\.\w+)$/, '$1$2'));
      return route.abort('connectionrefused');
    });
    await page.goto(`${server.url}/market/3`);
    await until(() => lost.has('ticket.js'), 'the ticket to be lost');
    await page.locator('.side.asks tbody tr[data-id]').first().waitFor();
    away = false;
    await page.getByRole('form', { name: 'Buy, fill market order' }).waitFor();
    away = true;
    lost.clear();
    await page.getByRole('navigation').getByRole('link', { name: 'Explorer' }).first().click();
    await page.locator('main a[href^="/explorer/deals"]').first().click();
    await until(() => lost.has('lists.js'), 'the list to be lost');
    away = false;
    await page.getByRole('heading', { name: 'Deals', level: 1 }).waitFor();
    equal(await page.evaluate(() => [...document.styleSheets].length > 0 && [...document.querySelectorAll('link[rel="stylesheet"]')].every((link) => link.sheet)), true, 'style sheets');
    await page.context().close();
  });

  await runner.test('X-03 a session says a minute ahead that it ends, and can be kept', async () => {
    const soon = (path, body) => (path === '/v1/session' && body?.token ? { ...body, expires: Date.now() + 50_000 } : body);
    server.tune(soon);
    try {
      const page = await newPage(browser);
      await page.goto(`${server.url}/ops/workers`);
      await page.getByRole('button', { name: 'Sign in' }).first().click();
      await page.getByText(/Your session ends in \d+ s\./).waitFor();
      await page.getByRole('button', { name: 'Stay signed in' }).waitFor();
      await page.context().close();
    } finally {
      server.tune((_, body) => body);
    }
  });

  await runner.test('X-04 the keyboard skips to content, order book and ticket', async () => {
    const page = await newPage(browser);
    await page.goto(`${server.url}/market/3`);
    await settle(page);
    await becomes(() => page.locator('a.skip').evaluateAll((all) => all.map((each) => each.getAttribute('href'))), ['#main', '#book', '#ticket'], 'links');
    for (const [at, target] of ['main', 'book', 'ticket'].entries()) {
      await page.locator('a.skip').nth(at).focus();
      await page.keyboard.press('Enter');
      await becomes(() => page.evaluate(() => document.activeElement?.id), target, 'the focus');
    }
    await page.context().close();
  });

  await runner.test('X-06 text spacing of one’s own breaks no page', async () => {
    const broken = [];
    const look = async (page, name, path) => {
      await page.goto(server.url + path);
      await settle(page).catch(() => undefined);
      await page.evaluate((css) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        document.adoptedStyleSheets.push(sheet);
      }, SPACING);
      const tooWide = () => (document.documentElement.scrollWidth > innerWidth ? [`${document.documentElement.scrollWidth - innerWidth} px too wide`] : []);
      for (const fault of await faultsAtRest(page, tooWide)) broken.push(`${name}: ${fault}`);
    };
    await onEveryPage(browser, look, { width: 1280 });
    equal(broken, [], 'pages');
  });

  await runner.test('§14 a phone in landscape reaches the ticket, and touch targets have 44 px', async () => {
    const context = await browser.newContext({ viewport: { width: 740, height: 360 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' });
    await context.addInitScript((given) => localStorage.setItem('bourse.settings', JSON.stringify(given.settings)), prepare(''));
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    openPages.push(page);
    await page.goto(`${server.url}/market/3`);
    await page.waitForSelector('main h1');
    const buy = page.locator('.trade-bar').getByRole('button').first();
    await buy.tap();
    await page.getByRole('form', { name: /^Buy/ }).waitFor();
    const small = await page.locator('.trade-bar button, .bottom-nav a, dialog[open] .button:not(.tiny)').evaluateAll((all) => all.filter((each) => each.checkVisibility()).map((each) => [each.textContent, Math.round(each.getBoundingClientRect().height)]).filter(([, height]) => height < 44));
    equal(small, [], 'small targets');
    await context.close();
  });

  await runner.test('§14 deal, task and earnings on paper: facts and tables, nothing to press', async () => {
    const page = await newPage(browser, { width: 794 });
    for (const path of [PAGES.deal, PAGES.task, '/ops/earnings'].filter(Boolean)) {
      await page.goto(server.url + path);
      await settle(page).catch(() => undefined);
      await page.emulateMedia({ media: 'print' });
      const seen = await page.evaluate(() => ({
        pressable: [...document.querySelectorAll('button, .app-header, .app-footer, .bottom-nav')].filter((each) => each.checkVisibility()).length,
        words: document.querySelector('main').innerText.length,
        over: document.documentElement.scrollWidth - innerWidth,
      }));
      equal([seen.pressable, Math.max(0, seen.over)], [0, 0], `controls and overflow of ${path}`);
      check(seen.words > 40, `${path} prints nothing`);
      await page.emulateMedia({ media: 'screen' });
    }
    await page.context().close();
  });
}
