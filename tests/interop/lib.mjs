// What the checks of this folder share: counting, npm packages, plain JSON-RPC, programs that are ended again.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

export const RLC = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
export const HUB = "0x0165878A594ca255338adfa4d48449f69242Eb8F";
/** Public development accounts that no role of a market uses, and the administrator. */
export const KEYS = {
  admin: "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  extra1: "0x689af8efa8c651a91ad287602527f3af2fe9f6501a7ac4b061667b5a93e037fd",
  extra2: "0xde9be858da4a475276426320d5e9262ecfc3ba460bfac56360bfa6c4c28b4ee0",
  extra3: "0xdf57089febbacf7ba0bc227dafbffa9fc08a93fdc68e1e42411a14efcf23656e",
};
export const EXTRA2 = "0xdD2FD4581271e230360230F9337D5c0430Bf44C0";
export const EXTRA3 = "0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199";

let passed = 0;
let failed = 0;
let skipped = 0;

export function check(name, holds, detail = "") {
  holds ? ++passed : ++failed;
  console.log(`${holds ? "ok  " : "FAIL"} ${name}${holds ? "" : " " + detail}`);
}
export function skip(name, why) {
  ++skipped;
  console.log(`skip ${name}: ${why}`);
}
/** An exception within a section is one failure; what follows still runs. */
export async function section(name, body) {
  try {
    await body();
  } catch (error) {
    check(name, false, error.stack ?? String(error));
  }
}
const ending = [];
/** Runs at the end, in reverse order, whatever happened. */
export const atEnd = (action) => ending.push(action);
export async function finish() {
  for (const action of ending.reverse()) await action();
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed === 0 ? 0 : 1);
}

/** The limit is for what never comes, on a busy machine too. */
export async function until(condition, ms = 180_000) {
  const end = Date.now() + ms;
  while (!(await condition()) && Date.now() < end) await new Promise((done) => setTimeout(done, 20));
  return condition();
}
/** The error that an action ends with, or null. */
export async function failure(action) {
  try {
    await action();
    return null;
  } catch (error) {
    return error;
  }
}

/** Packages in `folder`, fetched where they are missing; gives a function that loads one of them. */
export function packages(folder, ...names) {
  folder = resolve(folder);
  mkdirSync(folder, { recursive: true });
  const bare = (name) => name.replace(/(.)@[^@]*$/, "$1");
  const missing = names.filter((name) => !existsSync(`${folder}/node_modules/${bare(name)}`));
  if (!existsSync(`${folder}/package.json`)) writeFileSync(`${folder}/package.json`, '{"private":true}\n');
  if (missing.length > 0)
    execFileSync("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", ...missing], { stdio: ["ignore", 2, 2] });
  const load = createRequire(pathToFileURL(folder + "/"));
  load.esm = (name) => import(pathToFileURL(load.resolve(name)).href);
  return load;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
/** One HTTP request: { status, headers, text }. */
export function request(url, { method = "POST", body = "", headers = {}, localAddress, keep = true } = {}) {
  return new Promise((done, fail) => {
    const options = { method, agent: keep ? agent : undefined, localAddress, headers: { "content-type": "application/json", ...headers } };
    const sent = http.request(url, options, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => (text += part));
      answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, text }));
      answer.on("error", fail);
    });
    sent.on("error", fail);
    sent.end(body);
  });
}
let nextId = 1;
/** The whole answer of one call: { result } or { error }. */
export async function ask(url, method, params = []) {
  const answer = await request(url, { body: JSON.stringify({ jsonrpc: "2.0", id: nextId++, method, params }) });
  return JSON.parse(answer.text);
}
export async function rpc(url, method, params = []) {
  const answer = await ask(url, method, params);
  if (answer.error) throw Object.assign(new Error(`${method}: ${answer.error.message}`), answer.error);
  return answer.result;
}
/** The receipt, once there is one. */
export async function mined(url, hash, ms = 180_000) {
  let receipt = null;
  await until(async () => (receipt = await rpc(url, "eth_getTransactionReceipt", [hash])) !== null, ms);
  if (!receipt) throw new Error(`${hash} was not mined`);
  return receipt;
}

export const freePort = () =>
  new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
/** Starts a program that serves JSON-RPC at `url`; it ends with the checks. */
export async function start(command, url, log) {
  const out = openSync(log, "a");
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", out, out] });
  const ended = new Promise((done) => child.on("exit", (code) => done(code)));
  process.on("exit", () => child.kill());  // also where a check throws
  atEnd(async () => {
    child.kill();
    await ended;
  });
  const up = await until(async () => {
    if (child.exitCode !== null) throw new Error(`${command[0]} ended: ${readFileSync(log, "utf8").slice(-2000)}`);
    return (await failure(() => rpc(url, "eth_chainId"))) === null;
  });
  if (!up) throw new Error(`${command[0]} does not answer at ${url}`);
  return { child, ended };
}
/** Runs a program to its end: { code, stdout, stderr }. */
export function run(command, ms = 300_000, env = process.env) {
  return new Promise((done) => {
    const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "pipe"], env });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (part) => (stdout += part));
    child.stderr.on("data", (part) => (stderr += part));
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code, stdout, stderr });
    });
  });
}
