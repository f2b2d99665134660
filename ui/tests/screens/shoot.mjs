// Screenshots of every page at three widths in both themes, into build/screens: node tests/screens/shoot.mjs [MARKET-URL] [filter]
import { mkdirSync } from 'node:fs';
import { openBrowser } from '../browser.mjs';
import { startFixtureServer } from '../fixture_server.mjs';

const [given, filter = ''] = process.argv.slice(2);
const fixture = given && given.startsWith('http') ? null : await startFixtureServer();
const base = fixture ? fixture.url : given;
const wanted = fixture && given ? given : filter;
const folder = new URL('../../../build/screens/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

const id = (text) => `0x${text.padEnd(64, '0')}`;
async function pagesOf() {
  const list = async (kind) => (await (await fetch(`${base}/v1/${kind}?limit=1`)).json()).items?.[0];
  const [deal, task, app, dataset, pool] = await Promise.all(['deals', 'tasks', 'apps', 'datasets', 'workerpools'].map(list));
  return {
    welcome: '/welcome', market: '/market/3', explorer: '/explorer', deals: '/explorer/deals', deal: `/deal/${deal?.id ?? id('1')}`, task: `/task/${task?.id ?? id('1')}`, app: `/app/${app?.address}`, dataset: `/dataset/${dataset?.address}`,
    workerpool: `/workerpool/${pool?.address}`, address: `/address/${pool?.owner}`, wallet: '/wallet', deposit: '/wallet/deposit', ops: '/ops', workers: '/ops/workers', store: '/store', mydata: '/store/data', learn: '/learn', status: '/status', settings: '/settings', search: '/search?q=nothing',
  };
}
const WIDTHS = [375, 1024, 1440];
const browser = await openBrowser();
const pages = await pagesOf();
for (const theme of ['light', 'dark'])
  for (const width of WIDTHS) {
    const context = await browser.newContext({ viewport: { width, height: width < 600 ? 812 : 900 }, colorScheme: theme, reducedMotion: 'reduce' });
    await context.addInitScript(() => {
      localStorage.setItem('bourse.settings', JSON.stringify({ welcomed: true, lastCategory: 3 }));
      localStorage.setItem('bourse.wallet', JSON.stringify({ kind: 'development', id: 'requester' }));
    });
    const page = await context.newPage();
    let name = '';
    page.on('console', (message) => message.type() === 'error' && console.log(name, theme, width, 'console:', message.text().slice(0, 200)));
    page.on('pageerror', (error) => console.log(name, theme, width, 'page error:', error.message.slice(0, 200)));
    for (const [each, path] of Object.entries(pages)) {
      name = each;
      if (wanted && !wanted.split(',').includes(name)) continue;
      await page.goto(base + path);
      await page.waitForSelector('main h1', { timeout: 8_000 }).catch(() => console.log('no heading:', name, width));
      await page.waitForFunction(() => !document.querySelector('[aria-busy="true"] .skeleton'), null, { timeout: 4_000 }).catch(() => console.log('still loading:', name));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) {
        const who = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1).slice(0, 4).map((each) => `${each.tagName}.${each.className}`).join(' '));
        console.log(`${name} at ${width}: ${wide} px wider than the window: ${who}`);
      }
      await page.screenshot({ path: `${folder}${name}-${width}-${theme}.png`, fullPage: false });
    }
    await context.close();
  }
await browser.close();
fixture?.close();
console.log(`screens in ${folder}`);
