// The connection light and what stands behind it (G-03).
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api } from '../transport/http';
import type { Envelope, Status } from '../transport/api';
import { feed, liveMode } from '../transport/socket';
import { useStore } from '../state/store';
import { useFeedStatus, useNow } from '../state/data';
import { clockTime } from '../model/time';
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
    if (behind) return { tone: 'warning', shape: 'amber', words: 'catching up' };
    if (mode === 'events') return { tone: 'success', shape: 'green', words: 'live · events' };
    return { tone: 'success', shape: 'green', words: status.roundTripMs === null ? 'live' : `live · ${Math.round(status.roundTripMs)} ms` };
  }
  if (status.phase === 'lagging') return { tone: 'warning', shape: 'amber', words: 'catching up' };
  if (status.phase === 'connecting' || status.phase === 'idle') return { tone: 'warning', shape: 'amber', words: 'connecting' };
  const seconds = status.retryAt ? Math.max(0, Math.ceil((status.retryAt - now) / 1000)) : 0;
  if (status.lastMessageAt !== null && now - status.lastMessageAt > 60_000)
    return { tone: 'danger', shape: 'red', words: `offline · data from ${clockTime(status.lastMessageAt)}` };
  return { tone: 'warning', shape: 'amber', words: `reconnecting in ${seconds} s` };
}

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
          ['Connection', `${status.phase}, ${mode === 'socket' ? 'WebSocket' : 'server-sent events'}`],
          ['Node', node ? `${node.version ?? 'unknown'}${node.ok ? '' : ` – ${node.message ?? 'not well'}`}` : '…'],
          ['Height', count(status.height)],
          ['Index behind by', data ? `${data.answer.index.lag ?? 0} blocks` : '…'],
          ['Clock offset', offset === null ? '…' : Math.abs(offset) > OFFSET_WARNING_MS ? `⚠ ${duration(Math.abs(offset))}: deadlines depend on time, set your clock` : duration(Math.abs(offset))],
          ['Messages', count(status.messages)],
        ]}
      />
      <Button onClick={() => feed.retryNow()} why={status.phase === 'backoff' || status.phase === 'lost' ? null : 'The connection stands.'}>
        Retry now
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
      label="Connection"
      trigger={
        <button type="button" className="icon-button" style={{ width: 'auto', padding: '0 8px' }} aria-label={`Connection: ${light.words}`}>
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
