// A few lines that run named checks one after the other and count them.
export function makeRunner() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const only = process.env.UI_TEST;
  return {
    counts,
    async test(name, body) {
      if (only && !name.includes(only)) return;
      const started = Date.now();
      try {
        await body();
        counts.passed += 1;
        console.log(`ok   ${name} (${Date.now() - started} ms)`);
      } catch (error) {
        counts.failed += 1;
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

/** The first true value of `condition`; names what was waited for when the limit is over. */
export async function until(condition, what, limitMs = 30_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
