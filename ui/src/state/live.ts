// The browser's sockets and clock, and the feed over them.
import { LiveChoice, PollSocket, StreamSocket, type EventStream, type LiveMode } from '../model/fallback';
import { Feed, type Clock, type Socket, type SocketEvents } from '../model/feed';
import { createStore } from '../model/store';
import { api } from '../transport/http';

export const browserClock: Clock = {
  now: () => Date.now(),
  later: (ms, what) => {
    const timer = setTimeout(what, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** A socket of the market's own origin. */
export function openSocket(path: string, protocols: string[], events: SocketEvents): Socket {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${location.host}${path}`, protocols);
  socket.onopen = () => events.opened();
  socket.onmessage = (event) => events.message(String(event.data));
  socket.onclose = () => events.closed();
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => {
      socket.onclose = null;
      socket.onmessage = null;
      socket.close();
    },
  };
}

const POLL_MS = 5_000;
const POLL_HIDDEN_MS = 10_000;
const PROBE_MS = 30_000;

/** The way that the feed takes now; the light in the header names it. */
export const liveMode = createStore<LiveMode>('socket');
const choice = new LiveChoice();

function openWay(mode: LiveMode, events: SocketEvents): Socket {
  if (mode === 'socket') return openSocket('/v1/ws', ['mkt.v1'], events);
  if (mode === 'polling') return new PollSocket(events, (path) => api(path), browserClock.later, () => (document.visibilityState === 'hidden' ? POLL_HIDDEN_MS : POLL_MS));
  return new StreamSocket(events, (path) => new EventSource(path) as unknown as EventStream, (what) => setTimeout(what, 20));
}

/** Tries the socket now and then while another way is used: a market that was away for a while is no reason to stay there. */
function whenSocketOpens(then: () => void): () => void {
  let trial: Socket | null = null;
  let cancel = browserClock.later(PROBE_MS, probe);
  function probe(): void {
    trial = openSocket('/v1/ws', ['mkt.v1'], { opened: then, message: () => undefined, closed: () => { cancel = browserClock.later(PROBE_MS, probe); } });
  }
  return () => {
    cancel();
    trial?.close();
  };
}

function openLive(events: SocketEvents): Socket {
  const mode = choice.next();
  let opened = false;
  let endProbe = (): void => undefined;
  const way = openWay(mode, {
    opened: () => {
      opened = true;
      choice.opened(mode);
      liveMode.set(mode);
      if (mode !== 'socket') endProbe = whenSocketOpens(better);
      events.opened();
    },
    message: events.message,
    closed: () => {
      endProbe();
      if (!opened) choice.failed(mode);
      events.closed();
    },
  });
  function close(): void {
    endProbe();
    way.close();
  }
  function better(): void {
    close();
    choice.opened('socket');
    events.closed();
  }
  return { send: (text) => way.send(text), close };
}

export const feed = new Feed(openLive, browserClock);

export function startFeed(): void {
  feed.start();
  for (const event of ['online', 'pageshow']) addEventListener(event, () => feed.wake());
  document.addEventListener('resume', () => feed.wake());
  document.addEventListener('visibilitychange', () => {
    const hidden = document.visibilityState === 'hidden';
    feed.setHidden(hidden);
    if (!hidden) feed.wake();
  });
}
