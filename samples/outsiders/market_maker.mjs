// A market maker: keeps a pool's offer at the median of what the category costs, and renews it when the median moves.
import { blankOrder, run } from "./bourse.mjs";

const USAGE = `usage: node market_maker.mjs --market URL --key-file FILE --pool ADDRESS [--category 0] [--trust 1]
    [--volume 10] [--offset PERCENT] [--rounds N] [--pause SECONDS]

Publishes one workerpool order at the median of the other pools' asks (else of the last deals' prices), shifted by
--offset percent. Each round withdraws an offer whose price is no longer right. --rounds 0: until interrupted.`;

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[Math.floor((sorted.length - 1) / 2)];
};

async function fairPrice(market, pool, category) {
  const { orders } = await market.get("/workerpoolorders", { category, pageSize: "1000" });
  const others = orders.filter((row) => row.order.workerpool.toLowerCase() !== pool.toLowerCase());
  if (others.length > 0) return median(others.map((row) => row.order.workerpoolprice));
  const { ohlc } = await market.get("/ohlc", { category });
  return median(ohlc.map(([, price]) => price));
}

async function quote(market, options, current) {
  const { pool, category = "0", trust = "1", volume = "10", offset = "0" } = options;
  const fair = await fairPrice(market, pool, category);
  if (fair === null) throw new Error(`category ${category} has neither asks nor trades: there is no price to follow`);
  const price = Math.max(1, Math.round((fair * (100 + Number(offset))) / 100));
  if (current?.price === price) return current;
  if (current) await market.unpublish("workerpool", current.order);
  const order = await market.sign("workerpool", {
    ...blankOrder("workerpool"), workerpool: pool, workerpoolprice: String(price), volume, category, trust,
  });
  const published = { price, order: await market.publish("workerpool", order) };
  console.log(JSON.stringify({ ...published, median: fair }));
  return published;
}

await run(USAGE, ["pool"], async (market, options) => {
  const rounds = Number(options.rounds ?? "1");
  let current = null;
  for (let round = 0; rounds === 0 || round < rounds; ++round) {
    if (round > 0) await new Promise((done) => setTimeout(done, Number(options.pause ?? "5") * 1000));
    current = await quote(market, options, current);
  }
});
