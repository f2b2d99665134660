// Parts that several pages of the explorer share.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import type { Event, Search } from '../../transport/api';
import type { Command } from '../../model/commands';
import { isAddress } from '../../model/domain';
import { count } from '../../model/format';
import { hitPath, parseSearch } from '../../model/search';
import { visible } from '../../model/text';
import { kindWord } from '../../model/words';
import { ApiError } from '../../transport/http';
import { useApi, useBoot, useIndex, type ApiQuery } from '../../state/data';
import { PageHead } from '../../view/command';
import { EmptyState, Loaded } from '../../view/states';
import { Table } from '../../view/table';
import { Notice } from '../../view/ui';
import { Address, Age, Id } from '../../view/values';
import '../../styles/explorer.css';

const AGAIN_MS = 4_000;

/** The same id at the markets of other chains that this one names (§8.4): their answers are another origin's, so links only. */
export function OtherChains({ id }: { id: string }): ReactNode {
  const others = useBoot().chains.slice(1).filter((chain) => chain.url);
  if (others.length === 0) return null;
  return (
    <span className="row">
      <Trans>Look for it on</Trans>
      {others.map((chain) => <a key={chain.id} className="button tiny" href={`${(chain.url ?? '').replace(/\/$/, '')}/search?q=${encodeURIComponent(id)}`}><bdi>{chain.name}</bdi> ({chain.id})</a>)}
    </span>
  );
}

/** How far the market has read the chain: what is younger cannot be known yet (§5, Partial). */
export function Behind(): ReactNode {
  const index = useIndex();
  if (!index || index.lag === 0) return null;
  return <> <Trans>This market has read {count(index.height)} of {count(index.height + index.lag)} blocks: what is younger is not indexed yet.</Trans></>;
}

/** Nothing has the id as this kind of thing: what else it may be, where else it was looked for, and that the page waits for it (§5, Not found). */
export function UnknownId({ id, kind }: { id: string; kind: string }): ReactNode {
  const chain = useBoot().chains[0];
  const input = parseSearch(id);
  const { data } = useApi<Search>(input.kind === 'query' ? '/v1/search' : null, { q: input.kind === 'query' ? input.q : '' });
  const tried = [...new Set([kind, ...(data?.tried ?? [])])].map(kindWord).join(', ');
  const hits = data?.items ?? [];
  return (
    <div className="stack">
      <Notice tone="warning" alert>
        <p>
          <Trans>Nothing has the id <code className="whole"><bdi>{visible(id)}</bdi></code> on <bdi>{chain?.name}</bdi> ({{ chain: chain?.id ?? '' }}); tried {tried}.</Trans>
          {input.kind === 'bad' ? <> {input.reason}</> : <> <Trans>This page watches for it and fills itself when it appears.</Trans></>}
          <Behind />
        </p>
        <div className="row">
          {hits.map((hit) => <Link key={hit.kind + hit.id} className="button tiny" to={hitPath(hit) as never}><Trans>It is known as: {{ kind: kindWord(hit.kind) }}</Trans></Link>)}
          <Link className="button tiny" to="/search" search={{ q: id } as never}><Trans>Search everywhere</Trans></Link>
        </div>
        <OtherChains id={id} />
      </Notice>
    </div>
  );
}

type DetailProps<Answer> = {
  query: ApiQuery<Answer>;
  id: string;
  kind: string;
  label: string;
  command: Command;
  /** What helps where nothing has the id. */
  beside?: ReactNode;
  children: (answer: Answer) => ReactNode;
};

function titleOf(id: string, kind: string): ReactNode {
  if (isAddress(id) && (kind === 'worker' || kind === 'account')) return <Address of={id} kind={kindWord(kind)} width="wide" />;
  return /^0x/.test(id) ? <Id id={id} kind={kindWord(kind)} width="wide" /> : visible(id);
}

/** The page of one thing. Its head stands from the first moment, whatever comes; what is not there (yet) is told. */
export function Detail<Answer>({ query, id, kind, label, command, beside, children }: DetailProps<Answer>): ReactNode {
  if (query.data !== undefined) return <Loaded query={query}>{children}</Loaded>;
  const missing = query.error instanceof ApiError && query.error.status === 404;
  return (
    <>
      <PageHead kind={label} title={titleOf(id, kind)} command={command} />
      {missing ? <div className="stack"><UnknownId id={id} kind={kind} />{beside}</div> : <Loaded query={query} rows={12}>{() => null}</Loaded>}
    </>
  );
}

/** Asks until it is there: what is in a block does not change any more. */
export function useAwaited<Answer>(path: string): ApiQuery<Answer> {
  const [found, setFound] = useState<string | null>(null);
  const query = useApi<Answer>(path, {}, found === path ? {} : { liveMs: AGAIN_MS });
  const here = query.data !== undefined && !query.isPlaceholderData;
  useEffect(() => setFound(here ? path : null), [here, path]);
  return query;
}

export function EventTable({ events }: { events: Event[] }): ReactNode {
  if (events.length === 0) return <EmptyState><Trans>No events yet.</Trans></EmptyState>;
  return (
    <Table
      caption={t`Events`}
      rows={events}
      rowKey={(row) => `${row.block}.${row.logIndex}`}
      columns={[
        { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} /> },
        { key: 'name', head: t`Event`, cell: (row) => <code>{row.name}</code> },
        { key: 'actor', head: t`By`, cell: (row) => (row.actor ? <Address of={row.actor} copy={false} /> : '—'), priority: 2 },
        { key: 'value', head: t`Value`, cell: (row) => (row.value ? <code className="small">{row.value.length > 24 ? `${row.value.slice(0, 22)}…` : row.value}</code> : '—'), priority: 3 },
        { key: 'tx', head: t`TxHash`, cell: (row) => <Id id={row.tx} kind={t`transaction`} to={`/tx/${row.tx}`} copy={false} />, priority: 2 },
      ]}
    />
  );
}
