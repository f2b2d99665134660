// Whether a machine runs an older program than the market that it works for.

/** The three numbers of "bourse/0.1.0" or "0.1.0+be454589"; null where there are none. */
function versionOf(text: string): number[] | null {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(text);
  return found ? found.slice(1).map(Number) : null;
}

/** The version that a machine could be brought to; null while it runs that, a later one, or says none. */
export function updateFor(software: string, build: string): string | null {
  const [has, could] = [versionOf(software), versionOf(build)];
  if (!has || !could) return null;
  const at = could.findIndex((number, place) => number !== has[place]);
  return at >= 0 && could[at]! > has[at]! ? could.join('.') : null;
}
