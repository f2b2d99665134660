// How the node's server refuses: wrong configuration, strangers, too much of anything.
//
//   node tests/interop/server.mjs PROGRAM
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { ask, atEnd, check, finish, freePort, request, rpc, run, section, start, until } from "./lib.mjs";

const program = process.argv[2] ?? (console.error("usage: server.mjs PROGRAM"), process.exit(2));
const home = mkdtempSync(`${tmpdir()}/bourse-server-`);
atEnd(() => rmSync(home, { recursive: true, force: true }));
const node = (name, ...more) => [program, "node", "--dev", "--data-dir", `${home}/${name}`, ...more];
const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}';

await section("wrong configuration", async () => {
  const holder = createServer();
  await new Promise((done) => holder.listen(0, "127.0.0.1", done));
  const taken = holder.address().port;
  const cases = [
    ["a taken port", node("taken", "--port", String(taken)), 1, `Another program listens on 127.0.0.1 port ${taken}; stop it or choose another port with --port.`],
    ["a bind address beyond loopback", node("open", "--port", "0", "--bind", "0.0.0.0"), 2, "add --insecure"],
    ["a bind address that is none", node("none", "--port", "0", "--bind", "300.1.1.1", "--insecure"), 1, '"300.1.1.1" is not an IP address to listen on.'],
    ["an address of another machine", node("far", "--port", "0", "--bind", "192.0.2.1", "--insecure"), 1, "Cannot listen on 192.0.2.1 port 0"],
    ["a port that is none", node("port", "--port", "70000"), 2, "port"],
    ["an unknown option", node("option", "--prot", "1"), 2, "--prot"],
    ["a delay that is too long", node("delay", "--compat-delay-ms", "1001"), 2, "compat-delay-ms"],
    ["two kinds of genesis", node("two", "--port", "0", "--genesis", "/dev/null"), 1, "--dev and --genesis exclude each other"],
  ];
  for (const [name, command, code, text] of cases) {
    const ended = await run(command);
    check(`${name} ends with code ${code}`, ended.code === code, `${ended.code} ${ended.stderr}`);
    check(`${name} is explained`, ended.stderr.includes(text), ended.stderr);
  }
  holder.close();
  // The refused start has left nothing behind that a later one trips over.
  const port = await freePort();
  await start(node("taken", "--port", String(port), "--heartbeat-ms", "0"), `http://127.0.0.1:${port}`, `${home}/taken.log`);
  check("a folder of a refused start serves later", (await rpc(`http://127.0.0.1:${port}`, "eth_blockNumber")) === "0x1");
});

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
await start(node("main", "--port", String(port), "--heartbeat-ms", "0", "--requests-per-minute", "5", "--allow-host", "node.example"), url, `${home}/main.log`);

await section("strangers", async () => {
  const status = async (headers) => (await request(url, { body, headers })).status;
  check("its own address is served", (await status({ host: `127.0.0.1:${port}` })) === 200);
  check("localhost is served", (await status({ host: "localhost" })) === 200);
  check("an allowed name is served", (await status({ host: "node.example" })) === 200);
  check("another name is refused (DNS rebinding)", (await status({ host: "evil.example" })) === 403);
  check("a page of another site is refused", (await status({ origin: "https://evil.example" })) === 403);
  check("a page of this machine may call", (await status({ origin: "http://localhost:3000" })) === 200);
  const allowed = await request(url, { body, headers: { origin: "https://node.example" } });
  check("a page of an allowed host may read", allowed.status === 200 && allowed.headers["access-control-allow-origin"] === "https://node.example");
  const preflight = await request(url, { method: "OPTIONS", headers: { origin: "http://localhost:3000", "access-control-request-method": "POST", "access-control-request-headers": "content-type" } });
  check("a preflight is answered", preflight.status === 204 && preflight.headers["access-control-allow-methods"].includes("POST"));
  check("an upgrade from another site is refused", (await upgrade({ origin: "https://evil.example" })).startsWith("HTTP/1.1 403"));
  check("an upgrade from this machine is served", (await upgrade({ origin: "http://127.0.0.1:8080" })).startsWith("HTTP/1.1 101"));
});

