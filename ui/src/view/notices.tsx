// Watches the connected account's deals and says what happened to them (G-07).
import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'react';
import type { Deal } from '../transport/api';
import { notify } from '../state/activity';
import { refreshData, useChannel } from '../state/data';
import { feed } from '../transport/socket';
import { settingsStore } from '../state/settings';
import { useWallet } from '../state/wallet';
import { shortHash } from '../model/format';

const REVERTED_MS = 10_000;

/** How much the chain took back a moment ago: every answer is asked again, and the page says so for ten seconds. */
export function useReverted(): { count: number; height: number | null } | null {
  const [reverted, setReverted] = useState<{ count: number; height: number | null } | null>(null);
  useEffect(() => {
    feed.onRevert((count, height) => {
      setReverted({ count, height });
      refreshData('/v1/');
    });
  }, []);
  useEffect(() => {
    if (!reverted) return undefined;
    const timer = setTimeout(() => setReverted(null), REVERTED_MS);
    return () => clearTimeout(timer);
  }, [reverted]);
  return reverted;
}

export function useNotices(): void {
  const { account } = useWallet();
  const { state } = useChannel<{ items: Deal[] }>(account ? `deals:requester:${account}` : null);
  useEffect(() => {
    const since = Date.now() - 10 * 60_000;
    for (const deal of state?.items ?? []) {
      if (deal.time < since) continue;
      const { notifications } = settingsStore.get();
      const id = shortHash(deal.id);
      notify(`${deal.id}.sealed`, t`Deal ${id} is sealed`, `/deal/${deal.id}`, notifications);
      if (deal.status === 'COMPLETE') notify(`${deal.id}.complete`, t`Deal ${id} is complete`, `/deal/${deal.id}`, notifications);
      if (deal.status === 'FAILED' || deal.status === 'CLAIMABLE') notify(`${deal.id}.failed`, t`Deal ${id} failed: the money can be claimed`, `/deal/${deal.id}`, notifications);
    }
  }, [state]);
}
