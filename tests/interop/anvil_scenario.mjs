// What is sent to our node and to anvil, and what is asked of both.

const NO_BYTES32 = "0x" + "0".repeat(64);
const NO_ADDRESS = "0x" + "0".repeat(40);
const UNKNOWN = "0x" + "ab".repeat(32);
const [ADMIN, REQUESTER, , , PROVIDER, , SCHEDULER, WORKER] = [0, 1, 2, 3, 4, 5, 6, 7];

export async function scenario(context) {
  const { ethers, wallets, abi, REGISTRIES, section } = context;
  const face = (list) => new ethers.Interface(list);
  const registries = abi("registries");
  context.token = face(abi("rlc").abi);
  context.hub = face(abi("poco").abi);
  context.appRegistry = face(registries.AppRegistry);
  context.poolRegistry = face(registries.WorkerpoolRegistry);
  context.address = (i) => wallets[i].address.toLowerCase();
  context.q = (n) => ethers.toQuantity(n);
  const nonces = wallets.map((_, i) => (i === ADMIN ? 5 : 0));
  /** A signed transaction at price 0 with its sender's next nonce. */
  context.sign = (from, to, data = "0x", more = {}) => {
    const fees = (more.type ?? 0) === 2 ? { maxFeePerGas: 0, maxPriorityFeePerGas: 0 } : { gasPrice: 0 };
    return wallets[from].signTransaction({ type: 0, chainId: 65535, nonce: nonces[from]++, to, data, gasLimit: 5_000_000, ...fees, ...more });
  };
  context.call = (to, iface, name, args, from) => ({ ...(from ? { from } : {}), to, data: iface.encodeFunctionData(name, args) });
  context.registry = REGISTRIES.app;

  await section("nodes as they start", () => facts(context));
  await section("filters before", () => installFilters(context));
  await section("transactions of every type", () => everyType(context));
  await section("token and escrow", () => tokenAndEscrow(context));
  await section("resources, orders, a task", () => task(context));
  await section("reverts", () => reverts(context));
  await section("pool", () => pool(context));
  await section("blocks", () => blocks(context));
  await section("accounts", () => accounts(context));
  await section("logs", () => logs(context));
  await section("filters after", () => pollFilters(context));
  await section("wrong questions", () => wrong(context));
}

async function facts({ both, address }) {
  for (const method of ["eth_chainId", "net_version", "net_listening", "net_peerCount", "eth_blockNumber", "eth_gasPrice", "eth_maxPriorityFeePerGas",
    "eth_blobBaseFee", "eth_syncing", "eth_accounts", "eth_coinbase", "eth_mining", "eth_hashrate", "web3_clientVersion"]) await both(method);
  await both("web3_sha3", ["0x68656c6c6f"]);
  await both("eth_getTransactionCount", [address(ADMIN), "latest"]);
  await both("eth_getBalance", [address(ADMIN), "latest"]);
}

async function installFilters(context) {
  const { both, RLC, HUB, token } = context;
  context.filters = {
    blocks: await both("eth_newBlockFilter"),
    pending: await both("eth_newPendingTransactionFilter"),
    logs: await both("eth_newFilter", [{ address: [RLC, HUB] }]),
    topics: await both("eth_newFilter", [{ topics: [[token.getEvent("Transfer").topicHash, token.getEvent("Approval").topicHash]] }]),
    unused: await both("eth_newFilter", [{}]),
  };
}

