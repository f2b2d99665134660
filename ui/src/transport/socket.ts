// The browser's socket and clock behind the feed.
import { Feed, type Clock, type OpenSocket } from '../model/feed';

const browserClock: Clock = {
  now: () => Date.now(),
  later: (ms, what) => {
    const timer = setTimeout(what, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

const browserSocket: OpenSocket = (events) => {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${location.host}/v1/ws`, 'mkt.v1');
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
};

export const feed = new Feed(browserSocket, browserClock);

export function startFeed(): void {
  feed.start();
  addEventListener('online', () => feed.retryNow());
  document.addEventListener('visibilitychange', () => feed.setHidden(document.visibilityState === 'hidden'));
}
