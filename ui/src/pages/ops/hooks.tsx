// Webhooks of the pool's alerts: where they go, whether they arrive, how a receiver checks them (web-ui.md §10.7).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Hook, NewHook } from '../../transport/api';
import { count, MISSING } from '../../model/format';
import { api } from '../../transport/http';
import { refreshData, useList } from '../../state/data';
import { sessionStore } from '../../state/session';
import { useStore } from '../../state/store';
import { Dialog } from '../../view/overlays';
import { ListTable } from '../../view/table';
import { Button, Chip, Copy, Notice, Panel, TextField } from '../../view/ui';
import { Age, Untrusted } from '../../view/values';

const PATH = '/v1/ops/hooks';
const EXAMPLE = 'https://…';

function HookState({ hook }: { hook: Hook }): ReactNode {
  if (hook.lastTime === null) return <Chip><Trans>nothing sent yet</Trans></Chip>;
  if (hook.lastError) return <><Chip tone="danger"><Trans>✕ failed</Trans></Chip> <span className="small"><Untrusted text={hook.lastError} limit={80} /></span></>;
  return <><Chip tone="success"><Trans>● arrived</Trans></Chip> <span className="small muted"><Age at={hook.lastTime} /></span></>;
}

/** The secret is shown this once: afterwards only the market knows it. */
function Secret({ secret, onClose }: { secret: string; onClose: () => void }): ReactNode {
  return (
    <Dialog open onClose={onClose} title={t`Secret of the webhook`} foot={<Button look="primary" onClick={onClose}><Trans>I have kept it</Trans></Button>}>
      <p><Trans>It is shown this once. Each message carries <code>x-bourse-signature: t=TIME,v1=HEX</code>, where HEX is the HMAC-SHA256 of <code>TIME.BODY</code> under this secret.</Trans></p>
      <div className="command-box always" tabIndex={0}>{secret} <Copy text={secret} kind={t`secret`} always /></div>
    </Dialog>
  );
}

export function Hooks({ pool }: { pool: string }): ReactNode {
  const session = useStore(sessionStore);
  const hooks = useList<Hook>(PATH, { workerpool: pool }, { session: true, liveMs: 5_000 });
  const [url, setUrl] = useState('');
  const [secret, setSecret] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const ask = async (act: () => Promise<void>): Promise<void> => {
    setProblem(null);
    try {
      await act();
      refreshData(PATH);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const token = session?.token ?? null;
  const add = (): Promise<void> =>
    ask(async () => {
      const made = await api<NewHook>(PATH, { body: { url: url.trim(), workerpool: pool }, token });
      setUrl('');
      setSecret(made.secret);
    });
  const remove = (hook: Hook): Promise<void> => ask(async () => { await api(`${PATH}/${hook.id}`, { method: 'DELETE', token }); });
  return (
    <Panel title={t`Webhooks`}>
      <form className="row filters" onSubmit={(event) => { event.preventDefault(); if (/^https?:\/\/./.test(url)) void add(); }}>
        <div className="grow" style={{ minWidth: 220, maxWidth: 520 }}><TextField label={t`Send alerts to`} type="url" placeholder={EXAMPLE} value={url} onChange={setUrl} /></div>
        <Button type="submit" why={/^https?:\/\/./.test(url) ? null : t`Write the address that takes the alerts.`}><Trans>Add</Trans></Button>
      </form>
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      <ListTable caption={t`Webhooks`} query={hooks} rowKey={(row) => row.id} skeleton={2} empty={t`None: alerts are shown here only.`} columns={[
        { key: 'url', head: t`Address`, wrap: true, cell: (row) => <code><Untrusted text={row.url} limit={80} /></code> },
        { key: 'state', head: t`Last message`, wrap: true, cell: (row) => <HookState hook={row} /> },
        { key: 'status', head: t`Answer`, right: true, cell: (row) => row.lastStatus ?? MISSING, priority: 3 },
        { key: 'waiting', head: t`Waiting`, right: true, cell: (row) => count(row.waiting), priority: 2 },
        { key: 'failed', head: t`Given up`, right: true, cell: (row) => count(row.failed), priority: 3 },
        { key: 'act', head: t`Actions`, cell: (row) => <Button look="tiny danger" onClick={() => void remove(row)}><Trans>Remove</Trans></Button> },
      ]} />
      {secret ? <Secret secret={secret} onClose={() => setSecret(null)} /> : null}
    </Panel>
  );
}
