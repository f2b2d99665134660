// Who may use a dataset (or an app), with what, how often, and which open requests are kept out and why (§8.7).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Order } from '../../transport/api';
import { accessOf } from '../../model/access';
import { permissionsOf, usesLeft, type Permission } from '../../model/allowed';
import { count } from '../../model/format';
import { useList } from '../../state/data';
import { EmptyState, Loaded } from '../../view/states';
import { Table } from '../../view/table';
import { Chip, Panel } from '../../view/ui';
import { Address, Amount } from '../../view/values';

type Kind = 'app' | 'dataset';

const MOST = 500;

function Who({ address }: { address: string | null }): ReactNode {
  return address ? <Address of={address} copy={false} /> : <span className="muted"><Trans>anyone</Trans></span>;
}

/** Open requests for it, by what the offers say to them. */
function refusals(kind: Kind, requests: Order[], offers: Order[]): { allowed: number; refused: [string, number][] } {
  const reasons = new Map<string, number>();
  let allowed = 0;
  for (const request of requests) {
    const access = accessOf(kind, request, offers);
    if (access.allowed) allowed += 1;
    else reasons.set(access.why, (reasons.get(access.why) ?? 0) + 1);
  }
  return { allowed, refused: [...reasons].sort((a, b) => b[1] - a[1]) };
}

function Refusals({ kind, address, offers }: { kind: Kind; address: string; offers: Order[] }): ReactNode {
  const query = useList<Order>('/v1/requestorders', { [kind]: address, [kind === 'app' ? 'dataset' : 'app']: 'any', workerpool: 'any', limit: MOST }, { liveMs: 10_000 });
  const { allowed, refused } = refusals(kind, (query.data?.items ?? []).filter((row) => row.order[kind]?.toLowerCase() === address.toLowerCase()), offers);
  if (!query.data) return null;
  if (allowed === 0 && refused.length === 0) return <p className="small muted" style={{ margin: 0 }}><Trans>No open request asks for it.</Trans></p>;
  return (
    <ul className="small" style={{ margin: 0, paddingInlineStart: 20 }}>
      <li>{plural(allowed, { one: '# open request is let in', other: '# open requests are let in' })}</li>
      {refused.map(([why, number]) => <li key={why}><Chip tone="warning"><Trans>✕ {count(number)} refused</Trans></Chip> {why}</li>)}
    </ul>
  );
}

export function Permissions({ kind, address }: { kind: Kind; address: string }): ReactNode {
  const partner = kind === 'dataset' ? 'app' : 'dataset';
  const query = useList<Order>(`/v1/${kind}orders`, { [kind]: address, [partner]: 'any', workerpool: 'any', requester: 'any', limit: MOST }, { liveMs: 10_000 });
  return (
    <Panel title={kind === 'dataset' ? t`Who may use it, and with which app` : t`Who may run it`}>
      <Loaded query={query} rows={2}>
        {({ items }) => {
          const permissions = permissionsOf(kind, items);
          const left = count(usesLeft(permissions));
          return (
            <>
              {permissions.length === 0 ? <EmptyState><Trans>Nobody at the moment: there is no open offer.</Trans></EmptyState> : (
                <Table<Permission> caption={t`Permissions`} rows={permissions} rowKey={(row) => `${row.partner}${row.requester}${row.workerpool}`} columns={[
                  { key: 'partner', head: kind === 'dataset' ? t`App` : t`Dataset`, cell: (row) => (row.partner ? <Address of={row.partner} kind={partner} to={`/${partner}/${row.partner}`} copy={false} /> : <span className="muted"><Trans>any</Trans></span>) },
                  { key: 'requester', head: t`Requester`, cell: (row) => <Who address={row.requester} /> },
                  { key: 'workerpool', head: t`Workerpool`, cell: (row) => <Who address={row.workerpool} />, priority: 3 },
                  { key: 'price', head: t`Price from`, right: true, cell: (row) => <Amount nrlc={row.price} /> },
                  { key: 'left', head: t`Uses left`, right: true, cell: (row) => count(row.remaining) },
                ]} />
              )}
              <div className="body stack" style={{ gap: 6 }}>
                {permissions.length ? <span className="small"><Trans>Uses left in all: <strong className="num">{left}</strong></Trans></span> : null}
                <Refusals kind={kind} address={address} offers={items} />
              </div>
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}
