// The link to a companion: the program in a terminal of this machine holds the key and asks its user (web-ui.md §7.2).
// The market passes frames on; clock and socket are handed in, so tests need neither.
import { t } from '@lingui/core/macro';
import type { Clock, Socket, SocketEvents } from './feed';

export type CompanionPhase = 'idle' | 'opening' | 'code' | 'paired' | 'away' | 'ended';
export type CompanionStatus = { phase: CompanionPhase; code: string | null; expiresAt: number | null; problem: string | null; asking: number };

export type CompanionError = { code: string; message: string };
type Answer = { id: number; result?: unknown; error?: CompanionError };
type Frame = { op: string; code?: string; token?: string; expires_s?: number; message?: string; data?: Answer };
type Waiting = { resolve: (result: unknown) => void; reject: (error: Error) => void };

export class CompanionRefusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const QUIET: CompanionStatus = { phase: 'idle', code: null, expiresAt: null, problem: null, asking: 0 };
const RETRY_MS = 1_000;
const RETRIES = 20;

export class CompanionLink {
  private socket: Socket | null = null;
  private token: string | null = null;
  private nextId = 1;
  private tries = 0;
  private readonly waiting = new Map<number, Waiting>();
  status: CompanionStatus = QUIET;

  constructor(
    private readonly connect: (events: SocketEvents) => Socket,
    private readonly clock: Clock,
    private readonly changed: (status: CompanionStatus) => void,
    /** The pairing's token, for a reload of the page; null forgets it. */
    private readonly keep: (token: string | null) => void,
  ) {}

  /** With the token of an earlier pairing, or a new code for the terminal. */
  open(token: string | null): void {
    this.remember(token);
    this.tries = 0;
    this.dial();
  }

  close(): void {
    this.drop(t`The companion was disconnected.`);
    this.keep(null);
    this.change({ ...QUIET, phase: 'ended' });
  }

  ask(method: string, params?: unknown): Promise<unknown> {
    if (this.status.phase !== 'paired') return Promise.reject(new Error(this.status.phase === 'away' ? t`Your terminal is away: start \`bourse companion\` again.` : t`No companion is paired.`));
    const id = this.nextId;
    this.nextId += 1;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.say({ op: 'send', data: params === undefined ? { id, method } : { id, method, params } });
      this.change({ asking: this.waiting.size });
    });
  }

  private say(frame: object): void {
    this.socket?.send(JSON.stringify(frame));
  }

  private dial(): void {
    this.change({ phase: 'opening', problem: null });
    const socket = this.connect({
      opened: () => this.say(this.token === null ? { op: 'open' } : { op: 'resume', token: this.token }),
      message: (text) => this.received(text),
      closed: () => this.closed(),
    });
    this.socket = socket;
  }

  private closed(): void {
    if (this.status.phase === 'ended' || this.status.phase === 'idle') return;
    this.drop(t`The connection to your terminal was lost before it answered.`);
    if (this.token === null || this.tries >= RETRIES) {
      this.change({ phase: 'ended', code: null, problem: t`The market cannot be reached.` });
      return;
    }
    this.tries += 1;
    this.change({ phase: 'away' });
    this.clock.later(RETRY_MS, () => this.status.phase === 'away' && this.dial());
  }

  private drop(why: string): void {
    const socket = this.socket;
    this.socket = null;
    for (const each of this.waiting.values()) each.reject(new Error(why));
    this.waiting.clear();
    socket?.close();
    this.change({ asking: 0 });
  }

  private received(text: string): void {
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return;
    }
    if (frame.op === 'code') {
      this.remember(frame.token ?? null);
      this.change({ phase: 'code', code: frame.code ?? null, expiresAt: this.clock.now() + (frame.expires_s ?? 120) * 1000 });
    } else if (frame.op === 'paired' || frame.op === 'back') {
      this.tries = 0;
      this.change({ phase: 'paired', code: null, expiresAt: null });
    } else if (frame.op === 'away') {
      for (const each of this.waiting.values()) each.reject(new Error(t`Your terminal is away: start \`bourse companion\` again.`));
      this.waiting.clear();
      this.change({ phase: 'away', asking: 0 });
    } else if (frame.op === 'data' && frame.data) this.answered(frame.data);
    else if (frame.op === 'error') this.refused(frame);
  }

  private remember(token: string | null): void {
    this.token = token;
    this.keep(token);
  }

  private answered(answer: Answer): void {
    const waiting = this.waiting.get(answer.id);
    if (!waiting) return;
    this.waiting.delete(answer.id);
    this.change({ asking: this.waiting.size });
    if (answer.error) waiting.reject(new CompanionRefusal(answer.error.code, answer.error.message));
    else waiting.resolve(answer.result);
  }

  /** The pairing is over: a new one needs a new code. */
  private refused(frame: Frame): void {
    this.remember(null);
    this.change({ phase: 'ended', code: null, problem: frame.message ?? frame.code ?? t`the market refused the pairing` });
    this.drop(t`The pairing has ended.`);
  }

  private change(part: Partial<CompanionStatus>): void {
    this.status = { ...this.status, ...part };
    this.changed(this.status);
  }
}
