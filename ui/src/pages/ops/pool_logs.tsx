// The log of one of the pool's tasks or workers; without a choice, of the newest task (web-ui.md §10.6).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { OpsTask, OpsWorker } from '../../transport/api';
import { shortHash } from '../../model/format';
import { stageOf } from '../../model/pool_tasks';
import { useList } from '../../state/data';
import { useUrl } from '../../state/url';
import { EmptyState, Loaded } from '../../view/states';
import { Select } from '../../view/ui';
import { LogViewer } from '../../view/logs';
import { STAGE_WORDS } from './tasks';

export function LogsTab({ pool }: { pool: string }): ReactNode {
  const [url, change] = useUrl();
  const query = useList<OpsTask>('/v1/ops/tasks', { workerpool: pool, limit: 50 }, { session: true, liveMs: 5_000 });
  const workers = useList<OpsWorker>('/v1/ops/workers', { workerpool: pool, limit: 200 }, { session: true, liveMs: 15_000 });
  const machines = (workers.data?.items ?? []).map((row) => ({ value: row.address, label: row.name.slice(0, 40) || shortHash(row.address) }));
  return (
    <Loaded query={query} rows={4}>
      {(page) => {
        const task = url.worker ? '' : (url.task ?? page.items[0]?.task.id ?? '');
        const known = page.items.map((row) => ({ value: row.task.id, label: `${shortHash(row.task.id)} · ${STAGE_WORDS[stageOf(row)]}` }));
        const tasks = task === '' || known.some((each) => each.value === task) ? known : [{ value: task, label: shortHash(task) }, ...known];
        return (
          <div className="stack">
            <div className="row" style={{ alignItems: 'end' }}>
              <div style={{ width: 300 }}><Select label={t`Task`} value={task} choices={[{ value: '', label: t`none` }, ...tasks]} onChange={(chosen) => change({ task: chosen || null, worker: null, line: null, from: null })} /></div>
              <div style={{ width: 240 }}><Select label={t`or worker`} value={url.worker ?? ''} choices={[{ value: '', label: t`none` }, ...machines]} onChange={(chosen) => change({ worker: chosen || null, task: null, line: null, from: null })} /></div>
            </div>
            {url.worker ? <LogViewer key={url.worker} worker={url.worker} /> : task ? <LogViewer key={task} task={task} /> : <EmptyState><Trans>No task has run yet: there is no log to read.</Trans></EmptyState>}
          </div>
        );
      }}
    </Loaded>
  );
}
