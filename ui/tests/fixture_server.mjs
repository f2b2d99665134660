// A market for tests of the page alone: serves build/ui and answers /v1 with the fixture's rows and with the examples of
// the OpenAPI document; a socket with the feed's rules. Not part of the built page.
import { createServer } from 'node:http';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';
import { opsAnswer } from './fixture_ops.mjs';
import { makeSearch } from './fixture_search.mjs';

const here = new URL('.', import.meta.url).pathname;
const DIST = process.env.BOURSE_UI_DIST ?? join(here, '../../build/ui');
const data = JSON.parse(readFileSync(join(here, 'data/ui-fixtures.json'), 'utf8'));
const openapi = JSON.parse(readFileSync(join(here, '../../docs/reference/openapi.json'), 'utf8'));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const hash = (text) => `0x${text.slice(2).toLowerCase().padEnd(64, '0')}`;
const address = (text) => `0x${text.slice(2).padEnd(40, '0')}`;
const ZERO = hash('0x');
const HOUR = 3_600_000;
const started = Date.now();
const ageOf = (words) => {
  const found = /^(\d+) (hours|days)/.exec(words);
  return found ? Number(found[1]) * (found[2] === 'hours' ? HOUR : 24 * HOUR) : 24 * HOUR;
};
const envelope = () => ({ chain: 65535, height: 12345, time: Date.now() });
const page = (items, total = items.length) => ({ ...envelope(), items, total, next: total > items.length ? 'next' : null, asOf: 12345 });

