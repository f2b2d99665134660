// A file into the store (D-05): chosen, encrypted here if wished, its checksum shown, signed for, and sent with progress.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, type ReactNode } from 'react';
import type { Upload, UploadRules } from '../transport/api';
import { bytes, duration } from '../model/format';
import { keyText } from '../model/stored_file';
import type { UploadProgress } from '../model/upload';
import { useApi, useBoot } from '../state/data';
import { useTitleShare } from '../state/title';
import { begunStore, forgetBegun, textOfOrder } from '../state/upload';
import { useUpload, type Lock, type UploadForm } from '../state/use_upload';
import { useStore } from '../state/store';
import { signWhy, useWallet } from '../state/wallet';
import { saveFile } from './table';
import { Bar, Button, Check, Copy, Field, KeyTable, Notice, Segmented } from './ui';
import { Untrusted } from './values';
import '../styles/wallet.css';

function Reading({ form }: { form: UploadForm }): ReactNode {
  if (form.stage !== 'preparing' || !form.read) return null;
  const { done, total } = form.read;
  const text = t`${{ done: bytes(done) }} of ${{ total: bytes(total) }} read`;
  return (
    <div className="stack" style={{ gap: 4 }}>
      <Bar label={form.lock === 'none' ? t`Checksum` : t`Encryption and checksum`} share={total ? done / total : 0} text={text} />
      <div className="row small"><span className="num">{text}</span><Button look="tiny" onClick={form.cancel}><Trans>Cancel</Trans></Button></div>
    </div>
  );
}

function sentText({ phase, got, total, perSecond }: UploadProgress): string {
  const part = t`${{ got: bytes(got) }} of ${{ total: bytes(total) }}`;
  if (phase === 'waiting') return t`${part} · the connection broke, trying again`;
  if (phase === 'paused') return t`${part} · paused`;
  if (phase === 'checking') return t`${part} · the store verifies the file`;
  if (perSecond === null) return part;
  return t`${part} · ${{ speed: bytes(Math.round(perSecond)) }}/s · ${{ left: duration(((total - got) * 1000) / perSecond) }} left`;
}

function Sending({ form }: { form: UploadForm }): ReactNode {
  const { progress } = form;
  useTitleShare(form.stage === 'sending' && progress ? progress.got / progress.total : null);
  if (form.stage !== 'sending') return null;
  if (!progress) return <p className="small" role="status"><Trans>Asking the store…</Trans></p>;
  return (
    <div className="stack" style={{ gap: 4 }}>
      <Bar label={t`Upload`} share={progress.got / progress.total} text={sentText(progress)} tone={progress.phase === 'waiting' ? 'warning' : 'info'} />
      <div className="row small">
        <span className="num" role={progress.phase === 'sending' ? undefined : 'status'}>{sentText(progress)}</span>
        {progress.phase === 'paused' ? <Button look="tiny" onClick={form.resume}><Trans>Go on</Trans></Button> : <Button look="tiny" onClick={form.pause}><Trans>Pause</Trans></Button>}
      </div>
    </div>
  );
}

/** What encryption is good for here, and what not. */
function Honest(): ReactNode {
  const boot = useBoot();
  if (boot.features.secrets) return <Notice tone="info" inline><Trans>Only an enclave that this market’s secret service trusts gets the key, and only for a deal that your offer lets in.</Trans></Notice>;
  return <Notice tone="warning" inline><Trans>To compute on encrypted data, an enclave must get the key from a secret service. This market has none: apps here see the encrypted bytes only. Existing tools open the file with the key.</Trans></Notice>;
}

function Locking({ form }: { form: UploadForm }): ReactNode {
  const fixed = form.stage === 'signing' || form.stage === 'sending' || form.stage === 'stored';
  // Browsers keep their cryptography from pages that came over an open line.
  if (!globalThis.crypto?.subtle) return <p className="small muted"><Trans>This browser encrypts only on pages that came over https or from this machine.</Trans></p>;
  if (fixed) return null;
  return (
    <>
      <Check label={<Trans>Encrypt it here, before it leaves the browser (AES-256)</Trans>} checked={form.lock !== 'none'} onChange={(on) => form.setLock(on ? 'new' : 'none')} />
      {form.lock !== 'none' ? (
        <>
          <Honest />
          <Segmented<Lock> label={t`Key`} value={form.lock} choices={[{ value: 'new', label: t`new key` }, { value: 'file', label: t`key of a file` }]} onChange={form.setLock} />
        </>
      ) : null}
      {form.lock === 'file' ? <Field label={t`Key file; it stays in this page`}>{({ id }) => <input id={id} type="file" onChange={(event) => form.chooseKey(event.target.files?.[0] ?? null)} />}</Field> : null}
    </>
  );
}

function SaveKey({ form, saved, onSaved }: { form: UploadForm; saved: boolean; onSaved: () => void }): ReactNode {
  if (!form.prepared?.secret || form.lock !== 'new') return null;
  const { name, secret } = form.prepared;
  return (
    <Notice tone={saved ? 'success' : 'warning'} inline>
      {saved ? <Trans>The key was saved as a file. Keep it: without it nobody can open the data, you neither.</Trans> : <Trans>The key is in this page only. Without it nobody can open the data, you neither.</Trans>}{' '}
      <Button look={saved ? 'tiny' : 'tiny primary'} onClick={() => { saveFile(`${name}.key`, keyText(secret.key), 'text/plain'); onSaved(); }}>{saved ? <Trans>Save it again</Trans> : <Trans>Save the key</Trans>}</Button>
    </Notice>
  );
}

