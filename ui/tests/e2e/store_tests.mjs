// Seller's side against a real market: a list is signed, data are registered, offered and withdrawn, the console keeps to its rights.
import { execFileSync } from 'node:child_process';
import { createDecipheriv, createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { appPageTests } from './app_page_tests.mjs';
import { becomes, check, equal, until } from './harness.mjs';
import { newPage, settle } from './page_tests.mjs';

const user = (name) => ({ wallet: name, settings: { welcomed: true, lastCategory: 0 } });

/** The form with a file chosen and its checksum known. */
async function beginUpload(page, market, name, file) {
  await page.goto(`${market.url}/store/data`);
  await settle(page);
  await page.getByRole('button', { name: 'Register a dataset' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Name *').fill(name);
  await form.getByLabel('File *').setInputFiles(file);
  await form.getByText(/^0x[0-9a-f]{64}$/).first().waitFor();
  return form;
}

export async function storeTests(runner, browser, market) {
  await appPageTests(runner, browser, market);
  await runner.test('a curator signs a list, the app shows it', async () => {
    const page = await newPage(browser, { state: user('app_provider') });
    const app = (await market.get('/v1/apps?limit=1')).items[0];
    await page.goto(`${market.url}/store/lists`);
    await settle(page);
    await page.getByRole('button', { name: 'Publish a list' }).click();
    await page.getByLabel('Name *').fill('Checked apps');
    await page.getByLabel(/Apps, one a line/).fill(`${app.address.toLowerCase()} works as it says`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('dialog', { name: 'What you sign' }).getByText('Checked apps', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sign and publish' }).click();
    await page.getByRole('button', { name: 'Checked apps' }).click();
    await page.getByText('works as it says').waitFor();
    await becomes(async () => (await market.get(`/v1/apps/${app.address}`)).resource.lists.map((list) => list.name), ['Checked apps'], 'lists of the app');
    await page.context().close();
  });
  await runner.test('my data: register, offer to one app, withdraw with one click', async () => {
    const owner = market.account('dataset_provider').address;
    const page = await newPage(browser, { state: user('dataset_provider') });
    const app = (await market.get('/v1/apps?limit=1')).items[0].address;
    const offers = async () => (await market.get(`/v1/datasetorders?owner=${owner}&app=any&requester=any&workerpool=any&limit=200`)).items.filter((each) => each.price === '7' && each.status === 'open');
    await page.goto(`${market.url}/store/data`);
    await settle(page);
    await page.getByRole('button', { name: 'Register a dataset' }).click();
    await page.getByLabel('Name *').fill('Weather of the test');
    await page.getByRole('button', { name: 'It lies elsewhere' }).click();
    await page.getByLabel(/Location/).fill('https://data.example/weather');
    await page.locator('input[type=file]').setInputFiles({ name: 'weather.csv', mimeType: 'text/csv', buffer: Buffer.from('day,rain\n1,2\n') });
    await until(async () => /^0x[0-9a-f]{64}$/.test(await page.getByLabel('Checksum (SHA-256) *').inputValue()), 'the checksum');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    const row = page.getByRole('region', { name: 'My data, table' }).locator('tr', { hasText: 'Weather of the test' });
    await row.getByRole('button', { name: 'Offer' }).click();
    await page.getByLabel('Price a task, nRLC *').fill('7');
    await page.getByLabel('Only with app').fill(app);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Sign and publish' }).click();
    const [offer] = await until(async () => ((await offers()).length ? offers() : null), 'the offer');
    equal(offer.order.apprestrict.toLowerCase(), app.toLowerCase(), 'the app that may read it');
    const line = page.getByRole('region', { name: 'Offers, table' }).locator('tr').filter({ has: page.getByRole('cell', { name: '7', exact: true }) });
    await line.getByRole('button', { name: 'Withdraw access' }).click();
    await until(async () => (await market.get(`/v1/datasetorders/${offer.hash}`)).status === 'canceled', 'the withdrawal');
    await page.context().close();
  });
  await runner.test('my data: a file is encrypted here, and another program opens what was stored (D-05)', async () => {
    const page = await newPage(browser, { state: user('dataset_provider') });
    const content = Buffer.from('day,rain\n1,2\n'.repeat(1000));
    const form = await beginUpload(page, market, 'Sealed weather', { name: 'sealed.csv', mimeType: 'text/csv', buffer: content });
    await form.getByText('Encrypt it here').click();
    await form.getByText('This market has none').waitFor();
    await form.getByText('Save the key first.').first().waitFor();
    const [saved] = await Promise.all([page.waitForEvent('download'), form.getByRole('button', { name: 'Save the key' }).click()]);
    const key = Buffer.from(readFileSync(await saved.path(), 'utf8'), 'base64');
    equal([saved.suggestedFilename(), key.length], ['sealed.csv.key', 32], 'the key');
    await form.getByRole('button', { name: 'Sign and upload' }).click();
    const place = await form.getByText(/^\/ipfs\//).first().innerText();
    const checksum = await form.getByText(/^0x[0-9a-f]{64}$/).first().innerText();
    const sealed = Buffer.from(await (await fetch(market.url + place)).arrayBuffer());
    equal(`0x${createHash('sha256').update(sealed).digest('hex')}`, checksum, 'the checksum that was shown');
    const decipher = createDecipheriv('aes-256-cbc', key, sealed.subarray(0, 16));
    check(Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]).equals(content), 'what was stored does not open');
    await page.context().close();
  });
  await runner.test('my data: an upload goes on after a break and a reload, is registered, offered, and read by a task (D-05)', async () => {
    const owner = market.account('dataset_provider').address;
    const page = await newPage(browser, { state: user('dataset_provider') });
    const content = Buffer.from(`ZZ\tTestland\nZZ\t+0100+00200\tTest/Here\nZZ\t-0100+00200\tTest/There\n${'# filler\n'.repeat(1_100_000)}`);
    const file = join(market.home, 'zones.tab');
    writeFileSync(file, content);
    const puts = [];
    await page.route('**/v1/uploads/*', (route) => {
      const offset = route.request().method() === 'PUT' ? Number(new URL(route.request().url()).searchParams.get('offset')) : null;
      if (offset === null) return route.continue();
      puts.push(offset);
      return puts.length === 2 ? route.abort('connectionreset') : puts.length < 4 ? route.continue() : route.abort('connectionreset');
    });
    const form = await beginUpload(page, market, 'Zones of the test', file);
    await form.getByRole('button', { name: 'Sign and upload' }).click();
    await form.getByText('trying again').waitFor();
    await until(() => puts.length >= 4, 'the second break');
    // The page is left before the line is whole again, or the last chunk would go through.
    await page.reload();
    const chunk = 4 << 20;
    equal(puts.slice(0, 4), [0, chunk, chunk, 2 * chunk], 'offsets');
    await page.unroute('**/v1/uploads/*');
    await settle(page);
    await page.getByRole('button', { name: 'Register a dataset' }).click();
    const again = page.getByRole('dialog');
    await again.getByText('Choose the file again to go on').waitFor();
    await again.getByLabel('Name *').fill('Zones of the test');
    await again.getByLabel('File *').setInputFiles(file);
    const offsets = [];
    page.on('request', (request) => request.method() === 'PUT' && offsets.push(Number(new URL(request.url()).searchParams.get('offset'))));
    await again.getByRole('button', { name: 'Sign and go on' }).click();
    await again.getByText(/^\/ipfs\//).first().waitFor();
    equal(offsets, [2 * chunk], 'what is sent after the reload');
    await again.getByRole('button', { name: 'Register', exact: true }).click();
    const row = page.getByRole('region', { name: 'My data, table' }).locator('tr', { hasText: 'Zones of the test' });
    await row.getByRole('button', { name: 'Offer' }).click();
    await page.getByLabel('Price a task, nRLC *').fill('3');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Sign and publish' }).click();
    const { address } = await until(async () => (await market.get(`/v1/datasets?owner=${owner}&limit=50`)).items.find((each) => each.name === 'Zones of the test' && each.bestPrice === '3'), 'the offer');
    const { tasks } = await market.verb('run', 'timezones', '--dataset', address, '--wallet', 'requester', '--watch');
    equal(tasks[0].verdict, 'OK', 'the verdict');
    const statistics = execFileSync('python3', ['-c', 'import sys, zipfile; sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read("statistics.json").decode())', resolve(market.home, tasks[0].result_file)], { encoding: 'utf8' });
    check(/"Test": ?2/.test(statistics), `the task read something else: ${statistics.slice(0, 300)}`);
    await page.context().close();
  });
  await runner.test('console: an owner drains and resumes, another account reads what it lacks', async () => {
    const page = await newPage(browser, { state: user('scheduler') });
    await page.goto(`${market.url}/ops/workers`);
    await settle(page);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    for (const [word, draining] of [['Drain', true], ['Resume', false]]) {
      await page.getByRole('button', { name: `${word} the pool` }).click();
      await page.locator('dialog, [role=dialog]').getByRole('button', { name: `${word} the pool` }).click();
      await until(async () => (await market.get('/v1/ops/overview')).draining === draining, word);
    }
    await page.getByRole('tab', { name: 'Alerts' }).click();
    await page.getByText('taking tasks → draining').first().waitFor();
    await page.context().close();
    const other = await newPage(browser, { state: user('requester') });
    await other.goto(`${market.url}/ops/workers`);
    await settle(other);
    await other.getByRole('button', { name: 'Sign in' }).first().click();
    await other.getByText('This part needs the right to operate the pool.').waitFor();
    check((await other.getByRole('region', { name: 'Workers, table' }).count()) === 0, 'the workers are shown to another account');
    await other.context().close();
  });
}
