// Apps or datasets as cards or as a list: found by name, sorted, with the curated lists that vouch for them (web-ui.md §11).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { List, Page, Resource } from '../../transport/api';
import { kindWord } from '../../model/words';
import { count, percent, shortHash } from '../../model/format';
import { failureRate, sortResources } from '../../model/resource';
import { visible } from '../../model/text';
import { useBoot, useList, type ApiQuery } from '../../state/data';
import { useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { Pager, Table, type Column } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Button, Chip, Segmented, Select, TextField } from '../../view/ui';
import { Address, Age, Amount, Untrusted } from '../../view/values';
import { subscribed } from './lists';

type Kind = 'app' | 'dataset';

const PAGE = 24;
/** What the market does not sort itself is sorted among the most used ones, up to so many. */
const MOST = 1_000;
const SORTS: Record<string, string> = { runs: t`most used`, newest: t`newest`, name: t`name`, price: t`cheapest`, failures: t`fewest failures` };
const OF_MARKET: Record<string, string> = { runs: '-runs', newest: '-index', name: 'name' };

/** A list that vouches for the app: who says so, and for what fee. */
function ListChip({ list, fees }: { list: Resource['lists'][number]; fees: Map<string, string | null> }): ReactNode {
  const mine = useStore(subscribed);
  const fee = fees.get(list.id);
  const by = shortHash(list.curator);
  return (
    <Link to="/store/$tab" params={{ tab: 'lists' } as never} search={{ list: list.id } as never} title={fee ? t`curated by ${by}, fee: ${{ fee: visible(fee) }}` : t`curated by ${by}, no fee`}>
      <Chip tone="success">{mine.includes(list.id) ? '★' : '✓'} <Untrusted text={list.name} limit={24} /></Chip> <span className="small muted"><Trans>by <code>{by}</code></Trans>{fee ? <> · <Untrusted text={fee} limit={40} /></> : null}</span>
    </Link>
  );
}

const forSale = (row: Resource): ReactNode => (row.bestPrice ? <Amount nrlc={row.bestPrice} /> : <span className="muted"><Trans>not for sale</Trans></span>);
const RunLink = ({ row }: { row: Resource }): ReactNode => <Link className="button tiny primary" to="/market" onClick={() => sessionStorage.setItem('bourse.app', row.address)}><Trans>Run</Trans></Link>;

function Card({ row, kind, fees }: { row: Resource; kind: Kind; fees: Map<string, string | null> }): ReactNode {
  const failed = failureRate(row);
  return (
    <article className="card stack" style={{ gap: 6, alignContent: 'start' }}>
      <div className="row between" style={{ flexWrap: 'nowrap' }}><h2><Link to={`/${kind}/${row.address}` as never}><Untrusted text={row.name || t`without a name`} limit={40} /></Link></h2>{row.bestPrice ? <Chip className="accent">{forSale(row)}</Chip> : <Chip>{forSale(row)}</Chip>}</div>
      <div className="small"><Address of={row.address} kind={kindWord(kind)} to={`/${kind}/${row.address}`} /></div>
      <div className="row small muted"><span>{kind === 'app' ? plural(row.runs, { one: '# run', other: '# runs' }) : plural(row.runs, { one: '# use', other: '# uses' })}</span>{failed === null ? null : <span><Trans>{{ share: percent(failed) }} failed</Trans></span>}{row.mrenclave ? <span><Trans>in an enclave</Trans></span> : null}<span><Age at={row.time} /></span></div>
      {row.lists.map((list) => <div key={list.id}><ListChip list={list} fees={fees} /></div>)}
      {kind === 'app' ? <div className="row"><RunLink row={row} /></div> : null}
    </article>
  );
}

