// Pairing with the program in a terminal (web-ui.md §7.2, companion).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { useBoot, useNow } from '../state/data';
import { closeCompanion, companionStore, openCompanion } from '../state/companion';
import { connectCompanion } from '../state/wallet';
import { useStore } from '../state/store';
import { Button, Copy, Notice } from './ui';

function Code({ code, expiresAt }: { code: string; expiresAt: number }): ReactNode {
  const now = useNow(1_000);
  const line = `bourse companion ${code} --market ${location.origin} --wallet WALLET`;
  const left = Math.max(0, Math.ceil((expiresAt - now) / 1000));
  return (
    <div className="stack">
      <p><Trans>In a terminal of the machine that holds the key:</Trans></p>
      <div className="command-box always" tabIndex={0}>{line} <Copy text={line} kind={t`command`} always /></div>
      <p><Trans>The terminal asks for the code <strong className="mono" style={{ fontSize: '1.3rem' }} data-test="pairing-code">{code.slice(0, 3)} {code.slice(3)}</strong>, still good for {left} s.</Trans></p>
    </div>
  );
}

export default function CompanionSection({ onDone }: { onDone: () => void }): ReactNode {
  const boot = useBoot();
  const status = useStore(companionStore);
  const [problem, setProblem] = useState<string | null>(null);
  const pair = (): void => {
    setProblem(null);
    connectCompanion(openCompanion(null), boot).then(onDone, (error: Error) => {
      setProblem(error.message);
      closeCompanion();
    });
  };
  const busy = status.phase === 'opening' || status.phase === 'code' || status.asking > 0;
  return (
    <div className="stack">
      <p className="muted" style={{ margin: 0 }}><Trans>The key stays in a terminal: it shows each order and transaction, and you answer there.</Trans></p>
      {status.phase === 'code' && status.code && status.expiresAt ? <Code code={status.code} expiresAt={status.expiresAt} /> : null}
      {status.asking > 0 ? <Notice tone="info" inline><Trans>Look at your terminal: it asks whether this page may see your address.</Trans></Notice> : null}
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
      <div className="row">
        <Button onClick={pair} why={busy ? t`The pairing is under way.` : null}><Trans>Pair with a terminal</Trans></Button>
        {busy ? <Button onClick={closeCompanion}><Trans>Stop</Trans></Button> : null}
      </div>
    </div>
  );
}