async function everyType({ sign, block, both, wallets, address }) {
  const to = address(9);
  const list = [{ address: to, storageKeys: [NO_BYTES32, UNKNOWN] }];
  const old = await sign(REQUESTER, to, "0x", { chainId: 0, value: 3 });  // from before EIP-155
  const raws = [old, await sign(REQUESTER, to, "0x", { value: 4 }), await sign(REQUESTER, to, "0x0102", { type: 1, accessList: list, value: 5 }),
    await sign(REQUESTER, to, "0x", { type: 2, accessList: list, value: 6 }), await sign(REQUESTER, address(REQUESTER), "0x", { type: 2 })];
  const hashes = [...(await block(...raws.slice(0, 2))), ...(await block(...raws.slice(2)))];
  for (const hash of hashes) {
    await both("eth_getTransactionByHash", [hash]);
    await both("eth_getTransactionReceipt", [hash]);
    await both("eth_getRawTransactionByHash", [hash]);
  }
  // A price above 0 is charged and goes to the beneficiary.
  const [paid] = await block(await sign(REQUESTER, to, "0x", { type: 2, value: 1, maxFeePerGas: 7_000_000_000n, maxPriorityFeePerGas: 2_000_000_000n, gasLimit: 21000 }));
  await both("eth_getTransactionReceipt", [paid]);
  await both("eth_getTransactionByHash", [paid]);
  await both("eth_getBalance", [wallets[REQUESTER].address, "latest"]);
  await both("eth_getBalance", [NO_ADDRESS, "latest"]);
}

async function tokenAndEscrow(context) {
  const { sign, block, both, token, hub, RLC, HUB, call, address } = context;
  const deposits = [];
  for (const who of [REQUESTER, SCHEDULER, WORKER])
    deposits.push(await sign(who, RLC, token.encodeFunctionData("approveAndCall", [HUB, 1_000_000_000n, "0x"])));
  const hashes = await block(...deposits, await sign(REQUESTER, RLC, token.encodeFunctionData("transfer", [address(9), 17n])));
  hashes.push(...(await block(await sign(REQUESTER, RLC, token.encodeFunctionData("approve", [address(9), 5n])),
    await sign(9, RLC, token.encodeFunctionData("transferFrom", [address(REQUESTER), address(8), 5n])),
    await sign(REQUESTER, HUB, hub.encodeFunctionData("withdraw", [3n])),
    await sign(REQUESTER, HUB, hub.encodeFunctionData("transfer", [address(SCHEDULER), 2n])),
    await sign(ADMIN, HUB, hub.encodeFunctionData("createCategory", ["tiny", "{}", 10n])))));
  for (const hash of hashes) await both("eth_getTransactionReceipt", [hash]);
  for (const [to, iface, name, args] of [[RLC, token, "balanceOf", [address(9)]], [RLC, token, "totalSupply", []], [RLC, token, "allowance", [address(REQUESTER), address(9)]],
    [RLC, token, "name", []], [RLC, token, "symbol", []], [RLC, token, "decimals", []], [HUB, hub, "viewAccount", [address(REQUESTER)]], [HUB, hub, "totalSupply", []],
    [HUB, hub, "viewCategory", [5n]], [HUB, hub, "countCategory", []], [HUB, hub, "domain", []], [HUB, hub, "eip712domain_separator", []]])
    await both("eth_call", [call(to, iface, name, args), "latest"]);
}

