// What is signed, in words and raw, before the wallet opens (M-35): transactions inside their form, texts in a sheet.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useMemo, type ReactNode } from 'react';
import { useBoot } from '../state/data';
import { callWords } from '../signer/call_words';
import { sameAddress } from '../model/domain';
import { useWallet } from '../state/wallet';
import { Dialog } from './overlays';
import { Button, Chip, Copy, KeyTable, Notice } from './ui';
import { LookAlike, Untrusted } from './values';
import '../styles/wallet.css';

export type Call = { to: string; data: string };

/** In full: a name or a shortened address may imitate another (S-07). */
export function FullAddress({ of }: { of: string }): ReactNode {
  const wallet = useWallet();
  return <span className="always"><code>{of}</code> {sameAddress(of, wallet.account) ? <Chip className="accent"><Trans>you</Trans></Chip> : <LookAlike of={of} />} <Copy text={of} kind={t`address`} always /></span>;
}

const value = (name: string, words: string): ReactNode => (/^0x[0-9a-fA-F]{40}$/.test(words) ? <FullAddress key={name} of={words} /> : <Untrusted key={name} text={words} more />);

function Facts({ call }: { call: Call }): ReactNode {
  const boot = useBoot();
  const { does, contract, call: name, rows } = useMemo(() => callWords(boot, call.to, call.data), [boot, call.to, call.data]);
  return (
    <>
      <p className="body" style={{ margin: 0 }}>{does}</p>
      <KeyTable
        rows={[
          ...rows.filter((each) => each.name !== 'salt').map((each): [string, ReactNode] => [each.label, value(each.name, each.words)]),
          [t`Contract`, <span key="c" className="row" style={{ gap: 6 }}>{contract ?? t`not known to this market`} <code>{call.to}</code></span>],
          [t`Chain`, String(boot.domain.chainId)],
          [t`Call`, <code key="f">{name}</code>],
          [t`Raw`, <code key="r"><Untrusted text={call.data} limit={80} more /></code>],
        ]}
      />
    </>
  );
}

/** A transaction that is about to be sent. */
export default function CallFacts({ call, open = false }: { call: Call | null; open?: boolean }): ReactNode {
  if (!call) return null;
  return (
    <details className="sign-words" open={open}>
      <summary><Trans>What you sign</Trans></summary>
      <Facts call={call} />
    </details>
  );
}

type TextProps = { title: string; text: string; rows: [string, ReactNode][]; action: string; why: string | null; problem: string | null; onSign: () => void; onClose: () => void; children?: ReactNode };

/** A text that is signed as it stands. */
export function TextSheet({ title, text, rows, action, why, problem, onSign, onClose, children }: TextProps): ReactNode {
  return (
    <Dialog open onClose={onClose} title={title} foot={<><Button look="primary" onClick={onSign} why={why}>{action}</Button><Button onClick={onClose}><Trans>Back</Trans></Button></>}>
      {children}
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      <KeyTable rows={rows} />
      <details>
        <summary><Trans>Raw, as it is signed</Trans></summary>
        <pre className="command-box" style={{ margin: '8px 0 0' }} tabIndex={0}>{text}</pre>
      </details>
    </Dialog>
  );
}