function Facts({ form, rules }: { form: UploadForm; rules: UploadRules | undefined }): ReactNode {
  const { prepared, order } = form;
  if (!prepared) return null;
  return (
    <>
      <KeyTable
        rows={[
          [t`File`, <Untrusted key="n" text={prepared.name} limit={60} />],
          [t`Stored size`, prepared.secret ? t`${{ size: bytes(prepared.size) }}, encrypted` : bytes(prepared.size)],
          [t`Checksum (SHA-256)`, <span key="s" className="always"><code style={{ overflowWrap: 'anywhere' }}>{prepared.sha256}</code> <Copy text={prepared.sha256} kind={t`checksum`} always /></span>],
          rules ? [t`Kept`, t`for ${{ time: duration(rules.keepMs) }}, and for good once a dataset on chain refers to it`] : null,
        ]}
      />
      {order && form.stage !== 'stored' ? <details className="sign-words"><summary><Trans>What you sign</Trans></summary><pre className="command-box" tabIndex={0} style={{ margin: 12, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{textOfOrder(order)}</pre></details> : null}
    </>
  );
}

/** Uploads that ended before their file did. */
function Unfinished({ form }: { form: UploadForm }): ReactNode {
  const wallet = useWallet();
  const begun = useStore(begunStore).filter((each) => each.owner === wallet.account);
  if (form.begun && form.stage !== 'sending' && form.stage !== 'stored') return <Notice tone="info" inline>{form.begun.iv && form.lock === 'file' && !form.prepared ? <Trans>An encrypted upload of this file was begun: choose its key to go on.</Trans> : <Trans>An upload of this file was begun: it goes on from what the store has.</Trans>}</Notice>;
  if (form.file || begun.length === 0) return null;
  return (
    <Notice tone="info" inline>
      <Trans>Not finished yet. Choose the file again to go on:</Trans>
      <ul className="members">{begun.map((each) => <li key={each.sha256}><Untrusted text={each.name} limit={40} /> ({bytes(each.size)}) <Button look="tiny" onClick={() => forgetBegun(each.owner, each.sha256)}><Trans>Forget</Trans></Button></li>)}</ul>
    </Notice>
  );
}

function whyNotSent(form: UploadForm, rules: UploadRules | undefined, keySaved: boolean, walletWhy: string | null): string | null {
  if (rules?.from === 'nobody') return t`This market’s store takes no files: use one that lies elsewhere.`;
  if (!form.file) return t`Choose a file first.`;
  if (form.lock === 'file' && !form.prepared && form.stage === 'choose') return t`Choose the key file.`;
  if (!form.prepared) return t`The checksum is being computed.`;
  if (rules && form.prepared.size > rules.maxBytes) return t`The store takes files of up to ${{ size: bytes(rules.maxBytes) }}.`;
  if (form.lock === 'new' && !keySaved) return t`Save the key first.`;
  if (form.stage === 'signing') return t`Confirm in your wallet.`;
  return walletWhy;
}

function limits(rules: UploadRules | undefined): string | null {
  if (!rules) return null;
  const size = bytes(rules.maxBytes);
  return rules.from === 'staked' ? t`up to ${size}, of a wallet with a deposit` : t`up to ${size}`;
}

/** `onStored`: the file is in the store; null once another one is chosen. `plain`: never encrypted. */
export function FileUpload({ plain = false, keySaved, onKeySaved, onStored }: { plain?: boolean; keySaved: boolean; onKeySaved: (saved: boolean) => void; onStored: (stored: Upload | null) => void }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const form = useUpload();
  const { data: rules } = useApi<UploadRules>('/v1/uploads');
  const { stored } = form;
  useEffect(() => onStored(stored), [stored]);
  useEffect(() => onKeySaved(false), [form.prepared?.secret]);
  const walletWhy = wallet.signer ? signWhy(wallet, boot.domain.chainId) : t`Connect a wallet first.`;
  const why = whyNotSent(form, rules, keySaved, walletWhy);
  return (
    <div className="stack">
      <Unfinished form={form} />
      <Field label={t`File`} required problem={form.stage === 'choose' ? form.problem : null} hint={limits(rules)}>
        {({ id, describedBy, invalid }) => <input id={id} type="file" aria-describedby={describedBy} aria-invalid={invalid || undefined} disabled={form.stage === 'signing' || form.stage === 'sending'} onChange={(event) => form.choose(event.target.files?.[0] ?? null)} />}
      </Field>
      {plain ? null : <Locking form={form} />}
      <Reading form={form} />
      <Facts form={form} rules={rules} />
      <SaveKey form={form} saved={keySaved} onSaved={() => onKeySaved(true)} />
      <Sending form={form} />
      {form.stage !== 'choose' && form.problem ? <Notice tone="danger" alert>{form.problem}</Notice> : null}
      {stored ? <Notice tone="success" inline><Trans>Stored as <code style={{ overflowWrap: 'anywhere' }}>{stored.location}</code></Trans></Notice> : form.stage === 'sending' ? null : <div className="row"><Button look="primary" onClick={form.send} why={why}>{form.begun ? <Trans>Sign and go on</Trans> : <Trans>Sign and upload</Trans>}</Button>{why && form.file ? <span className="small muted">{why}</span> : null}</div>}
    </div>
  );
}
