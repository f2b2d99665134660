// Screenshots of every page at three widths in both themes, into build/screens (or $BOURSE_SCREENS):
//   node tests/screens/shoot.mjs [MARKET-URL] [names,comma separated] [widths] [themes] [account]
// Without a market the fixture's rows are shown, its pool operated by the account. BOURSE_STATE=stale (or any other of §5)
// adds ?state= to every page, BOURSE_FULL=1 takes whole pages, not windows.
import { mkdirSync } from 'node:fs';
import { openBrowser } from '../browser.mjs';
import { startFixtureServer } from '../fixture_server.mjs';

const given = process.argv.slice(2);
const url = given[0]?.startsWith('http') ? given.shift() : null;
const [names = '', widths = '375,1024,1440', themes = 'light,dark', account = 'requester'] = given;
const fixture = url ? null : await startFixtureServer();
const base = fixture ? fixture.url : url;
fixture?.operate();
const folder = process.env.BOURSE_SCREENS ?? new URL('../../../build/screens/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

const id = (text) => `0x${text.padEnd(64, '0')}`;
/** A task of the fixture in each status of §4.1, and one whose page breaks: path and change of the answers. */
const STATUSES = { NOT_STARTED: { initialised: null }, RUNNING: {}, LATE: { contributionDeadline: Date.now() - 60_000 }, REVEALING: {}, COMPLETE: {}, CLAIMABLE: { finalDeadline: Date.now() - 60_000 }, FAILED: { ended: Date.now() - 60_000 } };
const taskIn = (status, part) => (path, body) => (/^\/v1\/tasks\/0x[^/]+$/.test(path) && body?.task ? { ...body, task: { ...body.task, status: status === 'LATE' ? 'RUNNING' : status, ended: status === 'COMPLETE' ? body.task.ended : null, ...part } } : body);
function tunedPages() {
  if (!fixture) return {};
  const path = `/task/${id('c15ee')}`;
  const tasks = Object.entries(STATUSES).map(([status, part]) => [`task-${status.toLowerCase()}`, { path, tune: taskIn(status, part) }]);
  return Object.fromEntries([...tasks, ['crash', { path, tune: (at, body) => (/^\/v1\/tasks\/0x/.test(at) ? { ...body, deal: null } : body) }], ['gone', { path: `/deal/${id('dead')}`, tune: (at, body) => (at.startsWith('/v1/deals/') ? null : body) }]]);
}

const press = (name) => async (page) => page.getByRole('button', { name, exact: true }).first().click();
/** What is pressed before the picture. */
const ACTS = {
  opstools: press('Tools'),
  opsladder: press('Publish a ladder'),
  opscompare: async (page) => {
    for (const box of [0, 1]) await page.getByRole('checkbox', { name: /^Choose worker/ }).nth(box).check();
    await press('Compare')(page);
  },
  command: press('>_ Show as command'),
};

async function pagesOf() {
  const list = async (kind) => (await (await fetch(`${base}/v1/${kind}`)).json()).items?.[0];
  const [deal, task, app, dataset, pool, block, tx, order] = await Promise.all(['deals?limit=1', 'tasks?limit=1', 'apps?limit=1', 'datasets?limit=1', 'workerpools?limit=1', 'blocks?limit=1', 'transactions?limit=1', 'workerpoolorders?limit=1&app=any&dataset=any&requester=any'].map(list));
  const lists = Object.fromEntries(['deals', 'tasks', 'apps', 'datasets', 'workerpools', 'workers', 'accounts', 'transactions', 'blocks'].map((kind) => [kind, `/explorer/${kind}`]));
  const category = fixture ? 3 : 0;
  return {
    welcome: '/welcome', market: `/market/${category}`, order: `/market/order/${order?.hash ?? id('86f54eaf5262').slice(0, 62)}`, explorer: '/explorer', ...lists, search: '/search?q=nothing', unknown: '/no-such-page',
    deal: `/deal/${deal?.id ?? id('1')}`, dealmoney: `/deal/${deal?.id ?? id('1')}?tab=money`, task: `/task/${task?.id ?? id('1')}`, taskmoney: `/task/${task?.id ?? id('1')}?tab=money`, replicas: `/task/${task?.id ?? id('1')}?tab=replicas`, tasklogs: `/task/${task?.id ?? id('1')}?tab=logs`,
    app: `/app/${app?.address}`, dataset: `/dataset/${dataset?.address}`, workerpool: `/workerpool/${pool?.address}`, address: `/address/${pool?.owner}`, worker: `/worker/${pool?.owner}`, block: `/block/${block?.number ?? 1}`, tx: `/tx/${tx?.hash ?? id('d592c')}`,
    wallet: '/wallet', deposit: '/wallet/deposit', withdraw: '/wallet/withdraw', faucet: '/wallet/faucet', send: '/wallet/send', access: '/wallet/access', keys: '/wallet/keys',
    link: '/explorer/link?to=https%3A%2F%2Fdata.example%2Fsets%2Frain.csv', searchprefix: '/search?q=0x86f54ea', command: `/deal/${deal?.id ?? id('1')}`, ...tunedPages(),
    opscompare: '/ops/workers', opsworker: `/ops/workers?worker=0x${'a1'.padEnd(40, '0')}`, opsjoin: `/ops/workers?join=0x${'a1'.padEnd(40, '0')}`, opsboard: '/ops/tasks?view=board', opstools: '/ops/tasks', opsladder: '/ops/orders',
    ops: '/ops', opsworkers: '/ops/workers', opstasks: '/ops/tasks', earnings: '/ops/earnings', opsorders: '/ops/orders', opslogs: '/ops/logs', alerts: '/ops/alerts', machine: '/ops/machine',
    store: '/store', datastore: '/store/datasets', curated: '/store/lists', myapps: '/store/mine', mydata: '/store/data', learn: '/learn', status: '/status', settings: '/settings',
  };
}

async function widerThanWindow(page) {
  return page.evaluate(() => {
    const over = document.documentElement.scrollWidth - innerWidth;
    if (over <= 0) return null;
    const who = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1).slice(0, 4);
    return `${over} px wider than the window: ${who.map((each) => `${each.tagName}.${each.className}`).join(' ')}`;
  });
}

