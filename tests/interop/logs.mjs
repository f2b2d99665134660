// Log filters of every form: what eth_getLogs, filters and subscriptions give is compared with a plain search through all
// logs of the receipts, for fixed forms and for random ones.
//
//   node tests/interop/logs.mjs PROGRAM PACKAGES_FOLDER [SEED]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { ask, atEnd, check, finish, freePort, HUB, KEYS, packages, RLC, rpc, section, start, until } from "./lib.mjs";

const [program, folder, given] = process.argv.slice(2);
if (!folder) console.error("usage: logs.mjs PROGRAM PACKAGES_FOLDER [SEED]"), process.exit(2);
const load = packages(folder, "ethers@6");
const { ethers } = load("ethers");
const WebSocket = load("ws");
let seed = Number(given ?? 7);
const random = (n) => {  // xorshift: the same everywhere
  seed ^= seed << 13; seed ^= seed >>> 17; seed ^= seed << 5;
  return (seed >>> 0) % n;
};
const home = mkdtempSync(`${tmpdir()}/bourse-logs-`);
atEnd(() => rmSync(home, { recursive: true, force: true }));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
await start([program, "node", "--dev", "--data-dir", home, "--port", String(port), "--heartbeat-ms", "0", "--compat-delay-ms", "1000"], url, `${home}/node.log`);

const token = new ethers.Interface(["function transfer(address,uint256)", "function approve(address,uint256)", "function approveAndCall(address,uint256,bytes)"]);
const wallets = ["extra1", "extra2", "extra3"].map((name) => new ethers.Wallet(KEYS[name]));
const nonces = [0, 0, 0];
const q = ethers.toQuantity;

const socket = new WebSocket(url.replace("http", "ws"));
atEnd(() => socket.terminate());
await new Promise((done, fail) => (socket.on("open", done), socket.on("error", fail)));

/** The filters that are asked: all forms of addresses and topics, then random mixtures of what occurs and what does not. */
const known = { addresses: [RLC, HUB, "0x" + "12".repeat(20)].map((a) => a.toLowerCase()), topics: [] };
function randomFilter() {
  const filter = {};
  const pick = (list) => list[random(list.length)];
  if (random(3) > 0) filter.address = random(2) ? pick(known.addresses) : Array.from({ length: random(4) }, () => pick(known.addresses));
  if (random(4) > 0)
    filter.topics = Array.from({ length: random(5) }, () => {
      const kind = random(5);
      if (kind < 2) return null;
      if (kind === 2) return pick(known.topics);
      return Array.from({ length: random(4) }, () => (random(8) === 0 ? null : pick(known.topics)));
    });
  return filter;
}
const asArray = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);
/** The rule of the specification, plainly: an empty list or a null accepts everything at its place. */
function accepts(filter, log) {
  const addresses = asArray(filter.address);
  if (addresses.length > 0 && !addresses.includes(log.address)) return false;
  return (filter.topics ?? []).every((wanted, i) => {
    const choices = asArray(wanted);
    if (choices.length === 0 && i < log.topics.length) return true;
    if (i >= log.topics.length) return false;
    return choices.includes(null) || choices.includes(log.topics[i]);
  });
}
async function makeBlocks(count) {
  for (let i = 0; i < count; ++i) {
    for (let n = random(4); n > 0; --n) {
      const who = random(3);
      const data = [() => token.encodeFunctionData("transfer", [wallets[random(3)].address, random(50)]), () => token.encodeFunctionData("approve", [wallets[random(3)].address, random(50)]),
        () => token.encodeFunctionData("approveAndCall", [HUB, random(50), "0x"])][random(3)]();
      await rpc(url, "eth_sendRawTransaction", [await wallets[who].signTransaction({ type: 0, chainId: 65535, nonce: nonces[who]++, to: RLC, data, gasPrice: 0, gasLimit: 300000 })]);
    }
    await rpc(url, "evm_mine");
  }
}
async function allLogs(from, to) {
  const logs = [];
  for (let number = from; number <= to; ++number)
    for (const receipt of await rpc(url, "eth_getBlockReceipts", [q(number)])) logs.push(...receipt.logs);
  return logs;
}
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

