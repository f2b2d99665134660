// Store (web-ui.md §11): apps and datasets with curated lists; My apps and My data, the data wallet.
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import type { Deal, List, ListRun, Order, Resource } from '../../transport/api';
import { curl } from '../../model/commands';
import { count, percent } from '../../model/format';
import { isAddress, NULL_ADDRESS, tagOfBits } from '../../model/domain';
import { newSalt, type OrderFields } from '../../model/orders';
import { sha256 } from '../../model/result';
import { createAppCall, createDatasetCall } from '../../signer/calls';
import { api, withQuery } from '../../transport/http';
import { cancelOnChain, publish, transact } from '../../state/actions';
import { refreshData, useBoot, useList } from '../../state/data';
import { keptStore, useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { NeedWallet } from '../../view/wallet';
import { PageHead } from '../../view/command';
import { ListTable, Pager, Table, type Column } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Dialog } from '../../view/overlays';
import { Button, Chip, Notice, Panel, TextField } from '../../view/ui';
import { Address, Age, Amount, Id, Untrusted } from '../../view/values';
import { SignSheet } from '../market/preflight';

const subscribed = keptStore<string[]>('lists', []);
const ratio = (row: Resource): number | null => (row.completed + row.failed === 0 ? null : row.failed / (row.completed + row.failed));

function Card({ row, kind }: { row: Resource; kind: 'app' | 'dataset' }): ReactNode {
  const mine = useStore(subscribed);
  return (
    <article className="card stack" style={{ gap: 6 }}>
      <div className="row between"><h3><Link to={`/${kind}/${row.address}` as never}><Untrusted text={row.name || 'without a name'} limit={40} /></Link></h3>{row.bestPrice ? <Chip className="accent"><Amount nrlc={row.bestPrice} /></Chip> : <Chip>not for sale</Chip>}</div>
      <div className="small"><Address of={row.address} kind={kind} to={`/${kind}/${row.address}`} /></div>
      <div className="row small muted"><span>{count(row.runs)} {kind === 'app' ? 'runs' : 'uses'}</span><span>failure rate {percent(ratio(row))}</span><span><Age at={row.time} /></span></div>
      <div className="row">
        {row.lists.map((list) => <Link key={list.id} to="/store/$tab" params={{ tab: 'lists' } as never} search={{ list: list.id } as never}><Chip tone="success">{mine.includes(list.id) ? '★' : '✓'} <Untrusted text={list.name} limit={24} /></Chip></Link>)}
        {kind === 'app' ? <Link className="button tiny primary" to="/market" onClick={() => sessionStorage.setItem('bourse.app', row.address)}>Run</Link> : null}
      </div>
    </article>
  );
}

