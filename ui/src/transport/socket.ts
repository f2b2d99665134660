// The browser's sockets and clock, and the feed over them.
import { LiveChoice, StreamSocket, type EventStream, type LiveMode } from '../model/fallback';
import { Feed, type Clock, type Socket, type SocketEvents } from '../model/feed';
import { createStore } from '../state/kept';

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

/** The way that the feed takes now; the light in the header names it. */
export const liveMode = createStore<LiveMode>('socket');
const choice = new LiveChoice();

function openLive(events: SocketEvents): Socket {
  const mode = choice.next();
  let opened = false;
  const watched: SocketEvents = {
    opened: () => {
      opened = true;
      choice.opened(mode);
      liveMode.set(mode);
      events.opened();
    },
    message: events.message,
    closed: () => {
      if (!opened) choice.failed(mode);
      events.closed();
    },
  };
  if (mode === 'socket') return openSocket('/v1/ws', ['mkt.v1'], watched);
  return new StreamSocket(watched, (path) => new EventSource(path) as unknown as EventStream, (what) => setTimeout(what, 20));
}

export const feed = new Feed(openLive, browserClock);

export function startFeed(): void {
  feed.start();
  addEventListener('online', () => feed.retryNow());
  document.addEventListener('visibilitychange', () => feed.setHidden(document.visibilityState === 'hidden'));
}
