// Account page (web-ui.md §7): wallet and account as two cards, deposit, withdraw, faucet, send, access.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { kindWord } from '../../model/words';
import type { AccountDetail, Entry, Faucet, Order } from '../../transport/api';
import { command, type Command } from '../../model/commands';
import { isAddress } from '../../model/domain';
import { amountWithUnit, parseAmount, sumText } from '../../model/format';
import { looksLike } from '../../model/text';
import { depositCall, transferCall, withdrawCall } from '../../signer/calls';
import { api, withQuery } from '../../transport/http';
import { transact } from '../../state/actions';
import { refreshData, useBoot, useList } from '../../state/data';
import { labelStore, setSetting, useSettings } from '../../state/settings';
import { useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { PageHead } from '../../view/command';
import { FormProblems } from '../../view/form_problems';
import { ListTable, Table } from '../../view/table';
import { EmptyState, Skeleton } from '../../view/states';
import { Button, Chip, Notice, Panel, Segmented, Stat, TextField } from '../../view/ui';
import { Address, Amount, Sum, Deadline, Id } from '../../view/values';
import { NeedWallet, useAccount } from '../../view/wallet';
import { orderColumns } from '../../view/order_columns';
import { entryColumns } from '../explorer/account_columns';

type ActionProps = { title: string; from: string | null; source: 'wallet' | 'account'; presets: string[]; button: string; check?: (nrlc: string) => string | null; send: (nrlc: string) => Promise<string | null>; extra?: ReactNode };

/** Amount, presets and one button; each step shows its hash. */
function AmountForm({ title, from, source, presets, button, check, send, extra }: ActionProps): ReactNode {
  const { unit } = useSettings();
  const [url] = useUrl();
  const wallet = useWallet();
  const [text, setText] = useState(url.amount && unit === 'nRLC' ? url.amount : '');
  const [stage, setStage] = useState<'idle' | 'sending' | 'done'>('idle');
  const [hash, setHash] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const nrlc = text ? parseAmount(text, unit) : null;
  const short = nrlc !== null && from !== null && BigInt(nrlc) > BigInt(from) ? String(BigInt(nrlc) - BigInt(from)) : null;
  const wrong = text && nrlc === null ? t`This is no amount in ${unit}.` : short ? source === 'wallet' ? t`Your wallet is short by ${{ amount: amountWithUnit(short, unit) }}.` : t`Your account is short by ${{ amount: amountWithUnit(short, unit) }}.` : null;
  const why = wallet.kind !== 'connected' ? t`Connect a wallet that can sign.` : stage === 'sending' ? t`In progress.` : nrlc === null || nrlc === '0' ? t`Enter an amount.` : (wrong ?? check?.(nrlc) ?? null);
  const go = async (): Promise<void> => {
    if (nrlc === null) return;
    setStage('sending');
    setProblem(null);
    try {
      const sent = await send(nrlc);
      setHash(sent);
      setStage(sent ? 'done' : 'idle');
      if (sent) setText('');
    } catch (error) {
      setProblem((error as Error).message);
      setStage('idle');
    }
  };
  return (
    <Panel title={title}>
    <form className="stack body" style={{ maxWidth: 484 }} aria-label={title} onSubmit={(event) => { event.preventDefault(); if (!why) void go(); }}>
      <FormProblems />
      <Segmented label={t`Unit`} value={unit} choices={[{ value: 'nRLC', label: 'nRLC' }, { value: 'RLC', label: 'RLC' }]} onChange={(value) => setSetting('unit', value)} />
      {extra}
      <TextField label={t`Amount in ${unit}`} required className="num" inputMode="decimal" value={text} problem={wrong} onChange={setText} hint={from === null ? null : source === 'wallet' ? t`${{ amount: amountWithUnit(from, unit) }} in your wallet` : t`${{ amount: amountWithUnit(from, unit) }} in your account`} />
      <div className="row">
        {presets.map((preset) => <Button key={preset} look="tiny" onClick={() => setText(preset)}>{preset}</Button>)}
        {from !== null ? <Button look="tiny" onClick={() => setText(unit === 'nRLC' ? from : amountWithUnit(from, 'RLC').replace(' RLC', '').replace(/\u202f/g, ''))}><Trans>max</Trans></Button> : null}
      </div>
      <ol className="steps">
        <li className={nrlc !== null && !wrong ? 'done' : 'now'}><Trans>amount</Trans></li>
        <li className={stage === 'sending' ? 'now' : stage === 'done' ? 'done' : ''}>{button}</li>
        <li className={stage === 'done' ? 'done' : ''}><Trans>done</Trans>{hash ? <span className="when"><Id id={hash} kind={t`transaction`} to={`/tx/${hash}`} /></span> : null}</li>
      </ol>
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      {stage === 'done' ? <Notice tone="success"><Trans>Done.</Trans></Notice> : null}
      <button type="submit" className="button primary" aria-disabled={why ? true : undefined} title={why ?? undefined}>{stage === 'sending' ? t`Waiting for the block…` : button}</button>
      {why ? <span className="small muted">{why}</span> : null}
    </form>
    </Panel>
  );
}

/** All digits, where the tile above shows a rounded sum. */
const exact = (nrlc: string | null): ReactNode => (nrlc !== null && sumText(nrlc) !== amountWithUnit(nrlc) ? <Amount nrlc={nrlc} /> : null);

function Cards({ detail, account }: { detail: AccountDetail | null; account: string }): ReactNode {
  if (!detail) return <Skeleton rows={3} height={48} />;
  return (
    <div className="purses">
      <div className="card">
        <h2><Trans>Wallet</Trans></h2>
        <p className="muted small"><Address of={account} /></p>
        <div className="stats">
          <Stat label={t`RLC in the wallet`} value={<Sum nrlc={detail.wallet} />} sub={exact(detail.wallet)} />
          <Stat label={t`Coin`} value={detail.coin === null ? '—' : detail.coin === '0' ? '0' : `${Number(BigInt(detail.coin) / 10n ** 12n) / 1e6}`} sub={t`gas is free here`} />
        </div>
      </div>
      <div className="arrow" aria-hidden="true">⇄</div>
      <div className="card">
        <h2><Trans>Account in the market</Trans></h2>
        <p className="muted small"><Trans>Deals are paid and stakes are taken from here.</Trans></p>
        <div className="stats">
          <Stat label={t`Free`} value={<Sum nrlc={detail.account.staked} />} sub={exact(detail.account.staked)} />
          <Stat label={t`Locked`} value={<Sum nrlc={detail.account.locked} />} sub={plural(detail.locks.length, { one: '# lock', other: '# locks' })} />
        </div>
      </div>
    </div>
  );
}

function Locks({ detail }: { detail: AccountDetail | null }): ReactNode {
  if (!detail) return null;
  return (
    <Panel title={t`What locks the locked part`}>
      {detail.locks.length === 0 ? <EmptyState><Trans>Nothing is locked.</Trans></EmptyState> : (
        <Table caption={t`Locks`} rows={detail.locks} rowKey={(row) => row.deal + (row.task ?? '') + row.role} columns={[
          { key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.deal} kind={t`deal`} to={`/deal/${row.deal}`} /> },
          { key: 'task', head: t`Task`, cell: (row) => (row.task ? <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} /> : '—'), priority: 2 },
          { key: 'role', head: t`As`, cell: (row) => <Chip>{row.role}</Chip> },
          { key: 'amount', head: t`Amount`, right: true, cell: (row) => <Amount nrlc={row.amount} /> },
          { key: 'until', head: t`At the latest until`, cell: (row) => <Deadline at={row.until} />, priority: 2 },
        ]} />
      )}
    </Panel>
  );
}

