// First visit: three doors and the guided first purchase (web-ui.md §6.10).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
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
      <Chip tone={done ? 'success' : 'neutral'}>{done ? t`✓ done` : t`○ next`}</Chip>
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
      <PageHead title={t`Buy and sell computing`} lead={t`Apps run on machines of people you need not trust: several of them must agree on the result before anybody is paid.`} command={curl(location.origin, '/v1/boot')} />
      <div className="doors">
        <section className="door">
          <h2><Trans>Buy a computation</Trans></h2>
          <ol className="guide">
            <Step done={wallet.kind === 'connected'}>
              {wallet.kind === 'connected' ? t`A wallet is connected.` : boot.devAccounts.length ? t`Connect a wallet, or take a development account.` : t`Connect a wallet.`}
            </Step>
            <Step done={funded}>
              {funded ? <><Trans>Your account holds <Amount nrlc={free} />.</Trans></> : <Link to="/wallet/$tab" params={{ tab: 'deposit' } as never} onClick={() => setSetting('welcomed', true)}>{boot.features.faucet ? <Trans>Deposit (the faucet gives you some to start).</Trans> : <Trans>Deposit.</Trans>}</Link>}
            </Step>
            <Step done={false}><Trans>Pick an app, press buy, watch it run, download the result.</Trans></Step>
          </ol>
          {wallet.kind === 'connected' ? (
            <Button look="primary wide" onClick={() => enter(`/market/${lastCategory}`)}><Trans>Go to the market</Trans></Button>
          ) : (
            <Button look="primary wide" onClick={openWallets}><Trans>Connect a wallet</Trans></Button>
          )}
        </section>
        <section className="door">
          <h2><Trans>Sell</Trans></h2>
          <p className="muted"><Trans>Offer machines as a workerpool, publish an app or a dataset, and set a price for each task.</Trans></p>
          <Button className="wide" onClick={() => enter('/store/mine')}><Trans>My apps and data</Trans></Button>
          <Button className="wide" onClick={() => enter('/ops')}><Trans>Operator console</Trans></Button>
        </section>
        <section className="door">
          <h2><Trans>Look around</Trans></h2>
          <p className="muted"><Trans>Every deal, task, app and payment is public. Or learn how strangers agree on a result by playing all the parts.</Trans></p>
          <Button className="wide" onClick={() => enter('/explorer')}><Trans>Explorer</Trans></Button>
          <Button className="wide" onClick={() => enter('/learn')}><Trans>Consensus playground</Trans></Button>
        </section>
      </div>
    </>
  );
}
