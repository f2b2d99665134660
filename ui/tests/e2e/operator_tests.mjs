// The console as its operator sees it, against the fixture's pool in full swing: axe, layout and dialogs of every tab (T-25, T-26).
import { check, equal, until } from './harness.mjs';
import { axe, faultsAtRest, layoutProblems, newPage, settle, SIZES, THEMES } from './page_tests.mjs';

/** Development account that the windows of these tests use. */
const OWNER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const WORKER = `0x${'a1'.padEnd(40, '0')}`;
const TABS = {
  overview: '/ops', workers: '/ops/workers', worker: `/ops/workers?worker=${WORKER}`, join: `/ops/workers?join=${WORKER}`, tasks: '/ops/tasks', board: '/ops/tasks?view=board',
  earnings: '/ops/earnings', orders: '/ops/orders', logs: '/ops/logs', alerts: '/ops/alerts', machine: '/ops/machine',
};
const press = (name) => async (page) => page.getByRole('button', { name, exact: true }).first().click();
/** Dialogs, and what leads to them from their tab. */
const DIALOGS = {
  'tools of a task': ['/ops/tasks', press('Tools')],
  'ladder of orders': ['/ops/orders', press('Publish a ladder')],
  'draining the pool': ['/ops/workers', press('Drain the pool')],
  'two machines': ['/ops/workers', async (page) => { for (const at of [0, 1]) await page.getByRole('checkbox', { name: /^Choose worker/ }).nth(at).check(); }, press('Compare')],
};

/** A window of somebody who has signed in; later pages are reached without a reload, which would end the session. */
async function signedIn(browser, server, look) {
  const page = await newPage(browser, look);
  await page.goto(`${server.url}/ops/alerts`);
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByText('signed in', { exact: true }).waitFor();
  return page;
}

async function turnTo(page, path) {
  await page.evaluate((to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }, path);
  await settle(page);
}

/** `look` at every tab of a window; what it found, and what the window's console complained of. */
async function onEveryTab(browser, server, window, look) {
  const session = server.operate();
  const problems = [];
  try {
    const page = await signedIn(browser, server, window);
    for (const [name, path] of Object.entries(TABS)) {
      await turnTo(page, path);
      equal(await page.getByText('This part needs the right').count(), 0, `the right to see ${name}`);
      problems.push(...(await look(page, name)));
    }
    problems.push(...page.problems);
    await page.context().close();
  } finally {
    session.end();
  }
  check(problems.length === 0, [...new Set(problems)].join('\n'));
}

async function layoutOfTabs(browser, server) {
  await onEveryTab(browser, server, {}, async (page, name) => {
    const problems = [];
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      for (const problem of await faultsAtRest(page, layoutProblems)) problems.push(`${name} at ${width} × ${height}: ${problem}`);
    }
    return problems;
  });
}

