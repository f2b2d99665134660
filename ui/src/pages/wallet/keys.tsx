// Wallets of this browser (W-04): create with recovery words, import, export, change the password, remove.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useMemo, useState, type ReactNode } from 'react';
import { toHex, type Hex } from 'viem';
import { english, generateMnemonic, mnemonicToAccount } from 'viem/accounts';
import { keyOfText, makeWalletFile, openWalletFile, passwordProblem, type WalletFile } from '../../model/keystore';
import { sameAddress } from '../../model/domain';
import { say } from '../../state/activity';
import { useBoot } from '../../state/data';
import { useStore } from '../../state/store';
import { dropWallet, keepWallet, vaultStore, vaultWhy } from '../../state/vault';
import { disconnect, lockKeystore, useWallet } from '../../state/wallet';
import { FileOfWallet } from '../../view/keystore';
import { Dialog } from '../../view/overlays';
import { addressOf, Deriving, EMPTY_PASSWORD, Forgotten, OpenForm, PasswordPair } from '../../view/password';
import { EmptyState } from '../../view/states';
import { saveFile, Table } from '../../view/table';
import { Button, Chip, Copy, Notice, Panel, Segmented, TextField } from '../../view/ui';
import { Address } from '../../view/values';

export function keyOfWords(words: string): Hex | null {
  try {
    const { privateKey } = mnemonicToAccount(words.trim().toLowerCase().split(/\s+/).join(' ')).getHdKey();
    return privateKey ? toHex(privateKey) : null;
  } catch {
    return null;
  }
}

/** Encrypts a key into this browser; the wait is shown. */
function useKeep(): { share: number | null; problem: string | null; keep: (key: Hex, password: string) => Promise<boolean> } {
  const [share, setShare] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const keep = async (key: Hex, password: string): Promise<boolean> => {
    setShare(0);
    setProblem(null);
    try {
      keepWallet(await makeWalletFile(key, password, undefined, setShare));
      say(t`wallet kept`);
      return true;
    } catch (error) {
      setProblem((error as Error).message);
      return false;
    } finally {
      setShare(null);
    }
  };
  return { share, problem, keep };
}

/** Bits of chance behind so many words (BIP-39). */
const STRENGTH: Record<WordCount, number> = { '12': 128, '24': 256 };
type WordCount = '12' | '24';

function DrawWords({ onDraw }: { onDraw: (words: string) => void }): ReactNode {
  const [count, setCount] = useState<WordCount>('12');
  return (
    <>
      <p className="muted"><Trans>Words are drawn in this page. They are the key: who has them has the money.</Trans></p>
      <div className="row">
        <Segmented label={t`How many words`} value={count} choices={[{ value: '12', label: t`12 words` }, { value: '24', label: t`24 words` }]} onChange={setCount} />
        <Button look="primary" onClick={() => onDraw(generateMnemonic(english, STRENGTH[count]))}><Trans>Draw the words</Trans></Button>
      </div>
    </>
  );
}

function Create(): ReactNode {
  const [words, setWords] = useState<string | null>(null);
  const [answers, setAnswers] = useState<[string, string]>(['', '']);
  const [pair, setPair] = useState(EMPTY_PASSWORD);
  const [made, setMade] = useState(false);
  const { share, problem, keep } = useKeep();
  const list = words?.split(' ') ?? [];
  // One place of each half to ask for, drawn anew with each set of words.
  const asked = useMemo<[number, number]>(() => {
    const half = (words?.split(' ').length ?? 2) / 2;
    const [a = 0, b = 0] = crypto.getRandomValues(new Uint8Array(2));
    return [a % half, half + (b % half)];
  }, [words]);
  const right = words !== null && asked.every((place, at) => answers[at]?.trim().toLowerCase() === list[place]);
  const why = share !== null ? t`The wallet is being encrypted.` : !right ? t`Enter the two words that are asked for.` : passwordProblem(pair.password, pair.again);
  const go = async (): Promise<void> => {
    const key = words && keyOfWords(words);
    if (!key || !(await keep(key, pair.password))) return;
    setWords(null);
    setAnswers(['', '']);
    setPair(EMPTY_PASSWORD);
    setMade(true);
  };
  if (words === null)
    return (
      <div className="stack">
        {made ? <Notice tone="success" inline><Trans>The wallet is kept above. Save its file somewhere else too.</Trans></Notice> : null}
        <DrawWords onDraw={(drawn) => { setWords(drawn); setMade(false); }} />
      </div>
    );
  return (
    <form className="stack" aria-label={t`Create a wallet`} onSubmit={(event) => { event.preventDefault(); if (!why) void go(); }}>
      <p><Trans>Write these words down, in this order:</Trans></p>
      <ol className="word-list always" data-test="words">{list.map((word, at) => <li key={at}><code>{word}</code></li>)}</ol>
      <div className="pair">
        {asked.map((place, at) => <TextField key={place} label={t`Word ${{ place: place + 1 }}`} required value={answers[at] ?? ''} onChange={(text) => setAnswers((old) => (at === 0 ? [text, old[1]] : [old[0], text]))} />)}
      </div>
      <PasswordPair value={pair} onChange={setPair} />
      <Forgotten />
      <Deriving share={share} />
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
      <div className="row">
        <Button type="submit" look="primary" why={why}><Trans>Create the wallet</Trans></Button>
        <Button onClick={() => setWords(null)}><Trans>Throw the words away</Trans></Button>
      </div>
    </form>
  );
}

