// An app's page as its owner signs it: `Bourse app page/1` and a line for each member, the long ones as SHA-256
// (bourse::client::app_page_text).
import { getAddress, sha256, stringToHex } from 'viem';

export type PageDraft = { app: string; readme: string; parameters: string; updated: number };

export const MOST_README_BYTES = 32_768;

const digest = (text: string): string => sha256(stringToHex(text));

export function pageText(draft: PageDraft, chainId: number): string {
  return ['Bourse app page/1', `chain: ${chainId}`, `app: ${getAddress(draft.app.toLowerCase())}`, `readme: ${digest(draft.readme)}`, `parameters: ${digest(draft.parameters)}`, `updated: ${draft.updated}`].join('\n');
}

/** An empty page withdraws the one before it. */
export const isEmptyPage = (page: { readme: string; parameters: string } | null | undefined): boolean => !page || (page.readme === '' && page.parameters === '');
