// The live feed as a state machine (web-ui.md §5.1, §12.2): one socket, all subscriptions restored after each
// reconnection, gaps answered by a new subscription. Clock and socket are handed in, so tests run on a virtual clock.
import { t } from '@lingui/core/macro';
import { deltaState, revertedKeys, snapshotState } from './channels';

export type FeedPhase = 'idle' | 'connecting' | 'live' | 'lagging' | 'lost' | 'backoff';

export type FeedStatus = {
  phase: FeedPhase;
  height: number | null;
  headTime: number | null;
  roundTripMs: number | null;
  retryAt: number | null;
  lastMessageAt: number | null;
  build: string | null;
  /** Server clock minus browser clock. */
  clockOffsetMs: number | null;
  messages: number;
};

export interface Clock {
  now(): number;
  later(ms: number, what: () => void): () => void;
  random(): number;
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

export type SocketEvents = { opened(): void; message(text: string): void; closed(): void };
export type OpenSocket = (events: SocketEvents) => Socket;

export type ChannelView = { state: unknown; ready: boolean; error: { code: string; message: string } | null };

type Subscription = {
  id: string;
  channel: string;
  seq: number | null;
  view: ChannelView;
  listeners: Set<() => void>;
  /** A subscription that the server was asked for on this connection. */
  asked: boolean;
};

type Message = {
  op: string;
  id?: string;
  seq?: number;
  prev?: number;
  data?: unknown;
  height?: number;
  time?: number;
  t?: number;
  build?: string;
  code?: string;
  message?: string;
};

const CONNECT_LIMIT_MS = 10_000;
const LAGGING_MS = 15_000;
const LOST_MS = 30_000;
const PING_MS = 10_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_CAP_MS = 15_000;
const HIDDEN_MS = 60_000;
export const PRIVATE = /^(orders|ops|logs):/;

export class Feed {
  private socket: Socket | null = null;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly byId = new Map<string, Subscription>();
  private readonly statusListeners = new Set<() => void>();
  private attempts = 0;
  private nextId = 1;
  private cancels: (() => void)[] = [];
  private cancelRetry: (() => void) | null = null;
  private cancelHide: (() => void) | null = null;
  private hidden = false;
  private authorised = false;
  private generation = 0;
  private revertListener: ((count: number, height: number | null) => void) | null = null;
  token: string | null = null;
  status: FeedStatus = {
    phase: 'idle',
    height: null,
    headTime: null,
    roundTripMs: null,
    retryAt: null,
    lastMessageAt: null,
    build: null,
    clockOffsetMs: null,
    messages: 0,
  };

  constructor(
    private readonly open: OpenSocket,
    private readonly clock: Clock,
  ) {}

  start(): void {
    if (this.status.phase === 'idle') this.connect();
  }

  stop(): void {
    this.drop();
    this.cancelRetry?.();
    this.cancelRetry = null;
    this.change({ phase: 'idle', retryAt: null });
  }

  /** Skips the back-off: the user asked, or the network came back. */
  retryNow(): void {
    if (this.status.phase !== 'backoff' && this.status.phase !== 'lost') return;
    this.cancelRetry?.();
    this.drop();
    this.connect();
  }

  /** The page is looked at again, the network is there again: a socket that was silent for too long meanwhile (the machine slept) is dead, though nobody has said so. */
  wake(): void {
    if (this.isOpen() && this.clock.now() - (this.status.lastMessageAt ?? 0) >= LOST_MS) this.change({ phase: 'lost' });
    this.retryNow();
  }

  onStatus(listener: () => void): () => void {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  }

  authorise(token: string | null): void {
    this.token = token;
    this.authorised = false;
    if (token && this.isOpen()) this.say({ op: 'auth', token });
  }

