// Columns of the explorer's tables (web-ui.md §8.1, §8.2).
import { t } from '@lingui/core/macro';
import { kindWord } from '../../model/words';
import type { Account, Block, Deal, Resource, Task, Transaction, Worker } from '../../transport/api';
import { count, percent } from '../../model/format';
import { iso } from '../../model/time';
import { statusAt, trustMeaning } from '../../model/domain';
import type { Column } from '../../view/table';
import { Address, Age, Amount, Deadline, Id, Status, Tags, Untrusted } from '../../view/values';

const success = (part: number, other: number): number | null => (part + other === 0 ? null : part / (part + other));

function PriceCell({ deal }: { deal: Deal }) {
  const parts = t`app ${{ app: deal.app.price }} + dataset ${{ dataset: deal.dataset?.price ?? '0' }} + pool ${{ pool: deal.workerpool.price }} nRLC`;
  return (
    <span title={parts}>
      <Amount nrlc={deal.price} />
    </span>
  );
}

export const dealColumns: Column<Deal>[] = [
  { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1, anchor: true, sort: 'time' },
  { key: 'tx', head: t`TxHash`, cell: (row) => <Id id={row.tx} kind={t`transaction`} to={`/tx/${row.tx}`} copy={false} />, value: (row) => row.tx, priority: 3 },
  { key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.id} kind={t`deal`} to={`/deal/${row.id}`} />, value: (row) => row.id, priority: 1 },
  { key: 'app', head: t`App`, cell: (row) => <Address of={row.app.address} kind={t`app`} to={`/app/${row.app.address}`} name={row.app.name} copy={false} />, value: (row) => row.app.address, priority: 2 },
  { key: 'workerpool', head: t`Workerpool`, cell: (row) => <Address of={row.workerpool.address} kind={t`workerpool`} to={`/workerpool/${row.workerpool.address}`} copy={false} />, value: (row) => row.workerpool.address, priority: 3 },
  { key: 'price', head: t`Price`, right: true, cell: (row) => <PriceCell deal={row} />, value: (row) => row.price, priority: 1, sort: 'price' },
  { key: 'volume', head: t`Volume`, right: true, cell: (row) => count(row.volume), value: (row) => row.volume, priority: 2, sort: '-volume' },
];

export const dealExtra: Column<Deal>[] = [
  { key: 'status', head: t`Status`, cell: (row) => <Status of={statusAt(row, Date.now())} />, value: (row) => row.status, priority: 1, card: 'bare' },
  { key: 'requester', head: t`Requester`, cell: (row) => <Address of={row.requester} copy={false} />, value: (row) => row.requester, priority: 3 },
  { key: 'category', head: t`Cat.`, right: true, cell: (row) => row.category, value: (row) => row.category, priority: 3 },
  { key: 'trust', head: t`Trust`, right: true, cell: (row) => <span title={trustMeaning(row.trust)}>{row.trust}</span>, value: (row) => row.trust, priority: 3 },
  { key: 'dataset', head: t`Dataset`, cell: (row) => (row.dataset ? <Address of={row.dataset.address} kind={t`dataset`} to={`/dataset/${row.dataset.address}`} name={row.dataset.name} copy={false} /> : t`none`), value: (row) => row.dataset?.address ?? '', priority: 3 },
  { key: 'tag', head: t`Capability`, cell: (row) => <Tags tag={row.tag} />, value: (row) => row.tag, priority: 3 },
  { key: 'success', head: t`Success`, right: true, cell: (row) => percent(success(row.tasks.complete, row.tasks.failed)), value: (row) => success(row.tasks.complete, row.tasks.failed), priority: 3 },
];

/** Hidden until they are asked for. */
export const DEALS_HIDDEN = ['dataset', 'tag', 'success'];

export const taskColumns: Column<Task>[] = [
  { key: 'task', head: t`Task`, cell: (row) => <Id id={row.id} kind={t`task`} to={`/task/${row.id}`} />, value: (row) => row.id, priority: 1 },
  { key: 'deadline', head: t`Deadline`, cell: (row) => <Deadline at={row.finalDeadline} over={row.ended !== null} />, value: (row) => iso(row.finalDeadline), priority: 2, sort: 'deadline' },
  { key: 'status', head: t`Status`, cell: (row) => <Status of={statusAt(row, Date.now())} />, value: (row) => row.status, priority: 1, card: 'bare' },
];

export const taskExtra: Column<Task>[] = [
  { key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.deal} kind={t`deal`} to={`/deal/${row.deal}`} copy={false} />, value: (row) => row.deal, priority: 3 },
  { key: 'index', head: t`Index`, right: true, cell: (row) => count(row.index), value: (row) => row.index, priority: 2 },
  { key: 'contributions', head: t`Contributions`, right: true, cell: (row) => count(row.contributions), value: (row) => row.contributions, priority: 3 },
  {
    key: 'confidence',
    head: t`Confidence`,
    right: true,
    cell: (row) => (row.confidence ? t`${percent(row.confidence.share)} of ${percent(row.confidence.needed)}` : '—'),
    value: (row) => row.confidence?.share,
    priority: 3,
  },
];

const time: Column<Resource> = { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1, anchor: true };
const tx: Column<Resource> = { key: 'tx', head: t`TxHash`, cell: (row) => <Id id={row.tx} kind={t`transaction`} to={`/tx/${row.tx}`} copy={false} />, value: (row) => row.tx, priority: 3 };
const owner: Column<Resource> = { key: 'owner', head: t`Owner`, cell: (row) => <Address of={row.owner} copy={false} />, value: (row) => row.owner, priority: 2 };
const name: Column<Resource> = { key: 'name', head: t`Name`, cell: (row) => <Untrusted text={row.name || '—'} limit={40} />, value: (row) => row.name, priority: 1, sort: 'name', card: 'bare' };

