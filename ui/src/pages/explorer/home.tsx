// Explorer home (E-01…E-05): search, the network at a glance, five preview tables that stay put while you read.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Deal, Page, Resource, Stats, Task } from '../../transport/api';
import { curl } from '../../model/commands';
import { amountWithUnit, count, duration, percent } from '../../model/format';
import { useApi, useBoot, useChannel, useFeedStatus, useList, useNow } from '../../state/data';
import { useSettings } from '../../state/settings';
import { useUrl } from '../../state/url';
import { SearchBox } from '../../view/search';
import { PageHead } from '../../view/command';
import { Table, type Column } from '../../view/table';
import { EmptyState, Loaded, StaleBadge, useStale } from '../../view/states';
import { Button, Panel, Stat } from '../../view/ui';
import { AllMine } from './mine';
import '../../styles/explorer.css';
import { dealColumns, resourceColumns, taskColumns } from './columns';

const WIDE_ROWS = 20;
const PHONE_ROWS = 5;
/** Rows of a skeleton as high as five cards. */
const CARD_ROWS = 11;
/** The figures of every network, and the median of one category. */
const STRIP_TILES = 9;

function useRows(): number {
  const [narrow, setNarrow] = useState(() => matchMedia('(max-width: 639px)').matches);
  useEffect(() => {
    const media = matchMedia('(max-width: 639px)');
    const changed = (): void => setNarrow(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  return narrow ? PHONE_ROWS : WIDE_ROWS;
}

type PreviewProps<Row> = { title: string; path: string; list: string; channel: string; columns: Column<Row>[]; rowKey: (row: Row) => string; link: (row: Row) => string; mine: string | null; mineAs: 'mine' | 'owner' };

/** New rows come in by themselves only while neither pointer nor focus is in the table; otherwise a pill counts them. */
function useFresh<Row>(page: Page<Row> | undefined, live: { items: Row[]; total: number } | undefined, rowKey: (row: Row) => string, busy: boolean): { rows: Row[]; total: number; waiting: number; take: () => void; fresh: Set<string> } {
  const [taken, setTaken] = useState<Row[] | null>(null);
  const known = useRef<Set<string>>(new Set());
  const base = taken ?? page?.items ?? [];
  const changed = new Map((live?.items ?? []).map((row) => [rowKey(row), row]));
  const keys = new Set(base.map(rowKey));
  // The feed's list may be longer than ours: new is what stands before the first row that we know.
  const items = live?.items ?? [];
  const firstKnown = items.findIndex((row) => keys.has(rowKey(row)));
  const added = page ? items.slice(0, firstKnown < 0 ? page.items.length || items.length : firstKnown) : [];
  const updated = base.map((row) => changed.get(rowKey(row)) ?? row);
  useEffect(() => setTaken(null), [page]);
  useEffect(() => {
    if (!busy && page && added.length > 0) {
      known.current = new Set(added.map(rowKey));
      setTaken([...added, ...updated].slice(0, Math.max(page.items.length, added.length, 5)));
    }
    // The rows themselves are new objects at each paint; their number says whether something waits.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [busy, added.length, page]);
  const take = (): void => setTaken([...added, ...updated].slice(0, Math.max(updated.length, 5)));
  return { rows: updated, total: live?.total ?? page?.total ?? 0, waiting: added.length, take, fresh: known.current };
}

/** ◀ rows / all ▶, in the head of the table: its foot would move with the number of rows. */
function Turn({ list, title, shown, total, onPrevious, onNext }: { list: string; title: string; shown: number | null; total: number | null; onPrevious: (() => void) | null; onNext: (() => void) | null }): ReactNode {
  return (
    <span className="row" style={{ gap: 4, flexWrap: 'nowrap' }} role="group" aria-label={t`Pages: ${title}`}>
      <Button look="tiny" aria-label={t`Previous page`} onClick={onPrevious ?? undefined} why={onPrevious ? null : t`This is the first page.`}>◀</Button>
      <span className="muted num small" data-counter={list}>{count(shown)} / {count(total)}</span>
      <Button look="tiny" aria-label={t`Next page`} onClick={onNext ?? undefined} why={onNext ? null : t`This is the last page.`}>▶</Button>
    </span>
  );
}

export function Preview<Row>({ title, path, list, channel, columns, rowKey, link, mine, mineAs }: PreviewProps<Row>): ReactNode {
  const limit = useRows();
  const [cursors, setCursors] = useState<string[]>([]);
  const cursor = cursors[cursors.length - 1];
  const [busy, setBusy] = useState(false);
  const query = useList<Row>(path, { limit, cursor, [mineAs]: mine });
  const onFirst = cursors.length === 0;
  const live = useChannel<{ items: Row[]; total: number }>(onFirst && !mine ? channel : null);
  const { rows, total, waiting, take, fresh } = useFresh(query.data, live.state, rowKey, busy);
  const { stale } = useStale();
  const next = query.data?.next ?? null;
  return (
    <Panel
      title={title}
      className="preview"
      tools={
        <>
          <StaleBadge />
          {waiting > 0 && busy ? <Button look="tiny on" onClick={take}><Trans>{waiting} new</Trans></Button> : null}
          <Turn list={list} title={title} shown={query.data ? Math.min(rows.length, limit) : null} total={query.data ? total : null} onPrevious={onFirst ? null : () => setCursors((old) => old.slice(0, -1))} onNext={next ? () => setCursors((old) => [...old, next]) : null} />
          <Link to={`/explorer/${list}` as never} search={(mine ? { mine } : {}) as never}><Trans>see all</Trans></Link>
        </>
      }
    >
      <div className={stale ? 'stale' : ''} onPointerEnter={() => setBusy(true)} onPointerLeave={() => setBusy(false)} onFocus={() => setBusy(true)} onBlur={() => setBusy(false)}>
        <Loaded query={query} rows={limit === PHONE_ROWS ? CARD_ROWS : limit}>
          {() =>
            rows.length === 0 ? (
              <EmptyState>{mine ? t`None with this address.` : t`None yet.`}</EmptyState>
            ) : (
              <Table caption={title} columns={columns} rows={rows.slice(0, limit)} rowKey={rowKey} link={link} rowClass={(row) => (fresh.has(rowKey(row)) ? 'fresh' : '')} />
            )
          }
        </Loaded>
      </div>
    </Panel>
  );
}

function Spark({ values }: { values: (string | null)[] }): ReactNode {
  const numbers = values.map((value) => (value === null ? null : Number(value)));
  const known = numbers.filter((value): value is number => value !== null);
  if (known.length < 2) return null;
  const max = Math.max(...known, 1);
  const points = numbers.map((value, at) => (value === null ? null : `${(at / (values.length - 1)) * 60},${18 - (value / max) * 16}`));
  return (
    <svg viewBox="0 0 60 20" width="60" height="20" aria-hidden="true">
      <polyline points={points.filter(Boolean).join(' ')} fill="none" stroke="var(--link)" strokeWidth="1.5" />
    </svg>
  );
}

function othersText(stats: Stats): string {
  const [apps, datasets] = [count(stats.apps), count(stats.datasets)];
  return `${plural(stats.apps, { one: `${apps} app`, other: `${apps} apps` })} · ${plural(stats.datasets, { one: `${datasets} dataset`, other: `${datasets} datasets` })}`;
}

function NetworkStrip(): ReactNode {
  const query = useApi<Stats>('/v1/stats', {}, { liveMs: 5_000 });
  const status = useFeedStatus();
  const boot = useBoot();
  const now = useNow(1_000);
  const { unit } = useSettings();
  return (
    <Loaded query={query} tiles={STRIP_TILES}>
      {(stats) => (
        <div className="stats">
          <Stat label={t`Height`} value={count(status.height)} sub={t`last block ${{ age: duration(Math.max(0, Math.round((now - stats.headTime) / 1000) * 1000)) }} ago`} />
          <Stat label={t`Deals 24 h`} value={count(stats.deals24h)} sub={t`${count(stats.deals)} in all`} />
          <Stat label={t`Tasks 24 h`} value={count(stats.tasks24h)} sub={t`${count(stats.tasks)} in all`} />
          <Stat label={t`Value 24 h`} value={amountWithUnit(stats.value24h, unit)} />
          <Stat label={t`Running now`} value={count(stats.running)} />
          <Stat label={t`Success 24 h`} value={percent(stats.success24h)} />
          <Stat label={t`Workers 24 h`} value={count(stats.workers)} />
          <Stat label={t`Pools`} value={count(stats.workerpools)} sub={othersText(stats)} />
          {stats.medians
            .filter((median) => median.price !== null)
            .map((median) => (
              <Stat key={median.category} label={t`Median Cat${{ category: median.category }} ${{ name: boot.categories[median.category]?.name ?? '' }}`} value={amountWithUnit(median.price, unit)} sub={<Spark values={median.spark} />} />
            ))}
        </div>
      )}
    </Loaded>
  );
}

export function ExplorerHome(): ReactNode {
  const [url] = useUrl();
  const mine = url.mine ?? null;
  return (
    <>
      <PageHead title={t`Explorer`} lead={t`Every deal, task, app, dataset and pool of this network.`} command={curl(location.origin, '/v1/stats')}>
        <AllMine />
      </PageHead>
      <div className="stack">
        <SearchBox large placeholder={t`Search a deal, task, app, address, transaction, block or name`} />
        <NetworkStrip />
        <div className="grid2 uneven">
          <Preview<Deal> title={t`Last deals`} path="/v1/deals" list="deals" channel="deals" columns={dealColumns} rowKey={(row) => row.id} link={(row) => `/deal/${row.id}`} mine={mine} mineAs="mine" />
          <Preview<Task> title={t`Last tasks`} path="/v1/tasks" list="tasks" channel="tasks" columns={taskColumns} rowKey={(row) => row.id} link={(row) => `/task/${row.id}`} mine={mine} mineAs="mine" />
        </div>
        <div className="grid2">
          <Preview<Resource> title={t`Last apps deployed`} path="/v1/apps" list="apps" channel="registry:app" columns={resourceColumns('app')} rowKey={(row) => row.address} link={(row) => `/app/${row.address}`} mine={mine} mineAs="owner" />
          <Preview<Resource> title={t`Last datasets deployed`} path="/v1/datasets" list="datasets" channel="registry:dataset" columns={resourceColumns('dataset')} rowKey={(row) => row.address} link={(row) => `/dataset/${row.address}`} mine={mine} mineAs="owner" />
          <Preview<Resource> title={t`Last workerpools deployed`} path="/v1/workerpools" list="workerpools" channel="registry:workerpool" columns={resourceColumns('workerpool')} rowKey={(row) => row.address} link={(row) => `/workerpool/${row.address}`} mine={mine} mineAs="owner" />
        </div>
      </div>
    </>
  );
}
