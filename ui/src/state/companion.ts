// The companion of this page: its link, what it says, and the pairing kept for a reload of this tab.
import { t } from '@lingui/core/macro';
import { CompanionLink, QUIET, type CompanionStatus } from '../model/companion';
import { browserClock, openSocket } from './live';
import { createStore } from '../model/store';

const RECORD = 'bourse.companion';

export const companionStore = createStore<CompanionStatus>(QUIET);
let link: CompanionLink | null = null;

function keep(token: string | null): void {
  if (token === null) sessionStorage.removeItem(RECORD);
  else sessionStorage.setItem(RECORD, token);
}

export const keptPairing = (): string | null => sessionStorage.getItem(RECORD);

export function openCompanion(token: string | null): CompanionLink {
  link?.close();
  link = new CompanionLink((events) => openSocket('/v1/companion', [], events), browserClock, (status) => companionStore.set(status), keep);
  link.open(token);
  return link;
}

export function closeCompanion(): void {
  link?.close();
  link = null;
  companionStore.set(QUIET);
}

/** Once the terminal has joined; rejects when the pairing ends before. */
export function paired(): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): boolean => {
      const { phase, problem } = companionStore.get();
      if (phase === 'paired') resolve();
      else if (phase === 'ended' || phase === 'idle') reject(new Error(problem ?? t`The pairing has ended.`));
      else return false;
      return true;
    };
    if (look()) return;
    const end = companionStore.subscribe(() => {
      if (look()) end();
    });
  });
}
