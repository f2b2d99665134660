// Field by field: two answers to one question, and the list of differences that are meant.
import { check } from "./lib.mjs";

/** How a value looks from outside, for fields whose values cannot be equal. */
function shape(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "string") return typeof value;
  if (/^0x(0|[1-9a-f][0-9a-f]{0,15})$/.test(value)) return "quantity";
  return /^0x([0-9a-f]{2})*$/.test(value) ? `data of ${[22, 42, 66, 514].includes(value.length) ? value.length / 2 - 1 : "n"} bytes` : "text";
}

/** Differences as { path, ours, theirs }; `path` is that of a field: items of arrays are all called []. */
function differences(ours, theirs, path = "") {
  const both = (kind) => kind(ours) && kind(theirs);
  if (both(Array.isArray)) {
    if (ours.length !== theirs.length) return [{ path: `${path}.length`, ours: ours.length, theirs: theirs.length }];
    return ours.flatMap((item, i) => differences(item, theirs[i], `${path}[]`));
  }
  if (both((v) => v !== null && typeof v === "object" && !Array.isArray(v))) {
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
    return keys.flatMap((key) => differences(ours[key], theirs[key], path ? `${path}.${key}` : key));
  }
  return ours === theirs ? [] : [{ path, ours, theirs }];
}

export class Comparison {
  /**
   * `intended`: [{ methods, paths, params?, not?, why, shape? }]: regular expressions for names of methods, for paths, for
   * parameters that it is, or is not, about. With `shape` the two values must look alike (both quantities, both hashes …).
   * `sometimes`: it may be absent from a run.
   */
  constructor(ask, urls, intended) {
    Object.assign(this, { ask, urls, intended: intended.map((entry) => ({ ...entry, used: 0 })), methods: new Set(), answers: 0, fields: 0 });
  }

  /** Asks both the same; gives both answers. `own` replaces the parameters for the second. */
  async both(method, params = [], own = params) {
    const [ours, theirs] = await Promise.all([this.ask(this.urls[0], method, params), this.ask(this.urls[1], method, own)]);
    this.methods.add(method);
    this.compare(method, ours, theirs, params);
    return [ours, theirs];
  }

  compare(method, ours, theirs, params = []) {
    const strip = ({ result, error }) => (error ? { error } : { result });
    ++this.answers;
    this.fields += JSON.stringify(ours).split('":').length - 1;
    const wrong = differences(strip(ours), strip(theirs)).filter((difference) => !this.isIntended(method, difference, JSON.stringify(params)));
    check(`${method} ${JSON.stringify(params).slice(0, 100)}`, wrong.length === 0,
      wrong.slice(0, 30).map((d) => `\n       ${d.path}: ours ${JSON.stringify(d.ours)?.slice(0, 200)}, anvil ${JSON.stringify(d.theirs)?.slice(0, 200)}`).join(""));
  }

  isIntended(method, { path, ours, theirs }, params) {
    const entry = this.intended.find((e) => e.methods.test(method) && e.paths.test(path) && (!e.params || e.params.test(params)) &&
      !e.not?.test(params) && (!e.shape || shape(ours) === shape(theirs)));
    if (entry) ++entry.used;
    return entry !== undefined;
  }

  /** Every entry of the list must still be needed, and every method of the table must have been asked or be excused. */
  finish(table, excused) {
    for (const entry of this.intended) if (!entry.sometimes) check(`still a difference: ${entry.why}`, entry.used > 0, `${entry.methods} ${entry.paths}`);
    for (const method of table)
      if (!this.methods.has(method)) check(`${method} is compared or excused`, excused[method] !== undefined);
    for (const method of Object.keys(excused)) check(`${method} is still to be excused`, table.includes(method) && !this.methods.has(method));
    console.log(`${this.answers} answers, about ${this.fields} fields compared; ${this.intended.reduce((n, e) => n + e.used, 0)} intended differences of ${this.intended.length} kinds`);
  }
}