const row = (order, at) => ({
  hash: hash(order.hash), price: String(order.price), remaining: order.volume, volume: order.volume, trust: order.trust, tag: ZERO, category: 3,
  workerpool: order.workerpool ? address(order.workerpool) : null, requester: order.requester ? address(order.requester) : null, app: null, dataset: null,
  maker: address(order.requester ?? '0x01'), published: started - at * 60_000, funded: 10, restricted: false,
});
export const book = { asks: data.orderBook.asks.map((order, at) => row(order, at)), bids: data.orderBook.bids.map((order, at) => row(order, 100 - at)) };
const trades = data.recentTrades.map((trade, at) => ({
  deal: hash(trade.id), index: 97 - at, price: String(trade.price), volume: trade.volume, time: started - at * 41 * 60_000, block: 1000 - at, tx: ZERO,
  workerpool: address(trade.workerpool), requester: address('0xF048eF3d7E3B'), category: 3, trust: 1, tag: ZERO,
}));
const ref = (of, price, name = '') => ({ address: address(of), name, owner: address('0xdFB79'), price });
const deals = data.explorer.lastDeals.rows.map((each, at) => ({
  id: hash(each.deal), index: 97 - at, tx: hash(each.txHash), block: 1000 - at, time: started - ageOf(each.age), app: ref(each.app, '1', 'vanity'), dataset: null,
  workerpool: ref(each.workerpool, String(each.price - 1), 'main pool'), price: String(each.price), volume: each.volume, category: 3, trust: 1, tag: ZERO, requester: address('0xF048eF3d7E3B'),
  beneficiary: address('0xF048eF3d7E3B'), payer: address('0xF048eF3d7E3B'), callback: null, params: '{"0":"my command line"}', firstIndex: 0, workerStake: '2', schedulerShare: 1,
  contributionDeadline: started + 7 * HOUR, finalDeadline: started + 10 * HOUR, orders: { app: ZERO, dataset: null, workerpool: ZERO, request: ZERO }, status: 'COMPLETE',
  tasks: { total: 1, notStarted: 0, running: 0, revealing: 0, complete: 1, failed: 0, claimable: 0 },
}));
const tasks = data.explorer.lastTasks.rows.map((each, at) => ({
  id: hash(each.task), number: 86 - at, index: 0, deal: deals[at % deals.length].id, app: deals[0].app.address, workerpool: deals[0].workerpool.address, requester: deals[0].requester,
  category: 3, trust: 3, status: each.status, contributions: 2, revealed: each.status === 'COMPLETE' ? 2 : 1, winners: 2, initialised: started - HOUR, ended: each.status === 'COMPLETE' ? started - HOUR / 2 : null,
  contributionDeadline: started + 7 * HOUR, revealDeadline: started + 2 * HOUR, finalDeadline: started + 10 * HOUR, consensus: hash('0xabc'), digest: each.status === 'COMPLETE' ? hash('0xdef') : null, result: each.status === 'COMPLETE' ? { path: '/ipfs/bafyresult', raw: '0x', text: null, digest: hash('0xdef'), callback: null } : null,
  confidence: { best: '4', total: '5', needed: 0.6667, share: 0.8, reached: true },
}));
const resource = (kind) => (each, at) => ({
  kind, address: address(each[kind]), owner: address(each.owner), name: each.name ?? 'main pool', time: started - ageOf(each.age), tx: hash(each.txHash), block: 100, index: 10 - at, checksum: kind === 'workerpool' ? null : hash('0xcc'),
  multiaddr: kind === 'workerpool' ? null : `registry.example/${each.name}:1`, mrenclave: null, type: kind === 'app' ? 'DOCKER' : null, deals: 3, runs: 12, completed: 11, failed: 1, requesters: 2, revenue: '12', bestPrice: '1', lastUsed: started - HOUR, lists: [],
  schedulerShare: kind === 'workerpool' ? 1 : null, stakeRatio: kind === 'workerpool' ? 30 : null,
});
// Every kind of block and of field.
const README = '# Vanity\n\nFinds a key whose address **begins** with the digits that you like.\n\n## Use\n\n- `prefix`: hex digits\n- see [the source](https://source.example/vanity)\n\n```\nvanity caf\n```\n\n> Each digit takes 16 times as long.\n\n<img src=x onerror=alert(1)>';
const PARAMETERS = {
  type: 'object', title: 'Search for a key', description: 'Each further digit takes 16 times as long.',
  properties: { prefix: { type: 'string', title: 'Prefix', default: 'caf', minLength: 1, maxLength: 5 }, count: { type: 'integer', title: 'How many', minimum: 1, maximum: 9 }, look: { type: 'string', title: 'Look', enum: ['plain', 'checksum'], default: 'plain' }, loud: { type: 'boolean', title: 'Tell the way', default: false } },
  required: ['prefix'], arguments: ['{prefix}', ['--count', '{count}'], '--look={look}', ['--loud', '{loud}']],
};
const apps = data.explorer.lastApps.rows.map(resource('app'));
const datasets = data.explorer.lastDatasets.rows.map(resource('dataset'));
const pools = data.explorer.lastWorkerpools.rows.map(resource('workerpool'));
const commodity = { category: 3, key: '3-none-0', tag: 'none', trust: 0 };
const ticker = { commodity, last: '8', previous: '17', direction: 'down', open24h: '15', change24h: -0.467, high24h: '19', low24h: '8', tasks24h: 20, value24h: '262', median24h: '15', bestAsk: '8', bestBid: '3', spread: '5', spreadShare: 0.909, medianStartMs: 940 };
const candles = trades.slice().reverse().map((trade) => ({ time: Math.floor(trade.time / 300_000) * 300_000, open: trade.price, high: trade.price, low: trade.price, close: trade.price, volume: 1, value: trade.price, trades: 1 }));
const category = (id, name, time) => ({ id, name, time, description: '{}', contributionSeconds: 7 * time, revealSeconds: 2 * time, finalSeconds: 10 * time, block: 1, tx: null });
const HUB = '0x3eca1B216A7DF1C7689aEb259fFB83ADFB894E7f';
const example = (name) => openapi.components.schemas[name].example;
const boot = {
  ...envelope(), ...example('Boot'), chains: [{ dev: true, id: 65535, name: 'bourse', rpc: '/v1/rpc' }], faucetAmount: '200', contracts: { hub: HUB, token: address('0x70') , appRegistry: address('0x71'), datasetRegistry: address('0x72'), workerpoolRegistry: address('0x73') },
  categories: [category(0, 'XS', 300), category(1, 'S', 1200), category(2, 'M', 3600), category(3, 'L', 10800), category(4, 'XL', 36000)],
  devAccounts: [{ name: 'requester', address: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', key: '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d' }],
};

const search = makeSearch({ deals, tasks, resources: [...apps, ...datasets, ...pools], orders: [...book.asks, ...book.bids], height: 12345 });
const TRIED = ['deal', 'task', 'app', 'dataset', 'workerpool', 'worker', 'account', 'transaction', 'block', 'order'];
const transactions = deals.map((deal) => ({ ...example('Transaction'), hash: deal.tx, block: deal.block, time: deal.time }));
const blocks = deals.map((deal) => ({ ...example('Block'), number: deal.block, hash: `0x${deal.block.toString(16).padStart(64, 'b')}`, time: deal.time }));
const accounts = deals.map((_, at) => ({ ...example('Account'), address: address(`0x${(at + 16).toString(16)}`) }));
const workers = deals.map((_, at) => ({ ...example('Worker'), address: address(`0xa${(at + 16).toString(16)}`) }));
const LISTS = { transactions: [transactions, 97], blocks: [blocks, 97], accounts: [accounts, 97], workers: [workers, 97], deals: [deals, 97], tasks: [tasks, 86], apps: [apps, 10], datasets: [datasets, 4], workerpools: [pools, 4], trades: [trades, 97] };
const checks = ['00', '01', '02', '03', '04', '05', '06', '07', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '1a', '1b', '20', '21', '30', '31', '40', '41', '50', '60'];

function ofSchema(path) {
  const known = Object.keys(openapi.paths).find((each) => new RegExp(`^${each.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path));
  return openapi.paths[known]?.get?.responses?.['200']?.content?.['application/json']?.example ?? null;
}

function answerOf(path, query) {
  const [, , name, id, part] = path.split('/');
  if (path === '/v1/boot') return boot;
  if (path === '/v1/book') return { ...envelope(), commodity, view: 'orders', group: 1, seq: 1, ...book, asksTotal: 11, bidsTotal: 11, hidden: 0 };
  if (path === '/v1/ticker') return { ...envelope(), ...ticker };
  if (path === '/v1/candles') return { ...envelope(), commodity, res: '5m', candles, truncated: false };
  if (path === '/v1/match/check') return { ...envelope(), ready: true, volume: 1, checks: checks.map((code) => ({ code, ok: true, text: `check ${code} holds`, fix: null })), reasons: [], cost: example('Check').cost, deal: null };
  if (name === 'deals' && id && !part) return { ...envelope(), deal: deals.find((deal) => deal.id === id) ?? deals[0], events: [example('Event')], related: [] };
  if (part === 'timeline') return { ...envelope(), task: id, from: started - 9_000, to: started, phases: [{ phase: 'queue', from: started - 9_000, to: started - 8_000 }, { phase: 'contribute', from: started - 8_000, to: started - 3_000 }, { phase: 'reveal', from: started - 3_000, to: started - 1_000 }, { phase: 'finalise', from: started - 1_000, to: started }], replicas: ['done', 'dropped'].map((outcome, at) => ({ worker: address(`0x0${at + 1}`), name: `worker${at + 1}`, round: 1, outcome, cause: at ? 'the app ended with an error' : null, exitCode: at, phases: [{ phase: 'download', from: started - 7_500, to: started - 6_000 }, { phase: 'compute', from: started - 6_000, to: started - 3_500 }] })) };
  if (name === 'deals' && part === 'tasks') return page(tasks.slice(0, 1));
  if (name === 'tasks' && id && !part) return { ...envelope(), ...example('TaskDetail'), task: tasks.find((task) => task.id === id) ?? tasks[0], deal: deals[0] };
  if (name === 'apps' && path.endsWith('/page')) return { ...envelope(), app: id, owner: apps[0].owner, readme: README, parameters: JSON.stringify(PARAMETERS), updated: started - HOUR, sign: '0x00' };
  if (['apps', 'datasets', 'workerpools'].includes(name) && id) return { ...ofSchema(path), ...envelope(), resource: LISTS[name][0].find((each) => each.address.toLowerCase() === id.toLowerCase()) ?? LISTS[name][0][0] };
  if (LISTS[name] && !id) return page(LISTS[name][0].slice(0, Number(query.get('limit') ?? 20)), LISTS[name][1]);
  if (path === '/v1/challenge') return { ...envelope(), ...example('Challenge'), typedData: { domain: { name: boot.challengeDomain.name, version: boot.challengeDomain.version, chainId: 65535 }, types: { Challenge: [{ name: 'challenge', type: 'string' }] }, primaryType: 'Challenge', message: { challenge: 'fixture' } } };
  if (path === '/v1/session') return { ...envelope(), token: 'fixture', address: boot.devAccounts[0].address, expires: Date.now() + 900_000, scopes: ['self'] };
  if (name === 'search') return { ...envelope(), items: search(query.get('q') ?? ''), tried: TRIED };
  const ops = opsAnswer(path, query, { page, envelope, task: tasks[0], example: example('Overview') });
  if (ops) return ops;
  const found = ofSchema(path);
  return found ? { ...found, ...envelope() } : null;
}

const CHANNELS = {
  status: () => ({ height: 12345, headTime: Date.now(), lag: 0, node: 'bourse', build: '1', sockets: 1 }),
  ticker: () => ticker,
  book: () => ({ ...book, asksTotal: 11, bidsTotal: 11, hidden: 0 }),
  trades: () => ({ items: trades }),
  candles: () => ({ candles }),
  deals: () => ({ items: deals, total: 97 }),
  tasks: () => ({ items: tasks, total: 86 }),
  registry: (channel) => ({ items: channel.endsWith('app') ? apps : channel.endsWith('dataset') ? datasets : pools, total: channel.endsWith('app') ? 10 : 4 }),
};

function serveFile(path, response) {
  const file = normalize(join(DIST, path));
  const known = file.startsWith(DIST) && path !== '/' && existsSync(file);
  const target = known ? file : join(DIST, 'index.html');
  response.writeHead(200, { 'content-type': TYPES[extname(target)] ?? 'application/octet-stream', 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' });
  createReadStream(target).pipe(response);
}

/** Deals that grow in number: a page belongs to the height (`asOf`) at which its list was begun. */
function growingDeals(state, first) {
  const rows = [];
  const add = () => {
    const at = rows.length;
    rows.push({ ...deals[at % deals.length], id: `0x${(at + 1).toString(16).padStart(64, '0')}`, index: at, time: started + at, height: at });
  };
  for (let at = 0; at < first; at += 1) add();
  state.answers.push((path, query) => {
    if (path !== '/v1/deals') return undefined;
    const asOf = Number(query.get('asOf') ?? rows.length);
    const from = Number(query.get('cursor') ?? 0);
    const limit = Number(query.get('limit') ?? 20);
    const known = rows.slice(0, asOf).reverse();
    return { ...envelope(), items: known.slice(from, from + limit), total: known.length, asOf, next: from + limit < known.length ? String(from + limit) : null };
  });
  return { add, end: () => state.answers.pop() };
}

/** A deal of many tasks: its strip and any window of its tasks. */
function bagOf(state, volume) {
  const id = `0x${'ba'.repeat(32)}`;
  const counts = { total: volume, notStarted: 0, running: 0, revealing: 0, complete: volume, failed: 0, claimable: 0 };
  const deal = { ...deals[0], id, volume, tasks: counts };
  state.answers.push((path, query) => {
    if (path === `/v1/deals/${id}`) return { ...envelope(), deal, events: [], related: [] };
    if (path === `/v1/deals/${id}/strip`) return { ...envelope(), deal: id, first: 0, volume, bucketSize: volume / 400, buckets: 'C'.repeat(400), counts, throughput: 1000, endEarliest: null, endLatest: null };
    if (path !== `/v1/deals/${id}/tasks`) return undefined;
    const from = Number(query.get('fromIndex') ?? 0);
    const items = Array.from({ length: Math.min(Number(query.get('limit') ?? 50), volume - from) }, (_, at) => ({ ...tasks[0], id: `0x${(from + at).toString(16).padStart(64, '0')}`, index: from + at, deal: id }));
    return { ...envelope(), items, total: volume, asOf: 12345, next: null };
  });
  return { id, end: () => state.answers.pop() };
}

/** A log that is written while it is read: lines over the feed, all of them as a file. */
function logOf(state, clients, publish) {
  const lines = [];
  const line = () => ({ position: lines.length * 2, time: started + lines.length, source: 'stdout', level: null, task: null, worker: null, text: `line ${lines.length}` });
  for (let at = 0; at < 20; at += 1) lines.push(line());
  state.answers.push((path, query) => {
    // The log is shown to the task's requester: the connected account.
    if (/^\/v1\/tasks\/0x[^/]+$/.test(path)) return { ...envelope(), ...example('TaskDetail'), task: { ...tasks[0], requester: boot.devAccounts[0].address }, deal: deals[0] };
    if (path !== '/v1/logs') return undefined;
    if (query.get('format') === 'text') return lines.map((each) => each.text).join('\n') + '\n';
    return { ...envelope(), lines: lines.slice(-Number(query.get('lines') ?? 200)), more: false, keptUntil: null };
  });
  state.log = () => ({ lines: lines.slice(-200) });
  const write = async (count) => {
    const fresh = [];
    for (let at = 0; at < count; at += 1) {
      fresh.push(line());
      lines.push(fresh[at]);
    }
    publish('logs:', { lines: fresh });
    await new Promise((resolve) => setTimeout(resolve, 250));
  };
  const listeners = () => [...clients].some(({ subscriptions }) => [...subscriptions.values()].some(({ channel }) => channel.startsWith('logs:')));
  return { write, count: () => lines.length, listeners, end: () => { state.answers.pop(); state.log = null; } };
}

/** The feed as server-sent events: a subscription is named by its channel. */
function serveEvents(clients, channels, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const socket = { send: (text) => response.write(`data: ${text}\n\n`), terminate: () => response.end() };
  const client = { socket, subscriptions: new Map() };
  clients.add(client);
  response.on('close', () => clients.delete(client));
  socket.send(JSON.stringify({ op: 'hello', conn: '1', build: '1', chain: 65535, height: 12345, heartbeat: 5000 }));
  for (const channel of channels) {
    const make = CHANNELS[channel.split(':')[0]];
    client.subscriptions.set(channel, { channel, seq: 1 });
    if (make) socket.send(JSON.stringify({ op: 'snap', id: channel, seq: 1, data: make(channel) }));
  }
}

/** The feed for a page that asks again and again. */
function serveSnapshots(channels, response) {
  const snap = (channel) => ({ op: 'snap', id: channel, seq: Date.now(), data: CHANNELS[channel.split(':')[0]]?.(channel) });
  const messages = [{ op: 'hello', conn: '0', build: '1', chain: 65535, height: 12345, heartbeat: 5000 }, ...channels.map(snap).filter((each) => each.data)];
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ messages }));
}

/** Sessions of this server operate the pool of the fixture. */
function operating(state) {
  state.answers.push((path) => (path === '/v1/session' ? { ...envelope(), token: 'fixture', address: boot.devAccounts[0].address, expires: Date.now() + 900_000, scopes: ['self', 'worker', `operate:${pools[0].address}`] } : undefined));
  return { end: () => state.answers.pop() };
}

/** Starts on a free port of loopback. `tune(change)` changes answers from now on: (path, body, query) => body. `cut()` ends all sockets. */
export async function startFixtureServer() {
  let tune = (_, body) => body;
  const clients = new Set();
  const state = { answers: [], log: null };
  const special = (path, query) => {
    for (const each of state.answers) {
      const body = each(path, query);
      if (body !== undefined) return body;
    }
    return null;
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname === '/v1/events') return serveEvents(clients, url.searchParams.getAll('ch'), response);
    if (url.pathname === '/v1/snapshots') return serveSnapshots(url.searchParams.getAll('ch'), response);
    if (!url.pathname.startsWith('/v1')) return serveFile(url.pathname, response);
    const body = tune(url.pathname, special(url.pathname, url.searchParams) ?? answerOf(url.pathname, url.searchParams), url.searchParams);
    if (typeof body === 'string') {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end(body);
      return;
    }
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { code: 'NOT_FOUND', message: 'nothing has this id', request: 'fixture' }));
  });
  const sockets = new WebSocketServer({ server, path: '/v1/ws', handleProtocols: () => 'mkt.v1' });
  sockets.on('connection', (socket) => {
    const client = { socket, subscriptions: new Map() };
    clients.add(client);
    socket.on('close', () => clients.delete(client));
    socket.send(JSON.stringify({ op: 'hello', conn: '1', build: '1', chain: 65535, height: 12345, heartbeat: 5000 }));
    socket.on('message', (text) => {
      const message = JSON.parse(String(text));
      if (message.op === 'ping') socket.send(JSON.stringify({ op: 'pong', t: message.t }));
      if (message.op === 'auth') socket.send(JSON.stringify({ op: 'auth', address: boot.devAccounts[0].address, scopes: ['self'] }));
      if (message.op === 'unsub') client.subscriptions.delete(message.id);
      if (message.op !== 'sub') return;
      const make = message.ch.startsWith('logs:') ? state.log : CHANNELS[message.ch.split(':')[0]];
      client.subscriptions.set(message.id, { channel: message.ch, seq: 1 });
      if (make) socket.send(JSON.stringify({ op: 'snap', id: message.id, seq: 1, data: make(message.ch) }));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  /** Sends a delta to every subscriber of the channels that begin with `prefix`. */
  const publish = (prefix, data) => {
    for (const { socket, subscriptions } of clients)
      for (const [id, subscription] of subscriptions) {
        if (!subscription.channel.startsWith(prefix)) continue;
        subscription.seq += 1;
        socket.send(JSON.stringify({ op: 'delta', id, seq: subscription.seq, prev: subscription.seq - 1, data }));
      }
  };
  const close = () => {
    for (const { socket } of clients) socket.terminate();
    server.close();
  };
  const cut = () => {
    for (const { socket } of clients) socket.terminate();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, book, publish, cut, close, growingDeals: (first) => growingDeals(state, first), bag: (volume) => bagOf(state, volume), log: () => logOf(state, clients, publish), operate: () => operating(state), tune: (change) => { tune = change; } };
}
