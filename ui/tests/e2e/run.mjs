// End-to-end tests: the page against the fixture server, then, with the path of the program, against a real market.
import { makeRunner } from './harness.mjs';
import { keyboardPageTests } from './keyboard_tests.mjs';
import { languageTests } from './language_tests.mjs';
import { operatorPageTests } from './operator_tests.mjs';
import { pageTests } from './page_tests.mjs';
import { stateTests } from './state_tests.mjs';
import { chartTests } from './trade_tests.mjs';
import { openBrowser } from '../browser.mjs';
import { startFixtureServer } from '../fixture_server.mjs';

const program = process.argv[2] ?? null;
// A wait that a failed test left behind ends with the test's page: told, and no reason to end all tests.
process.on('unhandledRejection', (error) => console.log(`     a wait that nobody waits for: ${String(error?.message ?? error).split('\n')[0]}`));
const runner = makeRunner();
const browser = await openBrowser();
try {
  if (process.env.UI_PART !== 'market') {
    const server = await startFixtureServer();
    await pageTests(runner, browser, server);
    await operatorPageTests(runner, browser, server);
    await chartTests(runner, browser, server);
    await keyboardPageTests(runner, browser, server);
    await stateTests(runner, browser, server);
    await languageTests(runner, browser, server);
    server.close();
  }
  if (program) {
    const { marketTests } = await import('./market_tests.mjs');
    await marketTests(runner, browser, program);
  }
} finally {
  await browser.close();
}
const { passed, failed, skipped } = runner.counts;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed ? 1 : 0);