function Cards({ kind }: { kind: 'app' | 'dataset' }): ReactNode {
  const [url, change] = useUrl();
  const query = useList<Resource>(`/v1/${kind}s`, { q: url.q, sort: '-runs', limit: 24, cursor: url.cursor, list: kind === 'app' ? url.list : null });
  return (
    <div className="stack">
      <div className="row"><div style={{ width: 320, maxWidth: '100%' }}><TextField label={`Find ${kind === 'app' ? 'an app' : 'a dataset'}`} value={url.q ?? ''} onChange={(q) => change({ q, cursor: null })} /></div>{url.list ? <Button onClick={() => change({ list: null })}>All apps</Button> : null}</div>
      <Loaded query={query} rows={6}>
        {(page) => (
          <>
            {page.items.length === 0 ? <EmptyState action={url.q ? <Button onClick={() => change({ q: null })}>Show all</Button> : null}>Nothing {url.q ? `named “${url.q}…”` : 'here yet'}.</EmptyState> : <div className="grid3">{page.items.map((row) => <Card key={row.address} row={row} kind={kind} />)}</div>}
            <Pager shown={page.items.length} total={page.total} asOf={page.asOf} onPrevious={url.cursor ? () => history.back() : null} onNext={page.next ? () => change({ cursor: page.next }, true) : null} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Register({ kind }: { kind: 'app' | 'dataset' }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [place, setPlace] = useState('');
  const [checksum, setChecksum] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const registry = kind === 'app' ? boot.contracts.appRegistry : boot.contracts.datasetRegistry;
  const sum = /^0x[0-9a-f]{64}$/i.test(checksum);
  const why = !wallet.signer ? 'Connect a wallet first.' : !name ? 'Give it a name.' : !place ? 'Say where it lies.' : !sum ? 'The checksum is 0x and 64 digits; choose a file to compute it.' : null;
  const hash = (file: File | undefined): void => {
    if (file) void file.arrayBuffer().then((content) => sha256(new Uint8Array(content))).then(setChecksum);
  };
  const go = (): void => {
    const owner = wallet.account ?? '';
    const data = kind === 'app' ? createAppCall(owner, { name, type: 'DOCKER', multiaddr: place, checksum }) : createDatasetCall(owner, { name, multiaddr: place, checksum });
    setProblem(null);
    transact(`Register the ${kind} ${name}`, registry ?? '', data, '/store/mine').then((done) => done && setOpen(false), (error: Error) => setProblem(error.message));
  };
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>Register {kind === 'app' ? 'an app' : 'a dataset'}</Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={`Register ${kind === 'app' ? 'an app' : 'a dataset'}`} foot={<Button look="primary" onClick={go} why={why}>Register</Button>}>
        <TextField label="Name" required value={name} onChange={setName} />
        <TextField label={kind === 'app' ? 'Image (registry/name:tag)' : 'Location (URL or /ipfs/…)'} required className="mono" value={place} onChange={setPlace} />
        <TextField label="Checksum (SHA-256)" required className="mono" placeholder="0x…" value={checksum} onChange={(text) => setChecksum(text.trim())} hint={kind === 'app' ? 'digest of the image' : 'of the file as it is stored'} />
        {kind === 'dataset' ? <label className="field"><span className="label">Or compute it from the file (it stays here)</span><input type="file" onChange={(event) => hash(event.target.files?.[0])} /></label> : null}
        {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      </Dialog>
    </>
  );
}

function OfferDialog({ row, kind, onClose }: { row: Resource; kind: 'app' | 'dataset'; onClose: () => void }): ReactNode {
  const boot = useBoot();
  const [price, setPrice] = useState('1');
  const [volume, setVolume] = useState('1000');
  const [who, setWho] = useState('');
  const [app, setApp] = useState('');
  const [salt] = useState(newSalt);
  const [sheet, setSheet] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const wrong = !/^\d+$/.test(price) ? 'Price is a whole number of nRLC.' : !/^[1-9]\d*$/.test(volume) ? 'Volume is at least 1.' : who && !isAddress(who) ? 'The requester is 0x and 40 digits.' : app && !isAddress(app) ? 'The app is 0x and 40 digits.' : null;
  const order: OrderFields = { [kind]: row.address, [`${kind}price`]: price, volume, tag: tagOfBits([]), requesterrestrict: who || NULL_ADDRESS, workerpoolrestrict: NULL_ADDRESS, [kind === 'app' ? 'datasetrestrict' : 'apprestrict']: app || NULL_ADDRESS, salt };
  const go = (): void => {
    setBusy(true);
    setProblem(null);
    publish(`Offer ${kind} ${row.name}`, kind, order, boot)
      .then((done) => { if (done) onClose(); }, (error: Error) => setProblem(error.message))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Dialog open={!sheet} onClose={() => { if (!sheet) onClose(); }} title={`Offer “${row.name.slice(0, 40)}”`} foot={<Button look="primary" onClick={() => setSheet(true)} why={wrong}>Continue</Button>}>
        <div className="pair"><TextField label="Price a task, nRLC" required className="num" value={price} onChange={setPrice} /><TextField label="Volume" required className="num" value={volume} onChange={setVolume} hint="how often it may be used" /></div>
        <TextField label="Only for requester (or group)" className="mono" placeholder="anyone" value={who} onChange={(text) => setWho(text.trim())} />
        <TextField label={kind === 'app' ? 'Only with dataset' : 'Only with app'} className="mono" placeholder="any" value={app} onChange={(text) => setApp(text.trim())} hint={kind === 'dataset' ? 'Without it, any app may read the data.' : null} />
      </Dialog>
      <SignSheet open={sheet} kind={kind} order={order} action="Sign and publish" busy={busy} problem={problem} onSign={go} onClose={() => setSheet(false)} />
    </>
  );
}

function Withdraw({ order }: { order: Order }): ReactNode {
  const boot = useBoot();
  const [problem, setProblem] = useState<string | null>(null);
  return <><Button look="tiny danger" title="ends the offer on chain: nobody can use it any more" onClick={() => void cancelOnChain(order, boot).catch((error: Error) => setProblem(error.message))}>Withdraw access</Button>{problem ? <span className="small tone-danger">{problem}</span> : null}</>;
}

/** My apps or my data: what I own, who may use it, what it earned. */
function MineOf({ kind }: { kind: 'app' | 'dataset' }): ReactNode {
  const wallet = useWallet();
  const [offer, setOffer] = useState<Resource | null>(null);
  const resources = useList<Resource>(wallet.account ? `/v1/${kind}s` : null, { owner: wallet.account, limit: 100 }, { liveMs: 5_000 });
  const orders = useList<Order>(wallet.account ? `/v1/${kind}orders` : null, { owner: wallet.account, limit: 200, requester: 'any', workerpool: 'any', [kind === 'app' ? 'dataset' : 'app']: 'any' }, { liveMs: 3_000 });
  const uses = useList<Deal>(wallet.account ? '/v1/deals' : null, { mine: wallet.account, role: kind, limit: 20 }, { liveMs: 5_000 });
  const label = kind === 'app' ? 'My apps' : 'My data';
  const who = (order: Order, field: string): ReactNode => (order.order[field] && order.order[field] !== NULL_ADDRESS ? <Address of={order.order[field]} copy={false} /> : <Chip tone={kind === 'dataset' ? 'warning' : 'neutral'}>anyone</Chip>);
  const columns: Column<Resource>[] = [
    { key: 'name', head: 'Name', cell: (row) => <Link to={`/${kind}/${row.address}` as never}><Untrusted text={row.name || row.address} limit={40} /></Link> },
    { key: 'price', head: 'Best price', right: true, cell: (row) => <Amount nrlc={row.bestPrice} unit={false} /> },
    { key: 'runs', head: kind === 'app' ? 'Runs' : 'Uses', right: true, cell: (row) => count(row.runs), priority: 2 },
    { key: 'failures', head: 'Failure rate', right: true, cell: (row) => percent(ratio(row)), priority: 3 },
    { key: 'users', head: 'Requesters', right: true, cell: (row) => count(row.requesters), priority: 3 },
    { key: 'revenue', head: 'Earned', right: true, cell: (row) => <Amount nrlc={row.revenue} unit={false} />, priority: 2 },
    { key: 'act', head: 'Actions', cell: (row) => <Button look="tiny" onClick={() => setOffer(row)}>Offer</Button> },
  ];
  return (
    <div className="stack">
      <Panel title={label} tools={<Register kind={kind} />}>
        <ListTable caption={label} query={resources} columns={columns} rowKey={(row) => row.address} empty={`You own no ${kind} yet.`} />
      </Panel>
      <Panel title={kind === 'app' ? 'Offers: who may run them' : 'Who may use my data, and with which app'}>
        <ListTable caption="Offers" query={orders} rowKey={(row) => row.hash} empty="No open offers: nobody may use them." columns={[
          { key: 'what', head: kind === 'app' ? 'App' : 'Dataset', cell: (row) => <Address of={row.order[kind]} kind={kind} to={`/${kind}/${row.order[kind]}`} copy={false} /> },
          { key: 'who', head: 'Requester', cell: (row) => who(row, 'requesterrestrict') },
          { key: 'with', head: kind === 'app' ? 'Dataset' : 'App', cell: (row) => who(row, kind === 'app' ? 'datasetrestrict' : 'apprestrict') },
          { key: 'price', head: 'Price', right: true, cell: (row) => <Amount nrlc={row.price} unit={false} /> },
          { key: 'left', head: 'Left', right: true, cell: (row) => `${count(row.remaining)}/${count(row.volume)}`, priority: 2 },
          { key: 'act', head: 'Actions', cell: (row) => <Withdraw order={row} /> },
        ]} />
      </Panel>
      <Panel title="Uses">
        <ListTable caption="Uses" query={uses} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} empty="Not used yet." columns={[
          { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} /> },
          { key: 'deal', head: 'Deal', cell: (row) => <Id id={row.id} kind="deal" to={`/deal/${row.id}`} /> },
          { key: 'by', head: 'By', cell: (row) => <Address of={row.requester} copy={false} />, priority: 2 },
          { key: 'app', head: 'App', cell: (row) => <Address of={row.app.address} name={row.app.name} to={`/app/${row.app.address}`} copy={false} />, priority: 2 },
          { key: 'volume', head: 'Tasks', right: true, cell: (row) => count(row.volume) },
          { key: 'earned', head: 'Earned', right: true, cell: (row) => <Amount nrlc={String(BigInt((kind === 'app' ? row.app.price : (row.dataset?.price ?? '0'))) * BigInt(row.tasks.complete))} unit={false} /> },
        ]} />
      </Panel>
      {offer ? <OfferDialog row={offer} kind={kind} onClose={() => setOffer(null)} /> : null}
    </div>
  );
}

function PublishList(): ReactNode {
  const wallet = useWallet();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const apps = text.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => { const [address = '', ...note] = line.split(/\s+/); return { address, note: note.join(' ') }; });
  const bad = apps.find((each) => !isAddress(each.address));
  const why = !wallet.signer ? 'Connect a wallet first.' : !name ? 'Give the list a name.' : apps.length === 0 ? 'Name at least one app.' : bad ? `“${bad.address}” is no address.` : null;
  const go = async (): Promise<void> => {
    setProblem(null);
    try {
      const document = { name, curator: wallet.account ?? '', apps };
      const sign = await wallet.signer?.signMessage(wallet.account ?? '', JSON.stringify(document));
      await api('/v1/lists', { body: { ...document, sign } });
      refreshData('/v1/lists', '/v1/apps');
      setOpen(false);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>Publish a list</Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="Publish a list of apps" foot={<Button look="primary" onClick={() => void go()} why={why}>Sign and publish</Button>}>
        <p className="small muted">You sign the text below with your wallet. A newer list of the same name replaces it.</p>
        <TextField label="Name" required value={name} onChange={setName} />
        <label className="field"><span className="label">Apps, one a line: address, then a note *</span><textarea className="textarea" rows={6} value={text} onChange={(event) => setText(event.target.value)} /></label>
        <div className="command-box" tabIndex={0}>{JSON.stringify({ name, curator: wallet.account ?? '', apps }, null, 1)}</div>
        {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      </Dialog>
    </>
  );
}

function ListsTab(): ReactNode {
  const [url, change] = useUrl();
  const mine = useStore(subscribed);
  const wallet = useWallet();
  const query = useList<List>('/v1/lists', { limit: 100 });
  const runs = useList<ListRun>(url.list ? `/v1/lists/${url.list}/runs` : null, { limit: 100 });
  const chosen = query.data?.items.find((each) => each.id === url.list);
  return (
    <div className="stack">
      <Panel title="Curated lists" tools={<PublishList />}>
        <ListTable caption="Curated lists" query={query} rowKey={(row) => row.id} empty="Nobody has published a list yet. An app on no list runs as any other." columns={[
          { key: 'name', head: 'Name', cell: (row) => <button type="button" className="link-button" onClick={() => change({ list: row.id })}><Untrusted text={row.name} limit={40} /></button> },
          { key: 'curator', head: 'Curator', cell: (row) => <Address of={row.curator} /> },
          { key: 'apps', head: 'Apps', right: true, cell: (row) => count(row.apps.length) },
          { key: 'runs', head: 'Runs 30 d', right: true, cell: (row) => count(row.runs30d), priority: 2 },
          { key: 'act', head: 'Follow', cell: (row) => <Button look={`tiny ${mine.includes(row.id) ? 'on' : ''}`} aria-pressed={mine.includes(row.id)} onClick={() => subscribed.set((old) => (old.includes(row.id) ? old.filter((each) => each !== row.id) : [...old, row.id]))}>{mine.includes(row.id) ? '★ following' : '☆ follow'}</Button> },
        ]} />
      </Panel>
      {chosen ? (
        <>
          <Panel title={<Untrusted text={chosen.name} limit={60} />} tools={<Link className="button tiny" to="/store" search={{ list: chosen.id } as never}>Show its apps</Link>}>
            <Table caption="Apps of the list" rows={chosen.apps} rowKey={(row) => row.address} columns={[{ key: 'app', head: 'App', cell: (row) => <Address of={row.address} kind="app" to={`/app/${row.address}`} name={row.name} /> }, { key: 'note', head: 'Note', wrap: true, cell: (row) => <Untrusted text={row.note} /> }]} />
          </Panel>
          <Panel title="Runs and payments by month" tools={<a className="button tiny" href={withQuery(`/v1/lists/${chosen.id}/runs`, { format: 'csv' })} download="list-runs.csv">CSV</a>}>
            <ListTable caption="Runs" query={runs} rowKey={(row) => row.month + row.app} empty={wallet.account ? 'No runs yet.' : 'No runs yet.'} columns={[
              { key: 'month', head: 'Month', cell: (row) => row.month },
              { key: 'app', head: 'App', cell: (row) => <Address of={row.app} kind="app" name={row.name} to={`/app/${row.app}`} copy={false} /> },
              { key: 'runs', head: 'Runs', right: true, cell: (row) => count(row.runs) },
              { key: 'paid', head: 'Paid', right: true, cell: (row) => <Amount nrlc={row.paid} unit={false} /> },
            ]} />
          </Panel>
        </>
      ) : null}
    </div>
  );
}

const TABS: [string, string][] = [['apps', 'Apps'], ['datasets', 'Datasets'], ['lists', 'Curated lists'], ['mine', 'My apps'], ['data', 'My data']];

export function StorePage(): ReactNode {
  const { tab: asked } = useParams({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const boot = useBoot();
  const tab = TABS.find(([value]) => value === asked)?.[0] ?? 'apps';
  const path = tab === 'datasets' || tab === 'data' ? '/v1/datasets' : tab === 'lists' ? '/v1/lists' : '/v1/apps';
  return (
    <>
      <PageHead title="Store" lead="Applications and data that can be used on this market." command={curl(location.origin, path)} />
      <Tabs.Root value={tab} onValueChange={(value) => void navigate({ to: `/store/${value}` as never })}>
        <Tabs.List className="tabs-list" aria-label="Parts of the store">{TABS.filter(([value]) => value !== 'lists' || boot.features.lists).map(([value, label]) => <Tabs.Trigger key={value} className="tab" value={value}>{label}</Tabs.Trigger>)}</Tabs.List>
        <Tabs.Content className="tab-panel" value="apps"><Cards kind="app" /></Tabs.Content>
        <Tabs.Content className="tab-panel" value="datasets"><Cards kind="dataset" /></Tabs.Content>
        <Tabs.Content className="tab-panel" value="lists"><ListsTab /></Tabs.Content>
        <Tabs.Content className="tab-panel" value="mine"><NeedWallet to="see your apps"><MineOf kind="app" /></NeedWallet></Tabs.Content>
        <Tabs.Content className="tab-panel" value="data"><NeedWallet to="see your data"><MineOf kind="dataset" /></NeedWallet></Tabs.Content>
      </Tabs.Root>
    </>
  );
}
