// What an outsider needs of a Bourse market: its chain file, signed orders, the order book, the hub. Public API only.
import { ethers } from "ethers";
import { readFileSync } from "node:fs";

const RESTRICTIONS = {
  app: ["datasetrestrict", "workerpoolrestrict", "requesterrestrict"],
  dataset: ["apprestrict", "workerpoolrestrict", "requesterrestrict"],
  workerpool: ["apprestrict", "datasetrestrict", "requesterrestrict"],
};
const fields = (text) => text.split(",").map((field) => ({ type: field.split(" ")[0], name: field.split(" ")[1] }));
const sellOrder = (kind, extra = "") =>
  fields(`address ${kind},uint256 ${kind}price,uint256 volume,bytes32 tag,${extra}` +
    RESTRICTIONS[kind].map((name) => `address ${name}`).join(",") + ",bytes32 salt");

/** EIP-712 types of the four orders. */
export const TYPES = {
  app: { AppOrder: sellOrder("app") },
  dataset: { DatasetOrder: sellOrder("dataset") },
  workerpool: { WorkerpoolOrder: sellOrder("workerpool", "uint256 category,uint256 trust,") },
  request: {
    RequestOrder: fields("address app,uint256 appmaxprice,address dataset,uint256 datasetmaxprice,address workerpool," +
      "uint256 workerpoolmaxprice,address requester,uint256 volume,bytes32 tag,uint256 category,uint256 trust," +
      "address beneficiary,address callback,string params,bytes32 salt"),
  },
};
const tuple = (kind) => `tuple(${Object.values(TYPES[kind])[0].map((f) => `${f.type} ${f.name}`).join(",")},bytes sign)`;
const FOUR = ["app", "dataset", "workerpool", "request"].map(tuple).join(",");
const HUB = [
  `function matchOrders(${FOUR}) returns (bytes32)`,
  `function sponsorMatchOrders(${FOUR}) returns (bytes32)`,
  "function viewConsumed(bytes32) view returns (uint256)",
  "event OrdersMatched(bytes32 dealid, bytes32 appHash, bytes32 datasetHash, bytes32 workerpoolHash, bytes32 requestHash, uint256 volume)",
];

/** An order of this kind with neutral values: no restriction, no tag, a fresh salt, no signature. */
export function blankOrder(kind) {
  const neutral = { address: ethers.ZeroAddress, bytes32: ethers.ZeroHash, string: "", uint256: "0" };
  const order = Object.fromEntries(Object.values(TYPES[kind])[0].map((field) => [field.name, neutral[field.type]]));
  return { ...order, salt: ethers.hexlify(ethers.randomBytes(32)), sign: "0x" };
}

export class Market {
  /** `url` is all one has to know: the market serves the chain file of its network. */
  static async open(url, keyFile) {
    const file = await (await fetch(url + "/chain.json")).json();
    const market = new Market();
    market.url = url;
    market.chain = file.chains[file.default];
    market.provider = new ethers.JsonRpcProvider(market.chain.host, undefined, { cacheTimeout: -1, pollingInterval: 100 });
    market.wallet = new ethers.Wallet(readFileSync(keyFile, "utf8").trim(), market.provider);
    market.hub = new ethers.Contract(market.chain.hub, HUB, market.wallet);
    market.domain = {
      name: "iExecODB", version: "5.0.0", chainId: Number(market.chain.id), verifyingContract: market.chain.hub,
    };
    return market;
  }

  /** GET of the order book; throws with the market's own sentence. */
  async get(path, query = {}) {
    const text = new URLSearchParams({ chainId: this.chain.id, ...query });
    return this.answer(await fetch(`${this.url}${path}?${text}`));
  }
  async answer(response) {
    const body = await response.json();
    if (!response.ok || body.ok === false) throw new Error(body.error ?? body.message ?? `status ${response.status}`);
    return body;
  }
  /** A write carries a fresh challenge that the wallet signed. */
  async write(method, path, body) {
    const { data } = await this.get("/challenge", { address: this.wallet.address });
    const { EIP712Domain, ...types } = data.types;
    const signature = await this.wallet.signTypedData(data.domain, types, data.message);
    const digest = ethers.TypedDataEncoder.hash(data.domain, types, data.message);
    return this.answer(await fetch(`${this.url}${path}?chainId=${this.chain.id}`, {
      method, body: JSON.stringify(body),
      headers: { "content-type": "application/json", authorization: `${digest}_${signature}_${this.wallet.address}` },
    }));
  }

  async sign(kind, order) {
    const { sign, ...plain } = order;
    return { ...plain, sign: await this.wallet.signTypedData(this.domain, TYPES[kind], plain) };
  }
  hash(kind, order) {
    const { sign, ...plain } = order;
    return ethers.TypedDataEncoder.hash(this.domain, TYPES[kind], plain);
  }
  async publish(kind, order) {
    return (await this.write("POST", `/${kind}orders`, { order })).published.orderHash;
  }
  async unpublish(kind, orderHash) {
    await this.write("PUT", `/${kind}orders`, { target: "unpublish_orderHash", orderHash });
  }
  /** The cheapest order that fits, or an error that says what was looked for. */
  async cheapest(kind, query) {
    const { orders } = await this.get(`/${kind}orders`, query);
    if (orders.length === 0) throw new Error(`nobody offers a ${kind} for ${JSON.stringify(query)}`);
    return orders[0].order;
  }

  /** Seals a deal; the sender pays when `sponsored`, else the requester's stake does. Gives the deal's id. */
  async seal(orders, sponsored = false) {
    const dataset = orders.dataset ?? { ...blankOrder("dataset"), salt: ethers.ZeroHash };
    const method = sponsored ? this.hub.sponsorMatchOrders : this.hub.matchOrders;
    const sent = await method(orders.app, dataset, orders.workerpool, orders.request);
    const receipt = await sent.wait();
    const event = receipt.logs.map((log) => this.hub.interface.parseLog(log)).find((log) => log?.name === "OrdersMatched");
    return { deal: event.args.dealid, volume: String(event.args.volume), transaction: receipt.hash };
  }
}

/** `--name value` pairs and the remaining words. */
export function readArguments(words) {
  const options = {};
  const rest = [];
  for (let i = 0; i < words.length; ++i) {
    if (words[i].startsWith("--")) options[words[i].slice(2)] = words[++i];
    else rest.push(words[i]);
  }
  return { options, rest };
}
/** Runs a program; an error becomes one sentence and exit code 1, a missing option the usage and 2. */
export async function run(usage, needed, body) {
  const { options, rest } = readArguments(process.argv.slice(2));
  const missing = ["market", "key-file", ...needed].filter((name) => !options[name]);
  if (missing.length > 0) {
    console.error(`missing: ${missing.map((name) => "--" + name).join(", ")}\n\n${usage}`);
    process.exit(2);
  }
  try {
    await body(await Market.open(options.market, options["key-file"]), options, rest);
    process.exit(0);
  } catch (error) {
    console.error(`error: ${error.shortMessage ?? error.message}`);
    process.exit(1);
  }
}
