// What stands behind the connection light (G-03): node, peers, height, age of the head, clock, messages, retry.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Component, Envelope, Order, Page, Status } from '../transport/api';
import { api, rpc, withQuery } from '../transport/http';
import { feed, liveMode } from '../state/live';
import { useStore } from '../state/store';
import { useFeedStatus, useNow } from '../state/data';
import type { BookState } from '../model/book';
import type { LiveMode } from '../model/fallback';
import type { FeedPhase } from '../model/feed';
import { count, duration } from '../model/format';
import { KeyTable, Button, Notice } from './ui';

const OFFSET_WARNING_MS = 5_000;
const RATE_SECONDS = 10;
const ORDER_KINDS = ['app', 'dataset', 'workerpool', 'request'];
/** Of every restriction. */
const ANY = { app: 'any', dataset: 'any', workerpool: 'any', requester: 'any' };

const PHASE: Record<FeedPhase, string> = {
  idle: t`idle`,
  connecting: t`connecting`,
  live: t`live`,
  lagging: t`catching up`,
  lost: t`lost`,
  backoff: t`waiting to reconnect`,
};

const MODE: Record<LiveMode, string> = { socket: 'WebSocket', events: t`server-sent events`, polling: t`asking again every 5 s` };

type Figures = { status: Status; offset: number; peers: number | null; dead: number | null };

/** Orders that the market took and the chain takes no more, of all kinds (§12.3). */
async function countDead(): Promise<number> {
  const pages = await Promise.all(ORDER_KINDS.map((kind) => api<Page<Order>>(withQuery(`/v1/${kind}orders`, { state: 'dead', limit: 1, ...ANY }))));
  return pages.reduce((sum, { total }) => sum + total, 0);
}

async function readFigures(): Promise<Figures> {
  const asked = Date.now();
  const status = api<Envelope & Status>('/v1/status');
  const [answer, peers, dead] = await Promise.all([status, rpc<string>('net_peerCount', []).catch(() => null), countDead().catch(() => null)]);
  // The server's clock was read somewhere between question and answer.
  return { status: answer, offset: answer.time - (asked + Date.now()) / 2, peers: peers === null ? null : Number(peers), dead };
}

/** Messages a second over the last ten seconds. */
function useRate(messages: number): number | null {
  const now = useNow(1_000);
  const seen = useRef<[number, number][]>([]);
  const [rate, setRate] = useState<number | null>(null);
  useEffect(() => {
    seen.current = [...seen.current, [now, messages] as [number, number]].slice(-RATE_SECONDS - 1);
    const [first] = seen.current;
    if (first && now - first[0] >= 2_000) setRate(((messages - first[1]) * 1_000) / (now - first[0]));
    // Once a second: each message that comes in between is counted then.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [now]);
  return rate;
}

const nodeWords = (node: Component | undefined): string => (node ? [node.version ?? t`unknown`, node.ok ? null : (node.message ?? t`not well`)].filter(Boolean).join(' – ') : '…');

function clockWords(offset: number | null): ReactNode {
  if (offset === null) return '…';
  if (Math.abs(offset) <= OFFSET_WARNING_MS) return duration(Math.round(Math.abs(offset)));
  return <Notice tone="warning" inline><Trans>{duration(Math.round(Math.abs(offset)))} off: deadlines depend on time, set your clock.</Trans></Notice>;
}

/** Orders that do not stand in the book although somebody published them: the chain has the last word (§12.3). */
function droppedWords(dead: number | null | undefined): string {
  if (dead === undefined) return '…';
  const unfunded = feed.viewsOf('book:').reduce((sum, { state }) => sum + ((state as BookState | undefined)?.hidden ?? 0), 0);
  const parts = [
    unfunded ? plural(unfunded, { one: '# order: its maker cannot pay now', other: '# orders: their makers cannot pay now' }) : null,
    dead ? plural(dead, { one: '# order: the chain takes it no more', other: '# orders: the chain takes them no more' }) : null,
  ].filter((each) => each !== null);
  return parts.length ? parts.join('; ') : dead === null ? '—' : t`none`;
}

/** What the button would do now, or why there is nothing to do. */
function Retry(): ReactNode {
  const { phase, retryAt } = useFeedStatus();
  const now = useNow(1_000);
  const waits = phase === 'backoff' || phase === 'lost';
  const seconds = retryAt ? Math.max(0, Math.ceil((retryAt - now) / 1000)) : 0;
  return (
    <Button onClick={() => feed.retryNow()} why={waits ? null : phase === 'connecting' ? t`It is connecting already.` : t`The connection stands.`}>
      {waits && seconds > 0 ? <Trans>Retry now instead of in {seconds} s</Trans> : <Trans>Retry now</Trans>}
    </Button>
  );
}

export function ConnectionPanel(): ReactNode {
  const status = useFeedStatus();
  const mode = useStore(liveMode);
  const now = useNow(1_000);
  const rate = useRate(status.messages);
  const { data } = useQuery({ queryKey: ['status-panel'], queryFn: readFigures, refetchInterval: 5_000 });
  const age = status.headTime === null || !data ? null : Math.max(0, now + data.offset - status.headTime);
  const { index, components } = data?.status ?? { index: null, components: [] };
  return (
    <div className="stack connection-panel">
      <KeyTable
        rows={[
          [t`Connection`, `${PHASE[status.phase]}, ${MODE[mode]}`],
          [t`Node`, nodeWords(components.find((each) => each.name === 'node'))],
          [t`Peers`, data ? (data.peers === null ? '—' : data.peers === 0 ? t`none: this node makes the chain alone` : count(data.peers)) : '…'],
          [t`Height`, count(status.height)],
          [t`Newest block`, age === null ? '…' : t`${{ age: duration(Math.round(age / 1000) * 1000) }} old`],
          [t`Index behind by`, index ? plural(index.lag ?? 0, { one: '# block', other: '# blocks' }) : '…'],
          [t`Orders dropped`, droppedWords(data?.dead)],
          [t`Clock offset`, clockWords(data?.offset ?? null)],
          [t`Messages`, rate === null ? count(status.messages) : t`${{ all: count(status.messages) }}, ${{ rate: rate.toFixed(1) }} a second`],
        ]}
      />
      <Retry />
    </div>
  );
}
