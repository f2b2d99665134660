// Checks a node with viem 2, as web applications use it: token and hub without deploying anything, events by WebSocket and
// by polled filters, every type of transaction, batches, decoded reverts.
//
//   node tests/interop/viem.mjs PROGRAM PACKAGES_FOLDER
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { atEnd, check, EXTRA2, EXTRA3, failure, finish, freePort, HUB, KEYS, packages, RLC, rpc, section, start, until } from "./lib.mjs";

const [program, folder] = process.argv.slice(2);
if (!folder) console.error("usage: viem.mjs PROGRAM PACKAGES_FOLDER"), process.exit(2);
const load = packages(folder, "viem@2");
const viem = await load.esm("viem");
const { privateKeyToAccount } = await load.esm("viem/accounts");
const home = mkdtempSync(`${tmpdir()}/bourse-viem-`);
atEnd(() => rmSync(home, { recursive: true, force: true }));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
await start([program, "node", "--dev", "--data-dir", home, "--port", String(port)], url, `${home}/node.log`);

const chain = viem.defineChain({ id: 65535, name: "bourse", nativeCurrency: { name: "coin", symbol: "COIN", decimals: 18 }, rpcUrls: { default: { http: [url] } } });
const account = privateKeyToAccount(KEYS.extra1);
const client = viem.createPublicClient({ chain, transport: viem.http(url, { batch: true, timeout: 60_000 }), pollingInterval: 50 });
const live = viem.createPublicClient({ chain, transport: viem.webSocket(url.replace("http", "ws"), { timeout: 60_000 }) });
const wallet = viem.createWalletClient({ chain, account, transport: viem.http(url, { timeout: 60_000 }) });
const token = { address: RLC, abi: viem.parseAbi(["function balanceOf(address) view returns (uint256)", "function totalSupply() view returns (uint256)", "function transfer(address,uint256) returns (bool)",
  "function approveAndCall(address,uint256,bytes)", "event Transfer(address indexed from, address indexed to, uint256 value)", "event Approval(address indexed owner, address indexed spender, uint256 value)"]) };
const hub = { address: HUB, abi: viem.parseAbi(["function withdraw(uint256) returns (bool)", "function countCategory() view returns (uint256)", "function transferOwnership(address)", "function claim(bytes32)",
  "function viewAccount(address) view returns ((uint256 stake, uint256 locked))", "function viewCategory(uint256) view returns ((string name, string description, uint256 workClockTimeRef))",
  "error NotContractOwner(address user, address owner)", "event Transfer(address indexed from, address indexed to, uint256 value)"]) };
const mined = (hash) => client.waitForTransactionReceipt({ hash });

await section("facts", async () => {
  check("chain id", (await client.getChainId()) === 65535);
  const block = await client.getBlock({ includeTransactions: true, blockNumber: 1n });
  check("a block with transactions", block.transactions.length === 5 && block.transactions[0].typeHex === "0x0" && block.baseFeePerGas === 0n);
  check("a pending block", (await client.getBlock({ blockTag: "pending" })).hash === null);
  check("final blocks", (await client.getBlock({ blockTag: "finalized" })).number >= 1n);
  check("fees are zero", (await client.getGasPrice()) === 0n && (await client.estimateMaxPriorityFeePerGas()) === 0n);
  const fees = await client.getFeeHistory({ blockCount: 2, rewardPercentiles: [25, 75] });
  check("fee history", fees.baseFeePerGas.every((fee) => fee === 0n) && fees.reward.length === fees.gasUsedRatio.length);
  check("code of a module", (await client.getCode({ address: HUB })) === "0xfe");
  check("a transaction count", (await client.getTransactionCount({ address: account.address })) === 0);
});

await section("views", async () => {
  // With `batch` these four are one HTTP request.
  const [balance, supply, categories, category] = await Promise.all([client.readContract({ ...token, functionName: "balanceOf", args: [account.address] }),
    client.readContract({ ...token, functionName: "totalSupply" }), client.readContract({ ...hub, functionName: "countCategory" }), client.readContract({ ...hub, functionName: "viewCategory", args: [0n] })]);
  check("views of token and hub", balance === 10_000n * 10n ** 9n && supply === 87_000_000n * 10n ** 9n && categories === 5n && category.name === "XS", `${balance} ${supply} ${categories}`);
  check("a view at an old block", (await client.readContract({ ...hub, functionName: "countCategory", blockNumber: 1n })) === 5n);
  check("a view before there is anything", (await failure(() => client.readContract({ ...hub, functionName: "viewCategory", args: [0n], blockNumber: 0n }))) !== null);
});

