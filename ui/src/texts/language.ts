// Which language the page speaks: the setting, else the browser's first that there is, else English.
// It is loaded before the application, so tables of texts may be plain constants of their modules.
import { i18n } from '@lingui/core';

/** `auto` follows the browser. */
export type Language = string;

const SOURCE = 'en';
/** Languages with a catalogue beside English, by their tags: `src/texts/TAG.po`. */
export const LANGUAGES: readonly string[] = [SOURCE, ...__LANGUAGES__];

const RIGHT_TO_LEFT = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ks', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi']);

export function directionOf(tag: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(tag.split('-')[0]?.toLowerCase() ?? '') ? 'rtl' : 'ltr';
}

/** `wanted` is taken as it is; of the browser's list the first whose language there is. */
export function chooseLanguage(wanted: Language, browser: readonly string[], there: readonly string[] = LANGUAGES): string {
  if (wanted !== 'auto') return wanted;
  for (const tag of browser) {
    const found = there.find((each) => each.toLowerCase() === tag.toLowerCase()) ?? there.find((each) => each === tag.split('-')[0]?.toLowerCase());
    if (found) return found;
  }
  return SOURCE;
}

/** A language by its own name: `Deutsch`. */
export function nameOf(tag: string): string {
  return new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
}

function mark(tag: string): void {
  document.documentElement.lang = tag;
  document.documentElement.dir = directionOf(tag);
}

/** Texts and direction of the page; English where the language cannot be had. */
export async function loadLanguage(wanted: Language): Promise<void> {
  const tag = chooseLanguage(wanted, navigator.languages);
  if (tag === SOURCE) return;
  try {
    const answer = await fetch(`/texts/${encodeURIComponent(tag)}.json`, { credentials: 'omit' });
    if (!answer.ok || !answer.headers.get('content-type')?.includes('json')) return;
    i18n.loadAndActivate({ locale: tag, messages: (await answer.json()) as Record<string, string> });
    mark(tag);
  } catch {
    // Without its file the page speaks English.
  }
}
