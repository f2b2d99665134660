// Orders for a group (poco.md §5.5), on a chain that has contracts: anvil with the official ones. A discount for members
// is theirs alone; whoever joins later gets it too.
//
//   node tests/interop/groups.mjs PROGRAM PACKAGES_FOLDER PEER_FOLDER      folders as for anvil.mjs
import { readFileSync } from "node:fs";
import { check, finish, section } from "./lib.mjs";
import { officialMarket } from "./official_market.mjs";

const [program, folder, peer] = process.argv.slice(2);
if (!peer) console.error("usage: groups.mjs PROGRAM PACKAGES_FOLDER PEER_FOLDER"), process.exit(2);
const { ethers, wallets, free, sent, market, appOrder, poolOrder, requestOrder, stake, becomes } = await officialMarket(program, folder, peer);
const [, member, stranger, , seller, , poolOwner] = wallets;
const MEMBER = 4;  // ERC-734's purpose that PoCo takes for membership

const mock = JSON.parse(readFileSync(`${peer}/package/artifacts/contracts/tools/testing/ERC734Mock.sol/ERC734Mock.json`, "utf8"));
const club = await (await new ethers.ContractFactory(mock.abi, mock.bytecode, seller).deploy(free)).waitForDeployment();
const group = await club.getAddress();
const admit = (wallet) => sent(club.setKeyHasPurpose(ethers.zeroPadValue(wallet.address, 32), MEMBER, free));
await admit(member);

const at = await market("members", { key: wallets[19].privateKey });
const requested = (wallet, price) => at.publish("request", wallet, { ...requestOrder(price, 1), requester: wallet.address, beneficiary: wallet.address });
const price = async (order) => (await at.get(`/deals?requestorderHash=${order.hash}&chainId=65535`)).deals.map((deal) => deal.workerpool.price);
const granted = async (wallet) =>
  (await at.get(`/v1/accounts/${wallet.address}`)).granted.map(({ kind, order, through }) => [kind, order.hash, through]);

await section("a discount for a group", async () => {
  await at.publish("app", seller, appOrder());
  const usual = await at.publish("workerpool", poolOwner, poolOrder(20));
  const discount = await at.publish("workerpool", poolOwner, { ...poolOrder(9), requesterrestrict: group });
  await becomes("a member sees it as granted, through the group", () => granted(member), [["workerpool", discount.hash, group]]);
  await becomes("a stranger does not", () => granted(stranger), []);

  const cheap = await requested(stranger, 12);
  const full = await requested(stranger, 20);
  await becomes("a stranger pays the usual price", () => price(full), [20]);
  const mine = await requested(member, 12);
  await becomes("a member gets the discount", () => price(mine), [9]);
  check("paid: app and pool", (await stake(member)) === 10_000 - 10);
  check("a stranger's offer between the two still rests", (await at.state(cheap)) === "open 1", await at.state(cheap));
  const why = await at.get(`/v1/explain/order/${cheap.hash}`);
  check("and is told that the cheaper order is for others", why.reasons.some((reason) => reason.code === "1b"), JSON.stringify(why));

  await admit(stranger);
  // Refusals are asked again every 30 s.
  await becomes("who joins is served at the discount", () => price(cheap), [9]);
  await becomes("the usual order sold once, the discount twice", async () => [await at.state(usual), await at.state(discount)], ["open 9", "open 8"]);
});
await finish();
