// My apps and My data, the data wallet: what I own, who may use it, what was asked, used and earned.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Suspense, useEffect, useState, type ReactNode } from 'react';
import { kindWord } from '../../model/words';
import type { Deal, Order, Page, Resource } from '../../transport/api';
import { accessOf } from '../../model/access';
import { NULL_ADDRESS, sameAddress } from '../../model/domain';
import { count, percent } from '../../model/format';
import { failureRate } from '../../model/resource';
import { cancelOnChain } from '../../state/actions';
import { useBoot, useList, type ApiQuery } from '../../state/data';
import { useWallet } from '../../state/wallet';
import { ListTable, Table, type Column } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Button, Chip, Panel } from '../../view/ui';
import { Address, Age, Amount, Id, Untrusted } from '../../view/values';
import { lazyPart } from '../../view/part';
import { OfferDialog } from './offer';
import { Register } from './register';

const DescribeDialog = lazyPart(() => import('./describe'));

/** Whose requests are asked for, one by one. */
const MOST_RESOURCES = 20;

function Withdraw({ order }: { order: Order }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const [problem, setProblem] = useState<string | null>(null);
  return <><Button look="tiny danger" title={t`ends the offer on chain: nobody can use it any more`} why={wallet.signer ? null : t`Connect the wallet of the owner first.`} onClick={() => void cancelOnChain(order, boot).catch((error: Error) => setProblem(error.message))}><Trans>Withdraw access</Trans></Button>{problem ? <span className="small tone-danger">{problem}</span> : null}</>;
}
/** Open requests for one resource, with what my offers say to them: those that are refused, and why. */
function RequestsFor({ kind, resource, offers, onCount }: { kind: 'app' | 'dataset'; resource: Resource; offers: Order[]; onCount: (address: string, requests: number) => void }): ReactNode {
  const partner = kind === 'app' ? 'dataset' : 'app';
  const query = useList<Order>('/v1/requestorders', { [kind]: resource.address, [partner]: 'any', workerpool: 'any', limit: 100 }, { liveMs: 5_000 });
  const rows = (query.data?.items ?? []).filter((row) => sameAddress(row.order[kind], resource.address)).map((row) => ({ row, access: accessOf(kind, row, offers) }));
  const known = query.data !== undefined || query.error !== null;
  useEffect(() => {
    if (known) onCount(resource.address, rows.length);
  }, [known, rows.length]);
  if (query.data && rows.length === 0) return null;
  return (
    <Loaded query={query} rows={2}>
      {() => (
        <Table caption={t`Requests for ${{ name: resource.name }}`} rows={rows} rowKey={({ row }) => row.hash} columns={[
          { key: 'hash', head: t`Request`, cell: ({ row }) => <Id id={row.hash} kind={t`order`} to={`/market/order/${row.hash}`} /> },
          { key: 'what', head: kind === 'app' ? t`App` : t`Dataset`, cell: () => <Untrusted text={resource.name || resource.address} limit={24} />, priority: 2 },
          { key: 'who', head: t`Requester`, cell: ({ row }) => <Address of={row.order.requester} copy={false} />, priority: 2 },
          { key: 'pays', head: t`Pays at most`, right: true, cell: ({ row }) => <Amount nrlc={row.order[`${kind}maxprice`]} unit={false} /> },
          { key: 'access', head: t`Access`, wrap: true, cell: ({ access }) => (access.allowed ? <Chip tone="success"><Trans>✓ allowed</Trans></Chip> : <><Chip tone="warning"><Trans>✕ refused</Trans></Chip> <span className="small">{access.why}</span></>) },
        ]} />
      )}
    </Loaded>
  );
}

