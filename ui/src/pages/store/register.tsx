// Register an app or a dataset: what it is, where it lies, its checksum, and the call that is signed.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Upload } from '../../transport/api';
import { command, type Command } from '../../model/commands';
import { bytes } from '../../model/format';
import { createAppCall, createDatasetCall } from '../../signer/calls';
import { transact } from '../../state/actions';
import { useBoot } from '../../state/data';
import { FileThread } from '../../state/upload';
import { signWhy, useWallet } from '../../state/wallet';
import { useWhyNotSend } from '../../state/writable';
import { CommandDetails } from '../../view/command';
import { FormProblems } from '../../view/form_problems';
import { Dialog } from '../../view/overlays';
import CallFacts, { type Call } from '../../view/sign_words';
import { Bar, Button, Field, Notice, Segmented, TextField } from '../../view/ui';
import { FileUpload } from '../../view/upload';

type Kind = 'app' | 'dataset';
type Entry = { name: string; place: string; checksum: string; mrenclave: string };

const NOTHING: Entry = { name: '', place: '', checksum: '', mrenclave: '' };

/** SHA-256 of a file that stays here, in a thread of its own. */
function ChecksumOfFile({ onSum }: { onSum: (sum: string) => void }): ReactNode {
  const thread = useRef<FileThread | null>(null);
  const [read, setRead] = useState<{ done: number; total: number } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => () => thread.current?.close(), []);
  const take = async (file: File | undefined): Promise<void> => {
    thread.current?.close();
    if (!file) return;
    const mine = new FileThread(file, null);
    thread.current = mine;
    setProblem(null);
    setRead({ done: 0, total: file.size });
    try {
      onSum((await mine.digest((done, total) => setRead({ done, total }))).sha256);
    } catch (error) {
      if (thread.current === mine) setProblem((error as Error).message);
    } finally {
      mine.close();
      if (thread.current === mine) setRead(null);
    }
  };
  return (
    <Field label={t`Or compute it from the file (it stays here)`} problem={problem}>
      {({ id }) => <><input id={id} type="file" onChange={(event) => void take(event.target.files?.[0])} />{read ? <Bar label={t`Checksum`} share={read.total ? read.done / read.total : 0} text={t`${{ done: bytes(read.done) }} of ${{ total: bytes(read.total) }} read`} /> : null}</>}
    </Field>
  );
}

function Elsewhere({ kind, entry, problems, onChange }: { kind: Kind; entry: Entry; problems: Partial<Record<keyof Entry, string>>; onChange: (part: Partial<Entry>) => void }): ReactNode {
  return (
    <>
      <TextField label={kind === 'app' ? t`Image (registry/name:tag)` : t`Location (URL or /ipfs/…)`} required className="mono" problem={problems.place ?? null} value={entry.place} onChange={(place) => onChange({ place: place.trim() })} />
      <TextField label={t`Checksum (SHA-256)`} required className="mono" placeholder="0x…" problem={problems.checksum ?? null} value={entry.checksum} onChange={(text) => onChange({ checksum: text.trim() })} hint={kind === 'app' ? t`digest of the image` : t`of the file as it is stored`} />
      {kind === 'dataset' ? <ChecksumOfFile onSum={(checksum) => onChange({ checksum })} /> : null}
    </>
  );
}

function problemsOf(kind: Kind, entry: Entry): Partial<Record<keyof Entry, string>> {
  const problems: Partial<Record<keyof Entry, string>> = {};
  if (!entry.name.trim()) problems.name = t`Give it a name.`;
  if (!entry.place) problems.place = t`Say where it lies.`;
  else if (kind === 'dataset' && !/^(https?:\/\/\S+|\/ipfs\/\S+|ipfs:\/\/\S+)$/.test(entry.place)) problems.place = t`Workers fetch http(s) addresses and /ipfs/… only.`;
  else if (kind === 'app' && !/^[^/\s]+[.:][^/\s]*\/\S+$|^localhost\/\S+$/.test(entry.place)) problems.place = t`Name the registry too, like docker.io/library/hello:1.`;
  if (!/^0x[0-9a-f]{64}$/i.test(entry.checksum)) problems.checksum = kind === 'app' ? t`The checksum is 0x and 64 digits.` : t`The checksum is 0x and 64 digits; choose a file to compute it.`;
  return problems;
}

