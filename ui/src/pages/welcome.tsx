// First visit: three doors and the guided first purchase (web-ui.md §6.10).
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { curl } from '../model/commands';
import { setSetting, useSettings } from '../state/settings';
import { useBoot } from '../state/data';
import { openWallets, useAccount } from '../view/wallet';
import { useWallet } from '../state/wallet';
import { Amount } from '../view/values';
import { Button, Chip } from '../view/ui';
import { PageHead } from '../view/command';

function Step({ done, children }: { done: boolean; children: ReactNode }): ReactNode {
  return (
    <li>
      <Chip tone={done ? 'success' : 'neutral'}>{done ? '✓ done' : '○ next'}</Chip>
      <span className="grow">{children}</span>
    </li>
  );
}

export function Welcome(): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const { lastCategory } = useSettings();
  const { free } = useAccount(wallet.account);
  const navigate = useNavigate();
  const enter = (to: string): void => {
    setSetting('welcomed', true);
    void navigate({ to: to as never });
  };
  const funded = free !== null && free !== '0';
  return (
    <>
      <PageHead title="Buy and sell computing" lead="Apps run on machines of people you need not trust: several of them must agree on the result before anybody is paid." command={curl(location.origin, '/v1/boot')} />
      <div className="doors">
        <section className="door">
          <h2>Buy a computation</h2>
          <ol className="guide">
            <Step done={wallet.kind === 'connected'}>
              {wallet.kind === 'connected' ? 'A wallet is connected.' : <>Connect a wallet{boot.devAccounts.length ? ', or take a development account' : ''}.</>}
            </Step>
            <Step done={funded}>
              {funded ? <>Your account holds <Amount nrlc={free} />.</> : <Link to="/wallet/$tab" params={{ tab: 'deposit' } as never} onClick={() => setSetting('welcomed', true)}>Deposit{boot.features.faucet ? ' (the faucet gives you some to start)' : ''}.</Link>}
            </Step>
            <Step done={false}>Pick an app, press buy, watch it run, download the result.</Step>
          </ol>
          {wallet.kind === 'connected' ? (
            <Button look="primary wide" onClick={() => enter(`/market/${lastCategory}`)}>Go to the market</Button>
          ) : (
            <Button look="primary wide" onClick={openWallets}>Connect a wallet</Button>
          )}
        </section>
        <section className="door">
          <h2>Sell</h2>
          <p className="muted">Offer machines as a workerpool, publish an app or a dataset, and set a price for each task.</p>
          <Button className="wide" onClick={() => enter('/store/mine')}>My apps and data</Button>
          <Button className="wide" onClick={() => enter('/ops')}>Operator console</Button>
        </section>
        <section className="door">
          <h2>Look around</h2>
          <p className="muted">Every deal, task, app and payment is public. Or learn how strangers agree on a result by playing all the parts.</p>
          <Button className="wide" onClick={() => enter('/explorer')}>Explorer</Button>
          <Button className="wide" onClick={() => enter('/learn')}>Consensus playground</Button>
        </section>
      </div>
    </>
  );
}
