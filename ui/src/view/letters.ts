// Single letters on their way to the part of the page that they belong to (web-ui.md §15). A part may arrive after its
// letter: a page and its lists are code of their own. A letter that nobody has taken waits for the part, until the next thing is done.
import { useEffect, useRef } from 'react';

const EVENT = 'bourse:key';

let held: { letter: string; path: string } | null = null;

/** Hands the letter that waits to whoever listens now. */
export function offerLetter(): void {
  if (held && !dispatchEvent(new CustomEvent(EVENT, { detail: held.letter, cancelable: true }))) held = null;
}

/** `underway`: the page it is meant for is not drawn yet, what is drawn must not take it. */
export function pressLetter(letter: string, underway: boolean): void {
  held = { letter, path: location.pathname };
  if (!underway) offerLetter();
}

export function dropLetter(): void {
  held = null;
}

/** What a part of a page does at one of these letters. */
export function useKey(letters: string, act: (letter: string) => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const listener = (event: Event): void => {
      const letter = (event as CustomEvent<string>).detail;
      if (!letters.includes(letter)) return;
      event.preventDefault();
      latest.current(letter);
    };
    addEventListener(EVENT, listener);
    if (held?.path === location.pathname) offerLetter();
    return () => removeEventListener(EVENT, listener);
  }, [letters]);
}
