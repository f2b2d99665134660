// "Watch": tells in the bell, and in the browser where that is allowed, when a deal or task has come to its end (§8.3).
import { t } from '@lingui/core/macro';
import { useEffect, type ReactNode } from 'react';
import type { Deal, Task } from '../transport/api';
import { STATUS, type TaskStatus } from '../model/domain';
import { shortHash } from '../model/format';
import { kindWord } from '../model/words';
import { notify } from '../state/activity';
import { useChannel } from '../state/data';
import { settingsStore } from '../state/settings';
import { useStore } from '../state/store';
import { unwatch, useWatched, watchStore, type Watched } from '../state/watch';
import { Button } from './ui';

const ENDED: TaskStatus[] = ['COMPLETE', 'FAILED', 'CLAIMABLE'];

export function WatchButton({ kind, id, ended }: Watched & { ended: boolean }): ReactNode {
  const { watched, toggle } = useWatched({ kind, id });
  if (ended && !watched) return null;
  return <Button aria-pressed={watched} className={watched ? 'on' : ''} title={t`tells you when it has ended`} onClick={toggle}>{watched ? t`★ Watching` : t`☆ Watch`}</Button>;
}

function Watcher({ kind, id }: Watched): ReactNode {
  const { state } = useChannel<{ deal?: Deal; task?: Task }>(`${kind}:${id}`);
  const status = (kind === 'deal' ? state?.deal?.status : state?.task?.status) ?? null;
  useEffect(() => {
    if (status === null || !ENDED.includes(status)) return;
    notify(`${id}.${status}`, `${kindWord(kind)} ${shortHash(id)}: ${STATUS[status].label}`, `/${kind}/${id}`, settingsStore.get().notifications);
    unwatch(id);
  }, [status, kind, id]);
  return null;
}

/** Stands once in the page, whatever is shown. */
export function Watchers(): ReactNode {
  return useStore(watchStore).map((each) => <Watcher key={each.id} {...each} />);
}
