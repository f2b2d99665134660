// The explorer's lists: path, columns and filters of each (web-ui.md §8.2).
import { t } from '@lingui/core/macro';
import type { Account, Block, Deal, Resource, Task, Transaction, Worker } from '../../transport/api';
import type { FilterKind } from '../../model/list_filter';
import { STATUS } from '../../model/domain';
import { kindWord } from '../../model/words';
import type { Column } from '../../view/table';
import { accountColumns, blockColumns, dealColumns, dealExtra, DEALS_HIDDEN, resourceColumns, resourceExtra, taskColumns, taskExtra, transactionColumns, workerColumns } from './columns';

export type Filter = { name: string; label: string; kind: FilterKind; options?: { value: string; label: string }[] };
export type ListKind = { title: string; none: string; path: string; columns: Column<never>[]; rowKey: (row: never) => string; link: (row: never) => string; filters: Filter[]; mineAs: 'mine' | 'owner' | null; hidden: string[] };

const filter = (kind: FilterKind, name: string, label: string): Filter => ({ kind, name, label });
const select = (name: string, label: string, options: { value: string; label: string }[]): Filter => ({ kind: 'select', name, label, options });

const status = select('status', t`Status`, [{ value: '', label: t`any status` }, ...Object.entries(STATUS).map(([value, { label }]) => ({ value, label }))]);
const tag = select('tag', t`Capability`, [{ value: '', label: t`any` }, { value: 'none', label: t`no enclave` }, { value: 'tee', label: 'TEE' }, { value: 'gpu', label: 'GPU' }]);
const roles = (names: string[]): { value: string; label: string }[] => ['', ...names].map((value) => ({ value, label: value ? kindWord(value) : t`any role` }));
const category = filter('category', 'category', t`Category`);
const days = [filter('day', 'from', t`From day`), filter('dayEnd', 'to', t`Up to day`)];
const owned = [filter('text', 'q', t`Name or beginning`), filter('address', 'owner', t`Owner`)];

function listOf<Row>(title: string, none: string, path: string, columns: Column<Row>[], rowKey: (row: Row) => string, link: (row: Row) => string, filters: Filter[], mineAs: ListKind['mineAs'] = null, hidden: string[] = []): ListKind {
  return { title, none, path, columns, rowKey, link, filters, mineAs, hidden } as unknown as ListKind;
}

const DEAL_FILTERS: Filter[] = [
  status, category, tag,
  filter('number', 'minTrust', t`Trust from`), filter('number', 'maxTrust', t`Trust to`),
  filter('number', 'minPrice', t`Price from`), filter('number', 'maxPrice', t`Price to`),
  filter('address', 'mine', t`Address`),
  select('role', t`in the role`, roles(['requester', 'beneficiary', 'payer', 'app', 'dataset', 'workerpool'])),
  filter('address', 'app', t`App`), filter('address', 'dataset', t`Dataset`), filter('address', 'workerpool', t`Workerpool`),
  ...days,
];
const TASK_FILTERS: Filter[] = [
  status, category,
  filter('address', 'app', t`App`), filter('address', 'workerpool', t`Workerpool`), filter('address', 'worker', t`Worker`),
  filter('dayEnd', 'deadlineBefore', t`Deadline up to`),
  ...days,
];

export const LISTS: Record<string, ListKind> = {
  deals: listOf<Deal>(t`Deals`, t`No deals yet.`, '/v1/deals', [...dealColumns, ...dealExtra], (row) => row.id, (row) => `/deal/${row.id}`, DEAL_FILTERS, 'mine', DEALS_HIDDEN),
  tasks: listOf<Task>(t`Tasks`, t`No tasks yet.`, '/v1/tasks', [...taskColumns, ...taskExtra], (row) => row.id, (row) => `/task/${row.id}`, TASK_FILTERS, 'mine'),
  apps: listOf<Resource>(t`Apps`, t`No apps yet.`, '/v1/apps', [...resourceColumns('app'), ...resourceExtra('app')], (row) => row.address, (row) => `/app/${row.address}`, owned, 'owner'),
  datasets: listOf<Resource>(t`Datasets`, t`No datasets yet.`, '/v1/datasets', [...resourceColumns('dataset'), ...resourceExtra('dataset')], (row) => row.address, (row) => `/dataset/${row.address}`, owned, 'owner'),
  workerpools: listOf<Resource>(t`Workerpools`, t`No workerpools yet.`, '/v1/workerpools', [...resourceColumns('workerpool'), ...resourceExtra('workerpool')], (row) => row.address, (row) => `/workerpool/${row.address}`, owned, 'owner'),
  workers: listOf<Worker>(t`Workers`, t`No workers yet.`, '/v1/workers', workerColumns, (row) => row.address, (row) => `/worker/${row.address}`, []),
  accounts: listOf<Account>(t`Accounts`, t`No accounts yet.`, '/v1/accounts', accountColumns, (row) => row.address, (row) => `/address/${row.address}`, [select('role', t`Role`, roles(['requester', 'worker', 'app', 'dataset', 'workerpool']))]),
  blocks: listOf<Block>(t`Blocks`, t`No blocks yet.`, '/v1/blocks', blockColumns, (row) => String(row.number), (row) => `/block/${row.number}`, days),
  transactions: listOf<Transaction>(t`Transactions`, t`No transactions yet.`, '/v1/transactions', transactionColumns, (row) => row.hash, (row) => `/tx/${row.hash}`, [filter('number', 'block', t`Block`), ...days]),
};
