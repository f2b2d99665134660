// Watches the connected account's deals and says what happened to them (G-07).
import { useEffect } from 'react';
import type { Deal } from '../transport/api';
import { notify } from '../state/activity';
import { useChannel } from '../state/data';
import { settingsStore } from '../state/settings';
import { useWallet } from '../state/wallet';
import { shortHash } from '../model/format';

export function useNotices(): void {
  const { account } = useWallet();
  const { state } = useChannel<{ items: Deal[] }>(account ? `deals:requester:${account}` : null);
  useEffect(() => {
    const since = Date.now() - 10 * 60_000;
    for (const deal of state?.items ?? []) {
      if (deal.time < since) continue;
      const { notifications } = settingsStore.get();
      const name = `Deal ${shortHash(deal.id)}`;
      notify(`${deal.id}.sealed`, `${name} is sealed`, `/deal/${deal.id}`, notifications);
      if (deal.status === 'COMPLETE') notify(`${deal.id}.complete`, `${name} is complete`, `/deal/${deal.id}`, notifications);
      if (deal.status === 'FAILED' || deal.status === 'CLAIMABLE') notify(`${deal.id}.failed`, `${name} failed: the money can be claimed`, `/deal/${deal.id}`, notifications);
    }
  }, [state]);
}