await section("filters", async () => {
  await makeBlocks(12);
  const early = Number(await rpc(url, "eth_blockNumber"));
  known.topics = [...new Set((await allLogs(1, early)).flatMap((log) => log.topics)), "0x" + "77".repeat(32)];
  const t = known.topics;
  const forms = [{}, { address: [] }, { topics: [] }, { address: known.addresses[0] }, { address: known.addresses.slice(0, 2) }, { address: [known.addresses[2]] }, { topics: [null] },
    { topics: [t[0]] }, { topics: [[t[0], t[1], t[2]]] }, { topics: [null, t[1]] }, { topics: [[], t[1]] }, { topics: [null, null, t[2]] }, { topics: [[t[0], null], null] },
    { topics: [null, null, null, null] }, { topics: [null, null, null] }, { address: known.addresses[1], topics: [[t[0], t[1]], [t[1], t[2], t[3]]] }, { address: null, topics: null },
    { topics: [t.at(-1)] }, ...Array.from({ length: 150 }, randomFilter)];
  const filters = [];
  for (const form of forms.slice(0, 80)) filters.push({ form, id: await rpc(url, "eth_newFilter", [form]) });
  const heard = new Map();
  const answers = [];
  socket.on("message", (data) => {
    const message = JSON.parse(data);
    if (message.id !== undefined) return void answers.push([message.id, message.result]);
    heard.set(message.params.subscription, [...(heard.get(message.params.subscription) ?? []), message.params.result]);
  });
  forms.slice(0, 80).forEach((form, id) => socket.send(JSON.stringify({ jsonrpc: "2.0", id, method: "eth_subscribe", params: ["logs", form] })));
  await until(() => answers.length === 80);

  await makeBlocks(25);
  const head = Number(await rpc(url, "eth_blockNumber"));
  const logs = await allLogs(0, head);
  const within = (form, from, to) => logs.filter((log) => Number(log.blockNumber) >= from && Number(log.blockNumber) <= to && accepts(form, log));
  check("there is enough to find", logs.length > 50, String(logs.length));

  const wrong = { get: [], range: [], hash: [], filter: [], changes: [], subscription: [] };
  for (const form of forms) {
    const [from, to] = [random(head), head - random(10)].sort((a, b) => a - b);
    const hash = (await rpc(url, "eth_getBlockByNumber", [q(to), false])).hash;
    const found = JSON.parse(JSON.stringify(await Promise.all([{ fromBlock: "0x0" }, { fromBlock: q(from), toBlock: q(to) }, { blockHash: hash }].map((range) => ask(url, "eth_getLogs", [{ ...form, ...range }])))));
    if (!same(found[0].result, within(form, 0, head))) wrong.get.push(form);
    if (!same(found[1].result, within(form, from, to))) wrong.range.push(form);
    if (!same(found[2].result, within(form, to, to))) wrong.hash.push(form);
  }
  for (const [i, { form, id }] of filters.entries()) {
    if (!same(await rpc(url, "eth_getFilterChanges", [id]), within(form, early + 1, head))) wrong.changes.push(form);
    if (!same(await rpc(url, "eth_getFilterLogs", [id]), within(form, head, head))) wrong.filter.push(form);
    const subscription = answers.find(([number]) => number === i)[1];
    const expected = within(form, early + 1, head);
    await until(() => (heard.get(subscription) ?? []).length >= expected.length);
    if (!same(heard.get(subscription) ?? [], expected)) wrong.subscription.push(form);
  }
  for (const [name, list] of Object.entries(wrong)) check(`${forms.length} filters by ${name} find what they should`, list.length === 0, `seed ${given ?? 7}: ${JSON.stringify(list[0])}`);
});

await section("limits", async () => {
  const head = Number(await rpc(url, "eth_blockNumber"));
  const refused = async (filter) => (await ask(url, "eth_getLogs", [filter])).error?.code;
  check("an end before the begin", (await refused({ fromBlock: "0x2", toBlock: "0x1" })) === -32602);
  check("five topics", (await refused({ topics: [null, null, null, null, null] })) === -32602);
  check("a hash beside a range", (await refused({ blockHash: "0x" + "11".repeat(32), fromBlock: "0x1" })) === -32602);
  check("an unknown block", (await refused({ blockHash: "0x" + "11".repeat(32) })) === -32000);
  check("a begin above the head is empty", (await ask(url, "eth_getLogs", [{ fromBlock: q(head + 1) }])).result?.length === 0);
});

await finish();
