// Columns of the explorer's tables (web-ui.md §8.1, §8.2).
import type { Account, Block, Deal, Resource, Task, Transaction, Worker } from '../../transport/api';
import { count, percent } from '../../model/format';
import { iso } from '../../model/time';
import { statusAt, trustMeaning } from '../../model/domain';
import type { Column } from '../../view/table';
import { Address, Age, Amount, Deadline, Id, Status, Untrusted } from '../../view/values';

const success = (part: number, other: number): number | null => (part + other === 0 ? null : part / (part + other));

function PriceCell({ deal }: { deal: Deal }) {
  const parts = `app ${deal.app.price} + dataset ${deal.dataset?.price ?? '0'} + pool ${deal.workerpool.price} nRLC`;
  return (
    <span title={parts}>
      <Amount nrlc={deal.price} />
    </span>
  );
}

export const dealColumns: Column<Deal>[] = [
  { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1 },
  { key: 'tx', head: 'TxHash', cell: (row) => <Id id={row.tx} kind="transaction" to={`/tx/${row.tx}`} copy={false} />, value: (row) => row.tx, priority: 3 },
  { key: 'deal', head: 'Deal', cell: (row) => <Id id={row.id} kind="deal" to={`/deal/${row.id}`} />, value: (row) => row.id, priority: 1 },
  { key: 'app', head: 'App', cell: (row) => <Address of={row.app.address} kind="app" to={`/app/${row.app.address}`} name={row.app.name} copy={false} />, value: (row) => row.app.address, priority: 2 },
  { key: 'workerpool', head: 'Workerpool', cell: (row) => <Address of={row.workerpool.address} kind="workerpool" to={`/workerpool/${row.workerpool.address}`} copy={false} />, value: (row) => row.workerpool.address, priority: 3 },
  { key: 'price', head: 'Price', right: true, cell: (row) => <PriceCell deal={row} />, value: (row) => row.price, priority: 1 },
  { key: 'volume', head: 'Volume', right: true, cell: (row) => count(row.volume), value: (row) => row.volume, priority: 2 },
];

export const dealExtra: Column<Deal>[] = [
  { key: 'status', head: 'Status', cell: (row) => <Status of={statusAt(row, Date.now())} />, value: (row) => row.status, priority: 1 },
  { key: 'requester', head: 'Requester', cell: (row) => <Address of={row.requester} copy={false} />, value: (row) => row.requester, priority: 3 },
  { key: 'category', head: 'Cat.', right: true, cell: (row) => row.category, value: (row) => row.category, priority: 3 },
  { key: 'trust', head: 'Trust', right: true, cell: (row) => <span title={trustMeaning(row.trust)}>{row.trust}</span>, value: (row) => row.trust, priority: 3 },
];

export const taskColumns: Column<Task>[] = [
  { key: 'task', head: 'Task', cell: (row) => <Id id={row.id} kind="task" to={`/task/${row.id}`} />, value: (row) => row.id, priority: 1 },
  { key: 'deadline', head: 'Deadline', cell: (row) => <Deadline at={row.finalDeadline} over={row.ended !== null} />, value: (row) => iso(row.finalDeadline), priority: 2 },
  { key: 'status', head: 'Status', cell: (row) => <Status of={statusAt(row, Date.now())} />, value: (row) => row.status, priority: 1 },
];

export const taskExtra: Column<Task>[] = [
  { key: 'deal', head: 'Deal', cell: (row) => <Id id={row.deal} kind="deal" to={`/deal/${row.deal}`} copy={false} />, value: (row) => row.deal, priority: 3 },
  { key: 'index', head: 'Index', right: true, cell: (row) => count(row.index), value: (row) => row.index, priority: 2 },
  { key: 'contributions', head: 'Contributions', right: true, cell: (row) => count(row.contributions), value: (row) => row.contributions, priority: 3 },
  {
    key: 'confidence',
    head: 'Confidence',
    right: true,
    cell: (row) => (row.confidence ? `${percent(row.confidence.share)} of ${percent(row.confidence.needed)}` : '—'),
    value: (row) => row.confidence?.share,
    priority: 3,
  },
];

const time: Column<Resource> = { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1 };
const tx: Column<Resource> = { key: 'tx', head: 'TxHash', cell: (row) => <Id id={row.tx} kind="transaction" to={`/tx/${row.tx}`} copy={false} />, value: (row) => row.tx, priority: 3 };
const owner: Column<Resource> = { key: 'owner', head: 'Owner', cell: (row) => <Address of={row.owner} copy={false} />, value: (row) => row.owner, priority: 2 };
const name: Column<Resource> = { key: 'name', head: 'Name', cell: (row) => <Untrusted text={row.name || '—'} limit={40} />, value: (row) => row.name, priority: 1, sort: 'name' };