/** The console is for a session: signed in once, then pages are changed without a reload. */
async function go(page, wanted) {
  await page.keyboard.press('Escape');
  const state = process.env.BOURSE_STATE;
  const path = state ? `${wanted}${wanted.includes('?') ? '&' : '?'}state=${state}` : wanted;
  if (path.startsWith('/ops') && page.url().includes('/ops')) {
    await page.evaluate((to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }, path);
    return;
  }
  await page.goto(base + path);
  if (path.startsWith('/ops')) await page.getByRole('button', { name: 'Sign in' }).first().click({ timeout: 3_000 }).catch(() => undefined);
}

const browser = await openBrowser();
const pages = await pagesOf();
for (const theme of themes.split(','))
  for (const width of widths.split(',').map(Number)) {
    const context = await browser.newContext({ viewport: { width, height: width < 600 ? 812 : 900 }, colorScheme: theme, reducedMotion: 'reduce' });
    await context.addInitScript((name) => {
      localStorage.setItem('bourse.settings', JSON.stringify({ welcomed: true, lastCategory: 3 }));
      localStorage.setItem('bourse.wallet', JSON.stringify({ kind: 'development', id: name }));
    }, account);
    const page = await context.newPage();
    let name = '';
    page.on('console', (message) => message.type() === 'error' && !/404/.test(message.text()) && console.log(name, theme, width, 'console:', message.text().slice(0, 200)));
    page.on('pageerror', (error) => console.log(name, theme, width, 'page error:', error.message.slice(0, 200)));
    for (const [each, shown] of Object.entries(pages)) {
      name = each;
      if (names && !names.split(',').includes(name)) continue;
      fixture?.tune(shown.tune ?? ((_, body) => body));
      await go(page, shown.path ?? shown);
      await page.waitForSelector('main h1', { timeout: 8_000 }).catch(() => console.log('no heading:', name, width));
      await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"] .skeleton'), null, { timeout: 5_000 }).catch(() => console.log('still loading:', name));
      await ACTS[name]?.(page)?.catch((error) => console.log(name, width, error.message.split('\n')[0]));
      await page.waitForTimeout(150);
      const over = await widerThanWindow(page);
      if (over) console.log(`${name} at ${width}: ${over}`);
      await page.screenshot({ path: `${folder}/${name}-${width}-${theme}.png`, fullPage: process.env.BOURSE_FULL === '1' });
    }
    await context.close();
  }
await browser.close();
fixture?.close();
console.log(`screens in ${folder}`);