export const resourceColumns = (kind: 'app' | 'dataset' | 'workerpool'): Column<Resource>[] => {
  const label = { app: t`App`, dataset: t`Dataset`, workerpool: t`Workerpool` }[kind];
  const self: Column<Resource> = { key: 'address', head: label, cell: (row) => <Address of={row.address} kind={kind} to={`/${kind}/${row.address}`} />, value: (row) => row.address, priority: 1 };
  return kind === 'workerpool' ? [time, tx, self, owner] : [time, tx, self, owner, name];
};

export const resourceExtra = (kind: 'app' | 'dataset' | 'workerpool'): Column<Resource>[] => [
  ...(kind === 'workerpool' ? [{ ...name, head: t`Description` }] : []),
  { key: 'runs', head: kind === 'dataset' ? t`Uses` : t`Runs`, right: true, cell: (row) => count(row.runs), value: (row) => row.runs, priority: 2, sort: 'runs' },
  { key: 'success', head: t`Success`, right: true, cell: (row) => percent(success(row.completed, row.failed)), value: (row) => success(row.completed, row.failed), priority: 3 },
  { key: 'revenue', head: t`Revenue`, right: true, cell: (row) => <Amount nrlc={row.revenue} />, value: (row) => row.revenue, priority: 3 },
];

export const accountColumns: Column<Account>[] = [
  { key: 'address', head: t`Address`, cell: (row) => <Address of={row.address} />, value: (row) => row.address, priority: 1 },
  { key: 'roles', head: t`Roles`, cell: (row) => row.roles.map(kindWord).join(', ') || '—', value: (row) => row.roles.join(' '), priority: 2 },
  { key: 'staked', head: t`Free`, right: true, cell: (row) => <Amount nrlc={row.staked} />, value: (row) => row.staked, priority: 1, sort: 'staked' },
  { key: 'locked', head: t`Locked`, right: true, cell: (row) => <Amount nrlc={row.locked} />, value: (row) => row.locked, priority: 2 },
  { key: 'deals', head: t`Deals`, right: true, cell: (row) => count(row.deals), value: (row) => row.deals, priority: 3 },
  { key: 'contributions', head: t`Contributions`, right: true, cell: (row) => `${count(row.proved)} / ${count(row.contributions)}`, value: (row) => row.contributions, priority: 3 },
  { key: 'score', head: t`Score`, right: true, cell: (row) => count(row.score), value: (row) => row.score, priority: 2, sort: 'score' },
];

export const workerColumns: Column<Worker>[] = [
  { key: 'address', head: t`Worker`, cell: (row) => <Address of={row.address} kind={t`worker`} to={`/worker/${row.address}`} />, value: (row) => row.address, priority: 1 },
  { key: 'score', head: t`Score`, right: true, cell: (row) => count(row.score), value: (row) => row.score, priority: 1 },
  { key: 'weight', head: t`Weight`, right: true, cell: (row) => count(row.weight), value: (row) => row.weight, priority: 2 },
  { key: 'contributions', head: t`Proved`, right: true, cell: (row) => `${count(row.proved)} / ${count(row.contributions)}`, value: (row) => row.proved, priority: 2 },
  { key: 'rewards', head: t`Earned`, right: true, cell: (row) => <Amount nrlc={row.rewards} />, value: (row) => row.rewards, priority: 1 },
  { key: 'slashed', head: t`Slashed`, right: true, cell: (row) => <Amount nrlc={row.slashed} />, value: (row) => row.slashed, priority: 3 },
  { key: 'seen', head: t`Last contribution`, cell: (row) => <Age at={row.lastSeen} />, value: (row) => (row.lastSeen ? iso(row.lastSeen) : ''), priority: 3 },
];

export const blockColumns: Column<Block>[] = [
  { key: 'number', head: t`Block`, cell: (row) => <Id id={String(row.number)} kind={t`block`} to={`/block/${row.number}`} copy={false} />, value: (row) => row.number, priority: 1 },
  { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1 },
  { key: 'hash', head: t`Hash`, cell: (row) => <Id id={row.hash} kind={t`block hash`} width="wide" />, value: (row) => row.hash, priority: 3 },
  { key: 'transactions', head: t`Transactions`, right: true, cell: (row) => count(row.transactions), value: (row) => row.transactions, priority: 1 },
  { key: 'gas', head: t`Gas used`, right: true, cell: (row) => count(row.gasUsed), value: (row) => row.gasUsed, priority: 3 },
];

export const transactionColumns: Column<Transaction>[] = [
  { key: 'hash', head: t`TxHash`, cell: (row) => <Id id={row.hash} kind={t`transaction`} to={`/tx/${row.hash}`} width="wide" />, value: (row) => row.hash, priority: 1 },
  { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1 },
  { key: 'method', head: t`Method`, cell: (row) => <code><Untrusted text={row.method} limit={40} /></code>, value: (row) => row.method, priority: 1 },
  { key: 'from', head: t`From`, cell: (row) => <Address of={row.from} copy={false} />, value: (row) => row.from, priority: 3 },
  { key: 'to', head: t`To`, cell: (row) => <Address of={row.to} copy={false} />, value: (row) => row.to ?? '', priority: 3 },
  { key: 'block', head: t`Block`, right: true, cell: (row) => <Id id={String(row.block)} kind={t`block`} to={`/block/${row.block}`} copy={false} />, value: (row) => row.block, priority: 2 },
];