type Source = 'key' | 'words' | 'file';

function Import(): ReactNode {
  const [source, setSource] = useState<Source>('file');
  const [text, setText] = useState('');
  const [pair, setPair] = useState(EMPTY_PASSWORD);
  const [done, setDone] = useState(false);
  const { share, problem, keep } = useKeep();
  const key = source === 'words' ? keyOfWords(text) : keyOfText(text);
  const wrong = text && !key ? (source === 'words' ? t`These are no recovery words of a wallet.` : t`A private key is 0x and 64 digits.`) : null;
  const why = share !== null ? t`The wallet is being encrypted.` : !key ? (wrong ?? t`Enter the key first.`) : passwordProblem(pair.password, pair.again);
  const go = async (): Promise<void> => {
    if (!key || !(await keep(key, pair.password))) return;
    setText('');
    setPair(EMPTY_PASSWORD);
    setDone(true);
  };
  return (
    <form className="stack" aria-label={t`Import a wallet`} onSubmit={(event) => { event.preventDefault(); if (!why) void go(); }}>
      <Segmented label={t`What to import`} value={source} choices={[{ value: 'file', label: t`Wallet file` }, { value: 'key', label: t`Private key` }, { value: 'words', label: t`Recovery words` }]} onChange={(next) => { setSource(next); setText(''); setDone(false); }} />
      {source === 'file' ? (
        <FileOfWallet label={t`Wallet file (version 3, as the program and other wallets write it)`} />
      ) : (
        <>
          <TextField label={source === 'key' ? t`Private key` : t`Recovery words`} required type="password" className="mono" value={text} problem={wrong} onChange={setText} hint={t`It is encrypted here and leaves this page in no form.`} />
          <PasswordPair value={pair} onChange={setPair} />
          <Forgotten />
          <Deriving share={share} />
          {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
          {done ? <Notice tone="success" inline><Trans>The wallet is kept above.</Trans></Notice> : null}
          <div><Button type="submit" look="primary" why={why}><Trans>Import</Trans></Button></div>
        </>
      )}
    </form>
  );
}

function ChangePassword({ file, onClose }: { file: WalletFile; onClose: () => void }): ReactNode {
  const [old, setOld] = useState('');
  const [pair, setPair] = useState(EMPTY_PASSWORD);
  const [share, setShare] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const why = share !== null ? t`In progress.` : !old ? t`Enter the present password.` : passwordProblem(pair.password, pair.again);
  const go = async (): Promise<void> => {
    setShare(0);
    setProblem(null);
    try {
      const key = await openWalletFile(file, old, (part) => setShare(part / 2));
      keepWallet(await makeWalletFile(key, pair.password, undefined, (part) => setShare(0.5 + part / 2)));
      onClose();
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setShare(null);
    }
  };
  return (
    <Dialog open onClose={onClose} title={t`Change the password`} foot={<Button look="primary" onClick={() => void go()} why={why}><Trans>Change it</Trans></Button>}>
      <TextField label={t`Present password`} required type="password" autoComplete="current-password" value={old} onChange={setOld} problem={problem} />
      <PasswordPair value={pair} onChange={setPair} />
      <p className="small muted"><Trans>Files saved earlier keep the old password.</Trans></p>
      <Deriving share={share} />
    </Dialog>
  );
}

function Remove({ file, onClose }: { file: WalletFile; onClose: () => void }): ReactNode {
  const wallet = useWallet();
  const address = addressOf(file);
  const go = (): void => {
    if (wallet.keystore && sameAddress(wallet.account, address)) disconnect();
    dropWallet(address);
    onClose();
  };
  return (
    <Dialog open onClose={onClose} title={t`Remove this wallet from the browser?`} foot={<><Button look="danger" onClick={go}><Trans>Remove it</Trans></Button><Button onClick={onClose}><Trans>Keep it</Trans></Button></>}>
      <p><Address of={address} /></p>
      <Notice tone="warning"><Trans>Without its file or its words nobody gets at its money again.</Trans></Notice>
      <div><Button onClick={() => save(file)}><Trans>Save its file first</Trans></Button></div>
    </Dialog>
  );
}

function save(file: WalletFile): void {
  saveFile(`UTC--${new Date().toISOString().replaceAll(':', '-')}--${file.address}`, JSON.stringify(file), 'application/json');
}

type Asked = { what: 'open' | 'password' | 'remove'; file: WalletFile } | null;

export function KeysTab(): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const files = useStore(vaultStore);
  const [asked, setAsked] = useState<Asked>(null);
  const close = (): void => setAsked(null);
  const why = vaultWhy(boot);
  const isOpen = (file: WalletFile): boolean => wallet.kind === 'connected' && wallet.keystore && sameAddress(wallet.account, addressOf(file));
  if (why) return <Notice tone="info">{why}</Notice>;
  return (
    <div className="stack">
      <Panel title={t`Wallets of this browser`}>
        {files.length === 0 ? <EmptyState><Trans>None yet. A wallet made or imported here is kept encrypted in this browser, for development and faucet money only.</Trans></EmptyState> : (
          <Table caption={t`Wallets of this browser`} rows={files} rowKey={(row) => row.address} columns={[
            { key: 'address', head: t`Address`, cell: (row) => <Address of={addressOf(row)} /> },
            { key: 'state', head: t`State`, cell: (row) => (isOpen(row) ? <Chip tone="success"><Trans>open</Trans></Chip> : <Chip><Trans>locked</Trans></Chip>) },
            { key: 'act', head: t`Actions`, cell: (row) => (
              <span className="row" style={{ gap: 4 }}>
                {isOpen(row) ? <Button look="tiny" onClick={() => lockKeystore(addressOf(row))}><Trans>Lock</Trans></Button> : <Button look="tiny" onClick={() => setAsked({ what: 'open', file: row })}><Trans>Open</Trans></Button>}
                <Button look="tiny" onClick={() => save(row)}><Trans>Save file</Trans></Button>
                <Button look="tiny" onClick={() => setAsked({ what: 'password', file: row })}><Trans>Password</Trans></Button>
                <Button look="tiny danger" onClick={() => setAsked({ what: 'remove', file: row })}><Trans>Remove</Trans></Button>
              </span>
            ) },
          ]} />
        )}
      </Panel>
      <div className="grid2">
        <Panel title={t`Create a wallet`}><div className="body"><Create /></div></Panel>
        <Panel title={t`Import a wallet`}><div className="body"><Import /></div></Panel>
      </div>
      <p className="small muted">
        <Trans>The program keeps its wallets in <code>~/.bourse/keystore</code> (Linux, macOS) or <code>%USERPROFILE%\.bourse\keystore</code> (Windows), in the same form: a file saved here works there, and the other way round. <Copy text={t`~/.bourse/keystore`} kind={t`path`} always /></Trans>
      </p>
      <Dialog open={asked?.what === 'open'} onClose={close} title={t`Open a wallet`}>{asked?.what === 'open' ? <OpenForm file={asked.file} onDone={close} /> : null}</Dialog>
      {asked?.what === 'password' ? <ChangePassword file={asked.file} onClose={close} /> : null}
      {asked?.what === 'remove' ? <Remove file={asked.file} onClose={close} /> : null}
    </div>
  );
}
