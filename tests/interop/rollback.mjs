// A market on a chain that takes blocks back: anvil with the official contracts (our own chain never does). Deals,
// cancels and payments are made and then replaced; orders come back, deals are marked as reverted, totals are right, and
// the broker makes its match once more.
//
//   node tests/interop/rollback.mjs PROGRAM PACKAGES_FOLDER PEER_FOLDER      folders as for anvil.mjs
import { atEnd, check, finish, rpc, section, until } from "./lib.mjs";
import { officialMarket } from "./official_market.mjs";

const [program, folder, peer] = process.argv.slice(2);
if (!peer) console.error("usage: rollback.mjs PROGRAM PACKAGES_FOLDER PEER_FOLDER"), process.exit(2);
const { load, anvil, wallets, hub, free, sent, as, market, appOrder, poolOrder, requestOrder, seal, stake, becomes } = await officialMarket(program, folder, peer);
const WebSocket = load("ws");
const [, buyer, , , seller, , poolOwner] = wallets;
const broker = wallets[19];

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
  const at = await market("resting", { depth: 64 });
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
    await until(() => reverted() !== undefined);
    check(`${way}: the feed says which deal was reverted`, reverted()?.data.revert.includes(deal) && reverted().data.height <= head + 4, JSON.stringify(frames.at(-1)));
  }
  // The chain goes on: what is made now counts once.
  await seal(a, p, wanted);
  await becomes("a deal of the new branch", async () => [...(await all()).slice(0, 4), await total()], ["open 7", "open 7", "open 10", "filled 0", 1]);
  await at.stop();
});

await section("orders that were published in blocks that are taken back", async () => {
  const at = await market("late", { depth: 64 });
  const [a, p, wanted] = [await at.signed("app", seller, appOrder()), await at.signed("workerpool", poolOwner, poolOrder(20)),
    await at.signed("request", buyer, requestOrder(20, 3))];
  const snapshot = await rpc(anvil, "evm_snapshot");
  const head = Number(await rpc(anvil, "eth_blockNumber"));
  await seal(a, p, wanted);  // by another market; here the orders come after it
  for (const order of [a, p]) await at.post(order);
  const state = async () => [await at.state(a), await at.state(p)];
  await becomes("what was sold elsewhere is counted", state, ["open 7", "open 7"]);
  await until(async () => (await at.get("/metrics?chainId=65535")).lastBlock > head);
  await rpc(anvil, "evm_revert", [snapshot]);
  await mine(4);
  await becomes("and counted again when that is taken back", state, ["open 10", "open 10"]);
  await at.stop();
});

await section("a broker whose match is taken back", async () => {
  const at = await market("matching", { key: broker.privateKey, depth: 64 });
  const [a, p] = [await at.publish("app", seller, appOrder()), await at.publish("workerpool", poolOwner, poolOrder(20))];
  const before = await stake(buyer);
  const head = Number(await rpc(anvil, "eth_blockNumber"));
  const snapshot = await rpc(anvil, "evm_snapshot");
  const wanted = await at.publish("request", buyer, requestOrder(20, 2));
  const state = async () => [await at.state(a), await at.state(p), await at.state(wanted)];
  const filled = ["open 8", "open 8", "filled 0"];
  await becomes("the broker fills it", state, filled);
  check("paid for", (await stake(buyer)) === before - 42);
  await rpc(anvil, "evm_setAutomine", [false]);  // or the broker may have sent it again before anybody looks
  await rpc(anvil, "evm_revert", [snapshot]);
  check("the payment is taken back", (await stake(buyer)) === before);
  await rpc(anvil, "evm_setAutomine", [true]);
  await mine(Number(await rpc(anvil, "eth_blockNumber")) - head + 3);
  await until(async () => (await stake(buyer)) !== before);
  await becomes("the broker makes the match again", state, filled);
  await becomes("paid for once", () => stake(buyer), before - 42);
  await becomes("one deal of it", async () => (await at.get(`/deals?requestorderHash=${wanted.hash}&chainId=65535`)).count, 1);
});
await finish();
