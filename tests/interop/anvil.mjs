// The same signed transactions to our node and to an anvil with the official contracts; every answer of every method is
// then compared field by field. The list INTENDED below is the whole of the differences.
//
//   node tests/interop/anvil.mjs PROGRAM PACKAGES_FOLDER PEER_FOLDER
//
// PEER_FOLDER holds node_modules with @foundry-rs/anvil and rlc-faucet-contract, and the unpacked @iexec/poco as package/.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { scenario } from "./anvil_scenario.mjs";
import { EXCUSED, INTENDED } from "./anvil_differences.mjs";
import { Comparison } from "./compare.mjs";
import { ask, atEnd, check, finish, freePort, HUB, packages, request, RLC, rpc, run, section, start, until } from "./lib.mjs";
import { deployOfficial, REGISTRIES } from "./official.mjs";

const [program, folder, peer] = process.argv.slice(2);
if (!peer) console.error("usage: anvil.mjs PROGRAM PACKAGES_FOLDER PEER_FOLDER"), process.exit(2);
const load = packages(folder, "ethers@6");
const { ethers } = load("ethers");
const WebSocket = load("ws");
const home = mkdtempSync(`${tmpdir()}/bourse-anvil-`);
atEnd(() => rmSync(home, { recursive: true, force: true }));
const [ourPort, theirPort] = [await freePort(), await freePort()];
const [ours, theirs] = [`http://127.0.0.1:${ourPort}`, `http://127.0.0.1:${theirPort}`];
await start([program, "node", "--dev", "--data-dir", `${home}/node`, "--port", String(ourPort), "--heartbeat-ms", "0", "--compat-delay-ms", "1000"],
  ours, `${home}/node.log`);
await start([`${peer}/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil`, "--port", String(theirPort), "--chain-id", "65535", "--accounts", "20",
  "--gas-limit", "200000000", "--gas-price", "0", "--base-fee", "0", "--order", "fifo", "--hardfork", "cancun", "--silent"], theirs, `${home}/anvil.log`);

const wallets = Array.from({ length: 20 }, (_, i) =>
  ethers.HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", undefined, `m/44'/60'/0'/0/${i}`));
await deployOfficial(ethers, theirs, peer, wallets.slice(1).map((wallet) => wallet.address));
await rpc(theirs, "evm_setAutomine", [false]);
// From here on both make blocks on demand, with equal numbers and times.
const height = Number(await rpc(theirs, "eth_blockNumber"));
while (Number(await rpc(ours, "eth_blockNumber")) < height) await rpc(ours, "evm_mine");
let time = Math.max(...(await Promise.all([ours, theirs].map(async (url) => Number((await rpc(url, "eth_getBlockByNumber", ["latest", false])).timestamp))))) + 1000;

const SEND = "eth_sendRawTransaction";
const comparison = new Comparison(ask, [ours, theirs], INTENDED);
const both = (...args) => comparison.both(...args);
/** Sends raw transactions to both and makes one block of them; gives their hashes. */
async function block(...raws) {
  time += 10;
  const mine = async (url) => (await rpc(url, "evm_setNextBlockTimestamp", [time]), await rpc(url, "evm_mine"));
  // Ours in one request: what has waited for a second gets a block without being asked.
  const batch = raws.map((raw, id) => ({ jsonrpc: "2.0", id, method: SEND, params: [raw] }));
  const answers = raws.length === 0 ? [] : JSON.parse((await request(ours, { body: JSON.stringify(batch) })).text);
  await mine(ours);
  comparison.methods.add(SEND);
  for (const [i, raw] of raws.entries()) comparison.compare(SEND, answers[i], await ask(theirs, SEND, [raw]), [raw]);
  await mine(theirs);
  return answers.map((answer) => answer.result);
}
/** The hash of block `number` on each of the two. */
const hashes = (number) => Promise.all([ours, theirs].map(async (url) => (await rpc(url, "eth_getBlockByNumber", [ethers.toQuantity(number), false])).hash));

const abi = (name) => JSON.parse(readFileSync(new URL(`../data/poco/${name}-abi.json`, import.meta.url), "utf8"));
const context = { ethers, wallets, both, block, hashes, height, rpc, ask, ours, theirs, section, check, abi, HUB, RLC, REGISTRIES, comparison, time: () => time };
/** What both tell by WebSocket of the whole scenario, by kind. */
async function subscribe(url) {
  const kinds = [["newHeads"], ["logs", {}], ["logs", { address: HUB, topics: [] }], ["newPendingTransactions"]];
  const socket = new WebSocket(url.replace("http", "ws"));
  atEnd(() => socket.terminate());
  await new Promise((done, fail) => (socket.on("open", done), socket.on("error", fail)));
  const heard = kinds.map(() => []);
  const ids = {};
  const answers = [];
  socket.on("message", (data) => {
    const message = JSON.parse(data);
    if (message.method) return void heard[ids[message.params.subscription]].push(message.params.result);
    if (message.id < kinds.length) ids[message.result] = message.id;
    answers.push(message);
  });
  kinds.forEach((params, id) => socket.send(JSON.stringify({ jsonrpc: "2.0", id, method: "eth_subscribe", params })));
  await until(() => answers.length === kinds.length);
  const unsubscribe = async () => {
    for (const id of [...Object.keys(ids), "0x1"]) {
      const before = answers.length;
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: 99, method: "eth_unsubscribe", params: [id] }));
      await until(() => answers.length > before);
    }
    return answers.slice(kinds.length);
  };
  return { kinds, heard, unsubscribe };
}
const told = await Promise.all([ours, theirs].map(subscribe));
await scenario(context);
await section("subscriptions", async () => {
  comparison.methods.add("eth_subscribe").add("eth_unsubscribe");
  await until(() => told[0].heard.every((list, i) => list.length === told[1].heard[i].length));
  told[0].kinds.forEach((kind, i) => comparison.compare("eth_subscribe", { result: told[0].heard[i] }, { result: told[1].heard[i] }, kind));
  const ends = await Promise.all(told.map((side) => side.unsubscribe()));
  ends[0].forEach((answer, i) => comparison.compare("eth_unsubscribe", answer, ends[1][i]));
});

await section("coverage", async () => {
  const page = (await run([program, "node", "rpc-docs"])).stdout;
  const table = [...page.split("## Not served")[0].matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]);
  comparison.finish(table, EXCUSED);
});
await finish();
