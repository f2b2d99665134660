// A session that is about to end says so a minute ahead and can be kept.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { useNow } from '../state/data';
import { extendSession, sessionStore } from '../state/session';
import { useStore } from '../state/store';
import { Button } from './ui';

const AHEAD_MS = 60_000;

export function SessionExpiry(): ReactNode {
  const session = useStore(sessionStore);
  const now = useNow(1_000);
  if (!session || session.expires - now > AHEAD_MS) return null;
  const left = Math.max(0, Math.ceil((session.expires - now) / 1000));
  return (
    <section className="banner tone-warning" role="status" aria-label={t`About your session`}>
      {left > 0 ? <Trans><strong>Your session ends in {left} s.</strong> What you typed stays.</Trans> : <Trans><strong>Your session has ended.</strong> What you typed stays; sign in again where it is needed.</Trans>}
      {left > 0 ? <Button look="tiny" onClick={extendSession}><Trans>Stay signed in</Trans></Button> : null}
    </section>
  );
}