/** The head of the answer to a WebSocket upgrade. */
function upgrade(headers, localAddress) {
  return new Promise((done, fail) => {
    const lines = Object.entries({ host: `127.0.0.1:${port}`, connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13",
      "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==", ...headers }).map(([k, v]) => `${k}: ${v}\r\n`);
    const socket = connect({ port, host: "127.0.0.1", localAddress }, () => socket.write(`GET / HTTP/1.1\r\n${lines.join("")}\r\n`));
    socket.on("data", (part) => (done(part.toString()), socket.destroy()));
    socket.on("error", fail);
  });
}

await section("requests a minute", async () => {
  // 127.0.0.2 stands for another machine: only 127.0.0.1 itself is exempt.
  const far = () => request(url, { body, localAddress: "127.0.0.2", keep: false });
  const answers = [];
  for (let i = 0; i < 12; ++i) answers.push(await far());
  const refused = answers.filter((answer) => answer.status === 429);
  // A minute may begin in between; then at most five more are served.
  check("a stranger is limited", refused.length >= 2 && answers[0].status === 200, answers.map((a) => a.status).join());
  check("and told when to come back", refused.every((a) => Number(a.headers["retry-after"]) >= 1 && Number(a.headers["retry-after"]) <= 60), JSON.stringify(refused[0]?.headers));
  check("this machine is not", (await Promise.all(Array.from({ length: 50 }, () => request(url, { body })))).every((a) => a.status === 200));
});

await section("sizes", async () => {
  const large = await request(url, { body: " ".repeat((5 << 20) + 1) });
  check("a body above 5 MiB gets 413", large.status === 413, String(large.status));
  const batch = (n) => `[${Array(n).fill(body).join()}]`;
  check("a batch of 1000 is served", JSON.parse((await request(url, { body: batch(1000) })).text).length === 1000);
  check("a batch of 1001 gets −32600", JSON.parse((await request(url, { body: batch(1001) })).text).error.code === -32600);
  check("a call with more gas than a block is cut down", (await ask(url, "eth_call", [{ to: "0x" + "11".repeat(20), gas: "0xffffffffffff" }])).result === "0x");
  const keys = Array.from({ length: 1025 }, (_, i) => "0x" + i.toString(16));
  check("a proof of 1025 keys gets −32602", (await ask(url, "eth_getProof", ["0x" + "11".repeat(20), keys, "latest"])).error?.code === -32602);
  const filters = [];
  for (let i = 0; i < 101; ++i) filters.push({ jsonrpc: "2.0", id: i, method: "eth_newBlockFilter", params: [] });
  const made = JSON.parse((await request(url, { body: JSON.stringify(filters), keep: false })).text);
  check("the 101st filter of a connection gets −32005", made[99].result && made[100].error?.code === -32005, JSON.stringify(made[100]));
});

await section("connections", async () => {
  // Connections that are open and say nothing: the thousandth is served, more get 503.
  const sockets = [];
  atEnd(() => sockets.forEach((socket) => socket.destroy()));
  let refused = 0;
  const open = () => new Promise((done) => {
    const socket = connect({ port, host: "127.0.0.1" }, done);
    socket.on("data", (part) => (refused += part.toString().startsWith("HTTP/1.1 503") ? 1 : 0));
    socket.on("error", done);
    sockets.push(socket);
  });
  for (let i = 0; i < 11; ++i) await Promise.all(Array.from({ length: 100 }, open));
  check("connections beyond 1000 get 503", await until(() => refused >= 1), String(refused));
  sockets.forEach((socket) => socket.destroy());
  check("room comes back", await until(async () => (await request(url, { body, keep: false }).catch(() => ({}))).status === 200));
});

await finish();