function FaucetForm(): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const [answer, setAnswer] = useState<Faucet | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const ask = (): void => {
    setBusy(true);
    setProblem(null);
    api<Faucet>('/v1/faucet', { body: { address: wallet.account } })
      .then((result) => {
        setAnswer(result);
        refreshData('/v1/accounts');
      })
      .catch((error: Error) => setProblem(error.message))
      .finally(() => setBusy(false));
  };
  if (!boot.features.faucet) return <Notice tone="info"><Trans>This chain has no faucet.</Trans></Notice>;
  return (
    <Panel title={t`Faucet`}>
    <div className="stack body" style={{ maxWidth: 484 }}>
      <p style={{ margin: 0 }}><Trans>A development chain gives <Amount nrlc={boot.faucetAmount} /> a day to each wallet, for nothing.</Trans></p>
      <Button look="primary" onClick={ask} why={wallet.account ? (busy ? t`In progress.` : null) : t`Connect a wallet first.`}><Trans>Ask the faucet</Trans></Button>
      {answer ? <Notice tone="success">{answer.message} <span className="muted">({answer.queue.position}/{answer.queue.length})</span></Notice> : null}
      {problem ? <Notice tone="warning" alert>{problem}</Notice> : null}
    </div>
    </Panel>
  );
}

function Access({ detail }: { detail: AccountDetail | null }): ReactNode {
  const wallet = useWallet();
  const apps = useList<Order>(wallet.account ? '/v1/apporders' : null, { signer: wallet.account, limit: 100, requester: 'any', workerpool: 'any', dataset: 'any', owner: wallet.account });
  const data = useList<Order>(wallet.account ? '/v1/datasetorders' : null, { signer: wallet.account, limit: 100, requester: 'any', workerpool: 'any', app: 'any', owner: wallet.account });
  return (
    <div className="stack">
      <Panel title={t`What I allow: my app orders`}><ListTable caption={t`My app orders`} query={apps} columns={orderColumns('app')} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No open app orders: nobody may run an app of yours.`} /></Panel>
      <Panel title={t`What I allow: my dataset orders`}><ListTable caption={t`My dataset orders`} query={data} columns={orderColumns('dataset')} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No open dataset orders: nobody may use a dataset of yours.`} /></Panel>
      <Panel title={t`What I was granted`}>{detail?.granted.length ? <Table caption={t`Granted to me`} rows={detail.granted} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} columns={[{ key: 'kind', head: t`Kind`, cell: (row) => kindWord(row.kind) }, ...orderColumns('app').slice(0, 3)]} /> : <EmptyState><Trans>No order is reserved for you.</Trans></EmptyState>}</Panel>
    </div>
  );
}

