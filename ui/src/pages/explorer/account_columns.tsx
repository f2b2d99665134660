// Columns of what moved on an account: its history in the market, transfers of tokens, what is locked.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { AccountDetail, Entry, Transfer } from '../../transport/api';
import { iso } from '../../model/time';
import { roleWord } from '../../model/words';
import type { Column } from '../../view/table';
import { Chip } from '../../view/ui';
import { Address, Age, Amount, Deadline, Id } from '../../view/values';

/** The chain's words and what they mean to the owner of the account. */
const ENTRY_WORDS: Record<Entry['kind'], [string, string]> = {
  deposit: [t`deposited`, t`moved from the wallet into the market`],
  withdraw: [t`withdrawn`, t`moved from the market to the wallet`],
  send: [t`sent`, t`to another account`],
  receive: [t`received`, t`from another account`],
  lock: [t`locked`, t`as the price or the stake of a deal`],
  unlock: [t`unlocked`, t`returned to the free part`],
  reward: [t`earned`, t`paid out for a task`],
  seize: [t`taken`, t`of the locked part: the price that was paid, or a stake that was lost`],
};

export const entryColumns: Column<Entry>[] = [
  { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} />, value: (row) => iso(row.time), priority: 1 },
  { key: 'kind', head: t`What`, cell: (row) => <Chip tone={row.kind === 'reward' || row.kind === 'receive' || row.kind === 'deposit' ? 'success' : 'neutral'} title={ENTRY_WORDS[row.kind][1]}>{ENTRY_WORDS[row.kind][0]}</Chip>, value: (row) => row.kind, priority: 1 },
  { key: 'amount', head: t`Amount`, right: true, cell: (row) => <Amount nrlc={row.amount} />, value: (row) => row.amount, priority: 1 },
  { key: 'other', head: t`With`, cell: (row) => (row.other ? <Address of={row.other} copy={false} /> : '—'), value: (row) => row.other ?? '', priority: 3 },
  { key: 'task', head: t`Task`, cell: (row) => (row.task ? <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} copy={false} /> : '—'), value: (row) => row.task ?? '', priority: 3 },
  { key: 'tx', head: t`TxHash`, cell: (row) => <Id id={row.tx} kind={t`transaction`} to={`/tx/${row.tx}`} copy={false} />, value: (row) => row.tx, priority: 2 },
];

export const transferColumns: Column<Transfer>[] = [
  { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} />, priority: 1 },
  { key: 'token', head: t`Token`, cell: (row) => (row.token === 'rlc' ? 'RLC' : t`stake`), priority: 2 },
  { key: 'from', head: t`From`, cell: (row) => <Address of={row.from} copy={false} />, priority: 1 },
  { key: 'to', head: t`To`, cell: (row) => <Address of={row.to} copy={false} />, priority: 1 },
  { key: 'amount', head: t`Amount`, right: true, cell: (row) => <Amount nrlc={row.amount} />, priority: 1 },
];

export type Lock = AccountDetail['locks'][number];

export const lockColumns: Column<Lock>[] = [
  { key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.deal} kind={t`deal`} to={`/deal/${row.deal}`} />, value: (row) => row.deal, priority: 1 },
  { key: 'amount', head: t`Amount`, right: true, cell: (row) => <Amount nrlc={row.amount} />, value: (row) => row.amount, priority: 1 },
  { key: 'task', head: t`Task`, cell: (row) => (row.task ? <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} copy={false} /> : <span className="muted"><Trans>all</Trans></span>), value: (row) => row.task, priority: 2 },
  { key: 'role', head: t`As`, cell: (row) => roleWord(row.role), value: (row) => row.role, priority: 1 },
  { key: 'until', head: t`Until at most`, cell: (row) => (row.until ? <Deadline at={row.until} /> : '—'), value: (row) => row.until, priority: 1 },
];
