// The console against a real market: a worker that falls silent (T-20), a worker that drains, phases of a task.
import { until } from './harness.mjs';
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
      await row.getByText('◔ late').waitFor({ timeout: 30_000 });
      await row.getByText('✕ lost').waitFor({ timeout: 45_000 });
      await page.getByText('1 late or lost').waitFor();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await row.getByText('● fresh').waitFor({ timeout: 60_000 });
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
    const task = (await market.get('/v1/tasks?status=COMPLETE&limit=1')).items[0];
    const page = await newPage(browser, { state: operator });
    await page.goto(`${market.url}/task/${task.id}?tab=replicas`);
    await page.locator('.gantt-bar').first().waitFor();
    await page.getByRole('img', { name: /^Phases: .*compute/ }).first().waitFor();
    await page.context().close();
  });
}
