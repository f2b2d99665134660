// Who contributed what to a task, and who paid whom (E-22, E-23).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Contribution, Money } from '../../transport/api';
import { count } from '../../model/format';
import { kindWord } from '../../model/words';
import { Popover } from '../../view/overlays';
import { EmptyState } from '../../view/states';
import { Table, type Column } from '../../view/table';
import { Copy, Panel } from '../../view/ui';
import { Address, Amount, ContributionStatus, Id, Moment } from '../../view/values';
import '../../styles/explorer.css';

/** The letter of a result group with a pattern of its own; the hash on demand. */
function Group({ of }: { of: Contribution }): ReactNode {
  const pattern = Math.max(0, of.group.charCodeAt(0) - 65) % 4;
  return (
    <Popover
      label={t`Result group ${of.group}`}
      align="start"
      trigger={<button type="button" className="button tiny" aria-label={t`Result group ${of.group}: show the hash`}><span className={`group-mark pattern-${pattern}`} aria-hidden="true" /><bdi>{of.group}</bdi></button>}
    >
      <div className="stack always" style={{ gap: 4 }}>
        <span className="small muted"><Trans>Workers with the same hash of their result are one group.</Trans></span>
        <div className="row"><code className="small">{of.hash}</code><Copy text={of.hash} kind={t`hash of the result`} always /></div>
      </div>
    </Popover>
  );
}

export const contributionColumns: Column<Contribution>[] = [
  { key: 'worker', head: t`Worker`, cell: (row) => <Address of={row.worker} kind={t`worker`} to={`/worker/${row.worker}`} copy={false} />, value: (row) => row.worker, priority: 1 },
  { key: 'status', head: t`Status`, cell: (row) => <ContributionStatus of={row.status} />, value: (row) => row.status, priority: 1 },
  { key: 'group', head: t`Group`, cell: (row) => <Group of={row} />, value: (row) => row.group, priority: 2, card: 'show' },
  { key: 'weight', head: t`Weight`, right: true, cell: (row) => count(row.weight), value: (row) => row.weight, priority: 3 },
  { key: 'score', head: t`Score`, right: true, cell: (row) => (row.scoreBefore === null ? '—' : `${row.scoreBefore} → ${row.scoreAfter ?? '…'}`), value: (row) => row.scoreAfter, priority: 3 },
  { key: 'committed', head: t`Committed`, cell: (row) => <Moment at={row.committed} />, value: (row) => row.committed, priority: 2 },
  { key: 'revealed', head: t`Revealed`, cell: (row) => (row.revealed ? <Moment at={row.revealed} /> : '—'), value: (row) => row.revealed, priority: 3 },
  { key: 'enclave', head: t`Enclave`, cell: (row) => (row.enclave ? <Address of={row.enclave} copy={false} /> : <span className="muted"><Trans>none</Trans></span>), value: (row) => row.enclave, priority: 3 },
  { key: 'stake', head: t`Stake`, right: true, cell: (row) => <Amount nrlc={row.stake} />, value: (row) => row.stake, priority: 3 },
  { key: 'money', head: t`Reward or loss`, right: true, cell: (row) => (row.loss !== '0' ? <span className="tone-danger">−<Amount nrlc={row.loss} /></span> : <Amount nrlc={row.reward} />), value: (row) => (row.loss !== '0' ? `-${row.loss}` : row.reward), priority: 1 },
];

/** The same for one worker over many tasks: the letters of the groups are those of a task and say nothing here. */
export const taskContributionColumns: Column<Contribution>[] = [
  { key: 'task', head: t`Task`, cell: (row) => <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} />, value: (row) => row.task, priority: 1 },
  ...contributionColumns.filter((column) => column.key !== 'worker' && column.key !== 'group'),
];

export function Contributions({ rows }: { rows: Contribution[] }): ReactNode {
  return (
    <Panel title={t`Contributions`}>
      {rows.length === 0 ? <EmptyState><Trans>No worker has contributed yet.</Trans></EmptyState> : <Table caption={t`Contributions`} rows={rows} rowKey={(row) => row.worker} columns={contributionColumns} />}
    </Panel>
  );
}

/** What was taken from the locked part: of the requester the price, of all others a stake they lost. */
const paidBy = (row: Money): string => (row.role === 'requester' ? row.slashed : '0');
const slashedOf = (row: Money): string => (row.role === 'requester' ? '0' : row.slashed);

function Cell({ of, bad = false }: { of: string; bad?: boolean }): ReactNode {
  return of === '0' ? <span className="muted">0</span> : <span className={bad ? 'tone-danger' : undefined}><Amount nrlc={of} unit={false} /></span>;
}

const money = (key: string, head: string, of: (row: Money) => string, priority: 1 | 2, bad = false): Column<Money> => ({ key, head, right: true, cell: (row) => <Cell of={of(row)} bad={bad} />, value: of, priority, card: 'show' });

const moneyColumns: Column<Money>[] = [
  { key: 'role', head: t`Party`, cell: (row) => <strong>{row.role === 'kitty' ? t`kitty` : row.role === 'other' ? t`other` : kindWord(row.role)}</strong>, value: (row) => row.role, priority: 1 },
  { key: 'account', head: t`Account`, cell: (row) => <Address of={row.account} copy={false} />, value: (row) => row.account, priority: 1 },
  money('locked', t`Locked`, (row) => row.locked, 1),
  money('paid', t`Paid`, paidBy, 1),
  money('received', t`Received`, (row) => row.received, 1),
  money('returned', t`Returned`, (row) => row.returned, 2),
  money('slashed', t`Slashed`, slashedOf, 1, true),
];

export function moneySums(rows: Money[]): { paid: bigint; slashed: bigint; received: bigint; balanced: boolean } {
  const sum = (of: (row: Money) => string): bigint => rows.reduce((total, row) => total + BigInt(of(row)), 0n);
  const [paid, slashed, received] = [sum(paidBy), sum(slashedOf), sum((row) => row.received)];
  return { paid, slashed, received, balanced: paid + slashed === received };
}

/** Who locked, paid, got and lost what; once the task ended, what was paid and lost is what was received. */
export function MoneyPanel({ money: rows, rule }: { money: Money[]; rule: string }): ReactNode {
  const { paid, slashed, received, balanced } = moneySums(rows);
  const [paidText, slashedText, receivedText] = [paid, slashed, received].map(String);
  return (
    <Panel
      title={t`Money`}
      tools={<span className="small muted">nRLC</span>}
      foot={<span className="small num"><Trans>paid <Amount nrlc={paidText} />, slashed <Amount nrlc={slashedText} />, received <Amount nrlc={receivedText} /></Trans>{rows.length > 0 && balanced ? <span className="tone-success"> · <Trans>the sums match ✓</Trans></span> : null}</span>}
    >
      {rows.length === 0 ? <EmptyState><Trans>Nothing has moved yet.</Trans></EmptyState> : <Table caption={t`Money`} rows={rows} rowKey={(row) => row.role + row.account} columns={moneyColumns} />}
      <p style={{ padding: '10px 12px 0' }}>{rule}</p>
    </Panel>
  );
}