  /** Several views of one channel share one subscription. */
  subscribe(channel: string, listener: () => void): () => void {
    let found = this.subscriptions.get(channel);
    if (!found) {
      found = {
        id: `s${this.nextId++}`,
        channel,
        seq: null,
        view: { state: undefined, ready: false, error: null },
        listeners: new Set(),
        asked: false,
      };
      this.subscriptions.set(channel, found);
      this.byId.set(found.id, found);
      this.ask(found);
    }
    const subscription = found;
    subscription.listeners.add(listener);
    return () => {
      subscription.listeners.delete(listener);
      if (subscription.listeners.size > 0) return;
      this.subscriptions.delete(channel);
      this.byId.delete(subscription.id);
      if (subscription.asked && this.isOpen()) this.say({ op: 'unsub', id: subscription.id });
    };
  }

  view(channel: string): ChannelView | null {
    return this.subscriptions.get(channel)?.view ?? null;
  }

  /** Views of all channels whose name begins so. */
  viewsOf(prefix: string): ChannelView[] {
    return [...this.subscriptions.values()].filter(({ channel }) => channel.startsWith(prefix)).map(({ view }) => view);
  }

  /** Hidden for more than a minute: subscriptions rest; they are taken up when the page is shown again. */
  setHidden(hidden: boolean): void {
    this.cancelHide?.();
    this.cancelHide = null;
    if (hidden) {
      this.cancelHide = this.clock.later(HIDDEN_MS, () => {
        this.hidden = true;
        for (const each of this.subscriptions.values()) {
          if (each.asked && this.isOpen()) this.say({ op: 'unsub', id: each.id });
          each.asked = false;
        }
      });
      return;
    }
    if (!this.hidden) return;
    this.hidden = false;
    for (const each of this.subscriptions.values()) this.ask(each);
  }

  private isOpen(): boolean {
    return this.status.phase === 'live' || this.status.phase === 'lagging';
  }

  private say(message: object): void {
    this.socket?.send(JSON.stringify(message));
  }

  private ask(subscription: Subscription, afresh = false): void {
    if (!this.isOpen() || this.hidden || subscription.asked) return;
    if (PRIVATE.test(subscription.channel) && !this.authorised) return;
    if (afresh) subscription.seq = null;
    subscription.asked = true;
    const since = subscription.seq === null ? {} : { since: subscription.seq };
    this.say({ op: 'sub', id: subscription.id, ch: subscription.channel, ...since });
  }

  private again(subscription: Subscription): void {
    if (subscription.asked) this.say({ op: 'unsub', id: subscription.id });
    subscription.asked = false;
    // A new id: late messages of the old subscription then find nobody.
    this.byId.delete(subscription.id);
    subscription.id = `s${this.nextId++}`;
    this.byId.set(subscription.id, subscription);
    this.ask(subscription, true);
  }

  private connect(): void {
    this.generation += 1;
    const { generation } = this;
    const current = (what: () => void): void => {
      if (generation === this.generation) what();
    };
    this.change({ phase: 'connecting', retryAt: null });
    this.socket = this.open({
      opened: () => current(() => this.opened()),
      message: (text) => current(() => this.received(text)),
      closed: () => current(() => this.closed()),
    });
    // A network that swallows packets neither opens nor refuses.
    this.cancels.push(this.clock.later(CONNECT_LIMIT_MS, () => current(() => this.status.phase === 'connecting' && this.closed())));
  }

  private opened(): void {
    this.attempts = 0;
    this.authorised = false;
    this.change({ phase: 'live', lastMessageAt: this.clock.now() });
    for (const each of this.subscriptions.values()) each.asked = false;
    if (this.token) this.say({ op: 'auth', token: this.token });
    for (const each of this.subscriptions.values()) this.ask(each);
    this.watch();
    this.ping();
  }

  private ping(): void {
    if (!this.isOpen()) return;
    this.say({ op: 'ping', t: this.clock.now() });
    this.cancels.push(this.clock.later(PING_MS, () => this.ping()));
  }

