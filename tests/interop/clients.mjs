// 64 clients at once against a node that makes blocks all the time: what each of them sees must fit together.
//
//   node tests/interop/clients.mjs PROGRAM PACKAGES_FOLDER
//
// 32 senders send token approvals and look at the chain the moment a receipt is visible; 24 watchers follow heads and
// logs by WebSocket; 8 readers ask one question that has two parts in one answer.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { atEnd, check, finish, freePort, packages, RLC, rpc, section, start, until } from "./lib.mjs";

const [program, folder] = process.argv.slice(2);
if (!folder) console.error("usage: clients.mjs PROGRAM PACKAGES_FOLDER"), process.exit(2);
const load = packages(folder, "ethers@6");
const { ethers } = load("ethers");
const WebSocket = load("ws");

const SENDERS = 32;
const WATCHERS = 24;
const READERS = 8;
const SENDS = 12;
const home = mkdtempSync(`${tmpdir()}/bourse-clients-`);
atEnd(() => rmSync(home, { recursive: true, force: true }));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
await start([program, "node", "--dev", "--data-dir", home, "--port", String(port), "--compat-delay-ms", "0"], url, `${home}/node.log`);

const token = new ethers.Interface(["function approve(address,uint256)", "function allowance(address,address) view returns (uint256)"]);
const SPENDER = "0x00000000000000000000000000000000000000aa";
const approve = (value) => token.encodeFunctionData("approve", [SPENDER, value]);
const faults = { receipt: [], order: [], heads: [], logs: [], views: [] };
let sending = true;

/** Any key may send where gas is free. Signing ahead keeps the load on the node. */
const senders = Array.from({ length: SENDERS }, (_, i) => new ethers.Wallet("0x" + (0x1000 + i).toString(16).padStart(64, "7")));
const signed = await Promise.all(senders.map(async (wallet) => {
  const raws = [];
  for (let nonce = 0; nonce < SENDS; ++nonce)
    raws.push(await wallet.signTransaction({ type: 0, chainId: 65535, nonce, to: RLC, data: approve(nonce + 1), gasPrice: 0, gasLimit: 100000 }));
  return raws;
}));

/** A receipt is never visible before its state: nonce, allowance and logs at `latest` know of it already. */
async function sender(wallet, raws) {
  const owner = wallet.address.toLowerCase();
  for (let nonce = 0; nonce < raws.length; ++nonce) {
    const hash = await rpc(url, "eth_sendRawTransaction", [raws[nonce]]);
    let receipt = null;
    while (receipt === null) receipt = await rpc(url, "eth_getTransactionReceipt", [hash]);
    const call = { to: RLC, data: token.encodeFunctionData("allowance", [owner, SPENDER]) };
    const [count, allowance, block, there] = await Promise.all([
      rpc(url, "eth_getTransactionCount", [owner, "latest"]),
      rpc(url, "eth_call", [call, "latest"]),
      rpc(url, "eth_getBlockByHash", [receipt.blockHash, false]),
      rpc(url, "eth_call", [call, { blockHash: receipt.blockHash }]),
    ]);
    const logs = await rpc(url, "eth_getLogs", [{ blockHash: receipt.blockHash, address: RLC }]);
    if (Number(count) !== nonce + 1 || BigInt(allowance) !== BigInt(nonce + 1)) faults.receipt.push([hash, count, allowance]);
    if (BigInt(there) !== BigInt(nonce + 1) || !block.transactions.includes(hash)) faults.receipt.push([hash, there]);
    if (receipt.status !== "0x1" || !logs.some((log) => log.transactionHash === hash)) faults.receipt.push([hash, "logs"]);
  }
}

