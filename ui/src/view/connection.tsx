// The connection light and what stands behind it (G-03).
import { t } from '@lingui/core/macro';
import { Suspense, type ReactNode } from 'react';
import { liveMode } from '../state/live';
import { useStore } from '../state/store';
import { useFeedStatus, useNow } from '../state/data';
import { clockTime } from '../model/time';
import type { LiveMode } from '../model/fallback';
import { duration } from '../model/format';
import { Skeleton } from './states';
import { ChainPanel } from './chain';
import { Popover } from './overlays';
import { lazyPart } from './part';

const CATCHING_UP_MS = 15_000;

type Light = { tone: string; shape: string; words: string };

function lightOf(status: ReturnType<typeof useFeedStatus>, mode: LiveMode, now: number): Light {
  if (status.phase === 'live') {
    const behind = status.lastMessageAt !== null && now - status.lastMessageAt > CATCHING_UP_MS;
    if (behind) return { tone: 'warning', shape: 'amber', words: t`catching up` };
    if (mode === 'events') return { tone: 'success', shape: 'green', words: t`live · events` };
    if (mode === 'polling') return { tone: 'success', shape: 'green', words: t`every 5 s` };
    return { tone: 'success', shape: 'green', words: status.roundTripMs === null ? t`live` : t`live · ${{ time: duration(Math.round(status.roundTripMs)) }}` };
  }
  if (status.phase === 'lagging') return { tone: 'warning', shape: 'amber', words: t`catching up` };
  if (status.phase === 'connecting' || status.phase === 'idle') return { tone: 'warning', shape: 'amber', words: t`connecting` };
  const seconds = status.retryAt ? Math.max(0, Math.ceil((status.retryAt - now) / 1000)) : 0;
  if (status.lastMessageAt !== null && now - status.lastMessageAt > 60_000)
    return { tone: 'danger', shape: 'red', words: t`offline · data from ${{ time: clockTime(status.lastMessageAt) }}` };
  return { tone: 'warning', shape: 'amber', words: t`reconnecting in ${seconds} s` };
}

const ConnectionPanel = lazyPart(() => import('./connection_panel').then((part) => ({ default: part.ConnectionPanel })));

export function Connection(): ReactNode {
  const status = useFeedStatus();
  const now = useNow(1_000);
  const light = lightOf(status, useStore(liveMode), now);
  return (
    <Popover
      label={t`Connection`}
      trigger={
        <button type="button" className="icon-button" style={{ width: 'auto', padding: '0 8px' }} aria-label={t`Connection: ${{ state: light.words }}`}>
          <span className={`light tone-${light.tone}`}>
            <span className={`dot ${light.shape}`} aria-hidden="true" />
            <span className="words" style={{ color: 'var(--muted)' }}>{light.words}</span>
          </span>
        </button>
      }
    >
      <Suspense fallback={<Skeleton rows={8} />}><ConnectionPanel /></Suspense>
      <div className="narrow-chain"><ChainPanel /></div>
    </Popover>
  );
}
