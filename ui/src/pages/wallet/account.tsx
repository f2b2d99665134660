// Wallet and account as two linked cards, what locks the locked part, and everything that moved (W-02).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AccountDetail, Entry } from '../../transport/api';
import { amountWithUnit, sumText } from '../../model/format';
import { kindWord } from '../../model/words';
import { withQuery } from '../../transport/http';
import { useList } from '../../state/data';
import { ListTable, Table } from '../../view/table';
import { EmptyState, Skeleton } from '../../view/states';
import { Chip, Panel, Stat } from '../../view/ui';
import { Address, Amount, Deadline, Id, Sum } from '../../view/values';
import { entryColumns } from '../explorer/account_columns';

/** What most accounts have there is a sentence. */
const EMPTY_PX = 58;

/** All digits, where the tile shows a rounded sum. */
const exact = (nrlc: string | null): ReactNode => (nrlc !== null && sumText(nrlc) !== amountWithUnit(nrlc) ? <Amount nrlc={nrlc} /> : null);

const coinText = (wei: string | null): string => (wei === null ? '—' : String(Number(BigInt(wei) / 10n ** 12n) / 1e6));

/** A figure that is on its way, as wide as most. */
const WAIT = <span className="skeleton word" />;

/** Wallet and account. Before the answer the cards stand where they will, with the figures still to come. */
export function Cards({ detail, account }: { detail: AccountDetail | null; account: string }): ReactNode {
  const staked = detail?.account.staked ?? '0';
  const locked = detail?.account.locked ?? '0';
  const when = (figure: ReactNode): ReactNode => (detail ? figure : WAIT);
  return (
    <div className="purses" aria-busy={detail === null}>
      {detail ? null : <span className="sr" role="status"><Trans>loading</Trans></span>}
      <section className="card" aria-label={t`Wallet`}>
        <h2><Trans>Wallet</Trans></h2>
        <p className="muted small"><Address of={account} /></p>
        <div className="stats">
          <Stat label={t`RLC in the wallet`} value={when(<Sum nrlc={detail?.wallet} />)} sub={exact(detail?.wallet ?? null)} />
          <Stat label={t`Coin`} value={when(coinText(detail?.coin ?? null))} sub={t`gas is free here`} />
        </div>
      </section>
      <nav className="arrows" aria-label={t`Between wallet and account`}>
        <Link to={'/wallet/deposit' as never}><span aria-hidden="true">→</span> <Trans>Deposit</Trans></Link>
        <Link to={'/wallet/withdraw' as never}><span aria-hidden="true">←</span> <Trans>Withdraw</Trans></Link>
      </nav>
      <section className="card" aria-label={t`Account in the market`}>
        <h2><Trans>Account in the market</Trans></h2>
        <p className="muted small"><Trans>Deals are paid and stakes are taken from here.</Trans></p>
        <div className="stats">
          <Stat label={t`Staked`} value={when(<Sum nrlc={String(BigInt(staked) + BigInt(locked))} />)} sub={t`free and locked`} />
          <Stat label={t`Free`} value={when(<Sum nrlc={staked} />)} sub={exact(staked)} />
          <Stat label={t`Locked`} value={when(<Sum nrlc={locked} />)} sub={plural(detail?.locks.length ?? 0, { one: '# lock', other: '# locks' })} />
        </div>
      </section>
    </div>
  );
}

export function Locks({ detail }: { detail: AccountDetail | null }): ReactNode {
  return (
    <Panel title={t`What locks the locked part`}>
      {!detail ? <Skeleton rows={1} height={EMPTY_PX} /> : detail.locks.length === 0 ? <EmptyState><Trans>Nothing is locked.</Trans></EmptyState> : (
        <Table caption={t`Locks`} rows={detail.locks} rowKey={(row) => row.deal + (row.task ?? '') + row.role} columns={[
          { key: 'deal', head: t`Deal`, cell: (row) => <Id id={row.deal} kind={t`deal`} to={`/deal/${row.deal}`} /> },
          { key: 'task', head: t`Task`, cell: (row) => (row.task ? <Id id={row.task} kind={t`task`} to={`/task/${row.task}`} /> : '—'), priority: 2 },
          { key: 'role', head: t`As`, cell: (row) => <Chip>{kindWord(row.role)}</Chip> },
          { key: 'amount', head: t`Amount`, right: true, cell: (row) => <Amount nrlc={row.amount} /> },
          { key: 'until', head: t`At the latest until`, cell: (row) => <Deadline at={row.until} />, priority: 2 },
        ]} />
      )}
    </Panel>
  );
}

export function History({ account }: { account: string }): ReactNode {
  const entries = useList<Entry>(`/v1/accounts/${account}/entries`, { limit: 50 }, { liveMs: 5_000 });
  return (
    <Panel title={t`History`} tools={<a className="button tiny" href={withQuery(`/v1/accounts/${account}/entries`, { format: 'csv' })} download={`history-${account}.csv`}><Trans>CSV, all rows</Trans></a>}>
      <ListTable caption={t`History`} query={entries} columns={entryColumns} rowKey={(row) => row.index} empty={t`Nothing has moved on this account.`} />
    </Panel>
  );
}
