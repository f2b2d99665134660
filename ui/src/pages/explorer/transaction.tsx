// Transaction page (web-ui.md §8.9): what was done in words, arguments, events, what changed on which account.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { TransactionDetail } from '../../transport/api';
import { changesOf, fieldKind, type Change } from '../../model/chain_words';
import { curl } from '../../model/commands';
import { decodeCall } from '../../model/decode_call';
import { bytes, count } from '../../model/format';
import { visible } from '../../model/text';
import { kindWord } from '../../model/words';
import { useBoot } from '../../state/data';
import { PageHead } from '../../view/command';
import { EmptyState } from '../../view/states';
import { Table } from '../../view/table';
import { Chip, Copy, KeyTable, Notice, Panel } from '../../view/ui';
import { Address, Age, Amount, Id, Untrusted, WithIds } from '../../view/values';
import { Detail, useAwaited } from './parts';

const LONG = 300;

/** A value as what it is: an amount, an id with its link, a readable text, else as it came. */
function Value({ event, field, value }: { event: string; field: string; value: unknown }): ReactNode {
  const known = fieldKind(event, field, value);
  if (known.kind === 'amount') return <Amount nrlc={String(value)} />;
  if (known.kind === 'id') return known.of === 'address' ? <Address of={String(value)} copy={false} /> : <Id id={String(value)} kind={kindWord(known.of)} to={known.path} copy={false} />;
  if (known.kind === 'text') return <Untrusted text={known.text} limit={LONG} more />;
  return <code><Untrusted text={typeof value === 'string' ? value : JSON.stringify(value, null, 1)} limit={LONG} more /></code>;
}

function Arguments({ detail }: { detail: TransactionDetail }): ReactNode {
  const given = detail.arguments.length ? detail.arguments : decodeCall(detail.input);
  return (
    <Panel title={t`Arguments`}>
      {given.length === 0 ? <EmptyState><Trans>None that this market can decode: the input stands below.</Trans></EmptyState> : <KeyTable rows={given.map((each): [string, ReactNode] => [each.name || '·', <Value key={each.name} event={detail.transaction.method} field={each.name} value={each.value} />])} />}
    </Panel>
  );
}

function Events({ detail }: { detail: TransactionDetail }): ReactNode {
  const { events } = detail;
  return (
    <Panel title={t`Events (${{ number: events.length }})`}>
      {events.length === 0 ? <EmptyState><Trans>None.</Trans></EmptyState> : (
        <Table caption={t`Events`} rows={events} rowKey={(row) => row.logIndex} columns={[
          { key: 'name', head: t`Event`, cell: (row) => <code>{visible(row.name)}</code> },
          { key: 'index', head: '#', right: true, cell: (row) => <span className="muted num">{row.logIndex}</span> },
          { key: 'fields', head: t`Values`, wrap: true, card: 'bare', cell: (row) => <dl className="fields">{Object.entries(row.fields).map(([name, value]) => <div key={name}><dt>{name}</dt><dd><Value event={row.name} field={name} value={value} /></dd></div>)}</dl> },
          { key: 'address', head: t`Contract`, cell: (row) => <Address of={row.address} copy={false} />, priority: 3 },
        ]} />
      )}
    </Panel>
  );
}

function Signed({ of }: { of: bigint }): ReactNode {
  if (of === 0n) return <span className="muted">0</span>;
  return <span className={of > 0n ? 'tone-success' : 'tone-danger'}>{of > 0n ? '+' : ''}<Amount nrlc={String(of)} /></span>;
}

function Changes({ changes }: { changes: Change[] }): ReactNode {
  return (
    <Panel title={t`What it changed in the market`}>
      {changes.length === 0 ? <EmptyState><Trans>No account's money moved.</Trans></EmptyState> : (
        <Table caption={t`Changes of accounts`} rows={changes} rowKey={(row) => row.account} columns={[
          { key: 'account', head: t`Account`, cell: (row) => <Address of={row.account} copy={false} /> },
          { key: 'free', head: t`Free`, right: true, card: 'show', cell: (row) => <Signed of={row.free} /> },
          { key: 'locked', head: t`Locked`, right: true, cell: (row) => <Signed of={row.locked} /> },
        ]} />
      )}
    </Panel>
  );
}

function Facts({ detail }: { detail: TransactionDetail }): ReactNode {
  const { transaction } = detail;
  return (
    <Panel title={t`Transaction`}>
      <div className="kv-two"><KeyTable
        rows={[
          [t`Result`, transaction.ok === false ? <Chip key="s" tone="danger"><Trans>✕ failed</Trans></Chip> : <Chip key="s" tone="success"><Trans>● done</Trans></Chip>],
          [t`Method`, <code key="m">{visible(transaction.method)}</code>],
          [t`From`, <Address key="f" of={transaction.from} />],
          [t`To`, <Address key="t" of={transaction.to} />],
          transaction.value === '0' ? null : [t`Coin sent`, t`${{ amount: transaction.value }} wei`],
          [t`Block`, <span key="b"><Trans><Link to={`/block/${transaction.block}` as never}>{count(transaction.block)}</Link>, position {transaction.position}, <Age at={transaction.time} /></Trans></span>],
          [t`Gas`, t`${{ used: count(detail.gasUsed) }} of ${{ limit: count(detail.gasLimit) }} at price ${{ price: detail.gasPrice }}`],
          [t`Nonce`, count(detail.nonce)],
        ]}
      /></div>
    </Panel>
  );
}

function Body({ detail, id }: { detail: TransactionDetail; id: string }): ReactNode {
  const boot = useBoot();
  const { transaction } = detail;
  const size = (detail.input.length - 2) / 2;
  return (
    <>
      <PageHead kind={t`Transaction`} title={<Id id={transaction.hash} kind={t`transaction`} width="wide" />} lead={<WithIds text={detail.words} />} command={curl(location.origin, `/v1/transactions/${id}`)} />
      <div className="stack">
        {transaction.ok === false ? <Notice tone="danger">{detail.failure ? <Trans>It failed: {{ cause: detail.failure }}.</Trans> : <Trans>It failed: the chain gives no reason.</Trans>}</Notice> : null}
        <Facts detail={detail} />
        <Changes changes={changesOf(detail.events, boot.domain.verifyingContract)} />
        <Arguments detail={detail} />
        <Events detail={detail} />
        <Panel title={t`Input`} tools={<span className="row always"><span className="small muted">{bytes(size)}</span><Copy text={detail.input} kind={t`input`} always /></span>}>
          <pre className="command-box" style={{ margin: 12 }} tabIndex={0} aria-label={plural(size, { one: '# byte', other: '# bytes' })}>{detail.input}</pre>
        </Panel>
      </div>
    </>
  );
}

export function TransactionPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useAwaited<TransactionDetail>(`/v1/transactions/${id}`);
  return <Detail query={query} id={id} kind="transaction" label={t`Transaction`} command={curl(location.origin, `/v1/transactions/${id}`)}>{(detail) => <Body detail={detail} id={id} />}</Detail>;
}