async function dialogs(browser, server) {
  const session = server.operate();
  const problems = [];
  try {
    const page = await signedIn(browser, server, { theme: 'dark' });
    for (const [name, [path, ...acts]] of Object.entries(DIALOGS)) {
      await turnTo(page, path);
      for (const act of acts) await act(page);
      await page.getByRole('dialog').waitFor();
      problems.push(...(await axe(page, name)));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.context().close();
  } finally {
    session.end();
  }
  equal(problems, [], 'what axe finds');
}

/** The fixture's workers, the second one of the account that looks; `change` alters that row from now on. */
function ownMachine(server) {
  let part = {};
  server.tune((path, body) => {
    if (path !== '/v1/ops/workers') return body;
    return { ...body, items: body.items.map((row, at) => (at === 1 ? { ...row, owner: OWNER, places: row.slots, ...part } : row)) };
  });
  return { change: (next) => { part = next; } };
}

/** What the page asks of the market from now on, each answered well. */
async function actsOf(page) {
  const acts = [];
  await page.route('**/v1/ops/actions', async (route) => {
    acts.push(route.request().postDataJSON());
    await route.fulfill({ json: { done: true, message: 'done' } });
  });
  return acts;
}

async function terms(browser, server) {
  const session = server.operate();
  const machine = ownMachine(server);
  try {
    const page = await signedIn(browser, server);
    const acts = await actsOf(page);
    await turnTo(page, '/ops/machine');
    const form = page.getByRole('form', { name: 'What this machine gives' });
    const save = form.getByRole('button', { name: 'Save' });
    equal(await save.getAttribute('aria-disabled'), 'true', 'nothing to save yet');
    const slider = form.getByRole('slider', { name: 'Tasks at the same time' });
    equal([await slider.getAttribute('max'), await slider.inputValue()], ['5', '5'], 'all of its places');
    await slider.fill('2');
    await form.getByText('2 of 5, 40.0 % of its processors and memory').waitFor();
    await form.getByRole('button', { name: 'at certain hours' }).click();
    await form.getByLabel('From').fill('21:30');
    await form.getByLabel('Only while nobody else uses the machine').check();
    await save.click();
    await until(() => acts.length === 1, 'the terms that were sent');
    const offset = await page.evaluate(() => new Date().getTimezoneOffset());
    const utc = (minute) => (minute + offset + 1_440) % 1_440;
    const asked = { places: 2, fromMinute: utc(21 * 60 + 30), toMinute: utc(7 * 60), onlyIdle: true };
    equal(Object.fromEntries(Object.keys(asked).map((name) => [name, acts[0][name]])), asked, 'the terms that were sent');
    equal(acts[0].action, 'terms', 'the act');
    machine.change({ ...asked, offHours: true });
    await page.getByText('It stands still: now is not in its hours.').waitFor();
    await until(async () => (await save.getAttribute('aria-disabled')) === 'true' && (await form.getByText('The scheduler is being told.').count()) === 0, 'the terms taken over');
    equal([await slider.inputValue(), await form.getByLabel('From').inputValue()], ['2', '21:30'], 'what is shown then');
    await page.context().close();
  } finally {
    server.tune((_, body) => body);
    session.end();
  }
}

async function ban(browser, server) {
  const session = server.operate();
  const machine = ownMachine(server);
  try {
    const page = await signedIn(browser, server);
    const acts = await actsOf(page);
    await turnTo(page, '/ops/workers');
    const row = page.getByRole('region', { name: 'Workers, table' }).locator('tbody tr', { hasText: 'worker2' });
    const dialog = page.getByRole('dialog');
    await row.getByRole('button', { name: 'More about worker2' }).click();
    await page.getByRole('menuitem', { name: 'Ban' }).click();
    const go = dialog.getByRole('button', { name: 'Ban this worker' });
    equal(await go.getAttribute('aria-disabled'), 'true', 'a ban without a reason');
    await dialog.getByLabel('Reason').fill('wrong results');
    await go.click();
    await until(() => acts.length === 1, 'the ban');
    equal([acts[0].action, acts[0].reason], ['ban', 'wrong results'], 'the ban');
    machine.change({ banned: true });
    await row.getByText('banned', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'More about worker2' }).click();
    await page.getByRole('menuitem', { name: 'Lift the ban' }).click();
    await dialog.getByRole('button', { name: 'Lift the ban' }).click();
    await until(() => acts.length === 2, 'the end of the ban');
    equal(acts[1].action, 'unban', 'the end of the ban');
    await page.context().close();
  } finally {
    server.tune((_, body) => body);
    session.end();
  }
}

export async function operatorPageTests(runner, browser, server) {
  for (const theme of THEMES) await runner.test(`T-25 axe finds nothing in the console of an operator, ${theme}`, () => onEveryTab(browser, server, { theme }, axe));
  await runner.test('T-25 axe finds nothing in the dialogs of the console', () => dialogs(browser, server));
  await runner.test('§10.8 an owner gives a share of a machine, at some hours, only while it is idle', () => terms(browser, server));
  await runner.test('§10.2 a worker is banned for a reason, and taken back', () => ban(browser, server));
  await runner.test('T-26 no tab of the console scrolls sideways, and nothing overlaps', () => layoutOfTabs(browser, server));
}
