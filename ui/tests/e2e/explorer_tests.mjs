// The explorer against the fixture server: lists of choice and their files (§8.2), search (§8.4), results shown without
// running anything (D-01, D-02).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { check, equal, until } from './harness.mjs';
import { newPage, settle } from './page_tests.mjs';

const TASK = `0x${'c15ee'.padEnd(64, '0')}`;
const CSV = 'id,price\r\n0x1,17\r\n0x2,15\r\n';
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

/** A zip with stored files: local headers, then the directory. */
function zipOf(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(bytes.length, 18);
    local.writeUInt32LE(bytes.length, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(bytes.length, 20);
    entry.writeUInt32LE(bytes.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), bytes);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + bytes.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/** Every file that the page saves, by its name. */
function savedFiles(page) {
  const files = new Map();
  page.on('download', async (download) => files.set(download.suggestedFilename(), readFileSync(await download.path(), 'utf8')));
  return files;
}

async function listOfChoice(browser, server) {
  const page = await newPage(browser);
  const files = savedFiles(page);
  await page.route(/\/v1\/deals\?.*format=csv/, (route) => route.fulfill({ body: CSV, headers: { 'content-disposition': 'attachment; filename="deals_65535_12345_ab.csv"' } }));
  await page.goto(`${server.url}/explorer/deals`);
  await settle(page);
  const table = page.getByRole('region', { name: 'Deals, table' });
  await page.getByRole('button', { name: 'CSV, all rows' }).click();
  await until(() => files.size === 2, 'the file and its checksum');
  equal(files.get('deals_65535_12345_ab.csv'), CSV, 'the file');
  equal(files.get('deals_65535_12345_ab.csv.sha256'), `${createHash('sha256').update(CSV).digest('hex')}  deals_65535_12345_ab.csv\n`, 'the checksum');
  await table.getByRole('checkbox', { name: 'Choose this row' }).nth(1).check();
  await page.getByText('1 row chosen').waitFor();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Requester' }).uncheck();
  // Hidden until it is asked for.
  await page.getByRole('checkbox', { name: 'Dataset' }).check();
  await page.keyboard.press('Escape');
  await page.reload();
  await settle(page);
  await table.getByRole('columnheader', { name: 'Deal' }).waitFor();
  equal(await table.getByRole('columnheader', { name: 'Requester' }).count(), 0, 'the hidden column');
  equal(await table.getByRole('columnheader', { name: 'Dataset' }).count(), 1, 'the column that was asked for');
  const asked = page.waitForRequest((request) => /\/v1\/deals\?/.test(request.url()) && request.url().includes('from='));
  await page.getByLabel('From day').fill('2026-02-27');
  equal(new URL((await asked).url()).searchParams.get('from'), String(new Date(2026, 1, 27).getTime()), 'the day in milliseconds');
  const halfTyped = [];
  page.on('request', (request) => request.url().includes('app=') && halfTyped.push(request.url()));
  await page.getByLabel('App', { exact: true }).fill('0x12');
  await page.getByText('0x and 40 digits').waitFor();
  equal(halfTyped, [], 'requests with half an address');
  await page.getByRole('button', { name: 'Price' }).click();
  await page.waitForURL(/sort=-price/);
  await page.context().close();
}

async function searchOfMany(browser, server) {
  server.tune((path, body) => (path === '/v1/search' ? { ...body, items: [] } : body));
  try {
    const page = await newPage(browser);
    const [a, b] = ['c1', 'd2'].map((digit) => `0x${digit.repeat(32)}`);
    await page.goto(`${server.url}/search?q=${encodeURIComponent(`${a} ${b}`)}`);
    await page.getByRole('heading', { name: '2 ids' }).waitFor();
    await until(async () => (await page.getByText('nothing with this id').count()) === 2, 'what is known of both');
    await page.goto(`${server.url}/search?q=0x976Ea74026E726554dB657fA54763abd0C3a0aa9`);
    await page.getByText('wrong checksum').waitFor();
    await page.getByRole('link', { name: /0x976EA74026E726554dB657fA54763abd0C3a0aa9/ }).waitFor();
    await page.context().close();
  } finally {
    server.tune((_, body) => body);
  }
}

/** The page of a task whose result has `digest` on chain and `archive` in the store, after its download; the saved files. */
async function downloaded(browser, server, digest, archive) {
  server.tune((path, body) => (path === `/v1/tasks/${TASK}` ? { ...body, task: { ...body.task, digest, result: { path: '/ipfs/bafy', raw: '0x', text: null, digest, callback: null } } } : body));
  const page = await newPage(browser);
  const files = savedFiles(page);
  await page.route('**/ipfs/bafy', (route) => route.fulfill({ body: archive, contentType: 'application/zip' }));
  await page.goto(`${server.url}/task/${TASK}`);
  await page.getByRole('button', { name: 'Download and verify' }).click();
  return { page, files };
}

async function resultShown(browser, server) {
  const data = 'day,rain\n1,"2,5"\n';
  const archive = zipOf({ 'computed.json': '{"deterministic-output-path":"/iexec_out/data.csv"}', 'data.csv': data, 'facts.json': '{"city":{"name":"Wien"}}', 'dot.png': PNG, 'page.html': '<script>window.ran = true</script>', '../up.txt': 'x' });
  const digest = `0x${createHash('sha256').update(data).digest('hex')}`;
  try {
    const { page, files } = await downloaded(browser, server, digest, archive);
    await page.getByText('Verified.').waitFor();
    await until(() => files.size === 1, 'the saved archive');
    const preview = (name) => page.locator('li', { has: page.locator('code', { hasText: name }) }).getByRole('button', { name: 'Preview' });
    await preview('data.csv').click();
    await page.getByRole('region', { name: 'CSV, table' }).getByRole('cell', { name: '2,5' }).waitFor();
    await preview('facts.json').click();
    await page.getByText('name: "Wien"').waitFor();
    await preview('dot.png').click();
    await page.getByRole('img', { name: 'dot.png' }).waitFor();
    await preview('page.html').click();
    await page.getByText('<script>window.ran = true</script>').waitFor();
    check((await page.evaluate(() => window.ran)) === undefined, 'a script of the result ran');
    await page.getByText('leaves the folder').waitFor();
    await page.context().close();
  } finally {
    server.tune((_, body) => body);
  }
}

/** T-18: one bit of a result is another one: it is told, and nothing is kept unless it is asked for. */
async function flippedBit(browser, server) {
  const data = Buffer.from('day,rain\n1,2\n');
  const digest = `0x${createHash('sha256').update(data).digest('hex')}`;
  const flipped = Buffer.from(data);
  flipped[4] ^= 1;
  const archive = zipOf({ 'computed.json': '{"deterministic-output-path":"/iexec_out/data.csv"}', 'data.csv': flipped });
  try {
    const { page, files } = await downloaded(browser, server, digest, archive);
    const alert = page.getByRole('alert').filter({ hasText: 'This is not the result that was paid for.' });
    await alert.waitFor();
    check((await alert.textContent()).includes(digest), 'the digest of the chain is not named');
    equal(files.size, 0, 'files saved without asking');
    await page.getByRole('button', { name: 'Keep the file anyway' }).click();
    await until(() => files.size === 1, 'the file that was asked for');
    await page.context().close();
  } finally {
    server.tune((_, body) => body);
  }
}

export async function explorerTests(runner, browser, server) {
  await runner.test('§8.2 a list of choice: columns, chosen rows, days, sort, a file with its checksum', () => listOfChoice(browser, server));
  await runner.test('§8.4 several ids are looked up, a wrong checksum is told', () => searchOfMany(browser, server));
  await runner.test('T-18 a flipped bit of a result is told, the file is kept only on request', () => flippedBit(browser, server));
  await runner.test('D-02 files of a result are shown as data and run nothing', () => resultShown(browser, server));
}
