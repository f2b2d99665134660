// eth_getProof verified by another maker's trie (@ethereumjs/mpt) against the state root of headers whose hashes are
// recomputed: accounts and slots that are there and that are not, at the head and at old blocks.
//
//   node tests/interop/proofs.mjs PROGRAM PACKAGES_FOLDER
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { atEnd, check, failure, finish, freePort, HUB, KEYS, packages, RLC, rpc, section, start } from "./lib.mjs";

const [program, folder] = process.argv.slice(2);
if (!folder) console.error("usage: proofs.mjs PROGRAM PACKAGES_FOLDER"), process.exit(2);
const load = packages(folder, "ethers@6", "@ethereumjs/mpt@10");
const { ethers } = load("ethers");
const { verifyMerkleProof } = await load.esm("@ethereumjs/mpt");
const home = mkdtempSync(`${tmpdir()}/bourse-proofs-`);
atEnd(() => rmSync(home, { recursive: true, force: true }));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
await start([program, "node", "--dev", "--data-dir", home, "--port", String(port), "--heartbeat-ms", "0", "--compat-delay-ms", "1000"], url, `${home}/node.log`);

const bytes = ethers.getBytes;
const q = (x) => (BigInt(x) === 0n ? "0x" : ethers.toBeHex(BigInt(x)));
/** The state root of a block, once its header is known to have the block's hash. */
async function stateRoot(number) {
  const b = await rpc(url, "eth_getBlockByNumber", [ethers.toQuantity(number), false]);
  const header = ethers.encodeRlp([b.parentHash, b.sha3Uncles, b.miner, b.stateRoot, b.transactionsRoot, b.receiptsRoot, b.logsBloom, q(b.difficulty), q(b.number),
    q(b.gasLimit), q(b.gasUsed), q(b.timestamp), b.extraData, b.mixHash, b.nonce, q(b.baseFeePerGas), b.withdrawalsRoot, q(b.blobGasUsed), q(b.excessBlobGas), b.parentBeaconBlockRoot]);
  if (ethers.keccak256(header) !== b.hash) throw new Error(`the header of block ${number} does not hash to its hash`);
  return b.stateRoot;
}
const EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
const EMPTY_CODE = ethers.keccak256("0x");
/** What a proof proves of `key`: a value in hex, or null where it is absent. Throws where it proves nothing. */
async function proven(root, key, proof) {
  if (root === EMPTY_ROOT && proof.length === 0) return null;
  const value = await verifyMerkleProof(bytes(ethers.keccak256(key)), proof.map((node) => bytes(node)), { root: bytes(root) });
  return value === null ? null : ethers.hexlify(value);
}
/** Whether all that an answer says of account and slots is proven; gives a text of what is not. */
async function fault(address, keys, number) {
  const answer = await rpc(url, "eth_getProof", [address, keys, ethers.toQuantity(number)]);
  const leaf = await proven(await stateRoot(number), address, answer.accountProof);
  const said = ethers.encodeRlp([q(answer.nonce), q(answer.balance), answer.storageHash, answer.codeHash]);
  const empty = answer.nonce === "0x0" && answer.balance === "0x0" && answer.storageHash === EMPTY_ROOT && answer.codeHash === EMPTY_CODE;
  if (leaf === null ? !empty : leaf !== said) return `account ${leaf} ${said}`;
  for (const [i, { key, value, proof }] of answer.storageProof.entries()) {
    if (key !== keys[i]) return `key ${key} for ${keys[i]}`;
    const slot = await proven(answer.storageHash, ethers.zeroPadValue(ethers.toBeHex(BigInt(key)), 32), proof);
    if (slot === null ? value !== "0x0" : slot !== ethers.encodeRlp(q(value))) return `slot ${key} ${value} ${slot}`;
    const stored = await rpc(url, "eth_getStorageAt", [address, key, ethers.toQuantity(number)]);
    if (BigInt(stored) !== BigInt(value)) return `slot ${key} is ${stored}, proven ${value}`;
  }
  return null;
}

const sender = new ethers.Wallet(KEYS.extra1);
const token = new ethers.Interface(["function transfer(address,uint256)", "function balanceOf(address) view returns (uint256)"]);
/** The token's balance of an account (docs/reference/storage.md). */
const balanceSlot = (address) => "0x11" + "00".repeat(11) + address.slice(2).toLowerCase();
const holder = (i) => ethers.getAddress(ethers.dataSlice(ethers.id(`holder ${i}`), 12));
let nonce = 0;
async function transfers(from, to) {
  for (let i = from; i < to; ++i) {
    const raw = await sender.signTransaction({ type: 0, chainId: 65535, nonce: nonce++, to: RLC, data: token.encodeFunctionData("transfer", [holder(i), i + 1]), gasPrice: 0, gasLimit: 100000 });
    await rpc(url, "eth_sendRawTransaction", [raw]);
  }
  await rpc(url, "evm_mine");
  return Number(await rpc(url, "eth_blockNumber"));
}

await section("proofs", async () => {
  const first = await transfers(0, 60);
  const second = await transfers(60, 90);
  // The same holders again: their values, not only their presence, differ from block to block.
  const third = await transfers(0, 30);
  const keys = [balanceSlot(holder(3)), balanceSlot(holder(70)), balanceSlot(holder(500)), "0x0", "0x5", "0x" + "ff".repeat(32)];
  for (const number of [0, 1, first, second, third]) {
    for (const [name, address] of [["the token", RLC], ["the hub", HUB], ["an account with coins", sender.address], ["an account that is not there", holder(500)]]) {
      const problem = await fault(address.toLowerCase(), keys, number);
      check(`${name} is proven at block ${number}`, problem === null, problem);
    }
  }
  const balance = async (who, number) => (await rpc(url, "eth_getProof", [RLC, [balanceSlot(holder(who))], ethers.toQuantity(number)])).storageProof[0].value;
  check("values are those of their block", (await balance(3, first)) === "0x4" && (await balance(3, third)) === "0x8" && (await balance(70, first)) === "0x0" && (await balance(70, second)) === "0x47");
  const call = { to: RLC, data: token.encodeFunctionData("balanceOf", [holder(3)]) };
  check("and so are calls", BigInt(await rpc(url, "eth_call", [call, ethers.toQuantity(first)])) === 4n && BigInt(await rpc(url, "eth_call", [call, ethers.toQuantity(third)])) === 8n);
});

await section("what is wrong is not proven", async () => {
  const number = Number(await rpc(url, "eth_blockNumber"));
  const root = await stateRoot(number);
  const { accountProof, storageHash, storageProof } = await rpc(url, "eth_getProof", [RLC, [balanceSlot(holder(3))], "latest"]);
  const bent = [accountProof[0].replace(/.$/, (c) => (c === "0" ? "1" : "0")), ...accountProof.slice(1)];
  check("a changed node is refused", (await failure(() => proven(root, RLC, bent))) !== null);
  check("a missing node is refused", (await failure(() => proven(root, RLC, accountProof.slice(0, -1)))) !== null);
  const before = await stateRoot(number - 1);
  check("another root is refused", (await failure(() => proven(before, RLC, accountProof))) !== null);
  const own = await proven(storageHash, balanceSlot(holder(3)), storageProof[0].proof);
  const other = await failure(async () => (await proven(storageHash, balanceSlot(holder(4)), storageProof[0].proof)) === own || Promise.reject(new Error("nothing")));
  check("a slot's proof is not another slot's", own === "0x08" && other !== null, String(own));
});

await finish();
