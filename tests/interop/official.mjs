// Puts the official contracts (@iexec/poco 6.1, token mode) on an anvil, at the addresses and with the balances that our
// development chain has, so that the same signed transactions are legal on both.
import { readFileSync } from "node:fs";
import path from "node:path";
import { HUB, KEYS, RLC, rpc } from "./lib.mjs";

export const REGISTRIES = {
  app: "0xc3e53F4d16Ae77Db1c982e75a937B9f60FE63690",
  dataset: "0x84eA74d481Ee0A5332c457a4d796187F6Ba67fEB",
  workerpool: "0x9E545E3C0baAB3E08CdfD552C960A1050f373042",
};
const CATEGORIES = [["XS", 300], ["S", 1200], ["M", 3600], ["L", 10800], ["XL", 36000]];
const FACETS = ["IexecAccessorsABILegacyFacet", "IexecCategoryManagerFacet", "IexecConfigurationExtraFacet",
  "IexecConfigurationFacet", "IexecERC20Facet", "IexecEscrowTokenFacet", "IexecOrderManagementFacet", "IexecPoco1Facet",
  "IexecPoco2Facet", "IexecPocoAccessorsFacet", "IexecRelayFacet"];
/** Any key without a balance: gas is free. */
const HELPER = "0x" + "42".repeat(32);

/** `folder` holds the unpacked package of @iexec/poco and node_modules; `holders` get 10,000 RLC each. */
export async function deployOfficial(ethers, url, folder, holders) {
  const provider = new ethers.JsonRpcProvider(url, undefined, { cacheTimeout: -1, staticNetwork: true });
  const json = (name) => JSON.parse(readFileSync(path.join(folder, name), "utf8"));
  const contract = (name) => json(`package/artifacts/contracts/${name}.sol/${path.basename(name)}.json`);
  const deployed = (name) => json(`package/deployments/arbitrum/${name}.json`);
  const admin = new ethers.Wallet(KEYS.admin, provider);
  const helper = new ethers.NonceManager(new ethers.Wallet(HELPER, provider));
  const free = { gasPrice: 0n, type: 0, gasLimit: 20_000_000 };
  const deploy = async ({ abi, bytecode }, signer, ...args) => {
    const instance = await new ethers.ContractFactory(abi, bytecode, signer).deploy(...args, free);
    await instance.waitForDeployment();
    return instance;
  };
  /** By the administrator, at the nonce that gives the address. */
  const deployAt = async (address, build, ...args) => {
    let nonce = 0;
    while (ethers.getCreateAddress({ from: admin.address, nonce }) !== address) if (++nonce > 1000) throw new Error(`no nonce gives ${address}`);
    await rpc(url, "anvil_setNonce", [admin.address, ethers.toQuantity(nonce)]);
    return deploy(build, admin, ...args);
  };
  const link = (build, library) => {
    let code = build.bytecode;
    for (const names of Object.values(build.linkReferences ?? {}))
      for (const places of Object.values(names))
        for (const { start, length } of places)
          code = code.slice(0, 2 + start * 2) + library.slice(2).toLowerCase() + code.slice(2 + (start + length) * 2);
    return { abi: build.abi, bytecode: code };
  };
  // A facet's fallback (with its receive) stands under two selectors of its own: it answers what no facet has.
  const selectorsOf = (abi) => new ethers.Interface(abi).fragments.flatMap((f) =>
    f.type === "function" ? [f.selector] : f.type === "fallback" ? ["0x00000000", "0xffffffff"] : []);
  const taken = new Set();
  const cut = async (build) => ({
    facetAddress: await (await deploy(build, helper)).getAddress(),
    action: 0,
    functionSelectors: selectorsOf(build.abi).filter((selector) => !taken.has(selector) && taken.add(selector)),
  });

  const token = await deployAt(RLC, json("node_modules/rlc-faucet-contract/build/contracts/RLC.json"));
  const library = await (await deploy({ ...contract("libs/IexecLibOrders_v5"), abi: [] }, helper)).getAddress();
  const init = await deploy(deployed("DiamondInit"), helper);
  const cuts = [];
  for (const name of ["DiamondCutFacet", "DiamondLoupeFacet", "OwnershipFacet"]) cuts.push(await cut(deployed(name)));
  for (const name of FACETS) cuts.push(await cut(link(contract(`facets/${name}`), library)));
  await deployAt(HUB, contract("Diamond"), cuts, {
    owner: admin.address, init: await init.getAddress(), initCalldata: init.interface.encodeFunctionData("init"),
  });
  for (const [kind, name] of [["app", "App"], ["dataset", "Dataset"], ["workerpool", "Workerpool"]]) {
    const registry = await deployAt(REGISTRIES[kind], contract(`registries/${kind}s/${name}Registry`));
    await (await registry.initialize(ethers.ZeroAddress, free)).wait();
  }
  const hub = new ethers.Contract(HUB, contract("IexecInterfaceToken").abi, admin);
  await (await hub.configure(RLC, "Staked RLC", "SRLC", 9, REGISTRIES.app, REGISTRIES.dataset, REGISTRIES.workerpool,
    ethers.ZeroAddress, free)).wait();
  for (const [name, seconds] of CATEGORIES) await (await hub.createCategory(name, "", seconds, free)).wait();
  for (const holder of holders) await (await token.transfer(holder, 10_000n * 10n ** 9n, free)).wait();
  await rpc(url, "anvil_setNonce", [admin.address, "0x5"]);  // as after the five categories of our genesis
  provider.destroy();
}
