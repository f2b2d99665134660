// Search (web-ui.md §8.4, T-13): every kind, beginnings, names, other chains, what is malformed and what is unknown.
import { becomes, check, equal, until } from './harness.mjs';
import { inSearchField, newPage, settle } from './page_tests.mjs';

const id = (text, digits = 64) => `0x${text.padEnd(digits, '0')}`;
const USER = '0xF048eF3d7E3B'.padEnd(42, '0');

/** Of the fixture: what is typed, and the page that it leads to. */
const FIXTURE = {
  deal: [id('86f54ea'), `/deal/${id('86f54ea')}`],
  task: [id('c15ee'), `/task/${id('c15ee')}`],
  'order hash': [id('ba0c8f3c617d7'), `/market/order/${id('ba0c8f3c617d7')}`],
  transaction: [id('d592c'), `/tx/${id('d592c')}`],
  'block number': ['7', '/block/7'],
  'block hash': [id('b10c'), '/block/7'],
  app: ['0xDFeab54290E804318F0a82217cEa88E98a629B6c', '/app/0xDFeab54290E804318F0a82217cEa88E98a629B6c'],
  'dataset’s name': ['cat', `/dataset/${id('00A', 40)}`],
  worker: [id('a1', 40), `/worker/${id('a1', 40)}`],
  account: [USER.toLowerCase(), `/address/${USER}`],
  'beginning of an id': ['0xd592c00', `/tx/${id('d592c')}`],
};

const BAD = {
  '0xzz': 'is no hexadecimal digit',
  '0x1234': 'at least 6 digits',
  [`0x${'a'.repeat(65)}`]: 'this has 65',
  ['x'.repeat(101)]: 'at most 100 characters',
};

/** Types into the search field of the header, as a person does, and waits where it leads. */
async function lookFor(page, text, path) {
  await page.keyboard.press('/');
  await inSearchField(page);
  await page.keyboard.insertText(text);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname.toLowerCase() === path.toLowerCase()).catch((error) => {
    throw new Error(`“${text.slice(0, 20)}” leads to ${new URL(page.url()).pathname} instead of ${path}: ${error.message.split('\n')[0]}`);
  });
}

async function everyKind(browser, base, cases) {
  const page = await newPage(browser);
  for (const [text, path] of Object.values(cases)) {
    await page.goto(`${base}/status`);
    await settle(page);
    await lookFor(page, text, path);
  }
  await page.context().close();
}

