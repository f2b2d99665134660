// "Show as command": every screen can say which line of the program, and which request, does the same.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Command } from '../model/commands';
import { Popover } from './overlays';
import { StaleBadge } from './states';
import { Button, Copy } from './ui';

function Lines({ of }: { of: Command | Command[] }): ReactNode {
  const commands = Array.isArray(of) ? of : [of];
  return (
    <div className="stack">
      {commands.map((command) => (
        <div key={command.line} className="always">
          <div className="row between">
            <strong className="small"><Trans>Command</Trans></strong>
            <Copy text={command.line} kind={t`command`} always />
          </div>
          <div className="command-box" tabIndex={0}>{command.line}</div>
          <div className="row between" style={{ marginTop: 8 }}>
            <strong className="small"><Trans>Request</Trans></strong>
            <Copy text={command.request} kind={t`request`} always />
          </div>
          <div className="command-box" tabIndex={0}>{command.request}</div>
        </div>
      ))}
    </div>
  );
}

export function ShowCommand({ of }: { of: Command | Command[] }): ReactNode {
  return <Popover label={t`Show as command`} trigger={<Button look="tiny"><Trans>{'>_'} Show as command</Trans></Button>}><Lines of={of} /></Popover>;
}

/** The same inside a dialog, which lets nothing float above it. */
export function CommandDetails({ of }: { of: Command | Command[] }): ReactNode {
  return <details className="sign-words"><summary><Trans>Show as command</Trans></summary><div style={{ padding: 12 }}><Lines of={of} /></div></details>;
}

export function PageHead({ title, lead, command, children, kind }: { title: ReactNode; lead?: ReactNode; command: Command | Command[] | null; children?: ReactNode; kind?: string }): ReactNode {
  return (
    <div className="page-head">
      <div className="titles">
        {kind ? <div className="muted small">{kind}</div> : null}
        <h1 tabIndex={-1} style={{ minWidth: 0 }}>{title}</h1>
        {lead ? <p className="lead">{lead}</p> : null}
      </div>
      <div className="tools">
        <StaleBadge />
        {children}
        {command ? <ShowCommand of={command} /> : null}
      </div>
    </div>
  );
}
