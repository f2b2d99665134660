// Checks a running development node with ethers 6, as wallets and applications use it.
//
//   node tests/interop/ethers.mjs FOLDER [RPC_URL]
//
// FOLDER gets the npm package ethers unless it is there already. RPC_URL defaults to http://127.0.0.1:8545; WebSocket is on
// the same port. The last line is `N passed, M failed, K skipped`; exit code 0 when nothing failed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2] ?? (console.error("usage: ethers.mjs FOLDER [RPC_URL]"), process.exit(2)));
const url = process.argv[3] ?? "http://127.0.0.1:8545";
mkdirSync(folder, { recursive: true });
if (!existsSync(folder + "/node_modules/ethers"))
  execFileSync("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "ethers@6"], { stdio: "inherit" });
const { ethers } = createRequire(pathToFileURL(folder + "/"))("ethers");

const RLC = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const HUB = "0x0165878A594ca255338adfa4d48449f69242Eb8F";
// Public development accounts extra1 and extra2: no role of a market uses them.
const sender = new ethers.Wallet("0x689af8efa8c651a91ad287602527f3af2fe9f6501a7ac4b061667b5a93e037fd");
const receiver = "0xdD2FD4581271e230360230F9337D5c0430Bf44C0";
const TOKEN_ABI = [
  "function balanceOf(address) view returns (uint256)",
  "function transfer(address,uint256) returns (bool)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
];
const HUB_ABI = ["function withdraw(uint256) returns (bool)", "function countCategory() view returns (uint256)", "function transferOwnership(address)",
  "error NotContractOwner(address user, address owner)"];

let passed = 0;
let failed = 0;
function check(name, holds, detail = "") {
  holds ? ++passed : ++failed;
  console.log(`${holds ? "ok  " : "FAIL"} ${name}${holds ? "" : " " + detail}`);
}
async function section(name, body) {
  try {
    await body();
  } catch (error) {
    check(name, false, error.stack ?? String(error));
  }
}
async function until(condition, ms = 180_000) {
  const end = Date.now() + ms;
  while (!condition() && Date.now() < end) await new Promise((done) => setTimeout(done, 20));
  return condition();
}

const provider = new ethers.JsonRpcProvider(url);
provider.pollingInterval = 100;
const wallet = sender.connect(provider);
const token = new ethers.Contract(RLC, TOKEN_ABI, wallet);
const hub = new ethers.Contract(HUB, HUB_ABI, wallet);

await section("provider", async () => {
  const network = await provider.getNetwork();
  check("chain id", network.chainId === 65535n, String(network.chainId));
  const head = await provider.getBlockNumber();
  const block = await provider.getBlock(head);
  check("block by number", block.number === head && block.hash.length === 66 && block.baseFeePerGas === 0n);
  const same = await provider.getBlock(block.hash);
  check("block by hash", same.number === head);
  const genesis = await provider.getBlock("earliest");
  check("earliest block", genesis.number === 0);
  const one = await provider.getBlock(1, true);
  check("block with transactions", one.prefetchedTransactions.length === 5, String(one.prefetchedTransactions.length));
  const fees = await provider.getFeeData();
  check("feeless", fees.gasPrice === 0n, String(fees.gasPrice));
  check("code of a native contract", (await provider.getCode(RLC)) === "0xfe");
  check("coin balance", (await provider.getBalance(sender.address)) > 0n);
  check("unknown receipt is null", (await provider.getTransactionReceipt("0x" + "11".repeat(32))) === null);
  // The hash of a header is the keccak of its RLP: recompute it from the answered fields.
  const raw = await provider.send("eth_getBlockByNumber", [ethers.toQuantity(head), false]);
  const q = (x) => (BigInt(x) === 0n ? "0x" : ethers.toBeHex(BigInt(x)));
  const rlp = ethers.encodeRlp([raw.parentHash, raw.sha3Uncles, raw.miner, raw.stateRoot, raw.transactionsRoot, raw.receiptsRoot,
    raw.logsBloom, q(raw.difficulty), q(raw.number), q(raw.gasLimit), q(raw.gasUsed), q(raw.timestamp), raw.extraData, raw.mixHash,
    raw.nonce, q(raw.baseFeePerGas), raw.withdrawalsRoot, q(raw.blobGasUsed), q(raw.excessBlobGas), raw.parentBeaconBlockRoot]);
  check("block hash is keccak of the header", ethers.keccak256(rlp) === raw.hash);
});

await section("calls", async () => {
  check("token balance", (await token.balanceOf(sender.address)) > 0n);
  check("view of the hub", (await hub.countCategory()) >= 5n);
});

for (const type of [0, 1, 2]) {
  await section(`transfer of type ${type}`, async () => {
    const before = await token.balanceOf(receiver);
    const sent = await token.transfer(receiver, 7n + BigInt(type), { type });
    const receipt = await sent.wait();
    check(`type ${type}: mined with success`, receipt.status === 1 && receipt.type === type);
    check(`type ${type}: one Transfer event`, receipt.logs.length === 1 && token.interface.parseLog(receipt.logs[0]).args.value === 7n + BigInt(type));
    check(`type ${type}: balance moved`, (await token.balanceOf(receiver)) - before === 7n + BigInt(type));
    const tx = await provider.getTransaction(sent.hash);
    check(`type ${type}: transaction as sent`, tx.from === sender.address && tx.to === RLC && tx.type === type && tx.nonce === sent.nonce);
    check(`type ${type}: hash of the serialised transaction`, ethers.Transaction.from(tx).hash === sent.hash);
  });
}

await section("two transactions in a row", async () => {
  // ethers keeps a read of the pending nonce for 250 ms: on a node that mines at once the second would be "nonce too low"
  // (chain.md §5).
  const first = await token.transfer(receiver, 1n);
  const receipts = [await first.wait()];
  const second = await token.transfer(receiver, 2n);
  receipts.push(await second.wait());
  check("two transactions in a row", receipts.every((r) => r.status === 1) && second.nonce === first.nonce + 1);
});

await section("coin transfer", async () => {
  const sent = await wallet.sendTransaction({ to: receiver, value: 5n });
  check("coin transfer costs 21000 gas", (await sent.wait()).gasUsed === 21000n);
});

await section("reverts", async () => {
  for (const [name, run] of [["call", () => hub.withdraw.staticCall(10n ** 30n)], ["estimate", () => hub.withdraw(10n ** 30n)]]) {
    let caught = null;
    try {
      await run();
    } catch (error) {
      caught = error;
    }
    check(`revert of a ${name} is decoded`, caught?.code === "CALL_EXCEPTION" && typeof caught.reason === "string", String(caught));
  }
  const custom = await hub.transferOwnership.staticCall(receiver).catch((error) => error);
  check("a custom error is decoded", custom.revert?.name === "NotContractOwner" && custom.revert.args.user === sender.address, String(custom));
  const sent = await hub.withdraw(10n ** 30n, { gasLimit: 200000 });
  let reverted = null;
  try {
    await sent.wait();
  } catch (error) {
    reverted = error;
  }
  check("a mined revert has status 0", reverted?.receipt?.status === 0, String(reverted));
});

await section("refusals", async () => {
  const nonce = await provider.getTransactionCount(sender.address);
  for (const [name, overrides, code] of [
    ["nonce too low", { nonce: nonce - 1, gasLimit: 100000 }, "NONCE_EXPIRED"],
    ["insufficient funds", { value: 10n ** 30n, to: receiver, gasLimit: 100000 }, "INSUFFICIENT_FUNDS"],
  ]) {
    let caught = null;
    try {
      await wallet.sendTransaction({ to: receiver, value: 1n, gasPrice: 0n, type: 0, ...overrides });
    } catch (error) {
      caught = error;
    }
    check(`${name} is understood`, caught?.code === code, String(caught?.code ?? caught));
  }
});

await section("logs", async () => {
  const head = await provider.getBlockNumber();
  const events = await token.queryFilter(token.filters.Transfer(sender.address, receiver), 0, head);
  check("events by filter", events.length >= 5 && events.every((e) => e.args.from === sender.address), String(events.length));
});

await section("batches", async () => {
  const calls = Array.from({ length: 100 }, () => provider.send("eth_getTransactionCount", [receiver, "latest"]));
  calls.push(provider.send("eth_unknownMethod", []).catch((error) => error.code));
  const answers = await Promise.all(calls);
  check("a batch of 101 calls with one failure", answers.slice(0, 100).every((n) => n === "0x0") && answers[100] === "UNSUPPORTED_OPERATION",
    String(answers[100]));
});

await section("websocket", async () => {
  const socket = new ethers.WebSocketProvider(url.replace(/^http/, "ws"));
  const heads = [];
  const events = [];
  await socket.on("block", (number) => heads.push(number));
  const live = new ethers.Contract(RLC, TOKEN_ABI, socket);
  await live.on(live.filters.Transfer(sender.address, null), (event) => events.push(event.args.value));
  await socket.send("eth_chainId", []);
  for (let i = 0; i < 3; ++i) await (await token.transfer(receiver, 100n + BigInt(i))).wait();
  check("events by WebSocket", await until(() => events.length >= 3), String(events));
  check("events in order", String(events) === "100,101,102", String(events));
  check("heads in order without gaps", (await until(() => heads.length >= 3)) && heads.every((n, i) => i === 0 || n === heads[i - 1] + 1), String(heads));
  await socket.destroy();
});

await section("events over HTTP", async () => {
  const events = [];
  await token.on("Transfer", (from, to, value) => events.push(value));
  // Nobody is told when the polling begins: transfers until one is heard.
  for (const end = Date.now() + 180_000; !events.includes(55n) && Date.now() < end;)
    await (await token.transfer(receiver, 55n)).wait();
  check("events over HTTP", events.includes(55n), String(events));
  await token.removeAllListeners();
});

provider.destroy();
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