const KeysTab = lazy(() => import('./keys').then((part) => ({ default: part.KeysTab })));
const TABS: [string, string][] = [['account', t`Account`], ['deposit', t`Deposit`], ['withdraw', t`Withdraw`], ['faucet', t`Faucet`], ['send', t`Send`], ['access', t`Access`], ['keys', t`Keys`]];

function SendTo({ value, onChange }: { value: string; onChange: (to: string) => void }): ReactNode {
  const labels = useStore(labelStore);
  const alike = isAddress(value) ? looksLike(value, Object.keys(labels)) : null;
  return <TextField label={t`To`} required className="mono" placeholder="0x…" value={value} onChange={(text) => onChange(text.trim())} problem={value && !isAddress(value) ? t`An address is 0x and 40 digits.` : alike ? t`This looks like ${alike}, which you labelled, but it is another address.` : null} />;
}

function History({ account }: { account: string }): ReactNode {
  const entries = useList<Entry>(`/v1/accounts/${account}/entries`, { limit: 50 }, { liveMs: 5_000 });
  return (
    <Panel title={t`History`} tools={<a className="button tiny" href={withQuery(`/v1/accounts/${account}/entries`, { format: 'csv' })} download={`history-${account}.csv`}><Trans>CSV, all rows</Trans></a>}>
      <ListTable caption={t`History`} query={entries} columns={entryColumns} rowKey={(row) => row.index} empty={t`Nothing has moved on this account.`} />
    </Panel>
  );
}

