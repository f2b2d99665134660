// The pool's own orders with what of them was sold (web-ui.md §10.5).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import type { Order } from '../../transport/api';
import { count, percent } from '../../model/format';
import { useList } from '../../state/data';
import { useUrl } from '../../state/url';
import { CsvButton, ListTable, type Column } from '../../view/table';
import { Bar, Button, Panel, Segmented, Stat } from '../../view/ui';
import { orderColumns } from '../../view/order_columns';
import { TileSkeleton } from '../../view/states';
import { LadderDialog } from './ladder';

/** Sold share of an order's tasks. */
export const fillRate = (row: Pick<Order, 'volume' | 'remaining'>): number => (row.volume === 0 ? 0 : (row.volume - row.remaining) / row.volume);

const FILLED: Column<Order> = {
  key: 'filled', head: t`Filled`, priority: 1, value: (row) => fillRate(row),
  cell: (row) => <span className="row" style={{ gap: 6, flexWrap: 'nowrap' }}><span className="confidence"><Bar label={t`Filled`} share={fillRate(row)} text={percent(fillRate(row))} tone="success" /></span><span className="num small">{percent(fillRate(row))}</span></span>,
};

function Summary({ rows }: { rows: Order[] }): ReactNode {
  const volume = rows.reduce((sum, row) => sum + row.volume, 0);
  const remaining = rows.reduce((sum, row) => sum + (row.status === 'open' ? row.remaining : 0), 0);
  const sold = rows.reduce((sum, row) => sum + row.volume - row.remaining, 0);
  const open = rows.filter((row) => row.status === 'open').length;
  return (
    <div className="stats">
      <Stat label={t`Open orders`} value={count(open)} sub={t`${{ all: count(rows.length) }} published`} />
      <Stat label={t`Tasks for sale`} value={count(remaining)} />
      <Stat label={t`Tasks sold`} value={count(sold)} sub={t`of ${{ all: count(volume) }}`} />
      <Stat label={t`Fill rate`} value={volume === 0 ? '—' : percent(sold / volume)} />
    </div>
  );
}

export function OrdersTab({ pool, owner }: { pool: string; owner: string | null }): ReactNode {
  const [url, change] = useUrl();
  const [building, setBuilding] = useState(false);
  const state = url.orders === 'open' ? 'open' : 'any';
  const query = useList<Order>('/v1/workerpoolorders', { workerpool: pool, state, limit: 200, app: 'any', dataset: 'any', requester: 'any' }, { liveMs: 3_000 });
  const known = orderColumns('workerpool');
  const columns = [...known.slice(0, 5), FILLED, ...known.slice(5)];
  return (
    <div className="stack">
      {query.data ? <Summary rows={query.data.items} /> : query.error ? null : <TileSkeleton tiles={4} />}
      <Panel title={t`Orders of this pool`} tools={<><Segmented label={t`State`} value={state} choices={[{ value: 'any', label: t`all` }, { value: 'open', label: t`open` }]} onChange={(next) => change({ orders: next === 'open' ? next : null })} /><CsvButton name="pool-orders" columns={columns} rows={query.data?.items ?? []} /><Button look="tiny" onClick={() => setBuilding(true)}><Trans>Publish a ladder</Trans></Button><Link className="button tiny" to="/market"><Trans>Place a sell order</Trans></Link></>}>
        <ListTable caption={t`Pool orders`} query={query} columns={columns} rowKey={(row) => row.hash} link={(row) => `/market/order/${row.hash}`} empty={t`No orders: the pool sells nothing.`} />
      </Panel>
      {building ? <LadderDialog pool={pool} owner={owner} onClose={() => setBuilding(false)} /> : null}
    </div>
  );
}
