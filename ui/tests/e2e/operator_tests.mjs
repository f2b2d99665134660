// The console as its operator sees it, against the fixture's pool in full swing: axe, layout and dialogs of every tab (T-25, T-26).
import { check, equal } from './harness.mjs';
import { axe, faultsAtRest, layoutProblems, newPage, settle, SIZES, THEMES } from './page_tests.mjs';

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

export async function operatorPageTests(runner, browser, server) {
  for (const theme of THEMES) await runner.test(`T-25 axe finds nothing in the console of an operator, ${theme}`, () => onEveryTab(browser, server, { theme }, axe));
  await runner.test('T-25 axe finds nothing in the dialogs of the console', () => dialogs(browser, server));
  await runner.test('T-26 no tab of the console scrolls sideways, and nothing overlaps', () => layoutOfTabs(browser, server));
}
