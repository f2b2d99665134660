// How an open order stands (web-ui.md §6.8): its place in the book, who would match it, what its maker can pay, and who the
// addresses in its restrictions are.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { OrderDetail } from '../../transport/api';
import { kindWord } from '../../model/words';
import { count } from '../../model/format';
import { Chip, Notice, Panel, Stat } from '../../view/ui';
import { Address, Amount } from '../../view/values';

type Place = OrderDetail['place'];
export type Restriction = Place['restrictions'][number];

/** The member of the order that a restriction stands in, as a question: who may use it. */
const FIELDS: Record<string, string> = {
  app: t`Only with app`,
  dataset: t`Only with dataset`,
  workerpool: t`Only on workerpool`,
  apprestrict: t`Only with app`,
  datasetrestrict: t`Only with dataset`,
  workerpoolrestrict: t`Only on workerpool`,
  requesterrestrict: t`Only for requester`,
};

function taskWords(tasks: number): string {
  const number = count(tasks);
  return plural(tasks, { one: `${number} task`, other: `${number} tasks` });
}

export function PlaceStats({ order }: { order: OrderDetail }): ReactNode {
  const { ahead, counters, funds } = order.place;
  const rests = order.kind === 'request' || order.kind === 'workerpool';
  return (
    <>
      {rests ? <Stat label={t`Place in the book`} value={ahead === null ? '—' : ahead === 0 ? t`first` : count(ahead)} sub={ahead === null ? t`not in the book` : ahead === 0 ? t`nobody is before it` : plural(ahead, { one: 'task is before it', other: 'tasks are before it' })} /> : null}
      {order.status === 'open' ? <Stat label={t`Counter-orders`} value={counters >= 100 ? '100+' : count(counters)} sub={t`would match it now`} /> : null}
      {funds ? <Stat label={t`Its maker can pay`} value={taskWords(funds.tasks)} sub={<><Amount nrlc={funds.free} /> <Trans>free</Trans></>} /> : null}
    </>
  );
}

/** Said before anybody counts on the order. */
export function FundsNotice({ order, own }: { order: OrderDetail; own: boolean }): ReactNode {
  const { funds } = order.place;
  if (order.status !== 'open' || !funds || BigInt(funds.free) >= BigInt(funds.needed)) return null;
  const short = String(BigInt(funds.needed) - BigInt(funds.free));
  return (
    <Notice tone="warning">
      <Trans>The maker’s account holds <Amount nrlc={funds.free} />; all that is left of this order needs <Amount nrlc={funds.needed} />.</Trans>{' '}
      {own ? <Link to={`/wallet/deposit?amount=${short}` as never}><Trans>Top up {short} nRLC</Trans></Link> : null}
    </Notice>
  );
}

function Named({ row }: { row: Restriction }): ReactNode {
  const page = ['app', 'dataset', 'workerpool'].includes(row.kind) ? `/${row.kind}/${row.address}` : `/address/${row.address}`;
  return (
    <span className="row" style={{ gap: 6 }}>
      <Chip>{kindWord(row.kind)}</Chip>
      <Address of={row.address} to={page} width="wide" name={row.name} />
    </span>
  );
}

export function Restrictions({ rows }: { rows: Restriction[] }): ReactNode {
  if (rows.length === 0) return null;
  return (
    <Panel title={t`Who may use it`}>
      <dl className="kv">
        {rows.map((row) => (
          <div key={row.field} style={{ display: 'contents' }}>
            <dt>{FIELDS[row.field] ?? row.field}</dt>
            <dd>
              <Named row={row} />
              {row.kind === 'group' ? <Members of={row} /> : null}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** The book knows those members who have traded or asked; the group's contract alone knows all. */
function Members({ of }: { of: Restriction }): ReactNode {
  if (of.members.length === 0) return <p className="small muted" style={{ margin: '4px 0 0' }}><Trans>No member of this group is known to this market yet.</Trans></p>;
  return (
    <details style={{ marginTop: 4 }} open={of.members.length <= 5}>
      <summary className="small">{plural(of.members.length, { one: '# member known here', other: '# members known here' })}</summary>
      <ul className="members">{of.members.map((each) => <li key={each}><Address of={each} /></li>)}</ul>
    </details>
  );
}
