// An over-the-counter desk: signed orders go from hand to hand as files; no order book ever sees them.
import { readFileSync, writeFileSync } from "node:fs";
import { blankOrder, run } from "./bourse.mjs";

const USAGE = `usage: node otc_desk.mjs offer  --market URL --key-file FILE --pool ADDRESS --to REQUESTER --price NRLC [--volume 1]
           [--category 0] [--trust 1] OFFER.json
       node otc_desk.mjs app    --market URL --key-file FILE --app ADDRESS --to REQUESTER --price NRLC [--volume 1] APP.json
       node otc_desk.mjs accept --market URL --key-file FILE [--args TEXT] OFFER.json APP.json

offer and app write a signed order that only REQUESTER can use. accept signs the request that fits both and seals the deal.
The market's address is used for its chain file only.`;

async function offer(market, kind, resource, options, file) {
  if (!resource || !options.to || !options.price) throw new Error("--to, --price and the resource are needed\n\n" + USAGE);
  const order = {
    ...blankOrder(kind), [kind]: resource, [`${kind}price`]: options.price, volume: options.volume ?? "1",
    requesterrestrict: options.to,
  };
  if (kind === "workerpool") Object.assign(order, { category: options.category ?? "0", trust: options.trust ?? "1" });
  writeFileSync(file, JSON.stringify(await market.sign(kind, order), null, 2) + "\n");
  return { file, order: market.hash(kind, order) };
}

async function accept(market, options, files) {
  const orders = files.map((file) => JSON.parse(readFileSync(file, "utf8")));
  const workerpool = orders.find((order) => "workerpoolprice" in order);
  const app = orders.find((order) => "appprice" in order);
  if (!workerpool || !app) throw new Error("give the file of a workerpool order and the file of an app order");
  const request = await market.sign("request", {
    ...blankOrder("request"), app: app.app, appmaxprice: app.appprice, workerpool: workerpool.workerpool,
    workerpoolmaxprice: workerpool.workerpoolprice, requester: market.wallet.address, beneficiary: market.wallet.address,
    volume: workerpool.volume, category: workerpool.category, trust: workerpool.trust, tag: workerpool.tag,
    params: JSON.stringify({ iexec_args: options.args ?? "" }),
  });
  return market.seal({ app, workerpool, request });
}

await run(USAGE, [], async (market, options, [verb, ...files]) => {
  const steps = {
    offer: () => offer(market, "workerpool", options.pool, options, files[0]),
    app: () => offer(market, "app", options.app, options, files[0]),
    accept: () => accept(market, options, files),
  };
  if (!steps[verb] || files.length === 0) throw new Error("say offer, app or accept, and the files\n\n" + USAGE);
  console.log(JSON.stringify(await steps[verb]()));
});
