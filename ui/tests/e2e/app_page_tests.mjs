// Pages of apps against a real market (web-ui.md §11): described, read, tried, paid for, withdrawn.
import { becomes, check, equal, until } from './harness.mjs';
import { newPage, settle } from './page_tests.mjs';

const user = (name) => ({ wallet: name, settings: { welcomed: true, lastCategory: 0 } });
const FORM = JSON.stringify({
  type: 'object', title: 'Greeting of the test',
  properties: { whom: { type: 'string', title: 'Whom to greet now', default: 'Ann', maxLength: 40 }, times: { type: 'integer', title: 'How often', minimum: 1, maximum: 3 }, loud: { type: 'boolean', title: 'Loud' } },
  required: ['whom'], arguments: ['{whom}', ['--times', '{times}'], ['--loud', '{loud}']],
});
const README = '# Greeter of the test\n\nGreets **whom** you like.\n\n- see [the source](https://source.example/hello)\n\n<img src=x onerror=alert(1)>';

async function describe(page, market, name) {
  await page.goto(`${market.url}/store/mine`);
  await settle(page);
  await page.getByRole('region', { name: 'My apps, table' }).locator('tr', { hasText: name }).getByRole('button', { name: 'Describe' }).click();
  return page.getByRole('dialog');
}

/** The run with these values, from the app's page to the words of its result. */
async function tryIt(page, market, app) {
  await page.goto(`${market.url}/app/${app}`);
  await page.getByRole('heading', { name: 'Greeter of the test' }).waitFor();
  await page.getByText('<img src=x onerror=alert(1)>').waitFor();
  check((await page.locator('.readme img').count()) === 0, 'the readme made a picture');
  const href = await page.getByRole('link', { name: 'the source' }).getAttribute('href');
  check(href.startsWith('/explorer/link?'), `the link leaves at once: ${href}`);
  const form = page.getByRole('form', { name: 'Try it' });
  await form.getByLabel('Whom to greet now *').fill('');
  await form.getByText('Fill this in.').first().waitFor();
  await form.getByLabel('Whom to greet now *').fill("it's  Ann");
  await form.getByLabel('How often').fill('9');
  await form.getByText('This is at most 3.').first().waitFor();
  await form.getByLabel('How often').fill('2');
  await form.getByRole('button', { name: 'Continue to the ticket' }).click();
  const ticket = page.getByRole('form', { name: 'Buy, fill market order' });
  await becomes(() => ticket.getByLabel('Whom to greet now *').inputValue(), "it's  Ann", 'the value in the ticket');
  await ticket.getByLabel('Loud').check();
  await ticket.getByRole('button', { name: 'JSON', exact: true }).click();
  await becomes(() => ticket.getByLabel('Work params *').inputValue(), JSON.stringify({ iexec_args: "'it'\\''s  Ann' --times 2 --loud" }), 'the same as JSON');
  // What the form cannot express stays, and is said.
  await ticket.getByLabel('Work params *').fill('{"0":"one"}');
  await ticket.getByRole('button', { name: 'form', exact: true }).click();
  await ticket.getByText('each task has a command line of its own').waitFor();
  await ticket.getByRole('button', { name: 'Begin the form anew' }).click();
  await ticket.getByLabel('Whom to greet now *').fill("it's  Ann");
}

async function buyAndRead(page) {
  const buy = page.getByRole('button', { name: 'Buy computation at market price' });
  await until(async () => (await buy.getAttribute('aria-disabled')) === null, 'the button to buy');
  await buy.click();
  await page.getByRole('button', { name: 'Sign and buy' }).click();
  await page.getByRole('link', { name: 'Watch it run' }).click();
  const download = page.getByRole('button', { name: 'Download and verify' });
  await until(async () => (await download.count()) > 0 && (await download.getAttribute('aria-disabled')) === null, 'the result');
  const file = page.waitForEvent('download');
  await download.click();
  await file;
  await page.locator('li', { has: page.locator('code', { hasText: 'result.txt' }) }).getByRole('button', { name: 'Preview' }).click();
  return page.locator('pre', { hasText: 'Hello,' }).first().innerText();
}

export async function appPageTests(runner, browser, market) {
  const facts = market.facts;
  await runner.test('§11 an app is described, read, tried, and the paid result holds the parameter', async () => {
    const app = facts.apps.hello.address;
    const pageOf = () => market.get(`/v1/apps/${app}/page`);
    check((await pageOf()).readme.length > 0, '`bourse up` has described its sample');
    const owner = await newPage(browser, { state: user('app_provider') });
    const editor = await describe(owner, market, 'hello');
    await until(() => editor.getByLabel('Readme').inputValue(), 'the page that is there');
    await editor.getByLabel('Form (parameter schema)').fill('{"type":"object","properties":{"whom":{"type":"map"}}}');
    await editor.getByText('parameters.properties.whom.type must be string').first().waitFor();
    await editor.getByLabel('Readme').fill(README);
    await editor.getByLabel('Form (parameter schema)').fill(FORM);
    await editor.getByRole('button', { name: 'preview', exact: true }).click();
    await editor.getByRole('heading', { name: 'Greeter of the test' }).waitFor();
    await editor.getByLabel('Whom to greet now *').waitFor();
    await editor.getByRole('button', { name: 'Continue' }).click();
    const sheet = owner.getByRole('dialog', { name: 'What you sign' });
    await sheet.getByText('3 fields').waitFor();
    await sheet.getByRole('button', { name: 'Sign and publish' }).click();
    await becomes(async () => (await pageOf()).parameters, FORM, 'the page at the market');
    const buyer = await newPage(browser, { state: user('requester') });
    await tryIt(buyer, market, app);
    equal((await buyAndRead(buyer)).trim(), "Hello, it's  Ann!", 'the result');
    equal(buyer.problems, [], 'errors in the console');
    await buyer.context().close();
    const again = await describe(owner, market, 'hello');
    await again.getByRole('button', { name: 'Withdraw the page' }).click();
    await owner.getByRole('button', { name: 'Sign and withdraw' }).click();
    await becomes(async () => { const { readme, parameters } = await pageOf(); return readme + parameters; }, '', 'the withdrawn page');
    await owner.goto(`${market.url}/app/${app}`);
    await owner.getByRole('tab', { name: 'Open orders' }).waitFor();
    check((await owner.getByRole('heading', { name: 'Readme' }).count()) === 0, 'the withdrawn page is still shown');
    equal(owner.problems, [], 'errors in the console');
    await owner.context().close();
  });
}
