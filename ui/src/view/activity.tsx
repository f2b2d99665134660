// What this browser did, with stages; and the bell (G-06, G-07).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { activityStore, canAgain, doAgain, noticeStore } from '../state/activity';
import { askNode } from '../state/follow';
import { setSetting, useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { useWallet } from '../state/wallet';
import { Age } from './values';
import { Button, Check, Chip, Copy, IconButton } from './ui';
import { Dialog } from './overlays';
import { EmptyState } from './states';
import { Icon } from './icons';
import type { ActionState, Activity } from '../model/action';
import { againWhy, isOpen } from '../model/outcome';
import { ACTION_STATE } from '../model/words';

const TONES: Partial<Record<ActionState, 'info' | 'success' | 'danger' | 'warning'>> = { final: 'success', rejected: 'danger', unknown: 'warning', blocked: 'warning' };

export function Bell({ onOpen }: { onOpen: () => void }): ReactNode {
  const fresh = useStore(noticeStore).filter((each) => !each.seen).length;
  const busy = useStore(activityStore).some((each) => ['signing', 'submitting', 'accepted', 'unknown'].includes(each.state));
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

const diagnosticsOf = (activity: Activity): string => JSON.stringify({ ...activity, build: __BUILD__, copied: new Date().toISOString() }, null, 2);

/** What can be done about an action that has not come to a good end. */
function Next({ of: activity, onLeave }: { of: Activity; onLeave: () => void }): ReactNode {
  const { account } = useWallet();
  if (isOpen(activity)) return <Button look="tiny" onClick={() => void askNode(activity.id)}><Trans>Ask the node</Trans></Button>;
  if (activity.state !== 'rejected' && activity.state !== 'ready' && activity.state !== 'unknown') return null;
  if (activity.state !== 'unknown' && canAgain(activity.id)) return <Button look="tiny" onClick={() => doAgain(activity.id)} why={againWhy(activity, account)}><Trans>Try again</Trans></Button>;
  return activity.page ? <Link to={activity.page as never} onClick={onLeave}><Trans>back to its form</Trans></Link> : null;
}

function Action({ of: activity, onLeave }: { of: Activity; onLeave: () => void }): ReactNode {
  return (
    <div className="card always">
      <div className="row between">
        <strong>{activity.title}</strong>
        <Chip tone={TONES[activity.state] ?? 'info'}>{ACTION_STATE[activity.state]}</Chip>
      </div>
      {activity.note ? <p className="small muted" style={{ margin: '4px 0' }}>{activity.note}</p> : null}
      <div className="row small">
        <Age at={activity.changed} />
        {activity.link ? <Link to={activity.link as never} onClick={onLeave}><Trans>open</Trans></Link> : null}
        <Next of={activity} onLeave={onLeave} />
        <Copy text={diagnosticsOf(activity)} kind={t`diagnostics`} always />
      </div>
    </div>
  );
}

function BrowserNotices(): ReactNode {
  const { notifications } = useSettings();
  const supported = 'Notification' in window;
  const denied = supported && Notification.permission === 'denied';
  const change = (on: boolean): void => {
    setSetting('notifications', on);
    if (on && supported) void Notification.requestPermission();
  };
  if (!supported) return null;
  return (
    <>
      <Check label={t`Also as notifications of this browser`} checked={notifications} onChange={change} />
      {notifications && denied ? <p className="small muted"><Trans>This browser refuses them for this site: allow them in its settings.</Trans></p> : null}
    </>
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
      {activities.map((each) => <Action key={each.id} of={each} onLeave={close} />)}
      {activities.length ? <Button look="tiny" onClick={() => activityStore.set((old) => old.filter(isOpen))}><Trans>Clear the list</Trans></Button> : null}
      <h3><Trans>Notifications</Trans></h3>
      <BrowserNotices />
      {notices.length === 0 ? <EmptyState><Trans>None yet: deals, fills, failures and alerts of your pool are told here.</Trans></EmptyState> : null}
      {notices.map((each) => (
        <div key={each.id} className="row between small notice-row" data-new={each.seen ? undefined : 'true'}>
          <span>{each.link ? <Link to={each.link as never} onClick={close}>{each.text}</Link> : each.text}</span>
          <span className="muted"><Age at={each.time} /></span>
        </div>
      ))}
    </Dialog>
  );
}
