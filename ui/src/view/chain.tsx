// The chain selector (G-02): which chain this is, how high it stands, and the other chains that can be gone to.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useRouterState } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { prefixOf, splitPrefix, type Chain } from '../model/chain_prefix';
import { count } from '../model/format';
import { useBoot, useFeedStatus } from '../state/data';
import { useWallet } from '../state/wallet';
import { PageHead } from './command';
import { Popover } from './overlays';
import { Button, Copy, KeyTable, Notice } from './ui';

const STRIPES: Record<string, string> = { dev: '#8a4b00', main: '#0b57d0', side: '#0f6b3a' };

export const stripeOf = (chain: Chain | undefined): string => STRIPES[chain ? prefixOf(chain) : 'side'] ?? '#0f6b3a';

function nameOf(chain: Chain): string {
  return chain.dev ? t`${{ name: chain.name }} (development)` : chain.name;
}

/** For wallets that take a chain from a page. */
function AddToWallet({ chain }: { chain: Chain }): ReactNode {
  const wallet = useWallet();
  const [problem, setProblem] = useState<string | null>(null);
  if (wallet.signer?.kind !== 'injected' || wallet.chainId === chain.id) return null;
  const change = (): void => {
    setProblem(null);
    wallet.signer?.switchChain(chain.id, chain.name, new URL(chain.rpc, location.origin).href).catch((error: Error) => setProblem(error.message));
  };
  return (
    <>
      <Button onClick={change}><Trans>Switch the wallet to this chain</Trans></Button>
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
    </>
  );
}

function Facts({ chain }: { chain: Chain }): ReactNode {
  const boot = useBoot();
  const { height } = useFeedStatus();
  const rpc = new URL(chain.rpc, location.origin).href;
  const copied = (text: string, kind: string): ReactNode => <span className="always"><code>{text}</code> <Copy text={text} kind={kind} always /></span>;
  return (
    <KeyTable
      rows={[
        [t`Chain id`, copied(String(chain.id), t`chain id`)],
        [t`Block`, count(height)],
        [t`Hub`, copied(boot.domain.verifyingContract, t`address`)],
        [t`RPC`, copied(rpc, t`address`)],
      ]}
    />
  );
}

/** Another market's page of the same path: there it is shown, or offered to be searched for. */
function Others({ chains }: { chains: Chain[] }): ReactNode {
  const path = useRouterState({ select: (state) => state.location.pathname + state.location.searchStr });
  return (
    <ul className="pick-list">
      {chains.map((chain) => (
        <li key={chain.id}>
          <a className="chain-link" style={{ ['--stripe' as string]: stripeOf(chain) }} href={`${(chain.url ?? '').replace(/\/$/, '')}${path}`}>
            <strong>{nameOf(chain)}</strong>
            <span className="small muted"><Trans>chain {{ id: chain.id }}</Trans></span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Everything about the chain; on narrow screens it stands in the connection panel. */
export function ChainPanel(): ReactNode {
  const [chain, ...rest] = useBoot().chains;
  if (!chain) return null;
  const others = rest.filter((each) => each.url);
  return (
    <div className="stack">
      <h3>{nameOf(chain)}</h3>
      <Facts chain={chain} />
      <AddToWallet chain={chain} />
      {others.length ? <><h3><Trans>Other chains</Trans></h3><Others chains={others} /></> : <p className="small muted" style={{ margin: 0 }}><Trans>This market serves this chain only. A market of another chain has its own address.</Trans></p>}
    </div>
  );
}

export function ChainSelector(): ReactNode {
  const boot = useBoot();
  const { height } = useFeedStatus();
  const [chain] = boot.chains;
  if (!chain) return null;
  return (
    <Popover
      label={t`Chain`}
      trigger={
        <button type="button" className="chain-chip">
          <strong>{nameOf(chain)}</strong>
          <span className="muted num"><Trans>{{ id: chain.id }} · block {{ height: height ?? '…' }}</Trans></span>
        </button>
      }
    >
      <ChainPanel />
    </Popover>
  );
}

/** A link that means another chain shows nothing of this one in its place. */
export function ChainGate({ children }: { children: ReactNode }): ReactNode {
  const { chains } = useBoot();
  const [chain] = chains;
  const { prefix, path } = splitPrefix(location.pathname);
  if (prefix === null || !chain || prefix === prefixOf(chain)) return <>{children}</>;
  const other = chains.find((each) => each.url && prefixOf(each) === prefix);
  const id = path.split('/').find((part) => /^0x[0-9a-fA-F]{40,}$/.test(part));
  return (
    <>
      <PageHead title={t`This link is for another chain`} command={null} />
      <Notice tone="warning"><Trans>It leads to “{prefix}”; this market serves {{ name: nameOf(chain) }}, chain {{ id: chain.id }}. Nothing of this chain is shown in its place.</Trans></Notice>
      <div className="row" style={{ marginTop: 12 }}>
        {other ? <a className="button primary" href={`${(other.url ?? '').replace(/\/$/, '')}${path}`}><Trans>Open it there</Trans></a> : null}
        {id ? <a className="button" href={`/search?q=${id}`}><Trans>Search for it here</Trans></a> : null}
        <a className="button" href={path}><Trans>Show this path here</Trans></a>
      </div>
    </>
  );
}