for (const [name, type, more] of [["legacy", "legacy", {}], ["with an access list", "eip2930", { accessList: [{ address: RLC, storageKeys: [viem.pad("0x1")] }] }], ["of EIP-1559", "eip1559", {}]]) {
  await section(`transactions ${name}`, async () => {
    const before = await client.readContract({ ...token, functionName: "balanceOf", args: [EXTRA2] });
    const hash = await wallet.writeContract({ ...token, functionName: "transfer", args: [EXTRA2, 9n], type, ...more });
    const receipt = await mined(hash);
    check(`${name}: mined`, receipt.status === "success" && receipt.type === type, receipt.type);
    const [event] = viem.parseEventLogs({ abi: token.abi, logs: receipt.logs, eventName: "Transfer" });
    check(`${name}: its event`, event.args.from === account.address && event.args.to === EXTRA2 && event.args.value === 9n);
    check(`${name}: its effect`, (await client.readContract({ ...token, functionName: "balanceOf", args: [EXTRA2] })) === before + 9n);
    const tx = await client.getTransaction({ hash });
    check(`${name}: as it was sent`, tx.type === type && tx.from.toLowerCase() === account.address.toLowerCase() && tx.blockHash === receipt.blockHash);
    check(`${name}: found at its place`, (await client.getTransaction({ blockHash: receipt.blockHash, index: receipt.transactionIndex })).hash === hash);
    check(`${name}: confirmations`, (await client.getTransactionConfirmations({ hash })) >= 1n);
  });
}

await section("the hub", async () => {
  const { request } = await client.simulateContract({ ...token, functionName: "approveAndCall", args: [HUB, 1000n, "0x"], account });
  await mined(await wallet.writeContract(request));
  const deposited = await client.readContract({ ...hub, functionName: "viewAccount", args: [account.address] });
  check("a deposit", deposited.stake === 1000n && deposited.locked === 0n, String(deposited.stake));
  const gas = await client.estimateContractGas({ ...hub, functionName: "withdraw", args: [400n], account });
  const receipt = await mined(await wallet.writeContract({ ...hub, functionName: "withdraw", args: [400n], gas }));
  check("a withdrawal with the estimate as its limit", receipt.status === "success" && receipt.gasUsed <= gas);
  check("two events of two contracts", receipt.logs.length >= 2 && new Set(receipt.logs.map((log) => log.address)).size === 2);
});

await section("reverts", async () => {
  const reason = (error, name) => error?.walk?.((e) => e.name === name);
  const text = reason(await failure(() => client.simulateContract({ ...hub, functionName: "withdraw", args: [10n ** 30n], account })), "ContractFunctionRevertedError");
  check("a reason is decoded", typeof text?.reason === "string" && text.reason.length > 0, String(text?.reason));
  const custom = reason(await failure(() => client.simulateContract({ ...hub, functionName: "transferOwnership", args: [EXTRA2], account })), "ContractFunctionRevertedError");
  check("a custom error is decoded", custom?.data?.errorName === "NotContractOwner" && custom.data.args[0] === account.address, custom?.data?.errorName);
  const estimated = await failure(() => client.estimateContractGas({ ...hub, functionName: "transferOwnership", args: [EXTRA2], account }));
  check("a revert of an estimate", estimated !== null && /revert/i.test(estimated.message));
  const receipt = await mined(await wallet.writeContract({ ...hub, functionName: "transferOwnership", args: [EXTRA2], gas: 200_000n }));
  check("a mined revert", receipt.status === "reverted" && receipt.logs.length === 0);
  const poor = await failure(() => wallet.sendTransaction({ to: EXTRA2, value: 10n ** 30n, gas: 21_000n }));
  check("too little money is understood", reason(poor, "InsufficientFundsError") !== null && poor !== null, poor?.shortMessage);
  const low = await failure(() => wallet.sendTransaction({ to: EXTRA2, value: 1n, nonce: 0, gas: 21_000n }));
  check("a used nonce is understood", !!reason(low, "NonceTooLowError"), low?.shortMessage);
});