/** Heads come in order without gaps, each when its state can be read; logs come in the order of the chain, none twice. */
async function watcher() {
  const socket = new WebSocket(url.replace("http", "ws"));
  atEnd(() => socket.terminate());
  await new Promise((done, fail) => (socket.on("open", done), socket.on("error", fail)));
  const seen = { heads: [], logs: [], socket };
  const kinds = {};
  socket.on("message", async (data) => {
    const message = JSON.parse(data);
    if (message.id) return void (kinds[message.result] = message.id === 1 ? "heads" : "logs");
    const { subscription, result } = message.params;
    if (kinds[subscription] === "heads") {
      const last = seen.heads.at(-1);
      if (last && (Number(result.number) !== Number(last.number) + 1 || result.parentHash !== last.hash)) faults.heads.push([last.number, result.number]);
      seen.heads.push(result);
      if (Number(await rpc(url, "eth_blockNumber")) < Number(result.number)) faults.heads.push(["ahead", result.number]);
    } else {
      const place = Number(result.blockNumber) * 1e5 + Number(result.logIndex);
      if (seen.logs.length > 0 && place <= seen.logs.at(-1)) faults.logs.push(place);
      seen.logs.push(place);
    }
  });
  socket.send('{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}');
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 2, method: "eth_subscribe", params: ["logs", { address: RLC }] }));
  await until(() => Object.keys(kinds).length === 2);
  return seen;
}

/** One answer is of one block: hash, number and transactions of `latest` agree; the head never goes back. */
async function reader() {
  let reads = 0;
  let last = 0;
  while (sending) {
    const block = await rpc(url, "eth_getBlockByNumber", ["latest", true]);
    const receipts = await rpc(url, "eth_getBlockReceipts", [{ blockHash: block.hash }]);
    const used = receipts.reduce((sum, receipt) => sum + Number(receipt.gasUsed), 0);
    if (used !== Number(block.gasUsed) || receipts.length !== block.transactions.length) faults.views.push(block.number);
    if (block.transactions.some((tx, i) => tx.blockHash !== block.hash || receipts[i].transactionHash !== tx.hash)) faults.views.push(block.number);
    if (Number(block.number) < last) faults.order.push([last, block.number]);
    last = Number(block.number);
    const owner = senders[reads % SENDERS].address.toLowerCase();
    const proof = await rpc(url, "eth_getProof", [owner, [], block.number]);
    const count = await rpc(url, "eth_getTransactionCount", [owner, block.number]);
    if (ethers.keccak256(proof.accountProof[0]) !== block.stateRoot || proof.nonce !== count) faults.views.push([block.number, "proof"]);
    ++reads;
  }
  return reads;
}

await section("64 clients under load", async () => {
  const watchers = await Promise.all(Array.from({ length: WATCHERS }, watcher));
  const readers = Array.from({ length: READERS }, () => reader().catch((error) => (faults.views.push(String(error)), 0)));
  await Promise.all(senders.map((wallet, i) => sender(wallet, signed[i])));
  sending = false;
  const reads = await Promise.all(readers);
  const head = Number(await rpc(url, "eth_blockNumber"));
  const complete = () => watchers.every((w) => Number(w.heads.at(-1)?.number) >= head && w.logs.length >= SENDERS * SENDS);
  check("every watcher hears every head and log", await until(complete), watchers.map((w) => w.logs.length).join());
  check("a receipt is never visible before its state", faults.receipt.length === 0, JSON.stringify(faults.receipt.slice(0, 3)));
  check("heads come in order without gaps", faults.heads.length === 0, JSON.stringify(faults.heads.slice(0, 3)));
  check("logs come in order, none twice", faults.logs.length === 0, JSON.stringify(faults.logs.slice(0, 3)));
  check("all watchers hear the same", watchers.every((w) => String(w.logs.slice(0, 384)) === String(watchers[0].logs.slice(0, 384))));
  check("a call sees one block", faults.views.length === 0, JSON.stringify(faults.views.slice(0, 3)));
  check("the head never goes back", faults.order.length === 0, JSON.stringify(faults.order.slice(0, 3)));
  check("readers went on while blocks were made", reads.every((n) => n > 0), String(reads));
  console.log(`${SENDERS * SENDS} transactions in ${head - 1} blocks, ${reads.reduce((a, b) => a + b)} rounds of reads`);
});

await finish();
