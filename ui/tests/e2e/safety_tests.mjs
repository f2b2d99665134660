// What others wrote does no harm (web-ui.md §16.1): hostile text everywhere (T-27), links of others (S-04), cells of exports
// (S-05), names and addresses that imitate (S-07).
import { readFileSync } from 'node:fs';
import { check, equal } from './harness.mjs';
import { newPage, onEveryPage, settle } from './page_tests.mjs';

const DATASET = `0x${'00A'.padEnd(40, '0')}`;
const EVIL = `=cmd|' /C calc'!A0<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202e\u0007\u001b[31m${'x'.repeat(10_240)}`;
/** What strangers write: names, descriptions, places, params, notes, log lines, causes. */
const THEIRS = new Set(['name', 'description', 'multiaddr', 'note', 'text', 'label', 'cause', 'message', 'reason', 'os', 'platform', 'cpu', 'software', 'failure', 'words', 'curator_name', 'type', 'mrenclave', 'fee', 'readme']);
const deep = `${'{"a":'.repeat(400)}1${'}'.repeat(400)}`;

const hostile = (path, body) =>
  path === '/v1/boot' || path === '/v1/challenge' || path === '/v1/match/check'
    ? body
    : JSON.parse(JSON.stringify(body), (key, value) => (typeof value !== 'string' ? value : key === 'params' ? deep : THEIRS.has(key) && !/^0x/.test(value) ? EVIL : value));

async function everywhere(browser, server) {
  server.tune(hostile);
  const session = server.operate();
  const problems = [];
  try {
    for (const width of [375, 1280]) {
      const look = async (page, name, path) => {
        await page.goto(server.url + path);
        await page.waitForSelector('main h1');
        await settle(page);
        if (path.startsWith('/ops')) await page.getByRole('button', { name: 'Sign in' }).first().click().catch(() => undefined);
        const [hacked, over, override] = await page.evaluate(() => [window.hacked, document.documentElement.scrollWidth - innerWidth, /.{0,30}\u202e/s.exec(document.body.innerText)?.[0]]);
        if (hacked !== undefined) problems.push(`${name} at ${width}: a script ran`);
        if (over > 0) problems.push(`${name} at ${width}: ${over} px too wide`);
        if (override) problems.push(`${name} at ${width}: “${override.slice(0, 60)}” turns round`);
      };
      problems.push(...(await onEveryPage(browser, look, { width })).map((each) => each.slice(0, 120)));
    }
  } finally {
    session.end();
    server.tune((_, body) => body);
  }
  equal(problems, [], 'problems');
}

async function linksOfOthers(browser, server) {
  const place = { now: '' };
  server.tune((path, body) => (path.startsWith('/v1/datasets/0x') ? { ...body, resource: { ...body.resource, multiaddr: place.now } } : body));
  try {
    const page = await newPage(browser);
    const foreign = [];
    page.context().on('request', (request) => !request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url()) && foreign.push(request.url()));
    place.now = 'http://bourse.example@xn--80ak6aa92e.example:81/rain.csv?to=%E2%80%AEfdp';
    await page.goto(`${server.url}/dataset/${DATASET}`);
    await page.getByRole('link', { name: /rain\.csv/ }).click();
    await page.getByRole('heading', { name: 'Leaving this market' }).waitFor();
    const main = page.locator('main');
    await main.getByText('xn--80ak6aa92e.example:81', { exact: true }).waitFor();
    for (const doubt of [/name stands before the @/, /letters of another script/, /not encrypted/]) await main.getByText(doubt).waitFor();
    const out = main.getByRole('link', { name: 'Open in a new tab' });
    equal([await out.getAttribute('href'), await out.getAttribute('target'), await out.getAttribute('rel')], [place.now, '_blank', 'noopener noreferrer nofollow'], 'the link');
    equal(foreign, [], 'requests to other origins before the click');
    // Whatever is no web address is text, on the page of the dataset and where somebody passes the link on.
    for (const text of ['javascript:window.hacked=1', 'magnet:?xt=urn:btih:c9', 'ipfs://bafy', '/ipfs/bafy', 'data:text/html,<script>window.hacked=1</script>', 'file:///etc/passwd']) {
      place.now = text;
      await page.goto(`${server.url}/dataset/${DATASET}`);
      await main.getByText(text.slice(0, 20)).first().waitFor();
      equal(await main.locator(`a[href*=${JSON.stringify(text.slice(0, 8))}]`).count(), 0, `links of ${text}`);
      await page.goto(`${server.url}/explorer/link?to=${encodeURIComponent(text)}`);
      await main.getByRole('alert').waitFor();
      equal(await main.getByRole('link', { name: 'Open in a new tab' }).count(), 0, `ways out for ${text}`);
    }
    check((await page.evaluate(() => window.hacked)) === undefined, 'a script ran');
    await page.context().close();
  } finally {
    server.tune((_, body) => body);
  }
}

