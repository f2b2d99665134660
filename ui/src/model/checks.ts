// The 31 checks of settlement in words (poco.md §7.2, web-ui.md §6.6) for answers that carry a code only.

export type CheckText = { text: string; fix: string };

const CHECKS: Record<string, CheckText> = {
  '00': { text: 'the orders are of different categories', fix: 'switch tab' },
  '01': { text: 'this chain has no such category', fix: 'switch tab' },
  '02': { text: 'you ask for more trust than this pool offers', fix: 'lower the trust, or show pools that offer it' },
  '03': { text: 'the app costs more than your maximum', fix: 'raise the dapp price' },
  '04': { text: 'the dataset costs more than your maximum', fix: 'raise the dataset price' },
  '05': { text: 'the pool costs more than your maximum', fix: 'raise the workerpool price' },
  '06': { text: 'the pool lacks a capability that is asked for', fix: 'change the tag' },
  '07': { text: 'the app is not an enclave app', fix: 'pick an app for enclaves, or ask for none' },
  '10': { text: 'the app order is for another app', fix: 'swap the app order' },
  '11': { text: 'the dataset order is for another dataset', fix: 'swap the dataset order' },
  '12': { text: 'the request is reserved for another pool', fix: 'clear the restriction' },
  '13': { text: 'the app is restricted to another dataset', fix: 'list allowed ones' },
  '14': { text: 'the app is restricted to another workerpool', fix: 'list allowed ones' },
  '15': { text: 'the app is restricted to another requester', fix: 'list allowed ones' },
  '16': { text: 'the dataset is restricted to another app', fix: 'list allowed ones' },
  '17': { text: 'the dataset is restricted to another workerpool', fix: 'list allowed ones' },
  '18': { text: 'the dataset is restricted to another requester', fix: 'list allowed ones' },
  '19': { text: 'the pool is restricted to another app', fix: 'list allowed ones' },
  '1a': { text: 'the pool is restricted to another dataset', fix: 'list allowed ones' },
  '1b': { text: 'the pool is restricted to another requester', fix: 'list allowed ones' },
  '20': { text: 'the app is not registered on this chain', fix: 'open the registry' },
  '21': { text: "the app order's signature is invalid, or the app changed its owner", fix: 'ask the maker to sign again' },
  '30': { text: 'the dataset is not registered on this chain', fix: 'open the registry' },
  '31': { text: "the dataset order's signature is invalid, or the dataset changed its owner", fix: 'ask the maker to sign again' },
  '40': { text: 'the workerpool is not registered on this chain', fix: 'open the registry' },
  '41': { text: "the workerpool order's signature is invalid, or the pool changed its owner", fix: 'ask the maker to sign again' },
  '50': { text: "the request's signature is invalid", fix: 'sign again' },
  '60': { text: 'nothing is left of one of the orders', fix: 'take the next best order' },
};

export const CHECK_CODES = Object.keys(CHECKS);

/** Words for a code of settlement; codes of the form `iExecV5-matchOrders-0x…` are understood too. */
export function checkText(code: string): CheckText | null {
  const suffix = /(?:0x)?([0-9a-f]{2})$/i.exec(code)?.[1]?.toLowerCase();
  return suffix === undefined ? null : (CHECKS[suffix] ?? null);
}

/** Applies the smallest change that helps to a draft; null where the change is not one of a field of the draft. */
export function applyFix(draft: Record<string, string>, fix: { order: string; field: string; value: string }): Record<string, string> | null {
  if (fix.order !== 'request' || !fix.field || fix.value === undefined || fix.value === null) return null;
  return { ...draft, [fix.field]: String(fix.value) };
}
