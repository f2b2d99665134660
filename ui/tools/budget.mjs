// Compressed size of the market's first load (HTML, CSS, scripts it needs at once) and of each further page; exit 1 above the budget.
import { readFileSync, readdirSync, statSync } from 'node:fs';

const root = process.env.BOURSE_UI_DIST ? `${process.env.BOURSE_UI_DIST}/` : new URL('../../build/ui/', import.meta.url).pathname;
const FIRST_KIB = 350;
const PAGE_KIB = 60;

const html = readFileSync(`${root}index.html`, 'utf8');
const first = new Set(['index.html', ...[...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1])]);
/** A chunk with those that it imports at once. */
const take = (name) => {
  if (first.has(name)) return;
  first.add(name);
  for (const [, part] of readFileSync(root + name, 'utf8').matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) take(`assets/${part}`);
};
// What the market page fetches after its book: chart, ticket, my orders.
for (const name of readdirSync(`${root}assets`)) if (/^(chart|ticket|mine)-.*\.js$/.test(name)) take(`assets/${name}`);
const kib = (name) => statSync(`${root}${name}.br`).size / 1024;
const total = [...first].reduce((sum, name) => sum + kib(name), 0);
let bad = total > FIRST_KIB;
console.log(JSON.stringify({ bench: 'ui_first_load', value: Number(total.toFixed(1)), unit: 'KiB', better: 'lower', limit: FIRST_KIB }));
for (const name of readdirSync(`${root}assets`).filter((each) => each.endsWith('.js')).sort()) {
  if (first.has(`assets/${name}`)) continue;
  const size = kib(`assets/${name}`);
  if (size > PAGE_KIB) bad = true;
  console.log(JSON.stringify({ bench: `ui_chunk_${name.replace(/-[^-]+\.js$/, '')}`, value: Number(size.toFixed(1)), unit: 'KiB', better: 'lower', limit: PAGE_KIB }));
}
process.exit(bad ? 1 : 0);
