// Arguments of a transaction to the market's contracts, for methods that the market's own decoder leaves out.
import { decodeFunctionData, parseAbi, type Abi, type Hex } from 'viem';
import { ORDER_TYPES, type OrderKind } from './orders';

const order = (kind: OrderKind, name: string): object => ({ name, type: 'tuple', components: [...ORDER_TYPES[kind].members, { name: 'sign', type: 'bytes' }] });
const ORDERS = [order('app', 'apporder'), order('dataset', 'datasetorder'), order('workerpool', 'workerpoolorder'), order('request', 'requestorder')];
const matching = (name: string): object => ({ type: 'function', name, stateMutability: 'nonpayable', inputs: ORDERS, outputs: [] });

const ABI = [
  ...parseAbi([
    'function contributeAndFinalize(bytes32 task, bytes32 digest, bytes results, bytes callback, address enclave, bytes enclaveSign, bytes authorization)',
    'function initializeArray(bytes32[] deals, uint256[] indexes)',
    'function initializeAndClaimArray(bytes32[] deals, uint256[] indexes)',
    'function claimArray(bytes32[] tasks)',
    'function createApp(address owner, string name, string kind, bytes multiaddr, bytes32 checksum, bytes mrenclave)',
    'function createDataset(address owner, string name, bytes multiaddr, bytes32 checksum)',
    'function createWorkerpool(address owner, string description)',
    'function changePolicy(uint256 workerStakeRatio, uint256 schedulerRewardRatio)',
  ]),
  matching('matchOrders'),
  matching('sponsorMatchOrders'),
] as Abi;

export type Argument = { name: string; value: unknown };

/** Whole numbers as decimal text, as the market writes them. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
  return value;
}

/** Nothing where the method is not known here or the data do not fit it. */
export function decodeCall(data: string): Argument[] {
  try {
    const { functionName, args } = decodeFunctionData({ abi: ABI, data: data as Hex });
    const method = ABI.find((each) => each.type === 'function' && each.name === functionName);
    const inputs = method && 'inputs' in method ? (method.inputs ?? []) : [];
    return (args ?? []).map((value, at) => ({ name: inputs[at]?.name ?? String(at), value: plain(value) }));
  } catch {
    return [];
  }
}
