// Alerts and the audit list (web-ui.md §10.7).
import { useState, type ReactNode } from 'react';
import type { Alert, Audit } from '../../transport/api';
import { MISSING } from '../../model/format';
import { deadline } from '../../model/time';
import { useList } from '../../state/data';
import { sessionStore } from '../../state/session';
import { useStore } from '../../state/store';
import { ListTable } from '../../view/table';
import { Button, Chip, Notice, Panel } from '../../view/ui';
import { Address, Age, Untrusted } from '../../view/values';
import { act, type Act } from './acts';

const SILENCE_MS = 3_600_000;

function AlertActs({ alert, run }: { alert: Alert; run: (what: Act) => void }): ReactNode {
  return (
    <span className="row" style={{ gap: 4 }}>
      {alert.acknowledged ? <Chip>acknowledged</Chip> : <Button look="tiny" onClick={() => run({ action: 'acknowledge', target: alert.code, label: 'Acknowledge an alert' })}>Acknowledge</Button>}
      {alert.silencedUntil ? <Chip>silent until {deadline(alert.silencedUntil)}</Chip> : <Button look="tiny" onClick={() => run({ action: 'silence', target: alert.code, until: Date.now() + SILENCE_MS, label: 'Silence an alert for an hour' })}>Silence 1 h</Button>}
    </span>
  );
}

export function AlertsTab({ pool }: { pool: string }): ReactNode {
  const alerts = useList<Alert>('/v1/ops/alerts', { workerpool: pool }, { liveMs: 2_000, session: true });
  const audit = useList<Audit>('/v1/ops/audit', { workerpool: pool }, { liveMs: 5_000, session: true });
  const session = useStore(sessionStore);
  const [problem, setProblem] = useState<string | null>(null);
  const run = (what: Act): void => {
    setProblem(null);
    act(session, pool, what, '').catch((error: Error) => setProblem(error.message));
  };
  return (
    <div className="stack">
      <Panel title="Alerts">
        {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
        <ListTable caption="Alerts" query={alerts} rowKey={(row) => row.code} empty="Nothing is wrong." columns={[
          { key: 'level', head: 'Level', cell: (row) => <Chip tone={row.level}>{row.level}</Chip> },
          { key: 'text', head: 'What', wrap: true, cell: (row) => <details><summary>{row.text}</summary><p className="small">{row.runbook}</p></details> },
          { key: 'since', head: 'Since', cell: (row) => <Age at={row.since} />, priority: 2 },
          { key: 'act', head: 'Actions', cell: (row) => <AlertActs alert={row} run={run} /> },
        ]} />
      </Panel>
      <Panel title="Audit: who did what">
        <ListTable caption="Audit" query={audit} rowKey={(row) => `${row.time}${row.action}${row.target ?? ''}`} empty="No action yet." columns={[
          { key: 'time', head: 'Time', cell: (row) => <Age at={row.time} /> },
          { key: 'who', head: 'Who', cell: (row) => <Address of={row.who} copy={false} /> },
          { key: 'action', head: 'Action', cell: (row) => row.action },
          { key: 'change', head: 'Before → after', cell: (row) => `${row.before ?? MISSING} → ${row.after ?? MISSING}`, priority: 2 },
          { key: 'reason', head: 'Reason', cell: (row) => <Untrusted text={row.reason ?? MISSING} limit={60} />, priority: 3 },
        ]} />
      </Panel>
    </div>
  );
}