await section("events", async () => {
  const heard = { live: [], polled: [], blocks: [], heads: [], pending: [] };
  const stop = [
    live.watchContractEvent({ ...token, eventName: "Transfer", args: { from: account.address, to: [EXTRA2, EXTRA3] }, onLogs: (logs) => heard.live.push(...logs.map((l) => l.args.value)) }),
    client.watchContractEvent({ ...token, eventName: "Transfer", args: { from: account.address }, onLogs: (logs) => heard.polled.push(...logs.map((l) => l.args.value)) }),
    live.watchBlocks({ onBlock: (block) => heard.heads.push(block.number) }),
    client.watchBlockNumber({ onBlockNumber: (number) => heard.blocks.push(number), emitMissed: true }),
    live.watchPendingTransactions({ onTransactions: (hashes) => heard.pending.push(...hashes) }),
  ];
  // viem tells nobody when its subscriptions stand: transfers of 1 until each has heard of one.
  for (const end = Date.now() + 180_000; Object.values(heard).some((list) => list.length === 0) && Date.now() < end;)
    await mined(await wallet.writeContract({ ...token, functionName: "transfer", args: [EXTRA2, 1n] }));
  const values = (list) => String(list.filter((value) => value > 1n));
  const hashes = [];
  for (const [to, value] of [[EXTRA2, 11n], [EXTRA3, 12n], [EXTRA2, 13n]]) {
    hashes.push(await wallet.writeContract({ ...token, functionName: "transfer", args: [to, value] }));
    await mined(hashes.at(-1));
  }
  check("events by WebSocket", await until(() => values(heard.live) === "11,12,13"), String(heard.live));
  check("events by a polled filter", await until(() => values(heard.polled) === "11,12,13"), String(heard.polled));
  check("pending transactions", await until(() => hashes.every((hash) => heard.pending.includes(hash))), String(heard.pending));
  // viem asks for each head's block anew, and the answers may overtake each other.
  const rising = (list) => list.length >= 3 && [...list].sort((a, b) => Number(a - b)).every((n, i, all) => i === 0 || n === all[i - 1] + 1n);
  check("heads without gaps", await until(() => rising(heard.heads)), String(heard.heads));
  check("numbers of blocks without gaps", await until(() => rising(heard.blocks)), String(heard.blocks));
  stop.forEach((end) => end());
});

await section("filters", async () => {
  const filter = await client.createContractEventFilter({ ...token, eventName: "Transfer", args: { to: [EXTRA2, EXTRA3] }, fromBlock: 0n, strict: true });
  const logs = await client.getFilterLogs({ filter });
  const again = await client.getLogs({ address: RLC, event: token.abi.find((item) => item.name === "Transfer"), args: { to: [EXTRA2, EXTRA3] }, fromBlock: 0n, toBlock: "latest" });
  check("logs of a filter", logs.length >= 6 && viem.stringify(logs.map((l) => l.transactionHash)) === viem.stringify(again.map((l) => l.transactionHash)), String(logs.length));
  const both = await client.getLogs({ address: [RLC, HUB], events: token.abi.filter((item) => item.type === "event"), fromBlock: 0n });
  check("several events of several contracts", new Set(both.map((l) => l.eventName)).size === 2 && new Set(both.map((l) => l.address)).size === 2);
  const byHash = await client.getLogs({ address: RLC, blockHash: logs[0].blockHash });
  check("logs of a block", byHash.some((l) => l.transactionHash === logs[0].transactionHash));
  const changes = await client.createEventFilter({ address: RLC });
  const hash = await wallet.writeContract({ ...token, functionName: "transfer", args: [EXTRA2, 21n] });
  await mined(hash);
  check("changes of a filter", (await client.getFilterChanges({ filter: changes })).some((l) => l.transactionHash === hash));
  check("and not twice", (await client.getFilterChanges({ filter: changes })).length === 0);
  check("an end", (await client.uninstallFilter({ filter: changes })) === true);
});

await section("proofs and lists", async () => {
  const proof = await client.getProof({ address: RLC, storageKeys: [viem.pad("0x1")] });
  check("a proof", proof.accountProof.length > 0 && proof.storageProof.length === 1);
  const data = viem.encodeFunctionData({ abi: token.abi, functionName: "transfer", args: [EXTRA2, 1n] });
  const list = await client.createAccessList({ account, to: RLC, data });
  check("an access list", list.accessList.length === 1 && list.accessList[0].storageKeys.length >= 2 && list.gasUsed > 21_000n);
  const raw = await account.signTransaction({ ...(await wallet.prepareTransactionRequest({ to: RLC, data, type: "eip2930", accessList: list.accessList })), chainId: 65535 });
  const hash = await client.sendRawTransaction({ serializedTransaction: raw });
  check("a signed transaction with that list", (await mined(hash)).status === "success" && hash === viem.keccak256(raw));
  check("the raw bytes come back", (await rpc(url, "eth_getRawTransactionByHash", [hash])) === raw);
});

(await live.transport.getRpcClient()).close();
await finish();
