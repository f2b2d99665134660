// Wallet files in the dialogue that connects a wallet (web-ui.md §7.2).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { parseWalletFile } from '../model/keystore';
import { useBoot } from '../state/data';
import { useStore } from '../state/store';
import { keepWallet, vaultStore, vaultWhy } from '../state/vault';
import { Notice } from './ui';
import { OpenForm } from './password';

export function FileOfWallet({ label = t`Open a wallet file (it stays in this browser)` }: { label?: string }): ReactNode {
  const [problem, setProblem] = useState<string | null>(null);
  const take = (file: File | undefined): void => {
    if (!file) return;
    file.text().then((text) => {
      keepWallet(parseWalletFile(text));
      setProblem(null);
    }).catch((error: Error) => setProblem(error.message));
  };
  return (
    <>
      <label className="field">
        <span className="label">{label}</span>
        <input type="file" accept=".json,application/json,text/plain" onChange={(event) => take(event.target.files?.[0])} />
      </label>
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
    </>
  );
}

export default function KeystoreSection({ onDone }: { onDone: () => void }): ReactNode {
  const boot = useBoot();
  const files = useStore(vaultStore);
  const why = vaultWhy(boot);
  if (why) return <p className="muted">{why}</p>;
  return (
    <div className="stack">
      {files.map((file) => <OpenForm key={file.address} file={file} onDone={onDone} />)}
      <FileOfWallet />
      <Link to="/wallet/$tab" params={{ tab: 'keys' } as never} onClick={onDone}><Trans>Create, import or manage wallets of this browser</Trans></Link>
    </div>
  );
}
