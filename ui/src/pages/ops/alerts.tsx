// Alerts, what is watched, where alerts go, and the audit list (web-ui.md §10.7).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Alert, Audit } from '../../transport/api';
import { ALERT_RULES, begun, newAlerts } from '../../model/alerts';
import { MISSING } from '../../model/format';
import { deadline } from '../../model/time';
import { notify } from '../../state/activity';
import { useList } from '../../state/data';
import { sessionStore } from '../../state/session';
import { keptStore, useStore } from '../../state/store';
import { CsvButton, ListTable, type Column } from '../../view/table';
import { Button, Check, Chip, Notice, Panel } from '../../view/ui';
import { Address, Age, Untrusted, WithIds } from '../../view/values';
import { act, type Act } from './acts';
import { Hooks } from './hooks';

const HOUR_MS = 3_600_000;
const LEVEL_WORDS: Record<Alert['level'], string> = { info: t`information`, warning: t`warning`, danger: t`danger` };

const channels = keptStore('alert_channels', { browser: false });

/** Says what is new while the console is open: in the page, and as a notice of the browser where that was chosen. */
export function useAlertNotices(pool: string, allowed: boolean): number {
  const alerts = useList<Alert>(allowed ? '/v1/ops/alerts' : null, { workerpool: pool }, { liveMs: 5_000, session: true });
  const { browser } = useStore(channels);
  const known = useRef<Map<string, number> | null>(null);
  const items = alerts.data?.items;
  useEffect(() => {
    if (!items) return;
    // What held before the page was opened is no news.
    const fresh = known.current ? newAlerts(items, known.current, Date.now()) : [];
    for (const alert of fresh) notify(`alert.${alert.code}.${alert.since}`, alert.text, '/ops/alerts', browser);
    known.current = begun(items);
  }, [items, browser]);
  return items?.filter((alert) => !alert.acknowledged && alert.silencedUntil === null).length ?? 0;
}

function AlertActs({ alert, run }: { alert: Alert; run: (what: Act) => void }): ReactNode {
  const silence = (hours: number, label: string): void => run({ action: 'silence', targets: [alert.code], until: Date.now() + hours * HOUR_MS, label });
  return (
    <span className="row" style={{ gap: 4 }}>
      {alert.acknowledged ? <Chip><Trans>acknowledged</Trans></Chip> : <Button look="tiny" onClick={() => run({ action: 'acknowledge', targets: [alert.code], label: t`Acknowledge an alert` })}><Trans>Acknowledge</Trans></Button>}
      {alert.silencedUntil ? <Chip><Trans>silent until {{ time: deadline(alert.silencedUntil) }}</Trans></Chip> : <><Button look="tiny" onClick={() => silence(1, t`Silence an alert for an hour`)}><Trans>Silence 1 h</Trans></Button><Button look="tiny" onClick={() => silence(24, t`Silence an alert for a day`)}><Trans>1 d</Trans></Button></>}
    </span>
  );
}

/** Every rule with whether it holds now. */
function Watched({ alerts }: { alerts: Alert[] | undefined }): ReactNode {
  return (
    <Panel title={t`What is watched`}>
      <ul className="rules body">
        {ALERT_RULES.map(([code, words]) => {
          const raised = alerts?.find((alert) => alert.code === code);
          return <li key={code}>{alerts === undefined ? <Chip>{MISSING}</Chip> : raised ? <Chip tone={raised.level}>{LEVEL_WORDS[raised.level]}</Chip> : <Chip tone="success"><Trans>● well</Trans></Chip>} <span>{words}</span></li>;
        })}
      </ul>
    </Panel>
  );
}

function Channels(): ReactNode {
  const { browser } = useStore(channels);
  const [refused, setRefused] = useState(false);
  const choose = async (on: boolean): Promise<void> => {
    const allowed = !on || (('Notification' in window) && (await Notification.requestPermission()) === 'granted');
    setRefused(!allowed);
    channels.set({ browser: on && allowed });
  };
  return (
    <Panel title={t`In this browser`}>
      <div className="body stack">
        <Check label={t`Show new alerts as notices of the browser while the console is open`} checked={browser} onChange={(on) => void choose(on)} />
        {refused ? <Notice tone="warning" inline alert><Trans>The browser does not allow notices from this page: allow them beside the address.</Trans></Notice> : null}
      </div>
    </Panel>
  );
}

const AUDIT: Column<Audit>[] = [
  { key: 'time', head: t`Time`, cell: (row) => <Age at={row.time} />, value: (row) => new Date(row.time).toISOString() },
  { key: 'who', head: t`Who`, cell: (row) => <Address of={row.who} copy={false} />, value: (row) => row.who },
  { key: 'action', head: t`Action`, cell: (row) => <code>{row.action}</code>, value: (row) => row.action },
  { key: 'target', head: t`Target`, cell: (row) => (row.target ? <WithIds text={row.target} /> : t`the pool`), value: (row) => row.target, priority: 2 },
  { key: 'change', head: t`Before → after`, cell: (row) => `${row.before ?? MISSING} → ${row.after ?? MISSING}`, value: (row) => `${row.before ?? ''} → ${row.after ?? ''}`, priority: 2 },
  { key: 'reason', head: t`Reason`, wrap: true, cell: (row) => <Untrusted text={row.reason ?? MISSING} limit={60} />, value: (row) => row.reason, priority: 3 },
];

export function AlertsTab({ pool }: { pool: string }): ReactNode {
  const alerts = useList<Alert>('/v1/ops/alerts', { workerpool: pool }, { liveMs: 2_000, session: true });
  const audit = useList<Audit>('/v1/ops/audit', { workerpool: pool, limit: 200 }, { liveMs: 5_000, session: true });
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
        <ListTable caption={t`Alerts`} query={alerts} rowKey={(row) => row.code} skeleton={2} empty={t`Nothing is wrong.`} columns={[
          { key: 'level', head: t`Level`, cell: (row) => <Chip tone={row.level}>{LEVEL_WORDS[row.level]}</Chip> },
          { key: 'text', head: t`What`, wrap: true, cell: (row) => <details><summary><WithIds text={row.text} /></summary><p className="small"><strong><Trans>What to do:</Trans></strong> <WithIds text={row.runbook} /></p></details> },
          { key: 'since', head: t`Since`, cell: (row) => <Age at={row.since} />, priority: 2 },
          { key: 'act', head: t`Actions`, cell: (row) => <AlertActs alert={row} run={run} />, card: 'bare' },
        ]} />
      </Panel>
      <div className="grid2">
        <Watched alerts={alerts.data?.items} />
        <div className="stack"><Channels /><Hooks pool={pool} /></div>
      </div>
      <Panel title={t`Audit: who did what`} tools={<CsvButton name="audit" columns={AUDIT} rows={audit.data?.items ?? []} />}>
        <ListTable caption={t`Audit`} query={audit} rowKey={(row) => `${row.time}${row.action}${row.target ?? ''}`} skeleton={3} empty={t`No action yet.`} columns={AUDIT} />
      </Panel>
    </div>
  );
}