export const resourceColumns = (kind: 'app' | 'dataset' | 'workerpool'): Column<Resource>[] => {
  const label = kind[0]?.toUpperCase() + kind.slice(1);
  const self: Column<Resource> = { key: 'address', head: label, cell: (row) => <Address of={row.address} kind={kind} to={`/${kind}/${row.address}`} />, value: (row) => row.address, priority: 1 };
  return kind === 'workerpool' ? [time, tx, self, owner] : [time, tx, self, owner, name];
};

export const resourceExtra = (kind: 'app' | 'dataset' | 'workerpool'): Column<Resource>[] => [
  ...(kind === 'workerpool' ? [{ ...name, head: 'Description' }] : []),
  { key: 'runs', head: kind === 'dataset' ? 'Uses' : 'Runs', right: true, cell: (row) => count(row.runs), value: (row) => row.runs, priority: 2, sort: 'runs' },
  { key: 'success', head: 'Success', right: true, cell: (row) => percent(success(row.completed, row.failed)), value: (row) => success(row.completed, row.failed), priority: 3 },
  { key: 'revenue', head: 'Revenue', right: true, cell: (row) => <Amount nrlc={row.revenue} />, value: (row) => row.revenue, priority: 3 },
];

export const accountColumns: Column<Account>[] = [
  { key: 'address', head: 'Address', cell: (row) => <Address of={row.address} />, value: (row) => row.address, priority: 1 },
  { key: 'roles', head: 'Roles', cell: (row) => row.roles.join(', ') || '—', value: (row) => row.roles.join(' '), priority: 2 },
  { key: 'staked', head: 'Free', right: true, cell: (row) => <Amount nrlc={row.staked} />, value: (row) => row.staked, priority: 1, sort: 'staked' },
  { key: 'locked', head: 'Locked', right: true, cell: (row) => <Amount nrlc={row.locked} />, value: (row) => row.locked, priority: 2 },
  { key: 'deals', head: 'Deals', right: true, cell: (row) => count(row.deals), value: (row) => row.deals, priority: 3 },
  { key: 'contributions', head: 'Contributions', right: true, cell: (row) => `${count(row.proved)} / ${count(row.contributions)}`, value: (row) => row.contributions, priority: 3 },
  { key: 'score', head: 'Score', right: true, cell: (row) => count(row.score), value: (row) => row.score, priority: 2, sort: 'score' },
];

export const workerColumns: Column<Worker>[] = [
  { key: 'address', head: 'Worker', cell: (row) => <Address of={row.address} kind="worker" to={`/worker/${row.address}`} />, value: (row) => row.address, priority: 1 },
  { key: 'score', head: 'Score', right: true, cell: (row) => count(row.score), value: (row) => row.score, priority: 1 },
  { key: 'weight', head: 'Weight', right: true, cell: (row) => count(row.weight), value: (row) => row.weight, priority: 2 },
  { key: 'contributions', head: 'Proved', right: true, cell: (row) => `${count(row.proved)} / ${count(row.contributions)}`, value: (row) => row.proved, priority: 2 },
  { key: 'rewards', head: 'Earned', right: true, cell: (row) => <Amount nrlc={row.rewards} />, value: (row) => row.rewards, priority: 1 },
  { key: 'slashed', head: 'Slashed', right: true, cell: (row) => <Amount nrlc={row.slashed} />, value: (row) => row.slashed, priority: 3 },
  { key: 'seen', head: 'Last contribution', cell: (row) => <Age at={row.lastSeen} />, value: (row) => (row.lastSeen ? iso(row.lastSeen) : ''), priority: 3 },
];

export const blockColumns: Column<Block>[] = [
  { key: 'number', head: 'Block', cell: (row) => <Id id={String(row.number)} kind="block" to={`/block/${row.number}`} copy={false} />, value: (row) => row.number, priority: 1 },
  { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1 },
  { key: 'hash', head: 'Hash', cell: (row) => <Id id={row.hash} kind="block hash" width="wide" />, value: (row) => row.hash, priority: 3 },
  { key: 'transactions', head: 'Transactions', right: true, cell: (row) => count(row.transactions), value: (row) => row.transactions, priority: 1 },
  { key: 'gas', head: 'Gas used', right: true, cell: (row) => count(row.gasUsed), value: (row) => row.gasUsed, priority: 3 },
];

export const transactionColumns: Column<Transaction>[] = [
  { key: 'hash', head: 'TxHash', cell: (row) => <Id id={row.hash} kind="transaction" to={`/tx/${row.hash}`} width="wide" />, value: (row) => row.hash, priority: 1 },
  { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1 },
  { key: 'method', head: 'Method', cell: (row) => <code><Untrusted text={row.method} limit={40} /></code>, value: (row) => row.method, priority: 1 },
  { key: 'from', head: 'From', cell: (row) => <Address of={row.from} copy={false} />, value: (row) => row.from, priority: 3 },
  { key: 'to', head: 'To', cell: (row) => <Address of={row.to} copy={false} />, value: (row) => row.to ?? '', priority: 3 },
  { key: 'block', head: 'Block', right: true, cell: (row) => <Id id={String(row.block)} kind="block" to={`/block/${row.block}`} copy={false} />, value: (row) => row.block, priority: 2 },
];

