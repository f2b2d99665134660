// Watches whether somebody is at the page, and calls `lock` once nobody has been for too long.
import { mustLock, type Presence } from '../model/autolock';

const CHECK_MS = 5_000;

/** Returns the end of it. */
export function watchPresence(lock: () => void): () => void {
  const presence: Presence = { touched: Date.now(), hiddenSince: document.hidden ? Date.now() : null };
  const check = (): boolean => {
    const due = mustLock(presence, Date.now());
    if (due) lock();
    return due;
  };
  const touch = (): void => {
    // After a sleep the first touch comes too late.
    if (!check()) presence.touched = Date.now();
  };
  const visibility = (): void => {
    if (check()) return;
    presence.hiddenSince = document.hidden ? Date.now() : null;
    presence.touched = Date.now();
  };
  const timer = setInterval(check, CHECK_MS);
  addEventListener('pointerdown', touch);
  addEventListener('keydown', touch);
  document.addEventListener('visibilitychange', visibility);
  return () => {
    clearInterval(timer);
    removeEventListener('pointerdown', touch);
    removeEventListener('keydown', touch);
    document.removeEventListener('visibilitychange', visibility);
  };
}
