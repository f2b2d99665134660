// Deploys the official PoCo contracts (package @iexec/poco 6.1, token mode) on a development chain, as the peer of our
// own node in benches. Usage: node deploy.mjs RPC_URL PACKAGES_FOLDER
//   PACKAGES_FOLDER holds `package/` (the unpacked tarball of @iexec/poco) and node_modules with ethers.
// Prints one JSON object with the addresses.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const [rpcUrl, packages] = process.argv.slice(2);
if (!rpcUrl || !packages) {
    console.error('usage: node deploy.mjs RPC_URL PACKAGES_FOLDER');
    process.exit(2);
}
const { ethers } = createRequire(path.resolve(packages, 'x.js'))('ethers');
const artifact = (name) => JSON.parse(readFileSync(path.join(packages, 'package', name), 'utf8'));
const contract = (name) => artifact(`artifacts/contracts/${name}.sol/${path.basename(name)}.json`);
const deployed = (name) => artifact(`deployments/arbitrum/${name}.json`);
const token = () => JSON.parse(readFileSync(path.join(packages, 'node_modules/rlc-faucet-contract/build/contracts/RLC.json'), 'utf8'));

// The public development mnemonic's first key.
const ADMIN = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const CATEGORIES = [['XS', 300], ['S', 1200], ['M', 3600], ['L', 10800], ['XL', 36000]];

const provider = new ethers.JsonRpcProvider(rpcUrl, undefined, { cacheTimeout: -1 });
const admin = new ethers.NonceManager(new ethers.Wallet(ADMIN, provider));

async function deploy({ abi, bytecode }, ...args) {
    const instance = await new ethers.ContractFactory(abi, bytecode, admin).deploy(...args);
    await instance.waitForDeployment();
    return instance;
}

function link(build, library) {
    let code = build.bytecode;
    for (const names of Object.values(build.linkReferences ?? {}))
        for (const places of Object.values(names))
            for (const { start, length } of places)
                code = code.slice(0, 2 + start * 2) + library.slice(2).toLowerCase() + code.slice(2 + (start + length) * 2);
    return { abi: build.abi, bytecode: code };
}

const selectorsOf = (abi, taken) =>
    new ethers.Interface(abi).fragments
        .filter((fragment) => fragment.type === 'function')
        .map((fragment) => fragment.selector)
        .filter((selector) => !taken.has(selector) && taken.add(selector));

const rlc = await deploy(token());
const library = await (await deploy({ ...contract('libs/IexecLibOrders_v5'), abi: [] })).getAddress();
const taken = new Set();
const cut = async (build) => ({
    facetAddress: await (await deploy(build)).getAddress(),
    action: 0,
    functionSelectors: selectorsOf(build.abi, taken),
});
const init = await deploy(deployed('DiamondInit'));
const cuts = [];
for (const name of ['DiamondCutFacet', 'DiamondLoupeFacet', 'OwnershipFacet']) cuts.push(await cut(deployed(name)));
for (const name of ['IexecAccessorsABILegacyFacet', 'IexecCategoryManagerFacet', 'IexecConfigurationExtraFacet',
    'IexecConfigurationFacet', 'IexecERC20Facet', 'IexecEscrowTokenFacet', 'IexecOrderManagementFacet', 'IexecPoco1Facet',
    'IexecPoco2Facet', 'IexecPocoAccessorsFacet', 'IexecRelayFacet']) cuts.push(await cut(link(contract(`facets/${name}`), library)));
const diamond = await deploy(contract('Diamond'), cuts, {
    owner: await admin.getAddress(),
    init: await init.getAddress(),
    initCalldata: init.interface.encodeFunctionData('init'),
});
const hubAddress = await diamond.getAddress();

const registries = {};
for (const [key, name] of [['app_registry', 'apps/AppRegistry'], ['dataset_registry', 'datasets/DatasetRegistry'],
    ['workerpool_registry', 'workerpools/WorkerpoolRegistry']]) {
    const registry = await deploy(contract(`registries/${name}`));
    await (await registry.initialize(ethers.ZeroAddress)).wait();
    registries[key] = await registry.getAddress();
}
const hub = new ethers.Contract(hubAddress, contract('IexecInterfaceToken').abi, admin);
await (await hub.configure(await rlc.getAddress(), 'Staked RLC', 'SRLC', 9, registries.app_registry,
    registries.dataset_registry, registries.workerpool_registry, ethers.ZeroAddress)).wait();
for (const [name, seconds] of CATEGORIES) await (await hub.createCategory(name, '', seconds)).wait();
console.log(JSON.stringify({ rlc: await rlc.getAddress(), hub: hubAddress, ...registries }));
provider.destroy();
