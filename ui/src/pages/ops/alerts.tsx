// Alerts and the audit list (web-ui.md §10.7).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
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
      {alert.acknowledged ? <Chip><Trans>acknowledged</Trans></Chip> : <Button look="tiny" onClick={() => run({ action: 'acknowledge', target: alert.code, label: t`Acknowledge an alert` })}><Trans>Acknowledge</Trans></Button>}
      {alert.silencedUntil ? <Chip><Trans>silent until {deadline(alert.silencedUntil)}</Trans></Chip> : <Button look="tiny" onClick={() => run({ action: 'silence', target: alert.code, until: Date.now() + SILENCE_MS, label: t`Silence an alert for an hour` })}><Trans>Silence 1 h</Trans></Button>}
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
      <Panel title={t`Alerts`}>
        {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
        <ListTable caption={t`Alerts`} query={alerts} rowKey={(row) => row.code} empty={t`Nothing is wrong.`} columns={[
          { key: 'level', head: t`Level`, cell: (row) => <Chip tone={row.level}>{row.level}</Chip> },
          { key: 'text', head: t`What`, wrap: true, cell: (row) => <details><summary>{row.text}</summary><p className="small">{row.runbook}</p></details> },
          { key: 'since', head: t`Since`, cell: (row) => <Age at={row.since} />, priority: 2 },
          { key: 'act', head: t`Actions`, cell: (row) => <AlertActs alert={row} run={run} /> },
        ]} />
      </Panel>
      <Panel title={t`Audit: who did what`}>
        <ListTable caption={t`Audit`} query={audit} rowKey={(row) => `${row.time}${row.action}${row.target ?? ''}`} empty={t`No action yet.`} columns={[
          { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} /> },
          { key: 'who', head: t`Who`, cell: (row) => <Address of={row.who} copy={false} /> },
          { key: 'action', head: t`Action`, cell: (row) => row.action },
          { key: 'change', head: t`Before → after`, cell: (row) => `${row.before ?? MISSING} → ${row.after ?? MISSING}`, priority: 2 },
          { key: 'reason', head: t`Reason`, cell: (row) => <Untrusted text={row.reason ?? MISSING} limit={60} />, priority: 3 },
        ]} />
      </Panel>
    </div>
  );
}
