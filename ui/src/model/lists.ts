// A curated list of apps as the curator signs it (issue of `POST /v1/lists`): members in this order, checksummed addresses.
import { t } from '@lingui/core/macro';
import { getAddress } from 'viem';
import { isAddress } from './domain';

export type ListDraft = { name: string; curator: string; apps: { address: string; note: string }[]; fee?: string };

/** Lines of a text field: an address, then a note. */
export function appsOfLines(text: string): { apps: ListDraft['apps']; problem: string | null } {
  const apps: ListDraft['apps'] = [];
  for (const line of text.split('\n').map((each) => each.trim()).filter(Boolean)) {
    const [address = '', ...note] = line.split(/\s+/);
    if (!isAddress(address)) return { apps, problem: t`“${address}” is no address: write 0x and 40 digits, then a note.` };
    const known = getAddress(address.toLowerCase());
    if (apps.some((each) => each.address === known)) return { apps, problem: t`${address} stands there twice.` };
    apps.push({ address: known, note: note.join(' ') });
  }
  return { apps, problem: apps.length === 0 ? t`Name at least one app.` : null };
}

export function listDraft(name: string, curator: string, apps: ListDraft['apps'], fee: string): ListDraft {
  const draft: ListDraft = { name, curator: isAddress(curator) ? getAddress(curator.toLowerCase()) : curator, apps };
  return fee ? { ...draft, fee } : draft;
}

/** The text that is signed: the market makes the same from the document and recovers the curator. */
export const signedText = (draft: ListDraft): string => JSON.stringify(draft);