/** The line of the program that does the same as a tab. */
function commandOf(tab: string, account: string, to: string): Command {
  const lines: Record<string, string[]> = {
    withdraw: ['bourse', 'account', 'withdraw', '--amount', 'AMOUNT'],
    deposit: ['bourse', 'account', 'deposit', '--amount', 'AMOUNT'],
    faucet: ['bourse', 'wallet', 'getRLC'],
    send: ['bourse', 'wallet', 'send', '--to', to || 'ADDRESS', '--amount', 'AMOUNT'],
    access: ['bourse', 'orderbook', 'dataset', '--owner', account || 'ADDRESS'],
  };
  if (tab === 'keys') return { line: 'bourse wallet create', request: 'none: the key never leaves this browser' };
  const line = lines[tab];
  if (!line || tab === 'access') return command(line ?? ['bourse', 'account', 'show', account || 'ADDRESS'], 'GET', `/v1/accounts/${account || 'ADDRESS'}`);
  return command(line, 'POST', tab === 'faucet' ? '/v1/faucet' : '/v1/tx');
}

export function WalletPage(): ReactNode {
  const { tab: asked } = useParams({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const boot = useBoot();
  const wallet = useWallet();
  const [to, setTo] = useState('');
  const account = wallet.kind === 'connected' || wallet.kind === 'watch' ? (wallet.account ?? '') : '';
  const { detail, free } = useAccount(account || null);
  const tab = TABS.find(([value]) => value === asked)?.[0] ?? 'account';
  const hub = boot.domain.verifyingContract;
  const token = boot.contracts.token ?? boot.contracts.rlc ?? '';
  const purse = detail?.wallet ?? null;
  const panels: Record<string, ReactNode> = {
    account: (
      <div className="stack">
        <Locks detail={detail} />
        <History account={account} />
      </div>
    ),
    deposit: <AmountForm title={t`Deposit`} from={purse} source="wallet" presets={['10', '200']} button={t`Deposit`} send={(nrlc) => transact(t`Deposit ${nrlc} nRLC`, token, depositCall(hub, nrlc), '/wallet')} />,
    withdraw: <AmountForm title={t`Withdraw`} from={free} source="account" presets={['10', '200']} button={t`Withdraw`} send={(nrlc) => transact(t`Withdraw ${nrlc} nRLC`, hub, withdrawCall(nrlc), '/wallet')} />,
    faucet: <FaucetForm />,
    send: <AmountForm title={t`Send`} from={purse} source="wallet" presets={['10', '200']} button={t`Send`} check={() => (isAddress(to) ? null : t`Enter the address that gets it.`)} send={(nrlc) => transact(t`Send ${nrlc} nRLC`, token, transferCall(to, nrlc), '/wallet')} extra={<SendTo value={to} onChange={setTo} />} />,
    access: <Access detail={detail} />,
  };
  return (
    <>
      <PageHead title={t`Wallet and account`} command={commandOf(tab, account, to)} />
      <div className="stack">
        {tab === 'keys' && !account ? null : <NeedWallet to="balances"><Cards detail={detail} account={account} /></NeedWallet>}
        <Tabs.Root value={tab} onValueChange={(value) => void navigate({ to: (value === 'account' ? '/wallet' : `/wallet/${value}`) as never })}>
          <Tabs.List className="tabs-list" aria-label={t`What to do`}>
            {TABS.filter(([value]) => value !== 'faucet' || boot.features.faucet).map(([value, label]) => <Tabs.Trigger key={value} className="tab" value={value}>{label}</Tabs.Trigger>)}
          </Tabs.List>
          {Object.entries(panels).map(([value, content]) => <Tabs.Content key={value} className="tab-panel" value={value}>{account ? content : null}</Tabs.Content>)}
          <Tabs.Content className="tab-panel" value="keys"><Suspense fallback={<Skeleton rows={6} />}><KeysTab /></Suspense></Tabs.Content>
        </Tabs.Root>
      </div>
    </>
  );
}