async function exportedCells(browser, server) {
  server.tune((path, body) => (path === '/v1/ops/workers' ? { ...body, items: body.items.map((row, at) => ({ ...row, name: ['=1+1', '+1', '-1', '@a', '\tx', '"a",b'][at % 6] })) } : body));
  const session = server.operate();
  try {
    const page = await newPage(browser);
    await page.goto(`${server.url}/ops/workers`);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    await page.getByRole('region', { name: 'Workers, table' }).locator('tbody tr').nth(5).waitFor();
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV', exact: true }).click();
    const text = readFileSync(await (await file).path(), 'utf8');
    for (const cell of [",'=1+1,", ",'+1,", ",'-1,", ",'@a,", ",'\tx,", ',"""a"",b",']) check(text.includes(cell), `${cell} is not in the file: ${text.slice(0, 400)}`);
    await page.context().close();
  } finally {
    session.end();
    server.tune((_, body) => body);
  }
}

async function imitations(browser, server) {
  const known = '0x4E61000000000000000000000000000000009802';
  server.tune((path, body) => (path === '/v1/apps' ? { ...body, items: body.items.map((row, at) => ({ ...row, name: at === 0 ? 'v\u0430nity' : row.name })) } : body));
  try {
    const page = await newPage(browser);
    await page.addInitScript((address) => localStorage.setItem('bourse.labels', JSON.stringify({ [address.toLowerCase()]: 'my pool' })), known);
    await page.goto(`${server.url}/explorer/apps`);
    const rows = page.locator('main tbody tr');
    await rows.first().getByText('mixed script').waitFor();
    equal(await page.getByText('mixed script').count(), 1, 'names with the mark');
    // 0x4E61…9802 of the fixture begins and ends like the labelled address.
    await page.goto(`${server.url}/explorer/deals`);
    await rows.first().getByText('look-alike').waitFor();
    check((await rows.first().getByText('look-alike').getAttribute('title')).includes(known.toLowerCase()), 'the mark does not name the known address');
    await page.goto(`${server.url}/address/0x4E61C418cFcF080DbCA9544AAd64572e68BD9802`);
    await page.getByRole('alert').filter({ hasText: 'which you know, but it is another one' }).waitFor();
    // The known address itself carries its label and no mark.
    await page.goto(`${server.url}/address/${known}`);
    await page.locator('main h1').getByText('my pool').waitFor();
    equal(await page.locator('main h1').getByText('look-alike').count(), 0, 'marks on the known address');
    await page.context().close();
  } finally {
    server.tune((_, body) => body);
  }
}

export async function safetyTests(runner, browser, server) {
  await runner.test('T-27 hostile text on every page runs nothing, breaks nothing, turns nothing round', () => everywhere(browser, server));
  await runner.test('S-04 links of others open only after their whole address is shown, other schemes are text', () => linksOfOthers(browser, server));
  await runner.test('S-05 cells of an exported table are no formulas', () => exportedCells(browser, server));
  await runner.test('S-07 names of mixed scripts and look-alike addresses are marked', () => imitations(browser, server));
}