  /** Silence: lagging after 15 s, lost after 30 s. */
  private watch(): void {
    const { generation } = this;
    const check = (): void => {
      if (generation !== this.generation || !this.isOpen()) return;
      const silence = this.clock.now() - (this.status.lastMessageAt ?? 0);
      if (silence >= LOST_MS) {
        this.change({ phase: 'lost' });
        this.closed();
        return;
      }
      if (silence >= LAGGING_MS && this.status.phase === 'live') this.change({ phase: 'lagging' });
      const next = silence >= LAGGING_MS ? LOST_MS - silence : LAGGING_MS - silence;
      this.cancels.push(this.clock.later(Math.max(next, 50), check));
    };
    this.cancels.push(this.clock.later(LAGGING_MS, check));
  }

  private drop(): void {
    this.generation += 1;
    for (const cancel of this.cancels) cancel();
    this.cancels = [];
    this.socket?.close();
    this.socket = null;
    this.authorised = false;
    for (const each of this.subscriptions.values()) each.asked = false;
  }

  private closed(): void {
    this.drop();
    const base = Math.min(BACKOFF_CAP_MS, BACKOFF_FIRST_MS * 2 ** this.attempts);
    const wait = base * (0.8 + 0.4 * this.clock.random());
    this.attempts += 1;
    this.change({ phase: 'backoff', retryAt: this.clock.now() + wait, roundTripMs: null });
    this.cancelRetry = this.clock.later(wait, () => this.connect());
  }

  private received(text: string): void {
    let message: Message;
    try {
      message = JSON.parse(text) as Message;
    } catch {
      return;
    }
    const now = this.clock.now();
    this.status = { ...this.status, lastMessageAt: now, messages: this.status.messages + 1 };
    if (this.status.phase === 'lagging') this.change({ phase: 'live' });
    if (message.op === 'hello') this.change({ height: message.height ?? null, build: message.build ?? null });
    else if (message.op === 'tick') this.tick(message, now);
    else if (message.op === 'pong') this.change({ roundTripMs: message.t === undefined ? null : Math.max(0, now - message.t) });
    else if (message.op === 'auth') this.granted();
    else this.ofSubscription(message);
  }

  private tick(message: Message, now: number): void {
    const time = message.time ?? now;
    const moved = message.height !== undefined && message.height !== this.status.height;
    this.change({
      height: message.height ?? this.status.height,
      headTime: moved || this.status.headTime === null ? time : this.status.headTime,
    });
  }

  private granted(): void {
    this.authorised = true;
    for (const each of this.subscriptions.values()) this.ask(each);
  }

  private ofSubscription(message: Message): void {
    const subscription = message.id === undefined ? undefined : this.byId.get(message.id);
    if (!subscription) return;
    if (message.op === 'resync') this.again(subscription);
    else if (message.op === 'err') {
      subscription.view = {
        ...subscription.view,
        error: { code: message.code ?? 'UNKNOWN', message: message.message ?? t`the feed refused` },
      };
      this.notify(subscription);
    } else if (message.op === 'snap') {
      subscription.seq = message.seq ?? 0;
      subscription.view = { state: snapshotState(subscription.channel, message.data), ready: true, error: null };
      this.notify(subscription);
    } else if (message.op === 'delta') this.delta(subscription, message);
  }

  private delta(subscription: Subscription, message: Message): void {
    const seq = message.seq ?? 0;
    if (subscription.seq === null) return;
    if (seq <= subscription.seq) return; // a duplicate
    if (message.prev !== subscription.seq || !subscription.view.ready) {
      this.again(subscription);
      return;
    }
    subscription.seq = seq;
    subscription.view = {
      state: deltaState(subscription.channel, subscription.view.state, message.data),
      ready: true,
      error: null,
    };
    const reverted = revertedKeys(message.data);
    if (reverted) this.revertListener?.(reverted.length, (message.data as { height?: number }).height ?? null);
    this.notify(subscription);
  }

  /** Called with the number of things that the chain took back, and to which height. */
  onRevert(listener: (count: number, height: number | null) => void): void {
    this.revertListener = listener;
  }

  private notify(subscription: Subscription): void {
    for (const listener of subscription.listeners) listener();
  }

  private change(part: Partial<FeedStatus>): void {
    this.status = { ...this.status, ...part };
    for (const listener of this.statusListeners) listener();
  }
}
