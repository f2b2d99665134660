import { t } from '@lingui/core/macro';
import { afterReload, withActivity, type ActionState, type Activity } from '../model/action';
import { createStore, keptStore } from './store';

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
  if (browser && 'Notification' in window && Notification.permission === 'granted') new Notification('Bourse', { body: text });
}

export class Tracker {
  private activity: Activity;

  constructor(title: string, key: string | null = null) {
    const now = Date.now();
    this.activity = { id: crypto.randomUUID(), title, state: 'draft', started: now, changed: now, note: null, link: null, key };
  }

  to(state: ActionState, part: Partial<Pick<Activity, 'note' | 'link' | 'key' | 'title'>> = {}): void {
    this.activity = { ...this.activity, ...part, state, changed: Date.now() };
    activityStore.set((old) => withActivity(old, this.activity));
    const { title, note } = this.activity;
    if (state === 'final') say(t`${title}: done`);
    if (state === 'rejected') say(note === null ? t`${title}: failed` : t`${title}: failed, ${note}`, true);
  }
}
