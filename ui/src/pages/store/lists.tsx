// Curated lists: whose list an app is on, publish one, what its apps ran and were paid by month.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import type { List, ListRun } from '../../transport/api';
import { count } from '../../model/format';
import { appsOfLines, listDraft, signedText } from '../../model/lists';
import { Refused } from '../../signer/types';
import { api, withQuery } from '../../transport/http';
import { refreshData, useList } from '../../state/data';
import { keptStore, useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { ListTable, Table } from '../../view/table';
import { Dialog } from '../../view/overlays';
import { Button, Notice, Panel, TextField } from '../../view/ui';
import { Address, Amount, Untrusted } from '../../view/values';

/** Lists that this browser follows. */
export const subscribed = keptStore<string[]>('lists', []);

function PublishList(): ReactNode {
  const wallet = useWallet();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [fee, setFee] = useState('');
  const { apps, problem: wrong } = appsOfLines(text);
  const draft = listDraft(name.trim(), wallet.account ?? '', apps, fee.trim());
  const why = !wallet.signer ? t`Connect a wallet first.` : !name.trim() ? t`Give the list a name.` : wrong;
  const go = async (): Promise<void> => {
    setProblem(null);
    try {
      const sign = await wallet.signer?.signMessage(wallet.account ?? '', signedText(draft));
      await api('/v1/lists', { body: { ...draft, sign } });
      refreshData('/v1/lists', '/v1/apps');
      setOpen(false);
    } catch (error) {
      if (!(error instanceof Refused)) setProblem((error as Error).message);
    }
  };
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}><Trans>Publish a list</Trans></Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t`Publish a list of apps`} foot={<Button look="primary" onClick={() => void go()} why={why}><Trans>Sign and publish</Trans></Button>}>
        <p className="small muted"><Trans>You sign the text below with your wallet. A newer list of the same name replaces it.</Trans></p>
        <TextField label={t`Name`} required value={name} onChange={setName} />
        <label className="field"><span className="label"><Trans>Apps, one a line: address, then a note *</Trans></span><textarea className="textarea" rows={6} value={text} onChange={(event) => setText(event.target.value)} /></label>
        <TextField label={t`Fee (in words, shown with the list)`} value={fee} onChange={setFee} />
        <div className="command-box" tabIndex={0}>{signedText(draft)}</div>
        {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      </Dialog>
    </>
  );
}

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