function commandsOf(kind: Kind, entry: Entry, file: boolean): Command[] {
  const request = (parts: string[]): Command => command(parts, 'POST', '/v1/tx', { raw: '0x…' });
  const name = entry.name || 'NAME';
  if (!file) return [request(['bourse', kind, 'deploy', '--name', name, '--multiaddr', entry.place || 'PLACE', '--checksum', entry.checksum || 'SHA256'])];
  const encrypt: Command = { line: 'bourse dataset encrypt FILE', request: t`none: it writes FILE.enc and FILE.key` };
  return [command(['bourse', 'dataset', 'deploy', '--name', name, '--file', 'FILE'], 'POST', '/v1/uploads'), encrypt];
}

function RegisterDialog({ kind, onClose }: { kind: Kind; onClose: () => void }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const blocked = useWhyNotSend();
  const uploads = kind === 'dataset' && !!boot.features.uploads;
  const [way, setWay] = useState<'upload' | 'elsewhere'>(uploads ? 'upload' : 'elsewhere');
  const [entry, setEntry] = useState(NOTHING);
  const [keySaved, setKeySaved] = useState(false);
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const change = (part: Partial<Entry>): void => setEntry((old) => ({ ...old, ...part }));
  const stored = (upload: Upload | null): void => change(upload ? { place: upload.location ?? '', checksum: upload.sha256 } : { place: '', checksum: '' });
  const problems = problemsOf(kind, entry);
  const shown = tried ? problems : {};
  const good = Object.keys(problems).length === 0;
  const registry = (kind === 'app' ? boot.contracts.appRegistry : boot.contracts.datasetRegistry) ?? '';
  const why = (wallet.signer ? signWhy(wallet, boot.domain.chainId) : t`Connect a wallet first.`) ?? blocked ?? (way === 'upload' && !entry.place ? t`Upload the file first.` : null);
  const makeCall = (): Call => {
    const common = { name: entry.name.trim(), multiaddr: entry.place, checksum: entry.checksum };
    const owner = wallet.account ?? '';
    return { to: registry, data: kind === 'app' ? createAppCall(owner, { ...common, type: 'DOCKER', mrenclave: entry.mrenclave.trim() }) : createDatasetCall(owner, common) };
  };
  const go = (): void => {
    setTried(true);
    setProblem(null);
    if (!good) return;
    const { name } = entry;
    const call = makeCall();
    transact(kind === 'app' ? t`Register the app ${name}` : t`Register the dataset ${name}`, call.to, call.data, kind === 'app' ? '/store/mine' : '/store/data').then((done) => done && onClose(), (error: Error) => setProblem(error.message));
  };
  return (
    <Dialog open onClose={onClose} title={kind === 'app' ? t`Register an app` : t`Register a dataset`} foot={<Button look="primary" onClick={go} why={why}><Trans>Register</Trans></Button>}>
      <FormProblems />
      <TextField label={t`Name`} required problem={shown.name ?? null} value={entry.name} onChange={(name) => change({ name })} hint={t`on chain for good, for everybody to read`} />
      {uploads ? <div className="row"><Segmented label={t`Where the file lies`} value={way} choices={[{ value: 'upload', label: t`Upload a file` }, { value: 'elsewhere', label: t`It lies elsewhere` }]} onChange={(next) => { setWay(next); change({ place: '', checksum: '' }); }} /></div> : null}
      {way === 'upload' ? <FileUpload keySaved={keySaved} onKeySaved={setKeySaved} onStored={stored} /> : <Elsewhere kind={kind} entry={entry} problems={shown} onChange={change} />}
      {kind === 'app' ? <TextField label={t`Enclave measurement`} className="mono" value={entry.mrenclave} onChange={(mrenclave) => change({ mrenclave })} hint={t`what the enclave proves of itself, as text or JSON; empty for an app outside an enclave`} /> : null}
      {wallet.account && good ? <CallFacts call={makeCall()} /> : null}
      {good ? <p className="small muted"><Trans>A transaction of your wallet makes you the owner of this entry. It moves no tokens; what may be done with it is said in your offers.</Trans></p> : null}
      <CommandDetails of={commandsOf(kind, entry, way === 'upload')} />
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
    </Dialog>
  );
}

export function Register({ kind }: { kind: Kind }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>{kind === 'app' ? t`Register an app` : t`Register a dataset`}</Button>
      {open ? <RegisterDialog kind={kind} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
