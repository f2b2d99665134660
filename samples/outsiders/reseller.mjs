// A reseller: customers sign what they want, the reseller seals and pays the deals, and bills them from the export.
import { readFileSync } from "node:fs";
import { run } from "./bourse.mjs";

const USAGE = `usage: node reseller.mjs buy  --market URL --key-file FILE REQUEST.json…
       node reseller.mjs bill --market URL --key-file FILE [--margin PERCENT] [--from MS] [--to MS]

buy: each file holds a customer's signed request order; the cheapest orders that fit are taken, and the deal is paid from
the reseller's stake (sponsorMatchOrders). bill: one line for each customer over the deals that this wallet paid.`;

async function buy(market, file) {
  const request = JSON.parse(readFileSync(file, "utf8"));
  const app = await market.cheapest("app", { app: request.app, requester: request.requester });
  const workerpool = await market.cheapest("workerpool", {
    category: String(request.category), minTrust: String(request.trust), minTag: request.tag, app: request.app,
    requester: request.requester,
  });
  return { customer: request.requester, ...(await market.seal({ app, workerpool, request }, true)) };
}

/** Rows of a CSV text with a header line; quotes as in RFC 4180. */
function parseCsv(text) {
  const rows = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)].reduce((lines, [, quoted, plain, end]) => {
    lines.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ",") lines.push([]);
    return lines;
  }, [[]]);
  const [head, ...body] = rows.filter((row) => row.length > 1);
  return body.map((row) => Object.fromEntries(head.map((name, column) => [name, row[column]])));
}

async function bill(market, options) {
  const query = new URLSearchParams({ mine: market.wallet.address, role: "sponsor", format: "csv" });
  for (const name of ["from", "to"]) if (options[name]) query.set(name, options[name]);
  const response = await fetch(`${market.url}/v1/deals?${query}`);
  if (!response.ok) throw new Error((await response.json()).message);
  const bills = new Map();
  for (const row of parseCsv(await response.text())) {
    const line = bills.get(row.requester) ?? { customer: row.requester, deals: 0, cost_nrlc: 0n };
    line.deals += 1;
    line.cost_nrlc += BigInt(row.price) * BigInt(row.volume);
    bills.set(row.requester, line);
  }
  const margin = BigInt(options.margin ?? "10");
  return [...bills.values()].map((line) => ({
    ...line, cost_nrlc: String(line.cost_nrlc), bill_nrlc: String((line.cost_nrlc * (100n + margin) + 99n) / 100n),
  }));
}

await run(USAGE, [], async (market, options, [verb, ...files]) => {
  if (verb === "buy" && files.length > 0) for (const file of files) console.log(JSON.stringify(await buy(market, file)));
  else if (verb === "bill") for (const line of await bill(market, options)) console.log(JSON.stringify(line));
  else throw new Error("say buy FILE… or bill\n\n" + USAGE);
});
