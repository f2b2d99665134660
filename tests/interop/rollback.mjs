// A market on a chain that takes blocks back: anvil with the official contracts (our own chain never does). Deals,
// cancels and payments are made and then replaced; orders come back, deals are marked as reverted, totals are right, and
// the broker makes its match once more.
//
//   node tests/interop/rollback.mjs PROGRAM PACKAGES_FOLDER PEER_FOLDER      folders as for anvil.mjs
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { atEnd, check, failure, finish, freePort, HUB, packages, request, RLC, rpc, section, start, until } from "./lib.mjs";
import { deployOfficial, REGISTRIES } from "./official.mjs";

const [program, folder, peer] = process.argv.slice(2);
if (!peer) console.error("usage: rollback.mjs PROGRAM PACKAGES_FOLDER PEER_FOLDER"), process.exit(2);
const load = packages(folder, "ethers@6", "ws");
const { ethers } = load("ethers");
const WebSocket = load("ws");
const home = mkdtempSync(`${tmpdir()}/bourse-rollback-`);
atEnd(() => rmSync(home, { recursive: true, force: true }));
const anvil = `http://127.0.0.1:${await freePort()}`;
await start([`${peer}/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil`, "--port", new URL(anvil).port, "--chain-id", "65535", "--accounts", "20",
  "--gas-limit", "200000000", "--gas-price", "0", "--base-fee", "0", "--hardfork", "cancun", "--silent"], anvil, `${home}/anvil.log`);

const provider = new ethers.JsonRpcProvider(anvil, undefined, { cacheTimeout: -1, staticNetwork: true, pollingInterval: 50 });
atEnd(() => provider.destroy());
const wallets = Array.from({ length: 20 }, (_, i) =>
  ethers.HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", undefined, `m/44'/60'/0'/0/${i}`).connect(provider));
const [, buyer, , , seller, , poolOwner] = wallets;
const broker = wallets[19];
await deployOfficial(ethers, anvil, peer, wallets.slice(1).map((wallet) => wallet.address));

const abi = (name) => JSON.parse(readFileSync(new URL(`../data/poco/${name}-abi.json`, import.meta.url), "utf8"));
const registries = abi("registries");
const contract = (address, list, wallet) => new ethers.Contract(address, list, wallet);
const hub = contract(HUB, abi("poco").abi, buyer);
const token = contract(RLC, abi("rlc").abi, buyer);
const free = { gasPrice: 0n, type: 0, gasLimit: 5_000_000 };
const sent = async (transaction) => (await transaction).wait();
const as = (wallet, target) => target.connect(wallet);
const made = async (registry, list, wallet, method, ...args) => {
  const receipt = await sent(contract(registry, list, wallet)[method](...args, free));
  return ethers.getAddress("0x" + receipt.logs.at(-1).topics[3].slice(26));
};

const app = await made(REGISTRIES.app, registries.AppRegistry, seller, "createApp", seller.address, "app", "DOCKER", "0x01020304", "0x" + "ab".repeat(32), "0x");
const pool = await made(REGISTRIES.workerpool, registries.WorkerpoolRegistry, poolOwner, "createWorkerpool", poolOwner.address, "pool");
for (const wallet of [buyer, poolOwner]) await sent(as(wallet, token).approveAndCall(HUB, 10_000n, "0x", free));

/** A market over anvil in a folder of its own; `key`: of its broker. */
async function market(name, key) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const words = ["market", "--data-dir", `${home}/${name}`, "--port", String(port), "--rpc", anvil, "--rollback-depth", "64"];
  if (key) {
    writeFileSync(`${home}/${name}.key`, key, { mode: 0o600 });
    words.push("--broker-key-file", `${home}/${name}.key`);
  }
  const out = openSync(`${home}/${name}.log`, "a");
  const child = spawn(program, words, { stdio: ["ignore", out, out] });
  process.on("exit", () => child.kill());
  const ended = new Promise((done) => child.on("exit", done));
  const stop = async () => (child.kill(), await ended);
  atEnd(stop);
  const up = await until(async () => child.exitCode === null && (await failure(() => request(`${url}/version`, { method: "GET" }))) === null);
  if (!up) throw new Error(`the market does not run: ${readFileSync(`${home}/${name}.log`, "utf8").slice(-2000)}`);
  const get = async (path) => {
    const answer = await request(url + path, { method: "GET" });
    return answer.status === 200 ? JSON.parse(answer.text) : { status: answer.status };
  };
  const boot = (await until(async () => (await get("/v1/boot")).types)) && (await get("/v1/boot"));
  /** The hash of a signed order that the market has taken. */
  const publish = async (kind, wallet, order) => {
    const type = { app: "AppOrder", workerpool: "WorkerpoolOrder", request: "RequestOrder" }[kind];
    const sign = await wallet.signTypedData(boot.domain, { [type]: boot.types[type] }, order);
    const answer = await request(`${url}/v1/${kind}orders`, { body: JSON.stringify({ order: { ...order, sign } }) });
    if (answer.status >= 300) throw new Error(`${kind}: ${answer.text}`);
    return { hash: ethers.TypedDataEncoder.hash(boot.domain, { [type]: boot.types[type] }, order), signed: { ...order, sign }, kind };
  };
  /** "open 3": status and tasks left. */
  const state = async (order) => {
    const row = await get(`/${order.kind}orders/${order.hash}?chainId=65535`);
    return `${row.status} ${row.remaining}`;
  };
  return { url, get, publish, state, stop };
}

