import { t } from '@lingui/core/macro';
import { afterReload, withActivity, type ActionState, type Activity } from '../model/action';
import { settingsStore } from './choices';
import { chime } from './sound';
import { createStore, keptStore } from './store';
import { walletStore } from './wallet';

export const activityStore = keptStore<Activity[]>('activity', [], afterReload);

/** Spoken messages: polite for what happened, assertive for failures of the user's own action. */
export const announcements = createStore<{ polite: string; assertive: string }>({ polite: '', assertive: '' });

export function say(text: string, assertive = false): void {
  announcements.set((old) => (assertive ? { ...old, assertive: text } : { ...old, polite: text }));
}

export type Notice = { id: string; time: number; text: string; link: string | null; seen: boolean };
export const noticeStore = keptStore<Notice[]>('notices', []);
const NOTICES_KEPT = 200;

export function notify(id: string, text: string, link: string | null, browser: boolean): void {
  if (noticeStore.get().some((each) => each.id === id)) return;
  noticeStore.set((old) => [{ id, time: Date.now(), text, link, seen: false }, ...old].slice(0, NOTICES_KEPT));
  say(text);
  if (settingsStore.get().sounds) chime();
  if (browser && 'Notification' in window && Notification.permission === 'granted') new Notification('Bourse', { body: text });
}

/** Actions that this page itself is waiting for; what became of the others is asked of the node (follow.ts). */
const held = new Set<string>();
export const inHand = (id: string): boolean => held.has(id);

/** How an action of this page is done once more; a reload forgets it. */
const again = new Map<string, () => Promise<unknown>>();
export const canAgain = (id: string): boolean => again.has(id);

/** Does it once more, as an action of its own that takes the old one's place in the list. */
export function doAgain(id: string): void {
  const act = again.get(id);
  if (!act) return;
  again.delete(id);
  activityStore.set((old) => old.filter((each) => each.id !== id));
  // What becomes of it stands in the list.
  act().catch(() => undefined);
}

const WAITING: ActionState[] = ['signing', 'submitting', 'accepted', 'in block'];

export type About = Partial<Pick<Activity, 'key' | 'asks' | 'topic'>> & { again?: () => Promise<unknown> };

export class Tracker {
  private activity: Activity;

  constructor(title: string, { key = null, asks = null, topic = null, again: act }: About = {}) {
    const now = Date.now();
    const account = walletStore.get().account;
    this.activity = { id: crypto.randomUUID(), title, state: 'draft', started: now, changed: now, note: null, link: null, key, asks, topic, account, page: location.pathname + location.search };
    if (act) again.set(this.activity.id, act);
  }

  to(state: ActionState, part: Partial<Pick<Activity, 'note' | 'link' | 'key' | 'title'>> = {}): void {
    this.activity = { ...this.activity, ...part, state, changed: Date.now() };
    const { id, title, note } = this.activity;
    if (WAITING.includes(state)) held.add(id);
    else held.delete(id);
    activityStore.set((old) => withActivity(old, this.activity));
    if (state === 'final') say(t`${title}: done`);
    if (state === 'rejected') say(note === null ? t`${title}: failed` : t`${title}: failed, ${note}`, true);
  }
}
