// Block → my deal page (§16.3): from the moment the node answers with a block to the moment the page shows what it changed.
import { newPage, settle } from '../e2e/page_tests.mjs';
import { until } from '../e2e/harness.mjs';
import { at, say } from './report.mjs';

const DEALS = 12;
const LIMIT_MS = 300;
const POLL_MS = 4;
/** Event of the chain → the words of the status in the page after it. */
const SHOWN = { TaskInitialize: 'RUNNING', TaskConsensus: 'REVEALING', TaskFinalize: 'COMPLETE' };

/** Heights with the time at which the node answered them first. */
function watchBlocks(rpcUrl) {
  const seen = new Map();
  let on = true;
  const loop = async () => {
    while (on) {
      const answer = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}' }).then((each) => each.json());
      const height = Number(answer.result);
      if (!seen.has(height)) seen.set(height, Date.now());
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const ended = loop();
  return { seen, stop: () => { on = false; return ended; } };
}

async function buyAndWatch(market, page, app) {
  const sealed = JSON.parse((await market.verbIn(market.home, 'run', app, '--args', 'bench', '--wallet', 'requester', '--json')).trim().split('\n').pop());
  const id = sealed.deals?.[0]?.deal ?? sealed.deal ?? sealed.deals?.[0]?.id;
  await page.evaluate((to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }, `/deal/${id}`);
  await page.evaluate(() => {
    window.statuses = {};
    const look = () => {
      const words = document.querySelector('main h1')?.closest('header, div')?.parentElement?.textContent ?? document.querySelector('main')?.textContent ?? '';
      for (const each of ['RUNNING', 'REVEALING', 'COMPLETE']) if (words.includes(each) && !window.statuses[each]) window.statuses[each] = Date.now();
    };
    window.statusWatch?.disconnect();
    window.statusWatch = new MutationObserver(look);
    window.statusWatch.observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true });
    look();
    window.lookedFrom = Date.now();
  });
  await until(() => page.evaluate(() => window.statuses.COMPLETE), 'the deal to be complete', 60_000);
  return { id, ...(await page.evaluate(() => ({ statuses: window.statuses, from: window.lookedFrom }))) };
}

export async function dealBench(browser, market, app) {
  const blocks = watchBlocks(market.facts.rpc_url);
  const page = await newPage(browser, { state: { wallet: 'requester', settings: { welcomed: true, lastCategory: 0 } } });
  const delays = [];
  try {
    await page.goto(`${market.url}/explorer`);
    await settle(page);
    for (let round = 0; round < DEALS; round += 1) {
      const { id, statuses, from } = await buyAndWatch(market, page, app);
      const { events } = await market.get(`/v1/deals/${id}`);
      for (const { name, block } of events) {
        const shown = statuses[SHOWN[name]];
        const made = blocks.seen.get(block);
        // What happened before the page looked says nothing.
        if (shown && made && made > from) delays.push(Math.max(0, shown - made));
      }
    }
  } finally {
    await blocks.stop();
    await page.context().close();
  }
  // A deal can be done before the page looks: half of them must have shown something.
  if (delays.length < DEALS / 2) throw new Error(`only ${delays.length} changes were seen in ${DEALS} deals`);
  say('ui_block_to_deal_page_p95', at(delays, 0.95), 'ms', LIMIT_MS);
}
