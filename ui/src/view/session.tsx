// Signing in: a challenge of the market, said in words before the wallet is asked.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { SESSION_NEEDS } from '../model/words';
import { Refused } from '../signer/types';
import { useBoot } from '../state/data';
import { openSession, sessionStore } from '../state/session';
import { useStore } from '../state/store';
import { useWallet } from '../state/wallet';
import { unlockWallet } from './wallet';
import { Button, KeyTable, Notice } from './ui';

/** What the signature of a challenge says and does. */
export function ChallengeWords(): ReactNode {
  const boot = useBoot();
  const { challengeDomain: domain } = boot;
  return (
    <details className="small" style={{ textAlign: 'start' }}>
      <summary><Trans>What you sign</Trans></summary>
      <KeyTable
        rows={[
          [t`Text`, t`a random challenge, used once`],
          [t`Protocol`, `${domain.name} ${domain.version}`],
          [t`Chain`, `${domain.chainId}`],
          [t`It allows`, t`reading and operating what your address may, in this page, for 15 minutes after the last use`],
          [t`It does not`, t`move money, sign orders, or work on another market`],
        ]}
      />
    </details>
  );
}

export function SessionNeeded({ to, children }: { to: keyof typeof SESSION_NEEDS; children: ReactNode }): ReactNode {
  const session = useStore(sessionStore);
  const wallet = useWallet();
  const [problem, setProblem] = useState<string | null>(null);
  if (session) return <>{children}</>;
  const open = (): void => {
    setProblem(null);
    openSession(wallet).catch((error: Error) => setProblem(error instanceof Refused ? null : error.message));
  };
  return (
    <div className="empty">
      <span>{SESSION_NEEDS[to]}</span>
      {wallet.kind === 'locked' ? <Button look="primary" onClick={unlockWallet}><Trans>Unlock</Trans></Button> : <Button look="primary" onClick={open} why={wallet.signer ? null : t`Connect a wallet first.`}><Trans>Sign in</Trans></Button>}
      <ChallengeWords />
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
    </div>
  );
}
