// What a drawing of a side of the book points out (web-ui.md M-18): orders that came, volumes that changed, orders that left.
// Entries of one side only; times in milliseconds of one clock.
import { compareEntries, entryLike, placeOf, type Entry, type Side } from './book';

export type Mark = 'fresh' | 'flash';

export type Marks = {
  marked: ReadonlyMap<string, { mark: Mark; until: number }>;
  /** Orders that are there no more and fade where they stood. */
  left: readonly { entry: Entry; until: number }[];
};

export const NO_MARKS: Marks = { marked: new Map(), left: [] };
export const FADE_MS = 300;
export const MARK_MS = 1_000;

/** Entries from the best one on that are looked at: others are out of sight. */
const LOOKED_AT = 100;
const LEFT_LOOKED_AT = 60;
/** When more are gone at once it is another book, and none fades. */
const LEFT_MOST = 5;

/** Orders near the best price that are in `before` and not in `now`. */
export function departed(side: Side, before: Entry[], now: Entry[]): Entry[] {
  const gone = before.slice(0, LEFT_LOOKED_AT).filter((entry) => !entryLike(side, now, entry));
  return gone.length <= LEFT_MOST ? gone : [];
}

/** Marks that have not ended at `at`; the same object when none has. */
export function lasting(marks: Marks, at: number): Marks {
  const marked = new Map([...marks.marked].filter(([, { until }]) => until > at));
  const left = marks.left.filter(({ until }) => until > at);
  if (marked.size === marks.marked.size && left.length === marks.left.length) return marks;
  return marked.size + left.length === 0 ? NO_MARKS : { marked, left };
}

/** The marks of a change from `before` to `now`, with those of earlier changes that still last. */
export function marksOf(side: Side, old: Marks, before: Entry[], now: Entry[], at: number): Marks {
  const kept = lasting(old, at);
  const marked = new Map(kept.marked);
  for (const entry of now.slice(0, LOOKED_AT)) {
    const known = entryLike(side, before, entry);
    if (known === entry) continue;
    if (!known) marked.set(entry.key, { mark: 'fresh', until: at + MARK_MS });
    else if (known.remaining !== entry.remaining) marked.set(entry.key, { mark: 'flash', until: at + MARK_MS });
  }
  const gone = departed(side, before, now).map((entry) => ({ entry, until: at + FADE_MS }));
  const left = [...kept.left.filter(({ entry }) => !entryLike(side, now, entry)), ...gone];
  return marked.size + left.length === 0 ? NO_MARKS : { marked, left };
}

/** When the next of them ends; null without any. */
export function nextEnd(marks: Marks): number | null {
  const ends = [...[...marks.marked.values()].map(({ until }) => until), ...marks.left.map(({ until }) => until)];
  return ends.length === 0 ? null : Math.min(...ends);
}

/** Entries with those that left in their old places. */
export function withLeft(side: Side, entries: Entry[], marks: Marks): Entry[] {
  if (marks.left.length === 0) return entries;
  const all = entries.slice();
  for (const { entry } of [...marks.left].sort((a, b) => compareEntries(side, a.entry, b.entry))) all.splice(placeOf(side, all, entry), 0, entry);
  return all;
}