async function task(context) {
  const { ethers, wallets, sign, block, both, hub, appRegistry, poolRegistry, REGISTRIES, HUB, call, address } = context;
  const app = [address(PROVIDER), "app", "DOCKER", "0x01020304", UNKNOWN, "0x"];
  const pool = [address(SCHEDULER), "pool"];
  const made = await block(await sign(PROVIDER, REGISTRIES.app, appRegistry.encodeFunctionData("createApp", app)),
    await sign(SCHEDULER, REGISTRIES.workerpool, poolRegistry.encodeFunctionData("createWorkerpool", pool)));
  const receipts = [];
  for (const hash of made) receipts.push((await both("eth_getTransactionReceipt", [hash]))[0].result);
  const [appAddress, poolAddress] = receipts.map((receipt) => "0x" + receipt.logs.at(-1).topics[3].slice(26));
  await both("eth_call", [call(REGISTRIES.app, appRegistry, "predictApp", app), "latest"]);
  await both("eth_call", [call(REGISTRIES.app, appRegistry, "ownerOf", [BigInt(appAddress)]), "latest"]);

  const domain = { name: "iExecODB", version: "5.0.0", chainId: 65535, verifyingContract: HUB };
  const sell = { volume: 10, tag: NO_BYTES32 };
  const orders = {
    AppOrder: { app: appAddress, appprice: 1, ...sell, datasetrestrict: NO_ADDRESS, workerpoolrestrict: NO_ADDRESS, requesterrestrict: NO_ADDRESS, salt: UNKNOWN },
    DatasetOrder: { dataset: NO_ADDRESS, datasetprice: 0, volume: 0, tag: NO_BYTES32, apprestrict: NO_ADDRESS, workerpoolrestrict: NO_ADDRESS, requesterrestrict: NO_ADDRESS, salt: NO_BYTES32 },
    WorkerpoolOrder: { workerpool: poolAddress, workerpoolprice: 20, ...sell, category: 0, trust: 1, apprestrict: NO_ADDRESS, datasetrestrict: NO_ADDRESS, requesterrestrict: NO_ADDRESS, salt: UNKNOWN },
    RequestOrder: { app: appAddress, appmaxprice: 1, dataset: NO_ADDRESS, datasetmaxprice: 0, workerpool: poolAddress, workerpoolmaxprice: 20, requester: address(REQUESTER), volume: 1,
      tag: NO_BYTES32, category: 0, trust: 1, beneficiary: address(3), callback: NO_ADDRESS, params: '{"iexec_args":"x"}', salt: UNKNOWN },
  };
  const match = hub.getFunction("matchOrders");
  const signed = [];
  for (const [i, [name, signer]] of [["AppOrder", PROVIDER], ["DatasetOrder", null], ["WorkerpoolOrder", SCHEDULER], ["RequestOrder", REQUESTER]].entries()) {
    const fields = match.inputs[i].components.filter((field) => field.name !== "sign").map(({ name, type }) => ({ name, type }));
    signed.push({ ...orders[name], sign: signer === null ? "0x" : await wallets[signer].signTypedData(domain, { [name]: fields }, orders[name]) });
  }
  await both("eth_call", [call(HUB, hub, "matchOrders", signed, address(REQUESTER)), "latest"]);
  const [matched] = await block(await sign(REQUESTER, HUB, hub.encodeFunctionData("matchOrders", signed)));
  const receipt = (await both("eth_getTransactionReceipt", [matched]))[0].result;
  const event = receipt.logs.map((log) => hub.parseLog(log)).find((log) => log?.name === "OrdersMatched");
  await both("eth_call", [call(HUB, hub, "viewDeal", [event.args.dealid]), "latest"]);

  const taskId = ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [event.args.dealid, 0]));
  const digest = UNKNOWN;
  const authorization = await wallets[SCHEDULER].signMessage(ethers.getBytes(ethers.solidityPackedKeccak256(["address", "bytes32", "address"], [address(WORKER), taskId, NO_ADDRESS])));
  const steps = [[SCHEDULER, "initialize", [event.args.dealid, 0]],
    [WORKER, "contributeAndFinalize", [taskId, digest, "0x1234", "0x", NO_ADDRESS, "0x", authorization]]];
  for (const [from, name, args] of steps) {
    await both("eth_call", [call(HUB, hub, name, args, address(from)), "latest"]);
    const [hash] = await block(await sign(from, HUB, hub.encodeFunctionData(name, args)));
    await both("eth_getTransactionReceipt", [hash]);
  }
  await both("eth_call", [call(HUB, hub, "viewTask", [taskId]), "latest"]);
  for (const who of [REQUESTER, SCHEDULER, WORKER, PROVIDER]) await both("eth_call", [call(HUB, hub, "viewAccount", [address(who)]), "latest"]);
}