function Requests({ kind, resources, offers, onReady }: { kind: 'app' | 'dataset'; resources: Resource[]; offers: Order[]; onReady: () => void }): ReactNode {
  const [counts, setCounts] = useState<Record<string, number>>({});
  const shown = resources.slice(0, MOST_RESOURCES);
  const ready = shown.every(({ address }) => counts[address] !== undefined);
  useEffect(() => {
    if (ready) onReady();
  }, [ready]);
  const none = shown.every(({ address }) => counts[address] === 0);
  const words = resources.length === 0 ? (kind === 'app' ? t`None: you have no apps that somebody could ask for.` : t`None: you have no data that somebody could ask for.`) : kind === 'app' ? t`Nobody asks for your apps now.` : t`Nobody asks for your data now.`;
  return (
    <Panel title={t`Open requests: allowed and refused`}>
      {none ? <EmptyState>{words}</EmptyState> : null}
      {shown.map((resource) => <RequestsFor key={resource.address} kind={kind} resource={resource} offers={offers} onCount={(address, requests) => setCounts((old) => ({ ...old, [address]: requests }))} />)}
      <p className="small muted" style={{ padding: '8px 12px 0' }}>{kind === 'app' ? <Trans>Requests in the public book that name my apps.</Trans> : <Trans>Requests in the public book that name my data.</Trans>} <Trans>One that no offer lets in gets nothing: the chain refuses the deal.</Trans></p>
    </Panel>
  );
}

/** Open offers: whom the owner lets in. */
function Offers({ kind, orders, resources }: { kind: 'app' | 'dataset'; orders: ApiQuery<Page<Order>>; resources: Resource[] }): ReactNode {
  const nameOf = (address: string | undefined): string | null => resources.find((each) => sameAddress(each.address, address))?.name ?? null;
  const who = (order: Order, field: string): ReactNode => (order.order[field] && order.order[field] !== NULL_ADDRESS ? <Address of={order.order[field]} copy={false} /> : <Chip tone={kind === 'dataset' ? 'warning' : 'neutral'}><Trans>anyone</Trans></Chip>);
  return (
    <Panel title={kind === 'app' ? t`Offers: who may run them` : t`Who may use my data, and with which app`}>
      <ListTable caption={t`Offers`} skeleton={2} query={orders} rowKey={(row) => row.hash} empty={t`No open offers: nobody may use them.`} columns={[
        { key: 'what', head: kind === 'app' ? t`App` : t`Dataset`, cell: (row) => <Address of={row.order[kind]} kind={kindWord(kind)} to={`/${kind}/${row.order[kind]}`} copy={false} name={nameOf(row.order[kind])} /> },
        { key: 'who', head: t`Requester`, cell: (row) => who(row, 'requesterrestrict') },
        { key: 'with', head: kind === 'app' ? t`Dataset` : t`App`, cell: (row) => who(row, kind === 'app' ? 'datasetrestrict' : 'apprestrict') },
        { key: 'price', head: t`Price`, right: true, cell: (row) => <Amount nrlc={row.price} unit={false} /> },
        { key: 'left', head: t`Left`, right: true, cell: (row) => `${count(row.remaining)}/${count(row.volume)}`, priority: 2 },
        { key: 'act', head: t`Actions`, cell: (row) => <Withdraw order={row} /> },
      ]} />
    </Panel>
  );
}

function Uses({ kind, uses }: { kind: 'app' | 'dataset'; uses: ApiQuery<Page<Deal>> }): ReactNode {
  return (
    <Panel title={t`Uses`}>
      <ListTable caption={t`Uses`} skeleton={2} query={uses} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} empty={t`Not used yet.`} columns={[
        { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} /> },
        { key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.id} kind={t`deal`} to={`/deal/${row.id}`} /> },
        { key: 'by', head: t`By`, cell: (row) => <Address of={row.requester} copy={false} />, priority: 2 },
        { key: 'app', head: t`App`, cell: (row) => <Address of={row.app.address} name={row.app.name} to={`/app/${row.app.address}`} copy={false} />, priority: 2 },
        { key: 'volume', head: t`Tasks`, right: true, cell: (row) => count(row.volume) },
        { key: 'failed', head: t`Failed`, right: true, cell: (row) => count(row.tasks.failed), priority: 3 },
        { key: 'earned', head: t`Earned`, right: true, cell: (row) => <Amount nrlc={String(BigInt((kind === 'app' ? row.app.price : (row.dataset?.price ?? '0'))) * BigInt(row.tasks.complete))} unit={false} /> },
      ]} />
    </Panel>
  );
}

