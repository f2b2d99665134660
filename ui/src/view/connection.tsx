// The connection light and what stands behind it (G-03).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api } from '../transport/http';
import type { Envelope, Status } from '../transport/api';
import { feed, liveMode } from '../transport/socket';
import { useStore } from '../state/store';
import { useFeedStatus, useNow } from '../state/data';
import { clockTime } from '../model/time';
import type { FeedPhase } from '../model/feed';
import type { LiveMode } from '../model/fallback';
import { count, duration } from '../model/format';
import { Button, KeyTable } from './ui';
import { Popover } from './overlays';

const CATCHING_UP_MS = 15_000;
const OFFSET_WARNING_MS = 5_000;

type Light = { tone: string; shape: string; words: string };

function lightOf(status: ReturnType<typeof useFeedStatus>, mode: LiveMode, now: number): Light {
  if (status.phase === 'live') {
    const behind = status.lastMessageAt !== null && now - status.lastMessageAt > CATCHING_UP_MS;
    if (behind) return { tone: 'warning', shape: 'amber', words: t`catching up` };
    if (mode === 'events') return { tone: 'success', shape: 'green', words: t`live · events` };
    return { tone: 'success', shape: 'green', words: status.roundTripMs === null ? t`live` : t`live · ${{ time: duration(Math.round(status.roundTripMs)) }}` };
  }
  if (status.phase === 'lagging') return { tone: 'warning', shape: 'amber', words: t`catching up` };
  if (status.phase === 'connecting' || status.phase === 'idle') return { tone: 'warning', shape: 'amber', words: t`connecting` };
  const seconds = status.retryAt ? Math.max(0, Math.ceil((status.retryAt - now) / 1000)) : 0;
  if (status.lastMessageAt !== null && now - status.lastMessageAt > 60_000)
    return { tone: 'danger', shape: 'red', words: t`offline · data from ${{ time: clockTime(status.lastMessageAt) }}` };
  return { tone: 'warning', shape: 'amber', words: t`reconnecting in ${seconds} s` };
}

const PHASE: Record<FeedPhase, string> = {
  idle: t`idle`,
  connecting: t`connecting`,
  live: t`live`,
  lagging: t`catching up`,
  lost: t`lost`,
  backoff: t`waiting to reconnect`,
};

const blocks = (number: number): string => plural(number, { one: '# block', other: '# blocks' });

function Panel(): ReactNode {
  const status = useFeedStatus();
  const mode = useStore(liveMode);
  const { data } = useQuery({
    queryKey: ['status-panel'],
    queryFn: async () => {
      const answer = await api<Envelope & Status>('/v1/status');
      return { answer, offset: answer.time - Date.now() };
    },
    refetchInterval: 5_000,
  });
  const offset = data?.offset ?? null;
  const node = data?.answer.components.find((each) => each.name === 'node');
  return (
    <div className="stack">
      <KeyTable
        rows={[
          [t`Connection`, `${PHASE[status.phase]}, ${mode === 'socket' ? 'WebSocket' : t`server-sent events`}`],
          [t`Node`, node ? [node.version ?? t`unknown`, node.ok ? null : (node.message ?? t`not well`)].filter(Boolean).join(' – ') : '…'],
          [t`Height`, count(status.height)],
          [t`Index behind by`, data ? blocks(data.answer.index.lag ?? 0) : '…'],
          [t`Clock offset`, offset === null ? '…' : Math.abs(offset) > OFFSET_WARNING_MS ? t`⚠ ${{ offset: duration(Math.abs(offset)) }}: deadlines depend on time, set your clock` : duration(Math.abs(offset))],
          [t`Messages`, count(status.messages)],
        ]}
      />
      <Button onClick={() => feed.retryNow()} why={status.phase === 'backoff' || status.phase === 'lost' ? null : t`The connection stands.`}>
        <Trans>Retry now</Trans>
      </Button>
    </div>
  );
}

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
      <Panel />
    </Popover>
  );
}
