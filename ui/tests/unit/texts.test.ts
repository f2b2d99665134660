// every text stands in the catalogue, the catalogue is that of the code, and every plural has its forms.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { makeConfig } from '@lingui/conf';
import { getCatalogs } from '@lingui/cli/api';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { describe, expect, it } from 'vitest';
import lingui from '../../lingui.config';
import { chooseLanguage, directionOf } from '../../src/texts/language';
import { textsOutside } from '../texts_lint';

const SOURCES = join(import.meta.dirname, '../../src');

function sources(folder = SOURCES): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

const config = makeConfig(lingui, { skipValidation: true });

async function kept(): Promise<Record<string, { message?: string; translation?: string }>> {
  const [catalogue] = await getCatalogs(config);
  return (await catalogue!.read('en')) ?? {};
}

/** Choices of a message by the count they depend on: `[['one', 'other'], …]`. */
function pluralsOf(message: string): string[][] {
  const found: string[][] = [];
  const walk = (token: unknown): void => {
    if (!Array.isArray(token)) return;
    if (token[1] === 'plural' && token.length === 3) found.push(Object.keys(token[2] as object).filter((key) => key !== 'offset'));
    token.forEach((part) => (Array.isArray(part) ? walk(part) : typeof part === 'object' && part !== null ? Object.values(part).forEach(walk) : undefined));
  };
  walk(compileMessage(message));
  return found;
}

describe('catalogue of texts (X-09)', () => {
  it('holds the messages of the code, no more and no fewer: `npm run texts` writes them', async () => {
    const [catalogue] = await getCatalogs(config);
    const found = (await catalogue!.collect()) ?? {};
    const names = (messages: object): string[] => Object.keys(messages).sort();
    expect(names(await kept())).toEqual(names(found));
    expect(names(found).length).toBeGreaterThan(1000);
  });

  it('gives every plural the forms that English has', async () => {
    const wanted = new Intl.PluralRules('en').resolvedOptions().pluralCategories;
    let plurals = 0;
    for (const { message } of Object.values(await kept()))
      for (const forms of pluralsOf(message ?? '')) {
        plurals += 1;
        expect(forms, message).toEqual(expect.arrayContaining(wanted));
      }
    expect(plurals).toBeGreaterThan(40);
  });

  it('has no message that begins or ends with a space: such ones are parts of a glued sentence', async () => {
    expect(Object.values(await kept()).map(({ message }) => message ?? '').filter((message) => message !== message.trim())).toEqual([]);
  });
});

describe('sources', () => {
  it('show no text outside the catalogue', () => {
    const outside = sources().flatMap((path) => textsOutside(relative(SOURCES, path), readFileSync(path, 'utf8')));
    expect(outside).toEqual([]);
  });

  it.each([
    ['<p>Hello there</p>', 'Hello there'],
    ['<p>{on ? "yes" : t`no`}</p>', 'yes'],
    ['<input placeholder="Search here" />', 'Search here'],
    ['<Panel title={on ? "Open" : null} />', 'Open'],
    ['<p>{`${n} tasks left`}</p>', 'tasks left'],
    ['<p><Trans>It is {on ? "open" : "closed"}</Trans></p>', 'open'],
  ])('would be caught: %s', (code, text) => {
    expect(textsOutside('example.tsx', `export const Example = () => ${code};`)).toContain(`example.tsx:1 ${text}`);
  });

  it.each(['<p><Trans>Hello</Trans></p>', '<p title={t`Hello`}>{n} nRLC</p>', '<Link to="/market" className="button tiny">{t`Market`}</Link>', '<p>{state === "open" ? t`open` : null}</p>'])('would pass: %s', (code) => {
    expect(textsOutside('example.tsx', `export const Example = () => ${code};`)).toEqual([]);
  });
});

describe('content of others', () => {
  it('reaches the page as text nodes only: no sink of HTML and no evaluation stands in the sources (S-01)', () => {
    const sink = /dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|createContextualFragment|document\.write|\bsrcdoc\b|DOMParser|\beval\(|new Function\(/i;
    const found = sources().filter((path) => sink.test(readFileSync(path, 'utf8'))).map((path) => relative(SOURCES, path));
    expect(found).toEqual([]);
  });
});

describe('styles', () => {
  it('name no left and no right: start and end turn with the direction of the language', () => {
    const physical = /(?<![-\w])(?:(?:margin|padding|border)-(?:left|right)|left|right)\s*:|text-align:\s*(?:left|right)|(?:margin|padding|border)(?:Left|Right)\s*:|textAlign:\s*'(?:left|right)'/;
    const sheets = readdirSync(join(SOURCES, 'styles')).map((name) => join(SOURCES, 'styles', name));
    const found = [...sheets, ...sources()].flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => physical.test(path.endsWith('.css') ? line : (/style=\{\{.*?\}\}/.exec(line)?.[0] ?? '')))
        .map((line) => `${relative(SOURCES, path)}: ${line.trim().slice(0, 80)}`),
    );
    expect(found).toEqual([]);
  });
});

describe('language of the page', () => {
  it('is the setting, else the first of the browser that there is, else English', () => {
    const there = ['en', 'de', 'pt-BR'];
    expect(chooseLanguage('de', ['en'], there)).toBe('de');
    expect(chooseLanguage('auto', ['fr-FR', 'de-AT', 'en'], there)).toBe('de');
    expect(chooseLanguage('auto', ['pt-br'], there)).toBe('pt-BR');
    expect(chooseLanguage('auto', ['ja'], there)).toBe('en');
  });

  it('runs from right to left where its letters do', () => {
    expect(['ar', 'he-IL', 'ar-XB', 'en', 'de-AT'].map(directionOf)).toEqual(['rtl', 'rtl', 'rtl', 'ltr', 'ltr']);
  });
});
