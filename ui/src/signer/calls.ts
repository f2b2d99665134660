// Call data of the transactions that the page sends.
import { encodeFunctionData, parseAbi, stringToHex, type Abi, type Hex } from 'viem';
import { completeOrder, ORDER_TYPES, type OrderFields, type OrderKind } from '../model/orders';

const TOKEN = parseAbi(['function approveAndCall(address spender, uint256 value, bytes extraData)', 'function transfer(address to, uint256 value) returns (bool)']);
const HUB = parseAbi(['function withdraw(uint256 amount) returns (bool)', 'function claimArray(bytes32[] taskids) returns (bool)', 'function reopen(bytes32 taskid) returns (bool)', 'function finalize(bytes32 taskid, bytes results, bytes resultsCallback) returns (bool)', 'function initializeAndClaimArray(bytes32[] dealids, uint256[] idx) returns (bool)']);
const REGISTRIES = parseAbi([
  'function createApp(address owner, string name, string kind, bytes multiaddr, bytes32 checksum, bytes mrenclave) returns (address)',
  'function createDataset(address owner, string name, bytes multiaddr, bytes32 checksum) returns (address)',
  'function createWorkerpool(address owner, string description) returns (address)',
]);

export const MANAGE: Record<OrderKind, string> = {
  app: 'manageAppOrder',
  dataset: 'manageDatasetOrder',
  workerpool: 'manageWorkerpoolOrder',
  request: 'manageRequestOrder',
};

/** Moves tokens into the market in one transaction. */
export function depositCall(hub: string, nrlc: string): Hex {
  return encodeFunctionData({ abi: TOKEN, functionName: 'approveAndCall', args: [hub as Hex, BigInt(nrlc), '0x'] });
}

export function transferCall(to: string, nrlc: string): Hex {
  return encodeFunctionData({ abi: TOKEN, functionName: 'transfer', args: [to as Hex, BigInt(nrlc)] });
}

export function withdrawCall(nrlc: string): Hex {
  return encodeFunctionData({ abi: HUB, functionName: 'withdraw', args: [BigInt(nrlc)] });
}

export function claimCall(tasks: string[]): Hex {
  return encodeFunctionData({ abi: HUB, functionName: 'claimArray', args: [tasks as Hex[]] });
}

/** Takes a task back to its contributions: only its pool's owner, only after a reveal deadline at which nobody revealed. */
export function reopenCall(task: string): Hex {
  return encodeFunctionData({ abi: HUB, functionName: 'reopen', args: [task as Hex] });
}

/** Ends a revealed task with the place of its result, as the scheduler writes it: only its pool's owner. */
export function finalizeCall(task: string, location: string): Hex {
  const results = location ? stringToHex(JSON.stringify({ storage: 'ipfs', location })) : '0x';
  return encodeFunctionData({ abi: HUB, functionName: 'finalize', args: [task as Hex, results, '0x'] });
}

export function initializeAndClaimCall(deal: string, indexes: number[]): Hex {
  const deals = indexes.map(() => deal as Hex);
  return encodeFunctionData({ abi: HUB, functionName: 'initializeAndClaimArray', args: [deals, indexes.map(BigInt)] });
}

function manageAbi(kind: OrderKind): readonly unknown[] {
  const components = [...ORDER_TYPES[kind].members, { name: 'sign', type: 'bytes' }];
  const operation = [
    { name: 'order', type: 'tuple', components },
    { name: 'operation', type: 'uint8' },
    { name: 'sign', type: 'bytes' },
  ];
  return [
    {
      type: 'function',
      name: MANAGE[kind],
      stateMutability: 'nonpayable',
      inputs: [{ name: 'operation', type: 'tuple', components: operation }],
      outputs: [],
    },
  ];
}

/** Every call that this page makes, for reading call data back. */
export const CALLS = [...TOKEN, ...HUB, ...REGISTRIES, ...(Object.keys(MANAGE) as OrderKind[]).flatMap(manageAbi)] as Abi;

export type Operation = 'sign' | 'close';

/** Ends an order on chain, or signs it there for contracts that cannot sign (presign). */
export function manageCall(kind: OrderKind, order: OrderFields, operation: Operation): Hex {
  const full = { ...completeOrder(kind, order), sign: order.sign || '0x' };
  const args = [{ order: full, operation: operation === 'close' ? 1 : 0, sign: '0x' }];
  const encode = encodeFunctionData as (call: { abi: readonly unknown[]; functionName: string; args: unknown[] }) => Hex;
  return encode({ abi: manageAbi(kind), functionName: MANAGE[kind], args });
}

/** `mrenclave`: the enclave's measurement as text, empty outside one. */
export type AppDraft = { name: string; type: string; multiaddr: string; checksum: string; mrenclave: string };

export function createAppCall(owner: string, app: AppDraft): Hex {
  const args = [owner as Hex, app.name, app.type, stringToHex(app.multiaddr), app.checksum as Hex, stringToHex(app.mrenclave)] as const;
  return encodeFunctionData({ abi: REGISTRIES, functionName: 'createApp', args });
}

export function createDatasetCall(owner: string, dataset: { name: string; multiaddr: string; checksum: string }): Hex {
  const args = [owner as Hex, dataset.name, stringToHex(dataset.multiaddr), dataset.checksum as Hex] as const;
  return encodeFunctionData({ abi: REGISTRIES, functionName: 'createDataset', args });
}
