// Which way the live feed takes (web-ui.md §12.2): the socket; where it does not get through, server-sent events; where
// they do not either, asking again and again.

export type LiveMode = 'socket' | 'events' | 'polling';

const FAILURES = 2;
const AGAIN = 5;
const POLL_SOON_MS = 20;

/** Two sockets that never opened lead to events, two event streams to polling; each fifth attempt tries the socket again. */
export class LiveChoice {
  private readonly failures = { socket: 0, events: 0, polling: 0 };
  private attempts = 0;

  next(): LiveMode {
    if (this.failures.socket < FAILURES) return 'socket';
    this.attempts += 1;
    if (this.attempts % AGAIN === 0) return 'socket';
    return this.failures.events < FAILURES ? 'events' : 'polling';
  }

  opened(mode: LiveMode): void {
    this.failures[mode] = 0;
  }

  /** Closed before it ever opened. */
  failed(mode: LiveMode): void {
    this.failures[mode] += 1;
  }
}

export type EventStream = { close(): void; onopen: (() => void) | null; onmessage: ((event: { data: string }) => void) | null; onerror: (() => void) | null };
type Events = { opened(): void; message(text: string): void; closed(): void };

type Message = { id?: string };

const ALWAYS = 'status';

/** What the feed has subscribed to, for ways on which the address names the channels: neither pings nor a token go there. */
class Subscribed {
  private readonly channels = new Map<string, string>();

  /** A frame of the feed; whether it changed the channels. */
  take(text: string): boolean {
    const { op, id, ch } = JSON.parse(text) as { op: string; id?: string; ch?: string };
    if (op === 'sub' && id && ch) this.channels.set(id, ch);
    else if (op === 'unsub' && id) this.channels.delete(id);
    else return false;
    return true;
  }

  query(): string {
    return [...new Set([ALWAYS, ...this.channels.values()])].map((name) => `ch=${encodeURIComponent(name)}`).join('&');
  }

  /** These ways name subscriptions by their channel: ours by our ids. */
  named(message: Message): Message[] {
    if (message.id === undefined) return [message];
    return [...this.channels].filter(([, channel]) => channel === message.id).map(([id]) => ({ ...message, id }));
  }
}

/** The feed's socket over an event stream: the stream names its channels in its address, so a change of them opens it anew. */
export class StreamSocket {
  private readonly channels = new Subscribed();
  private stream: EventStream | null = null;
  private scheduled = false;
  private isOpen = false;
  private ended = false;

  constructor(
    private readonly events: Events,
    private readonly open: (path: string) => EventStream,
    private readonly soon: (what: () => void) => void,
  ) {
    this.again();
  }

  send(text: string): void {
    if (this.channels.take(text)) this.again();
  }

  close(): void {
    this.ended = true;
    this.stream?.close();
  }

  private again(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.soon(() => {
      this.scheduled = false;
      if (!this.ended) this.start();
    });
  }

  private start(): void {
    this.stream?.close();
    const stream = this.open(`/v1/events?${this.channels.query()}`);
    this.stream = stream;
    stream.onopen = () => {
      if (!this.isOpen) this.events.opened();
      this.isOpen = true;
    };
    stream.onmessage = ({ data }) => {
      for (const each of this.channels.named(JSON.parse(data) as Message)) this.events.message(JSON.stringify(each));
    };
    stream.onerror = () => {
      this.close();
      this.events.closed();
    };
  }
}

/** The feed's socket by asking: each answer holds what a new subscriber would be told, so each is a snapshot. */
export class PollSocket {
  private readonly channels = new Subscribed();
  private cancel: (() => void) | null = null;
  private isOpen = false;
  private ended = false;

  constructor(
    private readonly events: Events,
    private readonly ask: (path: string) => Promise<{ messages: Message[] }>,
    private readonly later: (ms: number, what: () => void) => () => void,
    private readonly periodMs: () => number,
  ) {
    this.plan(0);
  }

  send(text: string): void {
    // Several widgets subscribe at once: one question for all of them.
    if (this.channels.take(text) && this.isOpen) this.plan(POLL_SOON_MS);
  }

  close(): void {
    this.ended = true;
    this.cancel?.();
  }

  private plan(ms: number): void {
    this.cancel?.();
    this.cancel = this.later(ms, () => void this.round());
  }

  private async round(): Promise<void> {
    const answer = await this.ask(`/v1/snapshots?${this.channels.query()}`).catch(() => null);
    if (this.ended) return;
    if (!answer) {
      this.close();
      this.events.closed();
      return;
    }
    const first = !this.isOpen;
    this.isOpen = true;
    if (first) this.events.opened();
    for (const message of answer.messages) for (const each of this.channels.named(message)) this.events.message(JSON.stringify(each));
    // Opening subscribes: what is shown is asked for at once.
    this.plan(first ? POLL_SOON_MS : this.periodMs());
  }
}
