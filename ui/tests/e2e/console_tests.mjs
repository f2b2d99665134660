// The console against a real market: a worker that falls silent (T-20), a worker that drains, phases of a task.
import { check, equal, until } from './harness.mjs';
import { newPage, settle } from './page_tests.mjs';

const operator = { wallet: 'scheduler', settings: { welcomed: true, lastCategory: 0 } };

export async function consoleTests(runner, browser, market) {
  await runner.test('T-20 a silent worker turns late, then lost, is counted, and comes back', async () => {
    const page = await newPage(browser, { state: operator });
    await page.goto(`${market.url}/ops/workers`);
    await settle(page);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    const row = page.getByRole('region', { name: 'Workers, table' }).locator('tbody tr', { hasText: 'worker1' });
    await row.getByText('● fresh').waitFor();
    const { pid } = market.role('worker1');
    process.kill(pid, 'SIGSTOP');
    try {
      await row.getByText('◔ late').waitFor();
      await row.getByText('✕ lost').waitFor();
      // On a busy machine others may be late, too.
    await page.getByText(/^[1-9]\d* late or lost$/).waitFor();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await row.getByText('● fresh').waitFor();
    await page.context().close();
  });
  await runner.test('one worker drains and resumes', async () => {
    const page = await newPage(browser, { state: operator });
    await page.goto(`${market.url}/ops/workers`);
    await settle(page);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    const row = page.getByRole('region', { name: 'Workers, table' }).locator('tbody tr', { hasText: 'worker2' });
    await row.getByRole('button', { name: 'Drain' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Drain this worker' }).click();
    await row.getByText('draining').waitFor();
    await row.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume this worker' }).click();
    await until(async () => (await row.getByText('draining').count()) === 0, 'the end of draining');
    await page.context().close();
  });
  await runner.test('E-26 the phases of a task stand on one axis', async () => {
    const task = await market.completedTask();
    const page = await newPage(browser, { state: operator });
    await page.goto(`${market.url}/task/${task.id}?tab=replicas`);
    await page.locator('.gantt-bar').first().waitFor();
    await page.getByRole('img', { name: /^Phases: .*compute/ }).first().waitFor();
    await page.context().close();
  });
  await runner.test('§10.8 the owner of a machine pauses it, and the operator sees it', async () => {
    const page = await newPage(browser, { state: { ...operator, wallet: 'worker1' } });
    await page.goto(`${market.url}/ops/machine`);
    await settle(page);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    for (const [press, next] of [['Pause now', 'Work again'], ['Work again', 'Pause now']]) {
      await page.getByRole('button', { name: press }).click();
      await page.getByRole('dialog').getByRole('button', { name: press }).click();
      await page.locator('main').getByRole('button', { name: next }).waitFor();
    }
    await page.context().close();
  });
  await runner.test('§10.8 a machine stands still outside of the hours that its owner gives', async () => {
    const page = await newPage(browser, { state: { ...operator, wallet: 'worker1' } });
    await page.goto(`${market.url}/ops/machine`);
    await settle(page);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    const form = page.getByRole('form', { name: 'What this machine gives' });
    const closed = page.getByText('It stands still: now is not in its hours.');
    await form.getByRole('button', { name: 'at certain hours' }).click();
    // An hour that is over, whatever the time is.
    const hour = (ago) => page.evaluate((ms) => new Date(Date.now() - ms).toTimeString().slice(0, 5), ago * 3_600_000);
    await form.getByLabel('From').fill(await hour(3));
    await form.getByLabel('To').fill(await hour(2));
    await form.getByRole('button', { name: 'Save' }).click();
    await closed.waitFor();
    await form.getByRole('button', { name: 'all day' }).click();
    await form.getByRole('button', { name: 'Save' }).click();
    await closed.waitFor({ state: 'detached' });
    await page.context().close();
  });
  await runner.test('§10.2 two workers are chosen, compared and drained together', async () => {
    const page = await newPage(browser, { state: operator });
    await page.goto(`${market.url}/ops/workers`);
    await settle(page);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    for (const name of ['worker1', 'worker2']) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('dialog').getByRole('row', { name: /Score/ }).waitFor();
    await page.keyboard.press('Escape');
    const draining = async () => (await page.getByRole('region', { name: 'Workers, table' }).getByText('draining', { exact: true }).count());
    for (const [word, wanted] of [['Drain', 2], ['Resume', 0]]) {
      await page.getByRole('button', { name: `${word} them` }).click();
      await page.getByRole('dialog').getByRole('button', { name: `${word} 2 workers` }).click();
      await until(async () => (await draining()) === wanted, `${wanted} draining`);
    }
    await page.context().close();
  });
  await runner.test('§10.3 acts that the chain would refuse are disabled with their rule', async () => {
    await market.completedTask();
    const page = await newPage(browser, { state: operator });
    await page.goto(`${market.url}/ops/tasks`);
    await settle(page);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    await page.getByRole('row').filter({ hasText: 'COMPLETE' }).first().getByRole('button', { name: 'Tools' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Only a task that is being revealed can be reopened', { exact: false }).first().waitFor();
    for (const name of ['Reopen', 'Finalise']) equal(await dialog.getByRole('button', { name }).getAttribute('aria-disabled'), 'true', name);
    const file = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Export record' }).click();
    check(/^task-.*\.json$/.test((await file).suggestedFilename()), 'the name of the record');
    await page.context().close();
  });
  await runner.test('§11 the self-test sends an order there and back', async () => {
    const page = await newPage(browser, { state: operator });
    await page.goto(`${market.url}/status`);
    await settle(page);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const steps = page.locator('.self-test');
    await until(async () => (await steps.getByText(/a session withdraws|✕ failed/).count()) > 0, 'the last step');
    equal(await steps.getByText('✕ failed').count(), 0, await steps.textContent());
    equal(await page.locator('.self-test li').count(), 8, 'steps');
    await page.context().close();
  });
}
