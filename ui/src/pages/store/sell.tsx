// Register an app or a dataset, and offer it for a price.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Resource } from '../../transport/api';
import { isAddress, NULL_ADDRESS, tagOfBits } from '../../model/domain';
import { newSalt, type OrderFields } from '../../model/orders';
import { sha256 } from '../../model/result';
import { createAppCall, createDatasetCall } from '../../signer/calls';
import { publish, transact } from '../../state/actions';
import { useBoot } from '../../state/data';
import { useWallet } from '../../state/wallet';
import { Dialog } from '../../view/overlays';
import { Button, Notice, TextField } from '../../view/ui';
import { SignSheet } from '../market/preflight';

export function Register({ kind }: { kind: 'app' | 'dataset' }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [place, setPlace] = useState('');
  const [checksum, setChecksum] = useState('');
  const [mrenclave, setMrenclave] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const registry = kind === 'app' ? boot.contracts.appRegistry : boot.contracts.datasetRegistry;
  const sum = /^0x[0-9a-f]{64}$/i.test(checksum);
  const why = !wallet.signer ? t`Connect a wallet first.` : !name ? t`Give it a name.` : !place ? t`Say where it lies.` : !sum ? t`The checksum is 0x and 64 digits; choose a file to compute it.` : null;
  const hash = (file: File | undefined): void => {
    if (file) void file.arrayBuffer().then((content) => sha256(new Uint8Array(content))).then(setChecksum);
  };
  const go = (): void => {
    const owner = wallet.account ?? '';
    const data = kind === 'app' ? createAppCall(owner, { name, type: 'DOCKER', multiaddr: place, checksum, mrenclave: mrenclave.trim() }) : createDatasetCall(owner, { name, multiaddr: place, checksum });
    setProblem(null);
    transact(kind === 'app' ? t`Register the app ${name}` : t`Register the dataset ${name}`, registry ?? '', data, kind === 'app' ? '/store/mine' : '/store/data').then((done) => done && setOpen(false), (error: Error) => setProblem(error.message));
  };
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>{kind === 'app' ? t`Register an app` : t`Register a dataset`}</Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={kind === 'app' ? t`Register an app` : t`Register a dataset`} foot={<Button look="primary" onClick={go} why={why}><Trans>Register</Trans></Button>}>
        <TextField label={t`Name`} required value={name} onChange={setName} />
        <TextField label={kind === 'app' ? t`Image (registry/name:tag)` : t`Location (URL or /ipfs/…)`} required className="mono" value={place} onChange={setPlace} />
        <TextField label={t`Checksum (SHA-256)`} required className="mono" placeholder="0x…" value={checksum} onChange={(text) => setChecksum(text.trim())} hint={kind === 'app' ? t`digest of the image` : t`of the file as it is stored`} />
        {kind === 'dataset' ? <label className="field"><span className="label"><Trans>Or compute it from the file (it stays here)</Trans></span><input type="file" onChange={(event) => hash(event.target.files?.[0])} /></label> : null}
        {kind === 'app' ? <TextField label={t`Enclave measurement`} className="mono" value={mrenclave} onChange={setMrenclave} hint={t`what the enclave proves of itself, as text or JSON; empty for an app outside an enclave`} /> : null}
        {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      </Dialog>
    </>
  );
}

export function OfferDialog({ row, kind, onClose }: { row: Resource; kind: 'app' | 'dataset'; onClose: () => void }): ReactNode {
  const boot = useBoot();
  const [price, setPrice] = useState('1');
  const [volume, setVolume] = useState('1000');
  const [who, setWho] = useState('');
  const [app, setApp] = useState('');
  const [salt] = useState(newSalt);
  const [sheet, setSheet] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const wrong = !/^\d+$/.test(price) ? t`Price is a whole number of nRLC.` : !/^[1-9]\d*$/.test(volume) ? t`Volume is at least 1.` : who && !isAddress(who) ? t`The requester is 0x and 40 digits.` : app && !isAddress(app) ? t`The app is 0x and 40 digits.` : null;
  const order: OrderFields = { [kind]: row.address, [`${kind}price`]: price, volume, tag: tagOfBits([]), requesterrestrict: who || NULL_ADDRESS, workerpoolrestrict: NULL_ADDRESS, [kind === 'app' ? 'datasetrestrict' : 'apprestrict']: app || NULL_ADDRESS, salt };
  const go = (): void => {
    setBusy(true);
    setProblem(null);
    publish(kind === 'app' ? t`Offer app ${{ name: row.name }}` : t`Offer dataset ${{ name: row.name }}`, kind, order, boot)
      .then((done) => { if (done) onClose(); }, (error: Error) => setProblem(error.message))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Dialog open={!sheet} onClose={() => { if (!sheet) onClose(); }} title={t`Offer “${{ name: row.name.slice(0, 40) }}”`} foot={<Button look="primary" onClick={() => setSheet(true)} why={wrong}><Trans>Continue</Trans></Button>}>
        <div className="pair"><TextField label={t`Price a task, nRLC`} required className="num" value={price} onChange={setPrice} /><TextField label={t`Volume`} required className="num" value={volume} onChange={setVolume} hint={t`how often it may be used`} /></div>
        <TextField label={t`Only for requester (or group)`} className="mono" placeholder={t`anyone`} value={who} onChange={(text) => setWho(text.trim())} />
        <TextField label={kind === 'app' ? t`Only with dataset` : t`Only with app`} className="mono" placeholder={t`any`} value={app} onChange={(text) => setApp(text.trim())} hint={kind === 'dataset' ? t`Without it, any app may read the data.` : null} />
      </Dialog>
      <SignSheet open={sheet} kind={kind} order={order} action={t`Sign and publish`} busy={busy} problem={problem} onSign={go} onClose={() => setSheet(false)} />
    </>
  );
}
