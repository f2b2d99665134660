// Fields around wallet files: opening one, and a new password typed twice.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { getAddress } from 'viem';
import { openWalletFile, passwordProblem, type WalletFile } from '../model/keystore';
import { useBoot } from '../state/data';
import { connectKeystore } from '../state/wallet';
import { Bar, Button, Notice, TextField } from './ui';

export const addressOf = (file: WalletFile): string => getAddress(`0x${file.address}`);

/** Share of the key derivation that is done, at most a few times a second. */
export function Deriving({ share }: { share: number | null }): ReactNode {
  if (share === null) return null;
  return <Bar label={t`Opening`} share={share} text={`${Math.round(share * 100)} %`} />;
}

export function OpenForm({ file, onDone }: { file: WalletFile; onDone: () => void }): ReactNode {
  const boot = useBoot();
  const [password, setPassword] = useState('');
  const [share, setShare] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const open = async (): Promise<void> => {
    setShare(0);
    setProblem(null);
    try {
      const key = await openWalletFile(file, password, setShare);
      await connectKeystore(addressOf(file), key, boot);
      setPassword('');
      onDone();
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setShare(null);
    }
  };
  const why = share !== null ? t`The wallet is being opened.` : password ? null : t`Enter the password of this wallet.`;
  return (
    <form
      className="stack"
      style={{ gap: 6 }}
      aria-label={t`Open ${{ address: addressOf(file) }}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (!why) void open();
      }}
    >
      <TextField label={t`Password of ${{ address: `${addressOf(file).slice(0, 8)}…${addressOf(file).slice(-4)}` }}`} type="password" autoComplete="current-password" value={password} onChange={setPassword} problem={problem} after={<Button type="submit" look="primary" why={why}><Trans>Open</Trans></Button>} />
      <Deriving share={share} />
    </form>
  );
}

export type NewPassword = { password: string; again: string };
export const EMPTY_PASSWORD: NewPassword = { password: '', again: '' };

export function PasswordPair({ value, onChange }: { value: NewPassword; onChange: (next: NewPassword) => void }): ReactNode {
  const problem = value.again ? passwordProblem(value.password, value.again) : null;
  return (
    <div className="pair">
      <TextField label={t`New password`} required type="password" autoComplete="new-password" value={value.password} onChange={(password) => onChange({ ...value, password })} />
      <TextField label={t`The same again`} required type="password" autoComplete="new-password" value={value.again} problem={problem} onChange={(again) => onChange({ ...value, again })} />
    </div>
  );
}

export function Forgotten(): ReactNode {
  return <Notice tone="info" inline><Trans>Nobody can restore the password: keep it, and keep a copy of the wallet file or of its words.</Trans></Notice>;
}
