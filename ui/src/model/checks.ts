// The 31 checks of settlement in words (poco.md §7.2, web-ui.md §6.6) for answers that carry a code only.
import { t } from '@lingui/core/macro';

export type CheckText = { text: string; fix: string };

const CHECKS: Record<string, CheckText> = {
  '00': { text: t`the orders are of different categories`, fix: t`switch tab` },
  '01': { text: t`this chain has no such category`, fix: t`switch tab` },
  '02': { text: t`you ask for more trust than this pool offers`, fix: t`lower the trust, or show pools that offer it` },
  '03': { text: t`the app costs more than your maximum`, fix: t`raise the dapp price` },
  '04': { text: t`the dataset costs more than your maximum`, fix: t`raise the dataset price` },
  '05': { text: t`the pool costs more than your maximum`, fix: t`raise the workerpool price` },
  '06': { text: t`the pool lacks a capability that is asked for`, fix: t`change the tag` },
  '07': { text: t`the app is not an enclave app`, fix: t`pick an app for enclaves, or ask for none` },
  '10': { text: t`the app order is for another app`, fix: t`swap the app order` },
  '11': { text: t`the dataset order is for another dataset`, fix: t`swap the dataset order` },
  '12': { text: t`the request is reserved for another pool`, fix: t`clear the restriction` },
  '13': { text: t`the app is restricted to another dataset`, fix: t`list allowed ones` },
  '14': { text: t`the app is restricted to another workerpool`, fix: t`list allowed ones` },
  '15': { text: t`the app is restricted to another requester`, fix: t`list allowed ones` },
  '16': { text: t`the dataset is restricted to another app`, fix: t`list allowed ones` },
  '17': { text: t`the dataset is restricted to another workerpool`, fix: t`list allowed ones` },
  '18': { text: t`the dataset is restricted to another requester`, fix: t`list allowed ones` },
  '19': { text: t`the pool is restricted to another app`, fix: t`list allowed ones` },
  '1a': { text: t`the pool is restricted to another dataset`, fix: t`list allowed ones` },
  '1b': { text: t`the pool is restricted to another requester`, fix: t`list allowed ones` },
  '20': { text: t`the app is not registered on this chain`, fix: t`open the registry` },
  '21': { text: t`the app order's signature is invalid, or the app changed its owner`, fix: t`ask the maker to sign again` },
  '30': { text: t`the dataset is not registered on this chain`, fix: t`open the registry` },
  '31': { text: t`the dataset order's signature is invalid, or the dataset changed its owner`, fix: t`ask the maker to sign again` },
  '40': { text: t`the workerpool is not registered on this chain`, fix: t`open the registry` },
  '41': { text: t`the workerpool order's signature is invalid, or the pool changed its owner`, fix: t`ask the maker to sign again` },
  '50': { text: t`the request's signature is invalid`, fix: t`sign again` },
  '60': { text: t`nothing is left of one of the orders`, fix: t`take the next best order` },
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
