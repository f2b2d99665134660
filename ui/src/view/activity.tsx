// What this browser did, with stages; and the bell (G-06, G-07).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { activityStore, noticeStore } from '../state/activity';
import { useStore } from '../state/store';
import { Age } from './values';
import { Button, Chip, Copy, IconButton } from './ui';
import { Dialog } from './overlays';
import { EmptyState } from './states';
import { Icon } from './icons';
import type { ActionState } from '../model/action';
import { ACTION_STATE } from '../model/words';

const TONES: Partial<Record<ActionState, 'info' | 'success' | 'danger' | 'warning'>> = { final: 'success', rejected: 'danger', unknown: 'warning', blocked: 'warning' };

export function Bell({ onOpen }: { onOpen: () => void }): ReactNode {
  const fresh = useStore(noticeStore).filter((each) => !each.seen).length;
  const busy = useStore(activityStore).some((each) => ['signing', 'submitting', 'accepted'].includes(each.state));
  const label = fresh ? plural(fresh, { one: 'Activity and notifications, # new', other: 'Activity and notifications, # new' }) : busy ? t`Activity and notifications, in progress` : t`Activity and notifications`;
  return (
    <IconButton label={label} onClick={onOpen}>
      <span style={{ position: 'relative', display: 'inline-flex' }}>
        <Icon name="bell" />
        {fresh || busy ? <span aria-hidden="true" style={{ position: 'absolute', top: -2, insetInlineEnd: -2, width: 9, height: 9, borderRadius: 5, background: 'var(--accent)', border: '1px solid var(--text)' }} /> : null}
      </span>
    </IconButton>
  );
}

export function ActivityDrawer({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const activities = useStore(activityStore);
  const notices = useStore(noticeStore);
  const close = (): void => {
    noticeStore.set((old) => old.map((each) => ({ ...each, seen: true })));
    onClose();
  };
  return (
    <Dialog open={open} onClose={close} title={t`Activity`} drawer>
      <h3><Trans>Actions of this browser</Trans></h3>
      {activities.length === 0 ? <EmptyState><Trans>Nothing yet. Orders, deposits and claims appear here with their stage.</Trans></EmptyState> : null}
      {activities.map((each) => (
        <div key={each.id} className="card always">
          <div className="row between">
            <strong>{each.title}</strong>
            <Chip tone={TONES[each.state] ?? 'info'}>{ACTION_STATE[each.state]}</Chip>
          </div>
          {each.note ? <p className="small muted" style={{ margin: '4px 0' }}>{each.note}</p> : null}
          <div className="row small">
            <Age at={each.changed} />
            {each.link ? <Link to={each.link as never} onClick={close}><Trans>open</Trans></Link> : null}
            <Copy text={JSON.stringify(each, null, 2)} kind={t`diagnostics`} always />
          </div>
        </div>
      ))}
      {activities.length ? <Button look="tiny" onClick={() => activityStore.set([])}><Trans>Clear the list</Trans></Button> : null}
      <h3><Trans>Notifications</Trans></h3>
      {notices.length === 0 ? <EmptyState><Trans>None.</Trans></EmptyState> : null}
      {notices.map((each) => (
        <div key={each.id} className="row between small">
          <span>{each.link ? <Link to={each.link as never} onClick={close}>{each.text}</Link> : each.text}</span>
          <span className="muted"><Age at={each.time} /></span>
        </div>
      ))}
    </Dialog>
  );
}
