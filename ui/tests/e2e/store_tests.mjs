// Seller's side against a real market: a list is signed, data are registered, offered and withdrawn, the console keeps to its rights.
import { check, equal, until } from './harness.mjs';
import { newPage, settle } from './page_tests.mjs';

const user = (name) => ({ wallet: name, settings: { welcomed: true, lastCategory: 0 } });

export async function storeTests(runner, browser, market) {
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
    const { lists } = (await market.get(`/v1/apps/${app.address}`)).resource;
    equal(lists.map((list) => list.name), ['Checked apps'], 'lists of the app');
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
    await page.getByText('taking tasks → draining').waitFor();
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
