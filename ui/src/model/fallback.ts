// Which way the live feed takes (web-ui.md §12.2): the socket; where it does not get through, server-sent events.

export type LiveMode = 'socket' | 'events';

const FAILURES = 2;
const AGAIN = 5;

/** Two sockets that never opened lead to events; each fifth attempt tries the socket again. */
export class LiveChoice {
  private failures = 0;
  private attempts = 0;

  next(): LiveMode {
    if (this.failures < FAILURES) return 'socket';
    this.attempts += 1;
    return this.attempts % AGAIN === 0 ? 'socket' : 'events';
  }

  opened(mode: LiveMode): void {
    if (mode === 'socket') this.failures = 0;
  }

  /** Closed before it ever opened. */
  failed(mode: LiveMode): void {
    if (mode === 'socket') this.failures += 1;
  }
}

export type EventStream = { close(): void; onopen: (() => void) | null; onmessage: ((event: { data: string }) => void) | null; onerror: (() => void) | null };
type Events = { opened(): void; message(text: string): void; closed(): void };

const ALWAYS = 'status';

/** The feed's socket over an event stream: the stream names its channels in its address, so a change of them opens it anew. */
export class StreamSocket {
  private readonly channels = new Map<string, string>();
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
    const { op, id, ch } = JSON.parse(text) as { op: string; id?: string; ch?: string };
    if (op === 'sub' && id && ch) this.channels.set(id, ch);
    else if (op === 'unsub' && id) this.channels.delete(id);
    else return; // a stream has no pings, and carries no token
    this.again();
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
    const names = [...new Set([ALWAYS, ...this.channels.values()])];
    const stream = this.open(`/v1/events?${names.map((name) => `ch=${encodeURIComponent(name)}`).join('&')}`);
    this.stream = stream;
    stream.onopen = () => {
      if (!this.isOpen) this.events.opened();
      this.isOpen = true;
    };
    stream.onmessage = ({ data }) => this.received(data);
    stream.onerror = () => {
      this.close();
      this.events.closed();
    };
  }

  /** The stream's subscriptions are named by their channel: ours by our ids. */
  private received(text: string): void {
    const message = JSON.parse(text) as { id?: string };
    if (message.id === undefined) {
      this.events.message(text);
      return;
    }
    for (const [id, channel] of this.channels) if (channel === message.id) this.events.message(JSON.stringify({ ...message, id }));
  }
}
