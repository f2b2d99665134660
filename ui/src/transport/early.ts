// Answers asked by the first script of the page, while the rest of its code is still on the way. Each is handed over once.

type Early = { answer: Promise<unknown>; value: unknown };
const asked = new Map<string, Early>();

export function askEarly(paths: string[]): void {
  for (const path of paths) {
    const answer = fetch(path, { headers: { accept: 'application/json', 'x-requested-with': 'bourse-ui' }, credentials: 'omit' }).then((response) =>
      response.ok ? (response.json() as Promise<unknown>) : undefined,
    );
    const early: Early = { answer, value: undefined };
    asked.set(path, early);
    answer.then(
      (value) => (early.value = value),
      () => undefined,
    );
  }
}

/** The answer of a path that was asked early, or undefined: then it is asked in the ordinary way, which has words for failures. */
export async function takeEarly(path: string): Promise<unknown> {
  const early = asked.get(path);
  asked.delete(path);
  return early?.answer.catch(() => undefined);
}

/** Waits until all have answered, `limitMs` at most, and hands over those that have. */
export async function earlyAnswers(limitMs: number): Promise<[string, unknown][]> {
  const all = Promise.allSettled([...asked.values()].map((each) => each.answer));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, limitMs))]);
  const there = [...asked].filter(([, each]) => each.value !== undefined);
  for (const [path] of there) asked.delete(path);
  return there.map(([path, each]) => [path, each.value]);
}