async function reverts(context) {
  const { sign, block, both, hub, token, RLC, HUB, call, address } = context;
  const bad = [call(HUB, hub, "withdraw", [10n ** 30n], address(REQUESTER)), call(HUB, hub, "transferOwnership", [address(9)], address(9)),
    call(HUB, hub, "initialize", [UNKNOWN, 0], address(9)), call(HUB, hub, "viewCategory", [99n]), call(HUB, hub, "claim", [UNKNOWN], address(9)),
    call(RLC, token, "transfer", [address(9), 10n ** 30n], address(9)), { to: HUB, data: "0xdeadbeef" }, { to: HUB, data: "0x" }];
  for (const request of bad) {
    await both("eth_call", [request, "latest"]);
    await both("eth_estimateGas", [request]);
  }
  const hashes = await block(await sign(REQUESTER, HUB, hub.encodeFunctionData("withdraw", [10n ** 30n])),
    await sign(8, HUB, hub.encodeFunctionData("transferOwnership", [address(9)])));
  for (const hash of hashes) await both("eth_getTransactionReceipt", [hash]);
}

async function pool({ sign, both, block, address }) {
  const raw = await sign(10, address(9), "0x", { value: 1 });
  const hash = (await both("eth_sendRawTransaction", [raw]))[0].result;
  await both("eth_getTransactionByHash", [hash]);
  await both("eth_getTransactionReceipt", [hash]);
  for (const tag of ["pending", "latest"]) {
    await both("eth_getTransactionCount", [address(10), tag]);
    await both("eth_getBlockTransactionCountByNumber", [tag]);
  }
  await both("eth_sendRawTransaction", [raw]);
  await both("eth_getBlockByNumber", ["pending", false]);
  await block();
  await both("eth_getTransactionReceipt", [hash]);
  await both("eth_sendRawTransaction", [raw]);
}

async function blocks({ both, q, height, hashes, rpc, ours }) {
  const head = Number(await rpc(ours, "eth_blockNumber"));
  for (let number = height + 1; number <= head; ++number) {
    const [mine, other] = await hashes(number);
    for (const full of [false, true]) await both("eth_getBlockByNumber", [q(number), full]);
    await both("eth_getBlockByHash", [mine, true], [other, true]);
    await both("eth_getBlockReceipts", [q(number)]);
    await both("eth_getBlockTransactionCountByNumber", [q(number)]);
    await both("eth_getBlockTransactionCountByHash", [mine], [other]);
    await both("eth_getUncleCountByBlockNumber", [q(number)]);
    await both("eth_getUncleCountByBlockHash", [mine], [other]);
    for (const index of ["0x0", "0x1", "0x7"]) {
      await both("eth_getTransactionByBlockNumberAndIndex", [q(number), index]);
      await both("eth_getTransactionByBlockHashAndIndex", [mine, index], [other, index]);
    }
  }
  const [mine, other] = await hashes(head);
  for (const tag of ["latest", "safe", "finalized", "earliest"]) await both("eth_getBlockTransactionCountByNumber", [tag]);
  await both("eth_getUncleByBlockNumberAndIndex", [q(head), "0x0"]);
  await both("eth_getUncleByBlockHashAndIndex", [mine, "0x0"], [other, "0x0"]);
  await both("eth_getHeaderByNumber", [q(head)]);
  await both("eth_getHeaderByHash", [mine], [other]);
  await both("eth_feeHistory", ["0x4", q(head), [10, 50]]);
  await both("eth_feeHistory", ["0x1", "latest", []]);
}

async function accounts({ both, address, q, height, hashes, call, hub, token, HUB, RLC, wallets }) {
  for (const who of [ADMIN, REQUESTER, 9])
    for (const tag of ["latest", "pending", q(height + 2)]) {
      await both("eth_getBalance", [address(who), tag]);
      await both("eth_getTransactionCount", [address(who), tag]);
      await both("eth_getCode", [address(who), tag]);
      await both("eth_getStorageAt", [address(who), "0x0", tag]);
    }
  const [mine, other] = await hashes(height + 3);
  await both("eth_getBalance", [address(9), { blockHash: mine }], [address(9), { blockHash: other }]);
  await both("eth_getBalance", [address(9), { blockNumber: q(height + 1) }]);
  await both("eth_getBalance", [wallets[9].address, "latest"]);  // checksummed
  await both("eth_getCode", [HUB, "latest"]);
  await both("eth_call", [call(RLC, token, "balanceOf", [address(9)]), q(height + 3)]);
  await both("eth_call", [call(HUB, hub, "viewAccount", [address(REQUESTER)]), q(height + 4)]);
  await both("eth_call", [{ to: address(9), value: "0x1", from: address(REQUESTER) }, "latest"]);
  await both("eth_call", [{ to: RLC, input: call(RLC, token, "totalSupply", []).data }]);
  for (const request of [{ from: address(9), to: address(8), value: "0x1" }, call(RLC, token, "transfer", [address(9), 1n], address(REQUESTER))]) {
    await both("eth_estimateGas", [request]);
    await both("eth_createAccessList", [request, "latest"]);
  }
  for (const who of [address(REQUESTER), "0x" + "12".repeat(20)]) await both("eth_getProof", [who, [UNKNOWN, NO_BYTES32], "latest"]);
}

