// Signing in: a challenge of the market, said in words before the wallet is asked.
import { useState, type ReactNode } from 'react';
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
    <details className="small" style={{ textAlign: 'left' }}>
      <summary>What you sign</summary>
      <KeyTable
        rows={[
          ['Text', 'a random challenge, used once'],
          ['Protocol', `${domain.name} ${domain.version}`],
          ['Chain', `${domain.chainId}`],
          ['It allows', 'reading and operating what your address may, in this page, for 15 minutes after the last use'],
          ['It does not', 'move money, sign orders, or work on another market'],
        ]}
      />
    </details>
  );
}

export function SessionNeeded({ to, children }: { to: string; children: ReactNode }): ReactNode {
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
      <span>To {to}, sign a challenge: it proves who you are, costs nothing and moves nothing.</span>
      {wallet.kind === 'locked' ? <Button look="primary" onClick={unlockWallet}>Unlock</Button> : <Button look="primary" onClick={open} why={wallet.signer ? null : 'Connect a wallet first.'}>Sign in</Button>}
      <ChallengeWords />
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
    </div>
  );
}
