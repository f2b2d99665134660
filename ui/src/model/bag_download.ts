// All results of a bag (D-03): a few at a time, some tries each, a pause between two files, a list of what failed.

export type BagState = 'waiting' | 'running' | 'saved' | 'unbound' | 'differs' | 'failed' | 'stopped';
export type BagLine = { index: number; task: string; digest: string | null; place: string | null; state: BagState; tries: number; problem: string | null };
export type BagResult = 'saved' | 'unbound' | 'differs';

export const OPEN_STATES: readonly BagState[] = ['waiting', 'failed', 'stopped'];

const PARALLEL = 4;
const TRIES = 3;
const FIRST_WAIT_MS = 400;

type Hooks = {
  fetchOne: (line: BagLine, signal: AbortSignal) => Promise<BagResult>;
  changed: (line: BagLine) => void;
  wait?: (ms: number) => Promise<void>;
};

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class BagDownload {
  private stop = new AbortController();
  private gate: Promise<void> | null = null;
  private open: (() => void) | null = null;

  constructor(
    private readonly lines: BagLine[],
    private readonly hooks: Hooks,
  ) {}

  get paused(): boolean {
    return this.gate !== null;
  }

  /** Files that are on their way come to their end; no other one begins. */
  pause(): void {
    this.gate ??= new Promise((resolve) => (this.open = resolve));
  }

  resume(): void {
    this.open?.();
    this.gate = null;
    this.open = null;
  }

  end(): void {
    this.stop.abort();
    this.resume();
  }

  /** Fetches what is not saved yet; a second run takes up what failed. */
  async run(): Promise<void> {
    this.stop = new AbortController();
    const queue = this.lines.filter((line) => OPEN_STATES.includes(line.state)).map((line) => line.task);
    const lane = async (): Promise<void> => {
      for (;;) {
        if (this.gate) await this.gate;
        const task = this.stop.signal.aborted ? undefined : queue.shift();
        if (task === undefined) return;
        await this.one(task);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, lane));
  }

  private put(task: string, change: Partial<BagLine>): BagLine {
    const at = this.lines.findIndex((line) => line.task === task);
    const next = { ...this.lines[at]!, ...change };
    this.lines[at] = next;
    this.hooks.changed(next);
    return next;
  }

  private async one(task: string): Promise<void> {
    const { signal } = this.stop;
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const line = this.put(task, { state: 'running', tries, problem: null });
      try {
        this.put(task, { state: await this.hooks.fetchOne(line, signal) });
        return;
      } catch (error) {
        if (signal.aborted) {
          this.put(task, { state: 'stopped' });
          return;
        }
        if (tries === TRIES) this.put(task, { state: 'failed', problem: (error as Error).message });
        else await (this.hooks.wait ?? later)(FIRST_WAIT_MS * 2 ** tries);
      }
    }
  }
}