function columnsOf(kind: Kind, fees: Map<string, string | null>): Column<Resource>[] {
  const columns: (Column<Resource> | null)[] = [
    { key: 'name', head: t`Name`, cell: (row) => <Link to={`/${kind}/${row.address}` as never}><Untrusted text={row.name || t`without a name`} limit={40} /></Link>, priority: 1 },
    { key: 'address', head: t`Address`, cell: (row) => <Address of={row.address} kind={kindWord(kind)} to={`/${kind}/${row.address}`} copy={false} />, priority: 3 },
    { key: 'price', head: t`Best price`, right: true, cell: forSale, priority: 1 },
    { key: 'runs', head: kind === 'app' ? t`Runs` : t`Uses`, right: true, cell: (row) => count(row.runs), priority: 1 },
    { key: 'failed', head: t`Failed`, right: true, cell: (row) => percent(failureRate(row)), priority: 2 },
    { key: 'requesters', head: t`Requesters`, right: true, cell: (row) => count(row.requesters), priority: 3 },
    kind === 'app' ? { key: 'lists', head: t`Lists`, wrap: true, cell: (row) => (row.lists.length ? row.lists.map((list) => <div key={list.id}><ListChip list={list} fees={fees} /></div>) : <span className="muted"><Trans>none</Trans></span>), priority: 2 } : null,
    { key: 'age', head: t`Deployed`, cell: (row) => <Age at={row.time} />, priority: 3 },
    kind === 'app' ? { key: 'act', head: t`Actions`, cell: (row) => <RunLink row={row} />, priority: 1 } : null,
  ];
  return columns.filter((column) => column !== null);
}

function Tools({ kind }: { kind: Kind }): ReactNode {
  const [url, change] = useUrl();
  return (
    <div className="row" style={{ alignItems: 'end' }}>
      <div style={{ width: 320, maxWidth: '100%' }}><TextField label={kind === 'app' ? t`Find an app` : t`Find a dataset`} value={url.q ?? ''} onChange={(q) => change({ q, cursor: null })} /></div>
      <div style={{ width: 180 }}><Select label={t`Sort by`} value={url.sort ?? 'runs'} choices={Object.entries(SORTS).map(([value, label]) => ({ value, label }))} onChange={(sort) => change({ sort: sort === 'runs' ? null : sort, cursor: null })} /></div>
      <Segmented label={t`Look`} value={url.view === 'list' ? 'list' : 'cards'} choices={[{ value: 'cards', label: t`cards` }, { value: 'list', label: t`list` }]} onChange={(view) => change({ view: view === 'list' ? view : null })} />
      {url.list ? <Button onClick={() => change({ list: null, cursor: null })}><Trans>All apps</Trans></Button> : null}
    </div>
  );
}

/** A page of the market's order; of another order, all rows sorted here. */
function useResources(kind: Kind): { query: ApiQuery<Page<Resource>>; rows: Resource[]; whole: boolean } {
  const [url] = useUrl();
  const sort = SORTS[url.sort ?? ''] ? url.sort! : 'runs';
  const ofMarket = OF_MARKET[sort];
  const query = useList<Resource>(`/v1/${kind}s`, { q: url.q, sort: ofMarket ?? '-runs', limit: ofMarket ? PAGE : MOST, cursor: ofMarket ? url.cursor : null, list: kind === 'app' ? url.list : null });
  const items = query.data?.items ?? [];
  return { query, rows: ofMarket ? items : sortResources(items, sort), whole: !ofMarket };
}

export function Catalogue({ kind }: { kind: Kind }): ReactNode {
  const boot = useBoot();
  const [url, change] = useUrl();
  const { query, rows, whole } = useResources(kind);
  const lists = useList<List>(boot.features.lists && kind === 'app' ? '/v1/lists' : null, { limit: 100 });
  const fees = new Map((lists.data?.items ?? []).map((list) => [list.id, list.fee]));
  const empty = <EmptyState action={url.q ? <Button onClick={() => change({ q: null })}><Trans>Show all</Trans></Button> : null}>{url.q ? <Trans>Nothing named “{{ name: url.q }}…”.</Trans> : <Trans>Nothing here yet.</Trans>}</EmptyState>;
  return (
    <div className="stack">
      <Tools kind={kind} />
      <Loaded query={query} rows={6}>
        {(page) => (
          <>
            {rows.length === 0 ? empty : url.view === 'list' ? <div className="panel"><Table caption={kind === 'app' ? t`Apps` : t`Datasets`} rows={rows} columns={columnsOf(kind, fees)} rowKey={(row) => row.address} link={(row) => `/${kind}/${row.address}`} /></div> : <div className="grid3">{rows.map((row) => <Card key={row.address} row={row} kind={kind} fees={fees} />)}</div>}
            <Pager shown={rows.length} total={page.total} asOf={page.asOf} onPrevious={!whole && url.cursor ? () => history.back() : null} onNext={!whole && page.next ? () => change({ cursor: page.next }, true) : null} />
          </>
        )}
      </Loaded>
    </div>
  );
}