async function logs({ both, q, height, hashes, RLC, HUB, token, address, ethers }) {
  const from = q(height + 1);
  const transfer = token.getEvent("Transfer").topicHash;
  const approval = token.getEvent("Approval").topicHash;
  const who = ethers.zeroPadValue(address(REQUESTER), 32);
  for (const filter of [{}, { address: RLC }, { address: [RLC, HUB] }, { address: [] }, { topics: [] }, { topics: [transfer] }, { topics: [[transfer, approval]] },
    { topics: [null, who] }, { topics: [null, null, who] }, { topics: [[transfer], [who, ethers.zeroPadValue(address(WORKER), 32)]] }, { topics: [transfer, null, null, who] },
    { address: HUB, topics: [transfer, [who]] }, { topics: [UNKNOWN] }, { toBlock: q(height + 3) }, { toBlock: "latest", address: HUB }])
    await both("eth_getLogs", [{ fromBlock: from, ...filter }]);
  for (const number of [height + 3, height + 4]) {
    const [mine, other] = await hashes(number);
    await both("eth_getLogs", [{ blockHash: mine }], [{ blockHash: other }]);
    await both("eth_getLogs", [{ blockHash: mine, topics: [approval] }], [{ blockHash: other, topics: [approval] }]);
  }
}

async function pollFilters({ both, filters, q, height, RLC }) {
  const id = (name) => [[filters[name][0].result], [filters[name][1].result]];
  for (const name of ["blocks", "pending", "logs", "topics"]) {
    await both("eth_getFilterChanges", ...id(name));
    await both("eth_getFilterChanges", ...id(name));
  }
  filters.range = await both("eth_newFilter", [{ fromBlock: q(height + 2), toBlock: q(height + 6), address: RLC }]);
  for (const name of ["logs", "topics", "range"]) await both("eth_getFilterLogs", ...id(name));
  await both("eth_uninstallFilter", ...id("unused"));
  await both("eth_uninstallFilter", ...id("unused"));
}

async function wrong({ both, address, q }) {
  for (const method of ["eth_getTransactionByHash", "eth_getTransactionReceipt"]) await both(method, [UNKNOWN]);
  await both("eth_getBlockByHash", [UNKNOWN, false]);
  for (const method of ["eth_getBlockTransactionCountByHash", "eth_getUncleCountByBlockHash"]) await both(method, [UNKNOWN]);
  await both("eth_getBlockByNumber", [q(1_000_000), false]);
  await both("eth_getBlockReceipts", [q(1_000_000)]);
  await both("eth_getBalance", [address(9), q(1_000_000)]);
  await both("eth_getLogs", [{ blockHash: UNKNOWN }]);
  await both("eth_getFilterChanges", ["0x1"]);
  for (const [method, params] of [["eth_getBalance", []], ["eth_getBalance", ["0x12", "latest"]], ["eth_getBalance", [address(9), "newest"]],
    ["eth_getTransactionByHash", ["0x1234"]], ["eth_sendRawTransaction", ["0x"]], ["eth_sendRawTransaction", ["0x01c0"]], ["eth_noSuchMethod", []],
    ["eth_call", [{ to: "0x1" }, "latest"]], ["eth_getLogs", [{ fromBlock: "0x5", toBlock: "0x1" }]]]) await both(method, params);
}
