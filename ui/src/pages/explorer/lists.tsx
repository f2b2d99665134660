// Full lists with filters, sort, pages anchored to a height, and streamed export; the chooser of a search (§8.2, §8.4).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { kindWord } from '../../model/words';
import type { Account, Block, Deal, Resource, Search, Task, Transaction, Worker } from '../../transport/api';
import { curl } from '../../model/commands';
import { hitPath, parseSearch } from '../../model/search';
import { STATUS } from '../../model/domain';
import { withQuery } from '../../transport/http';
import { useApi, useBoot, useList } from '../../state/data';
import { useUrl, type UrlState } from '../../state/url';
import { PageHead } from '../../view/command';
import { ListTable, Pager, Table, type Column } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Button, Notice, Panel, Select, TextField } from '../../view/ui';
import { SearchBox } from '../../view/search';
import { Untrusted } from '../../view/values';
import { NotFound } from '../not_found';
import { AllMine } from './mine';
import { accountColumns, blockColumns, dealColumns, dealExtra, resourceColumns, resourceExtra, taskColumns, taskExtra, transactionColumns, workerColumns } from './columns';

type Filter = { name: string; label: string; options?: { value: string; label: string }[] };
type Kind = { title: string; none: string; path: string; columns: Column<never>[]; rowKey: (row: never) => string; link: (row: never) => string; filters: Filter[]; mine: boolean };

const statuses = [{ value: '', label: t`any status` }, ...Object.entries(STATUS).map(([value, { label }]) => ({ value, label }))];
const tags = [{ value: '', label: t`any` }, { value: 'none', label: t`no enclave` }, { value: 'tee', label: 'TEE' }, { value: 'gpu', label: 'GPU' }];
const kind = <Row,>(title: string, none: string, path: string, columns: Column<Row>[], rowKey: (row: Row) => string, link: (row: Row) => string, filters: Filter[], mine = false): Kind =>
  ({ title, none, path, columns, rowKey, link, filters, mine }) as unknown as Kind;

const SELL: Filter[] = [{ name: 'q', label: t`Name or beginning` }, { name: 'owner', label: t`Owner` }];
const KINDS: Record<string, Kind> = {
  deals: kind<Deal>(t`Deals`, t`No deals yet.`, '/v1/deals', [...dealColumns, ...dealExtra], (row) => row.id, (row) => `/deal/${row.id}`, [
    { name: 'status', label: t`Status`, options: statuses },
    { name: 'category', label: t`Category` },
    { name: 'tag', label: t`Capability`, options: tags },
    { name: 'minTrust', label: t`Trust from` },
    { name: 'minPrice', label: t`Price from` },
    { name: 'maxPrice', label: t`Price to` },
    { name: 'app', label: t`App` },
    { name: 'workerpool', label: t`Workerpool` },
  ], true),
  tasks: kind<Task>(t`Tasks`, t`No tasks yet.`, '/v1/tasks', [...taskColumns, ...taskExtra], (row) => row.id, (row) => `/task/${row.id}`, [
    { name: 'status', label: t`Status`, options: statuses },
    { name: 'category', label: t`Category` },
    { name: 'app', label: t`App` },
    { name: 'workerpool', label: t`Workerpool` },
    { name: 'worker', label: t`Worker` },
  ], true),
  apps: kind<Resource>(t`Apps`, t`No apps yet.`, '/v1/apps', [...resourceColumns('app'), ...resourceExtra('app')], (row) => row.address, (row) => `/app/${row.address}`, SELL),
  datasets: kind<Resource>(t`Datasets`, t`No datasets yet.`, '/v1/datasets', [...resourceColumns('dataset'), ...resourceExtra('dataset')], (row) => row.address, (row) => `/dataset/${row.address}`, SELL),
  workerpools: kind<Resource>(t`Workerpools`, t`No workerpools yet.`, '/v1/workerpools', [...resourceColumns('workerpool'), ...resourceExtra('workerpool')], (row) => row.address, (row) => `/workerpool/${row.address}`, SELL),
  workers: kind<Worker>(t`Workers`, t`No workers yet.`, '/v1/workers', workerColumns, (row) => row.address, (row) => `/worker/${row.address}`, []),
  accounts: kind<Account>(t`Accounts`, t`No accounts yet.`, '/v1/accounts', accountColumns, (row) => row.address, (row) => `/address/${row.address}`, [
    { name: 'role', label: t`Role`, options: ['', 'requester', 'worker', 'app', 'dataset', 'workerpool'].map((value) => ({ value, label: value ? kindWord(value) : t`any role` })) },
  ]),
  blocks: kind<Block>(t`Blocks`, t`No blocks yet.`, '/v1/blocks', blockColumns, (row) => String(row.number), (row) => `/block/${row.number}`, []),
  transactions: kind<Transaction>(t`Transactions`, t`No transactions yet.`, '/v1/transactions', transactionColumns, (row) => row.hash, (row) => `/tx/${row.hash}`, [{ name: 'block', label: t`Block` }]),
};

function Filters({ of, url, change }: { of: Filter[]; url: UrlState; change: (next: Record<string, string | null>) => void }): ReactNode {
  if (of.length === 0) return null;
  return (
    <div className="row" style={{ alignItems: 'end', marginBottom: 12 }}>
      {of.map((filter) =>
        filter.options ? (
          <Select key={filter.name} label={filter.label} value={url[filter.name] ?? ''} choices={filter.options} onChange={(value) => change({ [filter.name]: value, cursor: null, asOf: null })} />
        ) : (
          <div key={filter.name} style={{ width: 170 }}>
            <TextField label={filter.label} value={url[filter.name] ?? ''} onChange={(value) => change({ [filter.name]: value.trim(), cursor: null, asOf: null })} />
          </div>
        ),
      )}
    </div>
  );
}

