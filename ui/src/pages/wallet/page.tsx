// Account page (web-ui.md §7): wallet and account as two cards, deposit, withdraw, faucet, send, access, keys.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { Suspense, useState, type ReactNode } from 'react';
import type { Boot, Faucet } from '../../transport/api';
import { command, type Command } from '../../model/commands';
import { isAddress } from '../../model/domain';
import { looksLike } from '../../model/text';
import { depositCall, transferCall, withdrawCall } from '../../signer/calls';
import { api } from '../../transport/http';
import { refreshData, useBoot } from '../../state/data';
import { labelStore } from '../../state/settings';
import { useStore } from '../../state/store';
import { useWallet } from '../../state/wallet';
import { PageHead } from '../../view/command';
import { ErrorState, Skeleton } from '../../view/states';
import { TabList } from '../../view/tab_list';
import { Button, Notice, Panel, TextField } from '../../view/ui';
import { Amount } from '../../view/values';
import { NeedWallet, useAccount } from '../../view/wallet';
import { lazyPart } from '../../view/part';
import { Access } from './access';
import { Cards, History, Locks } from './account';
import { MoveForm, type Move } from './amount';
import '../../styles/wallet.css';

const KeysTab = lazyPart(() => import('./keys').then((part) => ({ default: part.KeysTab })));
const TABS: [string, string][] = [['account', t`Account`], ['deposit', t`Deposit`], ['withdraw', t`Withdraw`], ['faucet', t`Faucet`], ['send', t`Send`], ['access', t`Access`], ['keys', t`Keys`]];

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
  return (
    <Panel title={t`Faucet`}>
      <div className="stack body narrow-form">
        <p style={{ margin: 0 }}><Trans>A development chain gives <Amount nrlc={boot.faucetAmount} /> a day to each wallet, for nothing.</Trans></p>
        <Button look="primary wide" onClick={ask} why={wallet.account ? (busy ? t`In progress.` : null) : t`Connect a wallet first.`}><Trans>Ask the faucet</Trans></Button>
        {answer ? <Notice tone="success">{answer.message} <span className="muted">({answer.queue.position}/{answer.queue.length})</span></Notice> : null}
        {problem ? <Notice tone="warning" alert>{problem}</Notice> : null}
      </div>
    </Panel>
  );
}

function SendTo({ value, onChange }: { value: string; onChange: (to: string) => void }): ReactNode {
  const labels = useStore(labelStore);
  const alike = isAddress(value) ? looksLike(value, Object.keys(labels)) : null;
  return <TextField label={t`To`} required className="mono" placeholder="0x…" value={value} onChange={(text) => onChange(text.trim())} problem={value && !isAddress(value) ? t`An address is 0x and 40 digits.` : alike ? t`This looks like ${alike}, which you labelled, but it is another address.` : null} />;
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
  if (tab === 'keys') return { line: 'bourse wallet create', request: t`none: the key never leaves this browser` };
  const line = lines[tab];
  if (!line || tab === 'access') return command(line ?? ['bourse', 'account', 'show', account || 'ADDRESS'], 'GET', `/v1/accounts/${account || 'ADDRESS'}`);
  return command(line, 'POST', tab === 'faucet' ? '/v1/faucet' : '/v1/tx');
}

const fromWallet = { there: (amount: string) => t`${amount} in your wallet`, short: (amount: string) => t`Your wallet is short by ${amount}.` };
const fromAccount = { there: (amount: string) => t`${amount} in your account`, short: (amount: string) => t`Your account is short by ${amount}.` };

type Purses = { wallet: string | null; free: string | null };

function movesOf(boot: Boot, purses: Purses, to: string, sendTo: ReactNode): Record<Move['topic'], Move> {
  const hub = boot.domain.verifyingContract;
  const token = boot.contracts.token ?? boot.contracts.rlc ?? '';
  return {
    deposit: { ...fromWallet, topic: 'deposit', title: t`Deposit`, step: t`allow and deposit, one signature`, name: (amount) => t`Deposit ${amount}`, from: purses.wallet, call: (nrlc) => ({ to: token, data: depositCall(hub, nrlc) }) },
    withdraw: { ...fromAccount, topic: 'withdraw', title: t`Withdraw`, step: t`sign`, name: (amount) => t`Withdraw ${amount}`, from: purses.free, call: (nrlc) => ({ to: hub, data: withdrawCall(nrlc) }) },
    send: { ...fromWallet, topic: 'send', title: t`Send`, step: t`sign`, name: (amount) => t`Send ${amount}`, from: purses.wallet, extra: sendTo, extraWhy: isAddress(to) ? null : t`Enter the address that gets it.`, call: (nrlc) => (isAddress(to) ? { to: token, data: transferCall(to, nrlc) } : null) },
  };
}

export function WalletPage(): ReactNode {
  const { tab: asked } = useParams({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const boot = useBoot();
  const wallet = useWallet();
  const [to, setTo] = useState('');
  const account = wallet.kind === 'connected' || wallet.kind === 'watch' ? (wallet.account ?? '') : '';
  const { detail, free, error, refetch } = useAccount(account || null);
  const tabs = TABS.filter(([value]) => value !== 'faucet' || boot.features.faucet);
  const tab = tabs.find(([value]) => value === asked)?.[0] ?? 'account';
  const moves = movesOf(boot, { wallet: detail?.wallet ?? null, free }, to, <SendTo value={to} onChange={setTo} />);
  const panels: Record<string, ReactNode> = {
    account: <div className="stack"><Locks detail={detail} /><History account={account} /></div>,
    deposit: <MoveForm move={moves.deposit} />,
    withdraw: <MoveForm move={moves.withdraw} />,
    faucet: <FaucetForm />,
    send: <MoveForm move={moves.send} />,
    access: <Access detail={detail} account={account} />,
  };
  return (
    <>
      <PageHead title={t`Wallet and account`} command={commandOf(tab, account, to)} />
      <div className="stack">
        {tab === 'keys' && !account ? null : <NeedWallet to="balances">{error && !detail ? <ErrorState error={error} retry={refetch} /> : <Cards detail={detail} account={account} />}</NeedWallet>}
        <Tabs.Root value={tab} onValueChange={(value) => void navigate({ to: (value === 'account' ? '/wallet' : `/wallet/${value}`) as never })}>
          <TabList label={t`What to do`} chosen={tab}>
            {tabs.map(([value, label]) => <Tabs.Trigger key={value} className="tab" value={value}>{label}</Tabs.Trigger>)}
          </TabList>
          {tabs.filter(([value]) => value !== 'keys').map(([value]) => <Tabs.Content key={value} className="tab-panel" value={value}>{account ? panels[value] : null}</Tabs.Content>)}
          <Tabs.Content className="tab-panel" value="keys"><Suspense fallback={<Skeleton rows={6} />}><KeysTab /></Suspense></Tabs.Content>
        </Tabs.Root>
      </div>
    </>
  );
}