const NOBODY = ethers.ZeroAddress;
const blank = (more) => ({ volume: "10", tag: ethers.ZeroHash, salt: ethers.hexlify(ethers.randomBytes(32)), ...more });
const appOrder = () => blank({ app, appprice: "1", datasetrestrict: NOBODY, workerpoolrestrict: NOBODY, requesterrestrict: NOBODY });
const poolOrder = (price) => blank({ workerpool: pool, workerpoolprice: String(price), category: "0", trust: "1", apprestrict: NOBODY,
  datasetrestrict: NOBODY, requesterrestrict: NOBODY });
const requestOrder = (price, volume) => blank({ app, appmaxprice: "1", dataset: NOBODY, datasetmaxprice: "0", workerpool: NOBODY,
  workerpoolmaxprice: String(price), requester: buyer.address, volume: String(volume), category: "0", trust: "1", beneficiary: buyer.address,
  callback: NOBODY, params: "{}" });
const NO_DATASET = { dataset: NOBODY, datasetprice: 0, volume: 0, tag: ethers.ZeroHash, apprestrict: NOBODY, workerpoolrestrict: NOBODY,
  requesterrestrict: NOBODY, salt: ethers.ZeroHash, sign: "0x" };
const seal = (...orders) => sent(hub.matchOrders(orders[0].signed, NO_DATASET, orders[1].signed, orders[2].signed, free));
const stake = async (wallet) => Number((await hub.viewAccount(wallet.address)).stake);
const becomes = async (name, read, wanted) => {
  let seen;
  const holds = await until(async () => (seen = JSON.stringify(await read())) === JSON.stringify(wanted), 20_000);
  check(name, holds, `is ${seen}, not ${JSON.stringify(wanted)}`);
};
/** Blocks of another time than before: the same numbers, other hashes. */
const mine = async (blocks) => {
  await rpc(anvil, "evm_increaseTime", [17]);
  for (let i = 0; i < blocks; ++i) await rpc(anvil, "evm_mine");
};

/** Frames of a channel of the feed. */
async function listen(url, channel) {
  const socket = new WebSocket(url.replace("http", "ws") + "/v1/ws", "mkt.v1");
  atEnd(() => socket.terminate());
  const frames = [];
  socket.on("message", (data) => frames.push(JSON.parse(data)));
  await new Promise((done, fail) => (socket.on("open", done), socket.on("error", fail)));
  socket.send(JSON.stringify({ op: "sub", id: "x", ch: channel }));
  await until(() => frames.some((frame) => frame.op === "snap"));
  return frames;
}