async function chooser(browser, server) {
  const page = await newPage(browser);
  await page.goto(`${server.url}/search?q=hello`);
  const rows = page.getByRole('region', { name: 'Search results, table' }).locator('tbody tr');
  await becomes(() => rows.count(), 2, 'apps of that name');
  // Suggestions while typing: ↓ and Enter open the second.
  await page.goto(`${server.url}/status`);
  await settle(page);
  await page.keyboard.press('/');
  await inSearchField(page);
  await page.keyboard.insertText('hello');
  await becomes(() => page.getByRole('banner').getByRole('option').count(), 2, 'suggestions');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/app/${id('444', 40)}`);
  await page.context().close();
}

async function malformed(browser, server) {
  const page = await newPage(browser);
  const asked = [];
  page.on('request', (request) => request.url().includes('/v1/search') && asked.push(request.url()));
  await page.goto(`${server.url}/explorer`);
  await settle(page);
  for (const [text, reason] of Object.entries(BAD)) {
    await page.keyboard.press('/');
    await inSearchField(page);
    await page.keyboard.insertText(text);
    await page.getByRole('alert').filter({ hasText: reason }).first().waitFor();
    await page.keyboard.press('Enter');
    equal(new URL(page.url()).pathname, '/explorer', `the page after “${text.slice(0, 12)}”`);
    await page.getByRole('banner').getByRole('combobox').fill('');
    await page.keyboard.press('Escape');
    await page.locator('h1').click();
    // The same by an address that somebody passed on.
    await page.goto(`${server.url}/search?q=${encodeURIComponent(text)}`);
    await page.locator('main').getByRole('alert').filter({ hasText: reason }).waitFor();
    await page.goto(`${server.url}/explorer`);
    await settle(page);
  }
  equal(asked, [], 'requests');
  await page.context().close();
}

/** Another chain is another market: its page, not ours, is asked, and a link that means it shows nothing of this chain. */
const twoChains = (path, body) => (path === '/v1/boot' ? { ...body, chains: [...body.chains, { dev: false, id: 134, name: 'side', rpc: 'https://side.example/v1/rpc', url: 'https://side.example/' }] } : body);

async function unknownThenThere(browser, server) {
  const text = id('abcdef');
  let there = false;
  server.tune((path, body) => (path === '/v1/search' && there ? { ...body, items: [{ kind: 'deal', id: id('86f54ea'), label: 'deal', chain: 65535 }] } : twoChains(path, body)));
  try {
    const page = await newPage(browser);
    await page.goto(`${server.url}/search?q=${text}`);
    const alert = page.locator('main').getByRole('alert');
    await alert.filter({ hasText: 'Nothing with' }).waitFor();
    const PARTS = [text, 'bourse', '65535', 'deal', 'task', 'dataset', 'block', 'order'];
    await becomes(() => alert.textContent().then((words) => PARTS.filter((part) => !words.includes(part))), [], 'what is not named');
    equal(await alert.getByRole('link', { name: /side/ }).getAttribute('href'), `https://side.example/search?q=${text}`, 'the way to the other chain');
    there = true;
    await page.waitForURL(`**/deal/${id('86f54ea')}`);
    await page.goto(`${server.url}/side/deal/${id('86f54ea')}`);
    await page.getByRole('heading', { name: 'This link is for another chain' }).waitFor();
    equal(await page.getByRole('link', { name: 'Open it there' }).getAttribute('href'), `https://side.example/deal/${id('86f54ea')}`, 'the page of the other chain');
    equal(await page.locator('main').getByText('17 nRLC').count(), 0, 'facts of this chain');
    await page.context().close();
  } finally {
    server.tune((_, body) => body);
  }
}

export async function searchTests(runner, browser, server) {
  await runner.test('T-13 every kind of thing is found by what is typed', () => everyKind(browser, server.url, FIXTURE));
  await runner.test('T-13 several hits are listed and suggested, the keyboard picks one', () => chooser(browser, server));
  await runner.test('T-13 malformed searches ask nothing and say why, in the field and by an address', () => malformed(browser, server));
  await runner.test('T-13 what is unknown is told with kinds and chains, and opens when it appears', () => unknownThenThere(browser, server));
}

/** The same against a real market: its index, its book and its node answer. */
export async function marketSearchTests(runner, browser, market) {
  await runner.test('T-13 a real market finds every kind', async () => {
    const task = await market.completedTask();
    const { deal } = await market.get(`/v1/deals/${task.deal}`);
    const block = (await market.get('/v1/blocks?limit=1')).items[0];
    const tx = (await market.get('/v1/transactions?limit=1')).items[0];
    const order = await market.offer();
    const worker = (await market.get('/v1/workers?limit=1')).items[0];
    await everyKind(browser, market.url, {
      deal: [deal.id, `/deal/${deal.id}`],
      task: [task.id, `/task/${task.id}`],
      order: [order.hash, `/market/order/${order.hash}`],
      transaction: [tx.hash, `/tx/${tx.hash}`],
      number: [String(block.number), `/block/${block.number}`],
      hash: [block.hash, `/block/${block.hash}`],
      app: [deal.app.address, `/app/${deal.app.address}`],
      name: [deal.app.name, `/app/${deal.app.address}`],
      pool: [deal.workerpool.address, `/workerpool/${deal.workerpool.address}`],
      worker: [worker.address, `/worker/${worker.address}`],
      account: [deal.requester, `/address/${deal.requester}`],
      beginning: [deal.id.slice(0, 20), `/deal/${deal.id}`],
    });
  });
}