export function ListPage(): ReactNode {
  const { kind: name } = useParams({ strict: false }) as { kind: string };
  const [url, change] = useUrl();
  const found = KINDS[name];
  const limit = url.limit ?? '20';
  const filters = Object.fromEntries((found?.filters ?? []).map((filter) => [filter.name, url[filter.name]]));
  const asked = { ...filters, mine: found?.mine ? url.mine : null, sort: url.sort };
  const query = useList<never>(found ? found.path : null, { ...asked, limit, cursor: url.cursor, asOf: url.asOf });
  if (!found) return <NotFound />;
  const data = query.data;
  const active = Object.entries(asked).filter(([, value]) => value);
  const relax = (): void => change({ ...Object.fromEntries(active.map(([key]) => [key, null])), cursor: null });
  const path = withQuery(found.path, { ...asked, limit });
  return (
    <>
      <PageHead title={found.title} command={curl(location.origin, path)} lead={<Link to="/explorer"><Trans>Explorer</Trans></Link>}>
        {found.mine ? <AllMine /> : null}
      </PageHead>
      <Filters of={found.filters} url={url} change={change} />
      <Panel
        title={found.title}
        tools={
          <>
            <a className="button tiny" href={withQuery(found.path, { ...asked, format: 'csv' })} download={`${name}.csv`}><Trans>CSV, all rows</Trans></a>
            <a className="button tiny" href={withQuery(found.path, { ...asked, format: 'jsonl' })} download={`${name}.jsonl`}><Trans>JSON lines</Trans></a>
          </>
        }
      >
        <ListTable
          caption={found.title}
          columns={found.columns}
          query={query}
          rowKey={found.rowKey}
          link={found.link}
          sort={url.sort}
          onSort={(sort) => change({ sort, cursor: null })}
          empty={active.length ? t`Nothing fits: ${{ filters: active.map(([key, value]) => `${found.filters.find((each) => each.name === key)?.label ?? key} ${value}`).join(', ') }}.` : found.none}
          emptyAction={active.length ? <Button onClick={relax}><Trans>Show all</Trans></Button> : null}
        />
        <Pager
          shown={data?.items.length ?? 0}
          total={data?.total ?? 0}
          asOf={data?.asOf}
          onPrevious={url.cursor ? () => history.back() : null}
          onNext={data?.next ? () => change({ cursor: data.next, asOf: String(data.asOf) }, true) : null}
        >
          <span className="row" style={{ gap: 4 }}>
            {['20', '50', '100'].map((size) => (
              <button key={size} type="button" className={`button tiny ${limit === size ? 'on' : ''}`} aria-pressed={limit === size} onClick={() => change({ limit: size, cursor: null })}>
                {size}
              </button>
            ))}
          </span>
        </Pager>
      </Panel>
    </>
  );
}

export function SearchPage(): ReactNode {
  const [url] = useUrl();
  const text = url.q ?? '';
  const input = parseSearch(text);
  const navigate = useNavigate();
  const boot = useBoot();
  const q = input.kind === 'query' ? input.q : input.kind === 'many' ? (input.ids[0] ?? '') : '';
  const query = useApi<Search>(q ? '/v1/search' : null, { q }, { liveMs: 4_000 });
  const only = query.data?.items.length === 1 && !query.isPlaceholderData ? query.data.items[0] : undefined;
  useEffect(() => {
    if (only && input.kind === 'query') void navigate({ to: hitPath(only) as never, replace: true });
  }, [only, input.kind, navigate]);
  return (
    <>
      <PageHead title={<Trans>Search: <bdi>{text.slice(0, 80)}</bdi></Trans>} command={curl(location.origin, withQuery('/v1/search', { q }))} />
      <div className="stack">
        <SearchBox large />
        {input.kind === 'bad' ? <Notice tone="danger" alert>{input.reason}</Notice> : null}
        {input.kind === 'many' ? (
          <Panel title={plural(input.ids.length, { one: '# id', other: '# ids' })}>
            <ul className="body">{input.ids.map((id) => <li key={id}><Link to="/search" search={{ q: id } as never}><code>{id}</code></Link></li>)}</ul>
          </Panel>
        ) : null}
        {input.kind === 'query' ? (
          <Loaded query={query}>
            {(answer) =>
              answer.items.length === 0 ? (
                <Notice tone="warning" alert>
                  <Trans>Nothing with “<Untrusted text={text} limit={80} />” on <bdi>{boot.chains[0]?.name}</bdi> ({{ id: boot.chains[0]?.id ?? '' }}); tried {{ kinds: answer.tried.map(kindWord).join(', ') }}. This page looks again by itself and opens the object when it appears.</Trans>
                </Notice>
              ) : (
                <Panel title={plural(answer.items.length, { one: '# found', other: '# found' })}>
                  <Table
                    caption={t`Search results`}
                    rows={answer.items}
                    rowKey={(row) => row.kind + row.id}
                    link={hitPath}
                    columns={[
                      { key: 'kind', head: t`Kind`, cell: (row) => kindWord(row.kind) },
                      { key: 'id', head: t`Id`, cell: (row) => <Link to={hitPath(row) as never}><code>{row.id}</code></Link> },
                      { key: 'label', head: t`Name`, cell: (row) => <Untrusted text={row.label} limit={60} /> },
                    ]}
                  />
                </Panel>
              )
            }
          </Loaded>
        ) : null}
        {input.kind === 'empty' ? <EmptyState><Trans>Type an id, an address, a block number or a name.</Trans></EmptyState> : null}
      </div>
    </>
  );
}
