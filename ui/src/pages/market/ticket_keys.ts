// The ticket's letters (web-ui.md §15): b and s choose the side, x the kind of order, and the keyboard goes into the form.
// The page listens, since the ticket is code of its own and arrives after it; the wish to stand in the form waits until there is one.
import { useEffect, type RefObject } from 'react';
import { createStore, useStore } from '../../state/store';
import { useKey } from '../../view/letters';
import { draftStore, setDraft } from './drafts';

const LETTERS = 'bsx';
const focusWish = createStore(false);

/** `open` brings the ticket onto the page where it is a sheet. */
export function useTicketKeys(open: () => void): void {
  useKey(LETTERS, (letter) => {
    if (letter === 'x') setDraft({ kind: draftStore.get().kind === 'market' ? 'limit' : 'market' });
    else setDraft({ side: letter === 'b' ? 'buy' : 'sell' });
    open();
    focusWish.set(true);
  });
  useEffect(() => {
    // Whoever goes on to something else does not want to be fetched back.
    const drop = (event: Event): void => {
      if (!(event instanceof KeyboardEvent && LETTERS.includes(event.key))) focusWish.set(false);
    };
    addEventListener('keydown', drop, true);
    addEventListener('pointerdown', drop, true);
    return () => {
      removeEventListener('keydown', drop, true);
      removeEventListener('pointerdown', drop, true);
      focusWish.set(false);
    };
  }, []);
}

/** The first field of the form within `root` takes the focus that was wished for. */
export function useWishedFocus(root: RefObject<HTMLElement | null>): void {
  const wished = useStore(focusWish);
  useEffect(() => {
    if (!wished) return;
    root.current?.querySelector<HTMLElement>('form input')?.focus();
    focusWish.set(false);
  }, [wished, root]);
}
