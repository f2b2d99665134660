// Curated lists: whose list an app is on, publish one, what its apps ran and were paid by month.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { List, ListRun } from '../../transport/api';
import { count } from '../../model/format';
import { withQuery } from '../../transport/http';
import { useList } from '../../state/data';
import { keptStore, useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { ListTable, Table } from '../../view/table';
import { Button, Panel } from '../../view/ui';
import { Address, Amount, Untrusted } from '../../view/values';
import { PublishList } from './publish_list';

/** Lists that this browser follows. */
export const subscribed = keptStore<string[]>('lists', []);

export function ListsTab(): ReactNode {
  const [url, change] = useUrl();
  const mine = useStore(subscribed);
  const query = useList<List>('/v1/lists', { limit: 100 });
  const runs = useList<ListRun>(url.list ? `/v1/lists/${url.list}/runs` : null, { limit: 100, month: url.month });
  const chosen = query.data?.items.find((each) => each.id === url.list);
  return (
    <div className="stack">
      <Panel title={t`Curated lists`} tools={<PublishList />}>
        <ListTable caption={t`Curated lists`} query={query} rowKey={(row) => row.id} empty={t`Nobody has published a list yet. An app on no list runs as any other.`} columns={[
          { key: 'name', head: t`Name`, cell: (row) => <button type="button" className="link-button" onClick={() => change({ list: row.id })}><Untrusted text={row.name} limit={40} /></button> },
          { key: 'curator', head: t`Curator`, cell: (row) => <Address of={row.curator} /> },
          { key: 'fee', head: t`Fee`, wrap: true, cell: (row) => (row.fee ? <Untrusted text={row.fee} limit={60} /> : <span className="muted"><Trans>none</Trans></span>), priority: 2 },
          { key: 'apps', head: t`Apps`, right: true, cell: (row) => count(row.apps.length) },
          { key: 'runs', head: t`Runs 30 d`, right: true, cell: (row) => count(row.runs30d), priority: 2 },
          { key: 'act', head: t`Follow`, cell: (row) => <Button look={`tiny ${mine.includes(row.id) ? 'on' : ''}`} aria-pressed={mine.includes(row.id)} onClick={() => subscribed.set((old) => (old.includes(row.id) ? old.filter((each) => each !== row.id) : [...old, row.id]))}>{mine.includes(row.id) ? t`★ following` : t`☆ follow`}</Button> },
        ]} />
      </Panel>
      {chosen ? (
        <>
          <Panel title={<Untrusted text={chosen.name} limit={60} />} tools={<Link className="button tiny" to="/store" search={{ list: chosen.id } as never}><Trans>Show its apps</Trans></Link>}>
            <Table caption={t`Apps of the list`} rows={chosen.apps} rowKey={(row) => row.address} columns={[{ key: 'app', head: t`App`, cell: (row) => <Address of={row.address} kind={t`app`} to={`/app/${row.address}`} name={row.name} /> }, { key: 'note', head: t`Note`, wrap: true, cell: (row) => <Untrusted text={row.note} /> }]} />
          </Panel>
          <Panel title={t`Runs and payments by month`} tools={<><input type="month" className="input" style={{ width: 160 }} aria-label={t`Month`} value={url.month ?? ''} onChange={(event) => change({ month: event.target.value || null })} /><a className="button tiny" href={withQuery(`/v1/lists/${chosen.id}/runs`, { format: 'csv', month: url.month })} download="list-runs.csv"><Trans>CSV</Trans></a></>}>
            <ListTable caption={t`Runs`} query={runs} rowKey={(row) => row.month + row.app} empty={t`No runs yet.`} columns={[
              { key: 'month', head: t`Month`, cell: (row) => row.month },
              { key: 'app', head: t`App`, cell: (row) => <Address of={row.app} kind={t`app`} name={row.name} to={`/app/${row.app}`} copy={false} /> },
              { key: 'runs', head: t`Runs`, right: true, cell: (row) => count(row.runs) },
              { key: 'completed', head: t`Completed`, right: true, cell: (row) => count(row.completed), priority: 3 },
              { key: 'requesters', head: t`Requesters`, right: true, cell: (row) => count(row.requesters), priority: 2 },
              { key: 'paid', head: t`Paid`, right: true, cell: (row) => <Amount nrlc={row.paid} unit={false} /> },
            ]} />
          </Panel>
        </>
      ) : null}
    </div>
  );
}