await section("blocks that are taken back", async () => {
  const at = await market("resting");
  const [a, p, dear] = [await at.publish("app", seller, appOrder()), await at.publish("workerpool", poolOwner, poolOrder(20)),
    await at.publish("workerpool", poolOwner, poolOrder(30))];
  const [wanted, poor] = [await at.publish("request", buyer, requestOrder(20, 3)), await at.publish("request", buyer, requestOrder(19, 400))];
  const all = async () => Promise.all([a, p, dear, wanted, poor].map(at.state));
  const before = ["open 10", "open 10", "open 10", "open 3", "open 400"];
  await becomes("orders are open", all, before);
  const total = async () => (await at.get("/v1/deals")).total;
  // Of the list: it is the index's own figure, which the page of one account replaces by the chain's.
  const free_stake = async (wallet) =>
    Number((await at.get("/v1/accounts?limit=1000")).items.find((row) => row.address === wallet.address)?.staked);
  await becomes("the index stands at the stakes", async () => [await free_stake(buyer), await free_stake(poolOwner), await total()], [10_000, 10_000, 0]);
  const transfers = (await at.get("/v1/transfers")).total;

  for (const [way, take_back] of [
    ["evm_revert", async (snapshot) => rpc(anvil, "evm_revert", [snapshot])],
    ["anvil_rollback", async (_, head) => rpc(anvil, "anvil_rollback", [Number(await rpc(anvil, "eth_blockNumber")) - head])],
    ["anvil_reorg", async (_, head) => rpc(anvil, "anvil_reorg", [Number(await rpc(anvil, "eth_blockNumber")) - head, []])],
  ]) {
    const frames = await listen(at.url, "deals");
    const head = Number(await rpc(anvil, "eth_blockNumber"));
    const snapshot = await rpc(anvil, "evm_snapshot");
    const receipt = await seal(a, p, wanted);
    const deal = receipt.logs.map((log) => hub.interface.parseLog(log)).find((log) => log?.name === "OrdersMatched").args.dealid;
    await sent(as(poolOwner, hub).manageWorkerpoolOrder({ order: dear.signed, operation: 1, sign: "0x" }, free));
    await sent(hub.withdraw(5_000n, free));
    await becomes(`${way}: deal, cancel and withdrawal are seen`, all, ["open 7", "open 7", "canceled 0", "filled 0", "dead 400"]);
    await becomes(`${way}: and indexed`, async () => [await total(), await free_stake(buyer)], [1, 10_000 - 63 - 5_000]);
    await take_back(snapshot, head);
    await mine(4);
    await becomes(`${way}: every order is back`, all, before);
    await becomes(`${way}: totals are what they were`, async () => [await total(), await free_stake(buyer), await free_stake(poolOwner),
      (await at.get("/v1/transfers")).total], [0, 10_000, 10_000, transfers]);
    await becomes(`${way}: the deal is gone`, async () => [(await at.get(`/v1/deals/${deal}`)).status, (await at.get(`/deals/${deal}?chainId=65535`)).status], [404, 404]);
    const reverted = () => frames.find((frame) => frame.op === "delta" && frame.data.revert);
    await until(() => reverted() !== undefined, 10_000);
    check(`${way}: the feed says which deal was reverted`, reverted()?.data.revert.includes(deal) && reverted().data.height <= head + 4, JSON.stringify(frames.at(-1)));
  }
  // The chain goes on: what is made now counts once.
  await seal(a, p, wanted);
  await becomes("a deal of the new branch", async () => [...(await all()).slice(0, 4), await total()], ["open 7", "open 7", "open 10", "filled 0", 1]);
  await at.stop();
});

await section("a broker whose match is taken back", async () => {
  const at = await market("matching", broker.privateKey);
  const [a, p] = [await at.publish("app", seller, appOrder()), await at.publish("workerpool", poolOwner, poolOrder(20))];
  const before = await stake(buyer);
  const head = Number(await rpc(anvil, "eth_blockNumber"));
  const snapshot = await rpc(anvil, "evm_snapshot");
  const wanted = await at.publish("request", buyer, requestOrder(20, 2));
  const state = async () => [await at.state(a), await at.state(p), await at.state(wanted)];
  const filled = ["open 8", "open 8", "filled 0"];
  await becomes("the broker fills it", state, filled);
  check("paid for", (await stake(buyer)) === before - 42);
  await rpc(anvil, "evm_revert", [snapshot]);
  check("the payment is taken back", (await stake(buyer)) === before);
  await mine(Number(await rpc(anvil, "eth_blockNumber")) - head + 3);
  await until(async () => (await stake(buyer)) !== before);
  await becomes("the broker makes the match again", state, filled);
  await becomes("paid for once", () => stake(buyer), before - 42);
  await becomes("one deal of it", async () => (await at.get(`/deals?requestorderHash=${wanted.hash}&chainId=65535`)).count, 1);
});
await finish();
