// Columns of lists of published orders.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { Order } from '../transport/api';
import { count } from '../model/format';
import { orderState, tagChips } from '../model/domain';
import { ORDER_STATE } from '../model/words';
import type { OrderKind } from '../model/orders';
import type { Column } from './table';
import { Address, Age, Amount, Id, Tags } from './values';
import { Chip } from './ui';

const hash: Column<Order> = { key: 'hash', head: t`Hash`, cell: (row) => <Id id={row.hash} kind={t`order`} to={`/market/order/${row.hash}`} />, value: (row) => row.hash, priority: 1 };
const price: Column<Order> = { key: 'price', head: t`Price`, right: true, cell: (row) => <Amount nrlc={row.price} />, value: (row) => row.price, priority: 1 };
const left: Column<Order> = { key: 'remaining', head: t`Remaining`, right: true, cell: (row) => <span className="num">{count(row.remaining)}/{count(row.volume)}</span>, value: (row) => `${row.remaining}/${row.volume}`, priority: 1 };
const state: Column<Order> = { key: 'status', head: t`Status`, cell: (row) => <Chip>{ORDER_STATE[orderState(row)]}</Chip>, value: (row) => ORDER_STATE[orderState(row)], priority: 2 };
const age: Column<Order> = { key: 'age', head: t`Age`, cell: (row) => <Age at={row.published} />, value: (row) => row.published, priority: 3 };
const member = (key: string, head: string): Column<Order> => ({ key, head, right: true, cell: (row) => row.order[key] ?? '—', value: (row) => row.order[key], priority: 2 });
const tag: Column<Order> = { key: 'tag', head: t`Tag`, cell: (row) => <Tags tag={row.order.tag ?? '0x0'} />, value: (row) => tagChips(row.order.tag ?? '0x0').join(' '), priority: 3 };
const only = (field: string, head: string): Column<Order> => ({ key: field, head, cell: (row) => (/^0x0*$/.test(row.order[field] ?? '0x0') ? <span className="muted"><Trans>anyone</Trans></span> : <Address of={row.order[field]} copy={false} />), value: (row) => row.order[field], priority: 3 });

export function orderColumns(kind: OrderKind): Column<Order>[] {
  if (kind === 'app') return [hash, price, left, tag, only('requesterrestrict', t`For`), state, age];
  if (kind === 'dataset') return [hash, price, left, only('apprestrict', t`With app`), only('requesterrestrict', t`For`), state, age];
  if (kind === 'workerpool') return [hash, member('category', t`Cat.`), member('trust', t`Trust`), price, left, tag, only('requesterrestrict', t`For`), state, age];
  return [hash, member('category', t`Cat.`), member('trust', t`Trust`), price, left, state, age];
}
