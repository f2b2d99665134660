// Data for the views: requests with TanStack Query, channels of the feed, painted at most ten times a second.
import { t } from '@lingui/core/macro';
import { QueryClient, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { api, ApiError, withQuery, type Query } from '../transport/http';
import type { Boot, Envelope, Page } from '../transport/api';
import { feed } from './live';
import type { ChannelView, FeedStatus } from '../model/feed';
import { knownRoles } from './known_roles';
import { sessionStore } from './session';
import { useStore } from './store';

/** Less than ten drawings a second, those that end a mark of a change included (§16.3). */
const PAINT_MS = 110;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => error instanceof ApiError && (error.status === 429 || error.status === 0) && failures < 3,
      retryDelay: (attempt, error) =>
        error instanceof ApiError && error.retryAfterMs !== null ? error.retryAfterMs : Math.min(4_000, 500 * 2 ** attempt),
    },
  },
});

export function useBoot(): Boot {
  const { data } = useQuery({ queryKey: ['boot'], queryFn: () => api<Boot>('/v1/boot'), staleTime: Infinity });
  if (!data) throw new Error(t`the page is drawn before the market answered`); // Shell draws pages only after boot
  return data;
}

/** `?state=loading|empty|error|stale|locked` shows that state of every widget, for review and tests. */
export const forcedState = (): string | null => new URLSearchParams(location.search).get('state');

const EMPTY = { items: [], next: null, total: 0, asOf: 0, chain: 0, height: 0, time: 0 };

async function readAs<Answer>(path: string, signal: AbortSignal, token: string | null): Promise<Answer> {
  const forced = forcedState();
  if (forced === 'loading') return new Promise(() => undefined);
  if (forced === 'error') throw new ApiError('FORCED', t`This error was asked for by ?state=error.`, 500, 'none');
  const answer = await api<Answer>(path, { signal, token });
  knownRoles.learn(answer);
  const isList = typeof answer === 'object' && answer !== null && 'items' in answer;
  return forced === 'empty' && isList ? { ...answer, ...EMPTY } : answer;
}

export type ApiQuery<Answer> = UseQueryResult<Answer & Envelope, ApiError>;

/** A read of the market; a null path asks nothing. `live` repeats it that often. */
export function useApi<Answer>(path: string | null, query: Query = {}, options: { liveMs?: number; session?: boolean } = {}): ApiQuery<Answer> {
  const session = useStore(sessionStore);
  const full = path === null ? null : withQuery(path, query);
  const token = options.session ? (session?.token ?? null) : null;
  return useQuery<Answer & Envelope, ApiError, Answer & Envelope>({
    queryKey: ['api', full, token],
    queryFn: ({ signal }) => readAs<Answer & Envelope>(full ?? '', signal, token),
    enabled: full !== null && (!options.session || token !== null),
    // Pages of one list follow each other without a skeleton; another object starts afresh.
    placeholderData: ((old: unknown, before: { queryKey: unknown[] } | undefined) =>
      String(before?.queryKey[1]).split('?')[0] === full?.split('?')[0] ? old : undefined) as never,
    ...(options.liveMs === undefined ? {} : { refetchInterval: options.liveMs }),
  }) as ApiQuery<Answer>;
}

export function useList<Row>(path: string | null, query: Query = {}, options: { liveMs?: number; session?: boolean } = {}): ApiQuery<Page<Row>> {
  return useApi<Page<Row>>(path, query, options);
}

const watchStatus = (listener: () => void): (() => void) => feed.onStatus(listener);
const readStatus = (): FeedStatus => feed.status;

export function useFeedStatus(): FeedStatus {
  return useSyncExternalStore(watchStatus, readStatus);
}

const NOTHING: ChannelView = { state: undefined, ready: false, error: null };

/** The state of a channel. Changes arrive as they come; the view is drawn anew at most every `PAINT_MS`, and not while `hold`. */
export function useChannel<State>(channel: string | null, hold = false): { state: State | undefined; ready: boolean; waiting: number; error: ChannelView['error'] } {
  const [view, setView] = useState<{ channel: string | null; view: ChannelView }>({ channel, view: NOTHING });
  const [waiting, setWaiting] = useState(0);
  const held = useRef(hold);
  const count = useRef(0);
  held.current = hold;
  useEffect(() => {
    if (channel === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let painted = 0;
    const paint = (): void => {
      timer = null;
      painted = performance.now();
      if (held.current) setWaiting(count.current);
      else setView({ channel, view: feed.view(channel) ?? NOTHING });
    };
    // The first change of a quiet channel shows at once, those of a busy one together.
    const changed = (): void => {
      if (held.current) count.current += 1;
      timer ??= setTimeout(paint, Math.max(0, PAINT_MS - (performance.now() - painted)));
    };
    const end = feed.subscribe(channel, changed);
    paint();
    return () => {
      if (timer !== null) clearTimeout(timer);
      end();
    };
  }, [channel]);
  useEffect(() => {
    if (hold || channel === null) return;
    count.current = 0;
    setWaiting(0);
    setView({ channel, view: feed.view(channel) ?? NOTHING });
  }, [hold, channel]);
  const now = view.channel === channel ? view.view : NOTHING;
  return { state: now.state as State | undefined, ready: now.ready, waiting, error: now.error };
}

type IndexStatus = { height: number; lag: number };

const watchIndex = (listener: () => void): (() => void) => feed.subscribe('status', listener);
const readIndex = (): IndexStatus | undefined => feed.view('status')?.state as IndexStatus | undefined;

/** How far the market's index is, and by how many blocks it is behind; undefined until the feed has said it. */
export function useIndex(): IndexStatus | undefined {
  return useSyncExternalStore(watchIndex, readIndex);
}

type Ticking = { subscribe: (listener: () => void) => () => void; get: () => number };

/** One timer for all views of a period. `subscribe` stays the same function: a new one at each render would start the clock anew. */
function tickingClock(periodMs: number): Ticking {
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | null = null;
  const listeners = new Set<() => void>();
  const tick = (): void => {
    now = Date.now();
    for (const each of listeners) each();
  };
  return {
    get: () => now,
    subscribe: (listener) => {
      listeners.add(listener);
      if (timer === null) {
        now = Date.now();
        timer = setInterval(tick, periodMs);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
  };
}

const clocks = new Map<number, Ticking>();

/** Wall clock for countdowns and ages. */
export function useNow(periodMs = 1_000): number {
  let clock = clocks.get(periodMs);
  if (!clock) {
    clock = tickingClock(periodMs);
    clocks.set(periodMs, clock);
  }
  return useSyncExternalStore(clock.subscribe, clock.get);
}

/** Asks the given paths again (after an action of ours). */
export function refreshData(...prefixes: string[]): void {
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) => typeof queryKey[1] === 'string' && prefixes.some((prefix) => (queryKey[1] as string).startsWith(prefix)),
  });
}
