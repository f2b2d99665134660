// X-09 in the page: under a language made of accented letters, from right to left, every word that people read has come
// from the catalogue, data excepted, and no page scrolls sideways.
import { readFileSync } from 'node:fs';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { generateMessageId } from '@lingui/message-utils/generateMessageId';
import { formatter } from '@lingui/format-po';
import { check, equal } from './harness.mjs';
import { newPage, onEveryPage, prepare, settle } from './page_tests.mjs';

const CATALOGUE = new URL('../../src/texts/en.po', import.meta.url).pathname;
/** The bidirectional pseudo-language of Unicode's locale data. */
const PSEUDO = 'ar-XB';

const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ACCENTED = 'ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ';
const accent = (text) => [...text].map((letter) => (PLAIN.includes(letter) ? ACCENTED[PLAIN.indexOf(letter)] : letter)).join('');

/** Accents in the texts of compiled tokens: neither names of values nor tags of elements. */
function accented(token) {
  if (typeof token === 'string') return token.split(/(<\/?\d+\/?>)/).map((part, at) => (at % 2 ? part : accent(part))).join('');
  const [name, type, forms] = token;
  if (!forms) return token;
  return [name, type, Object.fromEntries(Object.entries(forms).map(([form, part]) => [form, Array.isArray(part) ? part.map((each) => (each === '#' ? each : accented(each))) : part === undefined ? part : accented(part)]))];
}

export async function pseudoCatalogue() {
  const entries = await formatter().parse(readFileSync(CATALOGUE, 'utf8'), { locale: 'en', sourceLocale: 'en', filename: CATALOGUE });
  return Object.fromEntries(Object.values(entries).map(({ message, context }) => [generateMessageId(message, context), compileMessage(message).map(accented)]));
}

/** Units, names and signs that no language changes, and names and codes of the fixture that stand in labels. */
const SAME = /^(?:text|surplus|lost|wrong|Alice|Default|Scheduler|Worker\d|requester|iExecODB|bourse|Debian|Ubuntu|Intel|Xeon|LTS|GNU|Linux|AMD|EPYC|n?RLC|RLCs?|xRLC|KiB|MiB|GiB|WORK|TEE|GPU|SCONE|GRAMINE|TDX|CSV|JSON|API|OpenAPI|PNG|RPC|UTC|Bourse|TradingView|WebSocket|Cat\d*|English|Apache|DOCKER|Esc|p\d\d|ms|ERC)$/;

/** In the page: words that people read or hear and that are neither accented nor data. */
function plainWords() {
  const DATA = 'code, pre, kbd, bdi, time, svg, canvas, [data-id], [data-data], .data-text, .chain-chip, .face, script, style, option, textarea, .tree, .command-box, .ident, .num, .c-hash, .c-price';
  const READ = ['title', 'aria-label', 'placeholder', 'alt', 'aria-valuetext'];
  const found = [];
  const take = (text, element) => {
    for (const word of text.match(/(?<![\p{L}\p{N}_./:#-])[A-Za-z]{3,}(?![\p{L}\p{N}_/:])/gu) ?? []) found.push([word, element.tagName.toLowerCase(), text.trim().slice(0, 60)]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element || element.closest(DATA) || !element.checkVisibility?.()) continue;
    take(node.textContent ?? '', element);
  }
  for (const element of document.querySelectorAll(READ.map((name) => `[${name}]`).join(','))) {
    if (element.closest(DATA) || !element.checkVisibility?.()) continue;
    for (const name of READ) take(element.getAttribute(name) ?? '', element);
  }
  return found;
}

export async function languageTests(runner, browser, server) {
  const messages = await pseudoCatalogue();
  await runner.test('X-09 another language, from right to left: every word comes from the catalogue, nothing scrolls sideways', async () => {
    const open = (page) => page.route('**/texts/*.json', (route) => route.fulfill({ json: messages }));
    const problems = [];
    const words = new Map();
    const look = async (page, name, path) => {
      await page.goto(server.url + path);
      await settle(page).catch(() => problems.push(`${name}: still loading`));
      const seen = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir, document.documentElement.scrollWidth - innerWidth]);
      equal(seen.slice(0, 2), [PSEUDO, 'rtl'], `language and direction of ${name}`);
      if (seen[2] > 0) problems.push(`${name}: ${seen[2]} px too wide`);
      for (const [word, tag, text] of await page.evaluate(plainWords)) if (!SAME.test(word) && !words.has(text)) words.set(text, `${name}: <${tag}> “${word}” in “${text}”`);
    };
    equal(await onEveryPage(browser, look, { state: prepare('requester', { language: PSEUDO }), open }), [], 'errors in the console');
    problems.push(...words.values());
    check(problems.length === 0, problems.join('; '));
  });
  await runner.test('X-09 a language that cannot be had leaves the page in English', async () => {
    const page = await newPage(browser, { state: prepare(null, { language: 'xx' }) });
    await page.goto(`${server.url}/explorer`);
    await page.getByRole('heading', { name: 'Explorer' }).first().waitFor();
    equal(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ['en', ''], 'language and direction');
    await page.context().close();
  });
}
