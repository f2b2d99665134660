// The browser's sockets and clock, and the feed over them.
import { Feed, type Clock, type Socket, type SocketEvents } from '../model/feed';

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

export const feed = new Feed((events) => openSocket('/v1/ws', ['mkt.v1'], events), browserClock);

export function startFeed(): void {
  feed.start();
  addEventListener('online', () => feed.retryNow());
  document.addEventListener('visibilitychange', () => feed.setHidden(document.visibilityState === 'hidden'));
}
