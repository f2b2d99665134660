// The call data of a transaction in words: what is shown is read back from the very bytes that are signed (M-35).
import { plural, t } from '@lingui/core/macro';
import { decodeFunctionData, hexToString, type Hex } from 'viem';
import type { Boot } from '../transport/api';
import { sameAddress } from '../model/domain';
import { amountWithUnit } from '../model/format';
import { orderWords, type OrderFields, type OrderKind, type Words } from '../model/orders';
import { CALLS, MANAGE } from './calls';

export type CallWords = {
  /** What the transaction does, in a sentence. */
  does: string;
  /** Contract by its name in this market, or null. */
  contract: string | null;
  call: string;
  rows: Words;
};

const CONTRACTS: Record<string, string> = {
  hub: t`the market (hub)`,
  token: t`the RLC token`,
  appRegistry: t`the registry of apps`,
  datasetRegistry: t`the registry of datasets`,
  workerpoolRegistry: t`the registry of workerpools`,
};

export function contractName(boot: Boot, to: string): string | null {
  const found = Object.entries(boot.contracts).find(([, address]) => sameAddress(address, to));
  return found ? (CONTRACTS[found[0]] ?? found[0]) : null;
}

const row = (name: string, label: string, words: string, raw = words): Words[number] => ({ name, label, words, raw });
const amountRow = (name: string, value: bigint): Words[number] => row(name, t`Amount`, amountWithUnit(String(value)), String(value));
const listRow = (name: string, label: string, values: readonly unknown[]): Words[number] => row(name, label, values.map(String).join(', '));

const UNKNOWN = t`Calls a contract; this page cannot say in words what it does.`;

type Args = readonly never[];
type Teller = (args: Args) => { does: string; rows: Words };

const tell = <List extends readonly unknown[]>(words: (...args: List) => { does: string; rows: Words }): Teller => (args) => words(...(args as unknown as List));

const TELLERS: Record<string, Teller> = {
  approveAndCall: tell((spender: Hex, value: bigint) => ({ does: t`Allows the market to take ${amountWithUnit(String(value))} from your wallet and moves it into your account, in one step.`, rows: [row('spender', t`Into the account at`, spender), amountRow('value', value)] })),
  transfer: tell((to: Hex, value: bigint) => ({ does: t`Sends ${amountWithUnit(String(value))} of your wallet to another address. It cannot be taken back.`, rows: [row('to', t`To`, to), amountRow('value', value)] })),
  withdraw: tell((value: bigint) => ({ does: t`Moves ${amountWithUnit(String(value))} from your account back into your wallet.`, rows: [amountRow('amount', value)] })),
  claimArray: tell((tasks: readonly Hex[]) => ({ does: plural(tasks.length, { one: 'Claims # task that was not done in time: its requester gets the money back.', other: 'Claims # tasks that were not done in time: their requesters get the money back.' }), rows: [listRow('taskids', t`Tasks`, tasks)] })),
  initializeAndClaimArray: tell((deals: readonly Hex[], places: readonly bigint[]) => ({ does: plural(deals.length, { one: 'Claims # task that was never begun: its requester gets the money back.', other: 'Claims # tasks that were never begun: their requesters get the money back.' }), rows: [listRow('dealids', t`Deal`, [...new Set(deals)]), listRow('idx', t`Tasks of the deal`, places)] })),
  createApp: tell((owner: Hex, name: string, kind: string, place: Hex, checksum: Hex) => ({ does: t`Registers an app. Its name, image and checksum never change.`, rows: [row('owner', t`Owner`, owner), row('name', t`Name`, name), row('kind', t`Kind`, kind), row('multiaddr', t`Image`, hexToString(place), place), row('checksum', t`Checksum`, checksum)] })),
  createDataset: tell((owner: Hex, name: string, place: Hex, checksum: Hex) => ({ does: t`Registers a dataset. Its name, place and checksum never change.`, rows: [row('owner', t`Owner`, owner), row('name', t`Name`, name), row('multiaddr', t`Place`, hexToString(place), place), row('checksum', t`Checksum`, checksum)] })),
  createWorkerpool: tell((owner: Hex, description: string) => ({ does: t`Registers a workerpool.`, rows: [row('owner', t`Owner`, owner), row('description', t`Description`, description)] })),
};

const plain = (order: Record<string, unknown>): OrderFields => Object.fromEntries(Object.entries(order).map(([name, value]) => [name, String(value)]));

type Managed = { order: Record<string, unknown>; operation: number };

function managed(kind: OrderKind, { order, operation }: Managed): { does: string; rows: Words } {
  const does = operation === 1 ? t`Cancels this order for good: nobody can use it any more, wherever a copy lies.` : t`Signs this order on chain: anyone may use it until it is filled or cancelled.`;
  return { does, rows: orderWords(kind, plain(order)) };
}

/** Words for a transaction of this page. */
export function callWords(boot: Boot, to: string, data: string): CallWords {
  const contract = contractName(boot, to);
  try {
    const { functionName, args } = decodeFunctionData({ abi: CALLS, data: data as Hex }) as { functionName: string; args: readonly unknown[] };
    const kind = (Object.keys(MANAGE) as OrderKind[]).find((each) => MANAGE[each] === functionName);
    const told = kind ? managed(kind, args[0] as Managed) : TELLERS[functionName]?.(args as Args);
    if (told) return { contract, call: functionName, ...told };
    return { contract, call: functionName, does: UNKNOWN, rows: args.map((value, at) => row(String(at), String(at + 1), String(value))) };
  } catch {
    return { contract, call: data.slice(0, 10), does: UNKNOWN, rows: [] };
  }
}
