// Signed orders: fields, typed data, and each field in words (web-ui.md §6.6, M-35).
import { plural, t } from '@lingui/core/macro';
import { amountWithUnit } from './format';
import { isAddress, NULL_ADDRESS, NULL_HASH, tagChips, trustMeaning } from './domain';
import { parseJson } from './text';

export type OrderKind = 'app' | 'dataset' | 'workerpool' | 'request';
export type OrderFields = Record<string, string>;

type Member = { name: string; type: string };
const members = (text: string): Member[] =>
  text.split(',').map((part) => {
    const [type = '', name = ''] = part.trim().split(' ');
    return { name, type };
  });

export const ORDER_TYPES: Record<OrderKind, { name: string; members: Member[] }> = {
  app: {
    name: 'AppOrder',
    members: members(
      'address app, uint256 appprice, uint256 volume, bytes32 tag, address datasetrestrict, address workerpoolrestrict, address requesterrestrict, bytes32 salt',
    ),
  },
  dataset: {
    name: 'DatasetOrder',
    members: members(
      'address dataset, uint256 datasetprice, uint256 volume, bytes32 tag, address apprestrict, address workerpoolrestrict, address requesterrestrict, bytes32 salt',
    ),
  },
  workerpool: {
    name: 'WorkerpoolOrder',
    members: members(
      'address workerpool, uint256 workerpoolprice, uint256 volume, bytes32 tag, uint256 category, uint256 trust, address apprestrict, address datasetrestrict, address requesterrestrict, bytes32 salt',
    ),
  },
  request: {
    name: 'RequestOrder',
    members: members(
      'address app, uint256 appmaxprice, address dataset, uint256 datasetmaxprice, address workerpool, uint256 workerpoolmaxprice, address requester, uint256 volume, bytes32 tag, uint256 category, uint256 trust, address beneficiary, address callback, string params, bytes32 salt',
    ),
  },
};

export type Domain = { name: string; version: string; chainId: number; verifyingContract: string };
export type TypedData = {
  domain: Domain;
  types: Record<string, Member[]>;
  primaryType: string;
  message: Record<string, unknown>;
};

/** Every member present, with its zero where the draft has none. */
export function completeOrder(kind: OrderKind, draft: OrderFields): OrderFields {
  const zero: Record<string, string> = { address: NULL_ADDRESS, bytes32: NULL_HASH, uint256: '0', string: '' };
  const order: OrderFields = {};
  for (const { name, type } of ORDER_TYPES[kind].members) order[name] = draft[name] ?? zero[type] ?? '';
  return order;
}

export function orderTypedData(kind: OrderKind, order: OrderFields, domain: Domain): TypedData {
  const type = ORDER_TYPES[kind];
  return { domain, types: { [type.name]: type.members }, primaryType: type.name, message: completeOrder(kind, order) };
}

