// A few lines that run named checks one after the other and count them.
/** Pages that a failed check left open, as pictures in build/screens. */
async function shoot(name) {
  const { mkdirSync } = await import('node:fs');
  const folder = new URL('../../../build/screens/', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  const open = openPages.filter((page) => !page.isClosed());
  for (const [at, page] of open.entries()) {
    const path = `${folder}failed-${name.replace(/[^a-z0-9]+/gi, '-').slice(0, 40)}-${at}.png`;
    await page.screenshot({ path, fullPage: true, timeout: 5_000 }).then(() => console.log(`     ${page.url()} is in ${path}`)).catch(() => undefined);
    await page.context().close().catch(() => undefined);
  }
  openPages.length = 0;
}

export const openPages = [];

export function makeRunner() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const only = process.env.UI_TEST;
  return {
    counts,
    wanted: (name) => !only || new RegExp(only).test(name),
    async test(name, body) {
      if (only && !new RegExp(only).test(name)) return;
      const started = Date.now();
      try {
        await body();
        counts.passed += 1;
        console.log(`ok   ${name} (${Date.now() - started} ms)`);
      } catch (error) {
        counts.failed += 1;
        await shoot(name);
        console.log(`FAIL ${name}\n     ${String(error?.message ?? error).split('\n').slice(0, 14).join('\n     ')}`);
      }
    },
  };
}

export function check(condition, text) {
  if (!condition) throw new Error(text);
}

export function equal(actual, expected, text) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${text}: ${a} instead of ${b}`);
}

/** How long anything is waited for: a machine several times slower than a developer's passes too. */
export const PATIENCE_MS = 90_000;

/** The first true value of `condition`; names what was waited for when the limit is over. */
export async function until(condition, what, limitMs = PATIENCE_MS) {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Reads that must agree before something counts as at rest: a scroll that pauses for a frame or two is not. */
const SAME_READS = 5;

/** What `read` gives once it gives the same for a while: after a scroll, a fade or a late answer. */
export async function settled(read, what) {
  let before;
  let same = 0;
  return until(async () => {
    const now = await read();
    const text = JSON.stringify(now);
    same = text === before ? same + 1 : 1;
    before = text;
    return same >= SAME_READS ? { value: now } : null;
  }, what).then(({ value }) => value);
}

/** `read` gives `wanted` in the end; says what it gave instead. */
export async function becomes(read, wanted, text) {
  let last;
  await until(async () => {
    last = await read();
    return JSON.stringify(last) === JSON.stringify(wanted);
  }, text).catch((error) => equal(last, wanted, `${text} (${error.message})`));
}
