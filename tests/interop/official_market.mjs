// A chain with the official contracts (anvil), an app and a pool on it, and markets of ours over it: what the checks of
// broker and order book on such a chain share.
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { atEnd, check, failure, freePort, HUB, packages, request, RLC, start, until } from "./lib.mjs";
import { deployOfficial, REGISTRIES } from "./official.mjs";

export const KINDS = { app: "AppOrder", dataset: "DatasetOrder", workerpool: "WorkerpoolOrder", request: "RequestOrder" };

/** `folder`, `peer`: as for anvil.mjs. */
export async function officialMarket(program, folder, peer) {
  const load = packages(folder, "ethers@6", "ws");
  const { ethers } = load("ethers");
  const home = mkdtempSync(`${tmpdir()}/bourse-official-`);
  atEnd(() => rmSync(home, { recursive: true, force: true }));
  const anvil = `http://127.0.0.1:${await freePort()}`;
  await start([`${peer}/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil`, "--port", new URL(anvil).port, "--chain-id", "65535", "--accounts", "20",
    "--gas-limit", "200000000", "--gas-price", "0", "--base-fee", "0", "--hardfork", "cancun", "--silent"], anvil, `${home}/anvil.log`);
  const provider = new ethers.JsonRpcProvider(anvil, undefined, { cacheTimeout: -1, staticNetwork: true, pollingInterval: 50 });
  atEnd(() => provider.destroy());
  const wallets = Array.from({ length: 20 }, (_, i) =>
    ethers.HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", undefined, `m/44'/60'/0'/0/${i}`).connect(provider));
  const [, buyer, stranger, , seller, , poolOwner] = wallets;
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
  for (const wallet of [buyer, stranger, poolOwner]) await sent(as(wallet, token).approveAndCall(HUB, 10_000n, "0x", free));

  /** A market over anvil in a folder of its own; `key`: of its broker. */
  async function market(name, { key, depth = 0 } = {}) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const words = ["market", "--data-dir", `${home}/${name}`, "--port", String(port), "--rpc", anvil, "--rollback-depth", String(depth)];
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
    const publish = async (kind, wallet, order) => post(await signed(kind, wallet, order));
    const signed = async (kind, wallet, order) => {
      const types = { [KINDS[kind]]: boot.types[KINDS[kind]] };
      const sign = await wallet.signTypedData(boot.domain, types, order);
      return { hash: ethers.TypedDataEncoder.hash(boot.domain, types, order), signed: { ...order, sign }, kind };
    };
    const post = async (order) => {
      const answer = await request(`${url}/v1/${order.kind}orders`, { body: JSON.stringify({ order: order.signed }) });
      if (answer.status >= 300) throw new Error(`${order.kind}: ${answer.text}`);
      return order;
    };
    /** "open 3": status and tasks left. */
    const state = async (order) => {
      const row = await get(`/${order.kind}orders/${order.hash}?chainId=65535`);
      return `${row.status} ${row.remaining}`;
    };
    return { url, get, signed, post, publish, state, stop };
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
    const holds = await until(async () => (seen = JSON.stringify(await read())) === JSON.stringify(wanted));
    check(name, holds, `is ${seen}, not ${JSON.stringify(wanted)}`);
  };
  return { ethers, load, anvil, home, wallets, hub, free, sent, as, app, pool, market, appOrder, poolOrder, requestOrder, seal, stake, becomes };
}