export function newSalt(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

const LABELS: Record<string, string> = {
  app: t`App`,
  appprice: t`App price a task`,
  appmaxprice: t`Most for the app, a task`,
  dataset: t`Dataset`,
  datasetprice: t`Dataset price a task`,
  datasetmaxprice: t`Most for the dataset, a task`,
  workerpool: t`Workerpool`,
  workerpoolprice: t`Workerpool price a task`,
  workerpoolmaxprice: t`Most for the workerpool, a task`,
  requester: t`Requester (pays)`,
  volume: t`Number of tasks`,
  tag: t`Capabilities`,
  category: t`Category`,
  trust: t`Trust`,
  beneficiary: t`Result belongs to`,
  callback: t`Callback contract`,
  params: t`Work params`,
  salt: t`Salt`,
  apprestrict: t`Only for app`,
  datasetrestrict: t`Only with dataset`,
  workerpoolrestrict: t`Only on workerpool`,
  requesterrestrict: t`Only for requester`,
};

function valueWords(kind: OrderKind, name: string, type: string, value: string): string {
  if (/price$/.test(name)) return amountWithUnit(value);
  if (name === 'tag') return tagChips(value).join(', ') || (kind === 'request' ? t`none needed` : t`none`);
  if (name === 'trust') return `${value} (${trustMeaning(Number(value))})`;
  if (type === 'address' && value === NULL_ADDRESS) {
    if (name === 'dataset' || name === 'callback') return t`none`;
    if (name === 'beneficiary') return t`nobody named`;
    if (name === 'apprestrict') return t`any app`;
    if (name === 'datasetrestrict') return t`any dataset`;
    if (name === 'workerpoolrestrict') return t`any workerpool`;
    return kind === 'request' && name === 'workerpool' ? t`any workerpool` : t`anyone`;
  }
  return value;
}

export type Words = { name: string; label: string; words: string; raw: string }[];

/** Each member in words and raw, in the order in which it is signed. */
export function orderWords(kind: OrderKind, order: OrderFields): Words {
  const full = completeOrder(kind, order);
  return ORDER_TYPES[kind].members.map(({ name, type }) => ({
    name,
    label: LABELS[name] ?? name,
    words: valueWords(kind, name, type, full[name] ?? ''),
    raw: full[name] ?? '',
  }));
}

/** Least funds that the requester needs for the whole order. */
export function requestTotal(order: OrderFields): string {
  const perTask = BigInt(order.appmaxprice || '0') + BigInt(order.datasetmaxprice || '0') + BigInt(order.workerpoolmaxprice || '0');
  return String(perTask * BigInt(order.volume || '0'));
}

export type FieldError = { field: string; text: string };

/** What is wrong with a request before anything is asked of the server. */
export function requestErrors(draft: OrderFields, paramsLimit = 16_384): FieldError[] {
  const errors: FieldError[] = [];
  const number = (field: string, label: string, least: bigint): void => {
    const value = draft[field] ?? '';
    if (!/^\d+$/.test(value)) errors.push({ field, text: t`${label} must be a whole number.` });
    else if (BigInt(value) < least) errors.push({ field, text: t`${label} must be at least ${{ least: String(least) }}.` });
  };
  number('volume', t`Volume`, 1n);
  number('workerpoolmaxprice', t`Workerpool price`, 0n);
  number('appmaxprice', t`Dapp price`, 0n);
  number('trust', t`Trust`, 0n);
  if (!isAddress(draft.app ?? '')) errors.push({ field: 'app', text: t`Choose an app, or paste its address: 0x and 40 digits.` });
  if (draft.dataset && !isAddress(draft.dataset)) errors.push({ field: 'dataset', text: t`A dataset is 0x and 40 digits, or empty.` });
  const params = paramsError(draft.params ?? '', paramsLimit);
  if (params) errors.push({ field: 'params', text: params });
  return errors;
}

/** Accepted: a JSON object, or plain text (it becomes the command line). */
export function paramsError(text: string, limit = 16_384): string | null {
  const size = new TextEncoder().encode(text).length;
  if (size > limit) return plural(size, { one: `Work params are # byte; at most ${limit} are allowed.`, other: `Work params are # bytes; at most ${limit} are allowed.` });
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return null;
  try {
    JSON.parse(trimmed);
    return null;
  } catch (error) {
    return t`This is no valid JSON: ${{ cause: (error as Error).message }}`;
  }
}

/** `{"0": "…", "1": "…"}`: the command line of each task by its number. */
export function isPerTask(text: string): boolean {
  const parsed = text.trim().startsWith('{') ? parseJson(text) : null;
  const keys = typeof parsed?.value === 'object' && parsed.value !== null ? Object.keys(parsed.value) : [];
  return keys.length > 0 && keys.every((key) => /^\d+$/.test(key));
}

/** Params with one more input file; null where they are broken, or give each task its own line and have no place for it. */
export function withInputFile(text: string, location: string): string | null {
  if (paramsError(text, Infinity) || isPerTask(text)) return null;
  const params = JSON.parse(normaliseParams(text)) as Record<string, unknown>;
  const files = Array.isArray(params.iexec_input_files) ? params.iexec_input_files : [];
  return JSON.stringify({ ...params, iexec_input_files: [...files, location] });
}

/** Params as they are signed: objects stay, plain text is wrapped. */
export function normaliseParams(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '{}';
  return trimmed.startsWith('{') ? trimmed : JSON.stringify({ iexec_args: trimmed });
}