/** My apps or my data: what I own, who may use it, what it earned. */
export function MineOf({ kind }: { kind: 'app' | 'dataset' }): ReactNode {
  const wallet = useWallet();
  const [offer, setOffer] = useState<Resource | null>(null);
  const [described, setDescribed] = useState<Resource | null>(null);
  const resources = useList<Resource>(wallet.account ? `/v1/${kind}s` : null, { owner: wallet.account, limit: 100 }, { liveMs: 5_000 });
  const orders = useList<Order>(wallet.account ? `/v1/${kind}orders` : null, { owner: wallet.account, limit: 200, requester: 'any', workerpool: 'any', [kind === 'app' ? 'dataset' : 'app']: 'any' }, { liveMs: 3_000 });
  const uses = useList<Deal>(wallet.account ? '/v1/deals' : null, { mine: wallet.account, role: kind, limit: 20 }, { liveMs: 5_000 });
  const [requested, setRequested] = useState(false);
  // Each panel comes once the one above it stands: nothing moves under the reader's hand.
  const settled = (query: { data: unknown; error: unknown }): boolean => !wallet.account || query.data !== undefined || query.error !== null;
  const listed = settled(resources);
  const offered = settled(orders);
  const label = kind === 'app' ? t`My apps` : t`My data`;
  const columns: Column<Resource>[] = [
    { key: 'name', head: t`Name`, cell: (row) => <Link to={`/${kind}/${row.address}` as never}><Untrusted text={row.name || row.address} limit={40} /></Link> },
    { key: 'price', head: t`Best price`, right: true, cell: (row) => <Amount nrlc={row.bestPrice} unit={false} /> },
    { key: 'runs', head: kind === 'app' ? t`Runs` : t`Uses`, right: true, cell: (row) => count(row.runs), priority: 2 },
    { key: 'failures', head: t`Failure rate`, right: true, cell: (row) => percent(failureRate(row)), priority: 3 },
    { key: 'users', head: t`Requesters`, right: true, cell: (row) => count(row.requesters), priority: 3 },
    { key: 'lists', head: t`Lists`, cell: (row) => (row.lists.length === 0 ? <span className="muted"><Trans>none</Trans></span> : <>{row.lists.map((list) => <Link key={list.id} to={'/store/lists' as never} search={{ list: list.id } as never}><Untrusted text={list.name} limit={20} /> </Link>)}</>), priority: 3 },
    { key: 'revenue', head: t`Earned`, right: true, cell: (row) => <Amount nrlc={row.revenue} unit={false} />, priority: 2 },
    { key: 'act', head: t`Actions`, cell: (row) => <span className="row"><Button look="tiny" onClick={() => setOffer(row)}><Trans>Offer</Trans></Button>{kind === 'app' ? <Button look="tiny" onClick={() => setDescribed(row)}><Trans>Describe</Trans></Button> : null}</span> },
  ];
  return (
    <div className="stack">
      <Panel title={label} tools={<Register kind={kind} />}>
        <ListTable caption={label} skeleton={2} query={resources} columns={columns} rowKey={(row) => row.address} empty={kind === 'app' ? t`You own no app yet.` : t`You own no dataset yet.`} />
      </Panel>
      {listed ? <Offers kind={kind} orders={orders} resources={resources.data?.items ?? []} /> : null}
      {listed && offered ? <Requests kind={kind} resources={resources.data?.items ?? []} offers={orders.data?.items ?? []} onReady={() => setRequested(true)} /> : null}
      {listed && offered && requested ? <Uses kind={kind} uses={uses} /> : null}
      {described ? <Suspense fallback={null}><DescribeDialog row={described} onClose={() => setDescribed(null)} /></Suspense> : null}
      {offer ? <OfferDialog row={offer} kind={kind} onClose={() => setOffer(null)} /> : null}
    </div>
  );
}
