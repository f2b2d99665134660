// What a search found: one thing is opened, several are listed, of several ids each is looked up (web-ui.md §8.4).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useQueries } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import type { Hit, Search } from '../../transport/api';
import { wrongChecksum } from '../../model/checksum';
import { curl } from '../../model/commands';
import { hitPath, parseSearch } from '../../model/search';
import { kindWord } from '../../model/words';
import { api, withQuery } from '../../transport/http';
import { useApi, useBoot } from '../../state/data';
import { useUrl } from '../../state/url';
import { PageHead } from '../../view/command';
import { SearchBox } from '../../view/search';
import { EmptyState, Loaded } from '../../view/states';
import { Table } from '../../view/table';
import { Chip, Notice, Panel } from '../../view/ui';
import { Id, Untrusted } from '../../view/values';
import { Behind, OtherChains } from './parts';

const MANY = 50;
const AGAIN_MS = 4_000;

function Hits({ items }: { items: Hit[] }): ReactNode {
  return (
    <Panel title={plural(items.length, { one: '# found', other: '# found' })}>
      <Table
        caption={t`Search results`}
        rows={items}
        rowKey={(row) => row.kind + row.id}
        link={hitPath}
        columns={[
          { key: 'kind', head: t`Kind`, cell: (row) => <Chip>{kindWord(row.kind)}</Chip> },
          { key: 'id', head: t`Id`, cell: (row) => <Id id={row.id} kind={kindWord(row.kind)} to={hitPath(row)} width="wide" /> },
          { key: 'label', head: t`Name`, cell: (row) => <Untrusted text={row.label} limit={60} /> },
        ]}
      />
    </Panel>
  );
}

/** One thing that was looked for. It is looked for again until it is there. */
function One({ q, text }: { q: string; text: string }): ReactNode {
  const navigate = useNavigate();
  const boot = useBoot();
  const query = useApi<Search>('/v1/search', { q }, { liveMs: AGAIN_MS });
  const only = query.data?.items.length === 1 && !query.isPlaceholderData ? query.data.items[0] : undefined;
  useEffect(() => {
    if (only) void navigate({ to: hitPath(only) as never, replace: true });
  }, [only, navigate]);
  return (
    <Loaded query={query}>
      {(answer) =>
        answer.items.length > 0 ? <Hits items={answer.items} /> : (
          <Notice tone="warning" alert>
            <p><Trans>Nothing with “<Untrusted text={text} limit={80} />” on <bdi>{boot.chains[0]?.name}</bdi> ({{ id: boot.chains[0]?.id ?? '' }}); tried {{ kinds: answer.tried.map(kindWord).join(', ') }}. This page looks again by itself and opens the object when it appears.</Trans><Behind /></p>
            <OtherChains id={text} />
          </Notice>
        )
      }
    </Loaded>
  );
}

type Found = { id: string; hits: Hit[] | null; problem: string | null };

/** Several ids that were pasted: what each of them is. */
function Several({ ids }: { ids: string[] }): ReactNode {
  const asked = ids.slice(0, MANY);
  const answers = useQueries({ queries: asked.map((id) => ({ queryKey: ['search', id], queryFn: ({ signal }: { signal: AbortSignal }) => api<Search>(withQuery('/v1/search', { q: id.toLowerCase() }), { signal }) })) });
  const rows: Found[] = asked.map((id, at) => ({ id, hits: answers[at]?.data?.items ?? null, problem: answers[at]?.error?.message ?? null }));
  const whatOf = ({ hits, problem }: Found): ReactNode => {
    if (problem) return <span className="tone-danger">{problem}</span>;
    if (!hits) return <span className="muted"><Trans>looking</Trans></span>;
    if (hits.length === 0) return <span className="muted"><Trans>nothing with this id</Trans></span>;
    return <span className="row">{hits.map((hit) => <Link key={hit.kind + hit.id} to={hitPath(hit) as never}>{kindWord(hit.kind)}{hit.label ? <> <Untrusted text={hit.label} limit={40} /></> : null}</Link>)}</span>;
  };
  return (
    <Panel title={plural(ids.length, { one: '# id', other: '# ids' })} foot={ids.length > MANY ? <span className="small muted"><Trans>The first {MANY} are looked up.</Trans></span> : null}>
      <Table
        caption={t`Ids`}
        rows={rows}
        rowKey={(row) => row.id}
        columns={[
          { key: 'id', head: t`Id`, cell: (row) => <Id id={row.id} kind={t`id`} width="wide" {...(row.hits?.[0] ? { to: hitPath(row.hits[0]) } : {})} /> },
          { key: 'what', head: t`What it is`, cell: whatOf },
        ]}
      />
    </Panel>
  );
}

export function SearchPage(): ReactNode {
  const [url] = useUrl();
  const text = (url.q ?? '').trim();
  const input = parseSearch(text);
  const right = wrongChecksum(text);
  const q = input.kind === 'query' ? input.q : '';
  return (
    <>
      <PageHead title={t`Search`} lead={text ? <Untrusted text={text} limit={80} /> : null} command={curl(location.origin, withQuery('/v1/search', { q }))} />
      <div className="stack">
        <SearchBox large />
        {right ? <Notice tone="danger" alert><Trans>The letters of this address have a wrong checksum: a digit is mistyped, or the spelling is. <Link to="/search" search={{ q: right } as never}>Search for {right}</Link></Trans></Notice> : null}
        {input.kind === 'bad' ? <Notice tone="danger" alert>{input.reason}</Notice> : null}
        {input.kind === 'many' ? <Several ids={input.ids} /> : null}
        {input.kind === 'query' && !right ? <One q={q} text={text} /> : null}
        {input.kind === 'empty' ? <EmptyState><Trans>Type an id, an address, a block number or a name.</Trans></EmptyState> : null}
      </div>
    </>
  );
}
