// Earnings of the pool by day, worker, app or category, with cost and margin from what the operator types (web-ui.md §10.4).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Earning } from '../../transport/api';
import { costOf, cpuHours, earningDays, marginOf, moneyText, sumEarnings, totalEarnings, typedNumber, worthOf, type Costs, type EarningKey, type EarningSum } from '../../model/earnings';
import { count, MISSING } from '../../model/format';
import { sortRows } from '../../model/rows';
import { useList } from '../../state/data';
import { keptStore, useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { DayBars } from '../../view/day_bars';
import { CsvButton, Table, type Column } from '../../view/table';
import { EmptyState, Loaded } from '../../view/states';
import { Panel, Segmented, Select, Stat, TextField } from '../../view/ui';
import { Address, Amount, Sum } from '../../view/values';

const MOST = 1_000;
const DAY_MS = 86_400_000;
const SPANS = ['7', '30', '90', '365'];

/** As it was typed: prices of a core's hour and of one RLC, and the name of the money. */
const typedCosts = keptStore('earning_costs', { perCpuHour: '', rate: '', currency: 'EUR' });

function KeyCell({ of, by }: { of: string; by: EarningKey }): ReactNode {
  if (by === 'account') return of ? <Address of={of} kind={t`worker`} to={`/worker/${of}`} copy={false} /> : t`pool`;
  if (by === 'app') return of ? <Address of={of} kind={t`app`} to={`/app/${of}`} copy={false} /> : MISSING;
  return of || MISSING;
}

const BY_WORDS: Record<EarningKey, string> = { day: t`Day`, account: t`Worker`, app: t`App`, category: t`Category` };

function columnsOf(by: EarningKey, costs: Costs): Column<EarningSum>[] {
  const nrlc = (key: 'gross' | 'workers' | 'scheduler' | 'slashed' | 'refunds', head: string, priority: 1 | 2 | 3): Column<EarningSum> => ({ key, head, right: true, cell: (row) => <Amount nrlc={String(row[key])} unit={false} />, value: (row) => String(row[key]), priority, sort: key });
  const worth = costs.rate !== null;
  const columns: (Column<EarningSum> | null)[] = [
    { key: 'key', head: BY_WORDS[by], cell: (row) => <KeyCell of={row.key} by={by} />, value: (row) => row.key, priority: 1, sort: 'key' },
    { key: 'tasks', head: t`Tasks`, right: true, cell: (row) => count(row.tasks), value: (row) => row.tasks, priority: 2, sort: 'tasks' },
    nrlc('gross', t`Gross`, 1),
    by === 'account' ? null : nrlc('workers', t`To workers`, 2),
    by === 'account' ? null : nrlc('scheduler', t`To scheduler`, 2),
    nrlc('slashed', t`Slashed`, 3),
    by === 'account' ? null : nrlc('refunds', t`Refunded`, 3),
    { key: 'cpu', head: t`CPU hours`, right: true, cell: (row) => cpuHours(row.cpuSeconds), value: (row) => (row.cpuSeconds === null ? null : row.cpuSeconds / 3_600), priority: 3, sort: 'cpu' },
    worth ? { key: 'worth', head: t`Worth`, right: true, cell: (row) => moneyText(worthOf(row.gross, costs), costs.currency), value: (row) => worthOf(row.gross, costs), priority: 2 } : null,
    costs.perCpuHour === null ? null : { key: 'cost', head: t`Cost`, right: true, cell: (row) => moneyText(costOf(row, costs), costs.currency), value: (row) => costOf(row, costs), priority: 3 },
    worth && costs.perCpuHour !== null ? { key: 'margin', head: t`Margin`, right: true, cell: (row) => <Margin of={marginOf(row, costs)} currency={costs.currency} />, value: (row) => marginOf(row, costs), priority: 1 } : null,
  ];
  return columns.filter((column) => column !== null);
}

function Margin({ of, currency }: { of: number | null; currency: string }): ReactNode {
  return <strong className={of === null ? 'muted' : of < 0 ? 'tone-danger' : 'tone-success'}>{moneyText(of, currency)}</strong>;
}

function CostFields(): ReactNode {
  const typed = useStore(typedCosts);
  const wrong = (text: string): string | null => (text && typedNumber(text) === null ? t`A price is a number like 0.12.` : null);
  const set = (part: Partial<typeof typed>): void => typedCosts.set((old) => ({ ...old, ...part }));
  return (
    <>
      <div style={{ width: 190 }}><TextField label={t`Cost of a core’s hour`} className="num" inputMode="decimal" placeholder="0.02" value={typed.perCpuHour} onChange={(perCpuHour) => set({ perCpuHour })} problem={wrong(typed.perCpuHour)} /></div>
      <div style={{ width: 190 }}><TextField label={t`Price of 1 RLC`} className="num" inputMode="decimal" placeholder="1.50" value={typed.rate} onChange={(rate) => set({ rate })} problem={wrong(typed.rate)} /></div>
      <div style={{ width: 110 }}><TextField label={t`Currency`} maxLength={5} value={typed.currency} onChange={(currency) => set({ currency })} /></div>
      <span className="small muted grow"><Trans>Energy and hardware as you reckon them; typed here, kept in this browser.</Trans></span>
    </>
  );
}

function Totals({ total, costs }: { total: EarningSum; costs: Costs }): ReactNode {
  return (
    <div className="stats">
      <Stat label={t`Gross`} value={<Sum nrlc={String(total.gross)} />} sub={costs.rate === null ? undefined : moneyText(worthOf(total.gross, costs), costs.currency)} />
      <Stat label={t`To workers`} value={<Sum nrlc={String(total.workers)} />} />
      <Stat label={t`To scheduler`} value={<Sum nrlc={String(total.scheduler)} />} />
      <Stat label={t`Slashed`} value={<Sum nrlc={String(total.slashed)} />} />
      <Stat label={t`Refunds caused`} value={<Sum nrlc={String(total.refunds)} />} />
      <Stat label={t`CPU hours`} value={cpuHours(total.cpuSeconds)} sub={costs.perCpuHour === null ? undefined : moneyText(costOf(total, costs), costs.currency)} />
      <Stat label={t`Margin`} value={<Margin of={marginOf(total, costs)} currency={costs.currency} />} sub={marginOf(total, costs) === null ? t`type cost and price below` : undefined} />
    </div>
  );
}

export function EarningsTab({ pool }: { pool: string }): ReactNode {
  const [url, change] = useUrl();
  const typed = useStore(typedCosts);
  const costs: Costs = { perCpuHour: typedNumber(typed.perCpuHour), rate: typedNumber(typed.rate), currency: typed.currency || t`of your money` };
  const by = (['day', 'account', 'app', 'category'] as const).find((each) => each === url.by) ?? 'day';
  const span = SPANS.find((each) => each === url.days) ?? '30';
  // The start of a day: the same question all day long.
  const from = Math.floor(Date.now() / DAY_MS - Number(span) + 1) * DAY_MS;
  const query = useList<Earning>('/v1/ops/earnings', { workerpool: pool, limit: MOST, from, by: by === 'account' ? 'worker' : null }, { session: true, liveMs: 30_000 });
  const columns = columnsOf(by, costs);
  const rows = sortRows(sumEarnings(query.data?.items ?? [], by), columns, url.sort);
  return (
    <div className="stack">
      {query.data ? <Totals total={totalEarnings(query.data.items)} costs={costs} /> : null}
      <Panel title={t`Earnings`} tools={<><Segmented label={t`Sum up by`} value={by} choices={[{ value: 'day', label: t`by day` }, { value: 'account', label: t`worker` }, { value: 'app', label: t`app` }, { value: 'category', label: t`category` }]} onChange={(next) => change({ by: next === 'day' ? null : next, sort: null })} /><CsvButton name={`earnings-by-${by}`} columns={columns} rows={rows} /></>}>
        <div className="row filters"><div style={{ width: 140 }}><Select label={t`Time`} value={span} choices={SPANS.map((value) => ({ value, label: t`${value} days` }))} onChange={(days) => change({ days: days === '30' ? null : days })} /></div><CostFields /></div>
        <Loaded query={query} rows={6}>{() => (rows.length === 0 ? <EmptyState><Trans>Nothing was earned in this time.</Trans></EmptyState> : <>{by === 'day' ? <div className="body"><DayBars title={t`Gross by day`} unit="nRLC" days={earningDays(sumEarnings(query.data?.items ?? [], 'day'), Number(span), Date.now())} /></div> : null}<Table caption={t`Earnings`} rows={rows} columns={columns} rowKey={(row) => row.key} sort={url.sort} onSort={(sort) => change({ sort })} /></>)}</Loaded>
      </Panel>
    </div>
  );
}
