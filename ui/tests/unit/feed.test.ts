import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveChoice, PollSocket, StreamSocket, type EventStream } from '../../src/model/fallback';
import { Feed, type Clock, type SocketEvents } from '../../src/model/feed';
import type { BookState } from '../../src/model/book';
import { asks } from '../fixture';

/** A clock that stands until it is moved, and a server at the other end of the socket. */
class World {
  now = 0;
  private timers: { at: number; what: () => void; id: number }[] = [];
  private ids = 0;
  sent: Record<string, unknown>[] = [];
  events: SocketEvents | null = null;
  opened = 0;
  accept = true;
  random = 0.5;
  readonly clock: Clock = {
    now: () => this.now,
    later: (ms, what) => {
      const id = (this.ids += 1);
      this.timers.push({ at: this.now + ms, what, id });
      return () => {
        this.timers = this.timers.filter((timer) => timer.id !== id);
      };
    },
    random: () => this.random,
  };
  readonly feed = new Feed((events) => {
    this.opened += 1;
    this.events = events;
    this.sent = [];
    if (this.accept) queueMicrotask(() => events.opened());
    return { send: (text) => this.sent.push(JSON.parse(text) as Record<string, unknown>), close: () => undefined };
  }, this.clock);

  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await Promise.resolve();
      const next = this.timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!next) break;
      this.now = next.at;
      this.timers = this.timers.filter((timer) => timer !== next);
      next.what();
    }
    this.now = until;
    await Promise.resolve();
  }

  /** The machine sleeps: its clock goes on, nothing of the page runs. */
  sleep(ms: number): void {
    this.now += ms;
    for (const timer of this.timers) timer.at += ms;
  }

  say(message: object): void {
    this.events?.message(JSON.stringify(message));
  }

  subscription(channel: string): Record<string, unknown> | undefined {
    return this.sent.filter((each) => each.op === 'sub' && each.ch === channel).pop();
  }
}

const CHANNEL = 'trades:3-none-0';
async function live(): Promise<{ world: World; id: string }> {
  const world = new World();
  world.feed.start();
  await world.pass(0);
  world.feed.subscribe(CHANNEL, () => undefined);
  const id = String(world.subscription(CHANNEL)?.id);
  world.say({ op: 'snap', id, seq: 10, data: { items: [{ deal: 'a', price: '1' }] } });
  return { world, id };
}
const items = (world: World): { deal: string; price: string }[] => (world.feed.view(CHANNEL)?.state as { items: { deal: string; price: string }[] }).items;

describe('socket states (T-08)', () => {
  it('is live, lags after 15 s of silence, is lost after 30 s, backs off and comes back with all subscriptions', async () => {
    const { world } = await live();
    expect(world.feed.status.phase).toBe('live');
    await world.pass(14_999);
    expect(world.feed.status.phase).toBe('live');
    await world.pass(2);
    expect(world.feed.status.phase).toBe('lagging');
    await world.pass(15_100);
    expect(world.feed.status.phase).toBe('backoff');
    expect(items(world)).toHaveLength(1); // rows stay
    await world.pass(700);
    expect(world.feed.status.phase).toBe('live');
    expect(world.subscription(CHANNEL)).toMatchObject({ since: 10 });
  });
  it('a message takes lagging back to live', async () => {
    const { world } = await live();
    await world.pass(16_000);
    expect(world.feed.status.phase).toBe('lagging');
    world.say({ op: 'tick', height: 5, time: 1 });
    expect(world.feed.status.phase).toBe('live');
    expect(world.feed.status.height).toBe(5);
  });
  it('waits 0.5 s · 2ⁿ, capped at 15 s, ± 20 %', async () => {
    const world = new World();
    world.accept = false;
    for (const random of [0, 1]) {
      const each = new World();
      each.accept = false;
      each.random = random;
      each.feed.start();
      const waits: number[] = [];
      for (let at = 0; at < 7; at += 1) {
        each.events?.closed();
        const wait = (each.feed.status.retryAt ?? 0) - each.now;
        waits.push(wait);
        await each.pass(wait + 1);
      }
      const factor = random === 0 ? 0.8 : 1.2;
      expect(waits.map(Math.round)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000].map((wait) => Math.round(wait * factor)));
    }
  });
  it.each([1_000, 30_000, 300_000])('cut for %d ms: rows come back without one missing or twice', async (cut) => {
    const { world, id } = await live();
    world.accept = false;
    world.events?.closed();
    await world.pass(cut);
    world.accept = true;
    await world.pass(20_000);
    expect(world.feed.status.phase).toBe('live');
    expect(world.subscription(CHANNEL)).toMatchObject({ id, since: 10 });
    world.say({ op: 'delta', id, seq: 11, prev: 10, data: { items: [{ deal: 'b', price: '2' }] } });
    world.say({ op: 'delta', id, seq: 11, prev: 10, data: { items: [{ deal: 'b', price: '2' }] } });
    expect(items(world).map((row) => row.deal)).toEqual(['b', 'a']);
  });
  it('online skips the back-off', async () => {
    const { world } = await live();
    world.events?.closed();
    expect(world.feed.status.phase).toBe('backoff');
    world.feed.retryNow();
    await world.pass(0);
    expect(world.feed.status.phase).toBe('live');
  });
  it.each([['as soon as it is looked at', true], ['by itself within 15 s', false]])('after an hour of sleep the dead socket is replaced %s, and rows come back without one missing or twice', async (_, looked) => {
    const { world, id } = await live();
    const dead = world.events;
    world.sleep(3_600_000);
    expect(world.feed.status.phase).toBe('live'); // nobody has said that it is dead
    if (looked) world.feed.wake();
    await world.pass(looked ? 0 : 16_000);
    expect([world.opened, world.feed.status.phase]).toEqual([2, 'live']);
    expect(world.subscription(CHANNEL)).toMatchObject({ id, since: 10 });
    dead?.message(JSON.stringify({ op: 'delta', id, seq: 11, prev: 10, data: { items: [{ deal: 'late', price: '9' }] } }));
    world.say({ op: 'delta', id, seq: 11, prev: 10, data: { items: [{ deal: 'b', price: '2' }] } });
    expect(items(world).map((row) => row.deal)).toEqual(['b', 'a']);
  });
  it('being looked at again costs a living socket nothing', async () => {
    const { world } = await live();
    await world.pass(14_000);
    world.feed.wake();
    await world.pass(0);
    expect([world.opened, world.feed.status.phase]).toEqual([1, 'live']);
  });
  it('rests when hidden for a minute and takes up again when shown', async () => {
    const { world, id } = await live();
    world.feed.setHidden(true);
    for (let at = 0; at < 13; at += 1) {
      await world.pass(5_000);
      world.say({ op: 'tick', height: at, time: 1 });
    }
    expect(world.sent).toContainEqual({ op: 'unsub', id });
    world.feed.setHidden(false);
    expect(world.subscription(CHANNEL)).toMatchObject({ since: 10 });
  });
});

describe('sequence rules', () => {
  it('a gap or resync drops the state and subscribes anew', async () => {
    const { world, id } = await live();
    world.say({ op: 'delta', id, seq: 13, prev: 12, data: { items: [] } });
    const again = world.subscription(CHANNEL);
    expect(again?.since).toBeUndefined();
    expect(again?.id).not.toBe(id);
    world.say({ op: 'delta', id, seq: 14, prev: 13, data: { items: [{ deal: 'x', price: '9' }] } }); // late, of the old subscription
    world.say({ op: 'snap', id: again?.id, seq: 20, data: { items: [{ deal: 'z', price: '5' }] } });
    expect(items(world).map((row) => row.deal)).toEqual(['z']);
    world.say({ op: 'resync', id: again?.id, reason: 'slow' });
    expect(world.subscription(CHANNEL)?.id).not.toBe(again?.id);
  });
  it('private channels wait for the token and never carry it in their name', async () => {
    const world = new World();
    world.feed.start();
    await world.pass(0);
    world.feed.subscribe('orders:0xabc', () => undefined);
    expect(world.subscription('orders:0xabc')).toBeUndefined();
    world.feed.authorise('secret');
    expect(world.sent.pop()).toEqual({ op: 'auth', token: 'secret' });
    world.say({ op: 'auth', address: '0xabc', scopes: [] });
    expect(JSON.stringify(world.subscription('orders:0xabc'))).not.toContain('secret');
  });
  it('two views of one channel share a subscription', async () => {
    const { world } = await live();
    const before = world.sent.filter((each) => each.op === 'sub').length;
    const end = world.feed.subscribe(CHANNEL, () => undefined);
    expect(world.sent.filter((each) => each.op === 'sub')).toHaveLength(before);
    end();
    expect(world.sent.some((each) => each.op === 'unsub')).toBe(false);
  });
});

/** A million messages by `npm run long`; a short run of the same with every test. */
const MESSAGES = process.env.UI_LONG ? 1_000_000 : 20_000;

describe('long lossy feed (T-09)', () => {
  it(`${MESSAGES} messages, of a hundred one lost, one twice, one late: the book equals the server's after every resync`, async () => {
    const world = new World();
    world.feed.start();
    await world.pass(0);
    const channel = 'book:3-none-0:orders';
    world.feed.subscribe(channel, () => undefined);
    const truth = new Map<number, number>();
    let seed = 12_345;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >> 8) % below;
    };
    const row = (order: number, remaining: number) => ({ ...asks[0]!, hash: `0x${order.toString(16).padStart(64, '0')}`, price: String(order), remaining });
    let id = '';
    let seq = 0;
    let snapshots = 0;
    const snapshot = (): void => {
      const wanted = world.sent[world.sent.length - 1];
      if (wanted?.op !== 'sub' || wanted.id === id) return;
      id = String(wanted.id);
      world.sent = [];
      snapshots += 1;
      world.say({ op: 'snap', id, seq, data: { asks: [...truth].map(([order, left]) => row(order, left)), bids: [] } });
      check();
    };
    const check = (): void => {
      const state = world.feed.view(channel)?.state as BookState;
      expect(state.asks.map((entry) => [Number(entry.price), entry.remaining])).toEqual([...truth].sort((a, b) => a[0] - b[0]));
    };
    snapshot();
    let late: object | null = null;
    for (let at = 0; at < MESSAGES; at += 1) {
      const order = random(200);
      const remaining = random(4);
      truth.set(order, remaining);
      if (remaining === 0) truth.delete(order);
      const message = { op: 'delta', id, seq: seq + 1, prev: seq, data: { asks: [row(order, remaining)] } };
      seq += 1;
      const fate = random(100);
      if (fate === 0) continue;
      if (fate === 1) {
        late = message;
        continue;
      }
      world.say(message);
      if (fate === 2) world.say(message);
      if (late) world.say(late);
      late = null;
      snapshot();
    }
    world.say({ op: 'delta', id, seq: seq + 1, prev: seq, data: { asks: [] } });
    seq += 1;
    snapshot();
    check();
    expect(snapshots).toBeGreaterThan(MESSAGES / 200);
  }, 600_000);
});

describe('taken back by the chain (rule 7)', () => {
  it('rows of a rollback leave, what replaces them comes as ordinary changes', async () => {
    const { world, id } = await live();
    const told: [number, number | null][] = [];
    world.feed.onRevert((count, height) => told.push([count, height]));
    world.say({ op: 'delta', id, seq: 11, prev: 10, data: { items: [{ deal: 'b', price: '2' }] } });
    world.say({ op: 'delta', id, seq: 12, prev: 11, data: { revert: ['b'], height: 7 } });
    expect(items(world).map((row) => row.deal)).toEqual(['a']);
    expect(told).toEqual([[1, 7]]);
    world.say({ op: 'delta', id, seq: 13, prev: 12, data: { items: [{ deal: 'c', price: '3' }] } });
    expect(items(world).map((row) => row.deal)).toEqual(['c', 'a']);
  });
});

describe('lossy feed (T-09)', () => {
  const BOOK = 'book:3-none-0:orders';
  it('drops, doubles and swaps of messages never leave a wrong book after the resync', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ id: fc.nat(20), remaining: fc.nat(3), fate: fc.integer({ min: 0, max: 9 }) }), { minLength: 1, maxLength: 80 }), async (steps) => {
        const world = new World();
        world.feed.start();
        await world.pass(0);
        world.feed.subscribe(BOOK, () => undefined);
        const truth = new Map<number, number>();
        let seq = 1;
        let id = '';
        const row = (order: number, remaining: number) => ({ ...asks[0]!, hash: `0x${order.toString(16).padStart(64, '0')}`, price: String(order), remaining });
        const snapshot = (): void => {
          const wanted = String(world.subscription(BOOK)?.id);
          if (wanted === id) return;
          id = wanted;
          world.say({ op: 'snap', id, seq, data: { asks: [...truth].map(([order, left]) => row(order, left)), bids: [] } });
        };
        snapshot();
        let kept: object | null = null;
        for (const { id: order, remaining, fate } of steps) {
          truth.set(order, remaining);
          if (remaining === 0) truth.delete(order);
          const message = { op: 'delta', id, seq: seq + 1, prev: seq, data: { asks: [row(order, remaining)] } };
          seq += 1;
          if (fate === 0) continue; // dropped
          if (fate === 1) kept = message; // late
          else {
            world.say(message);
            if (fate === 2) world.say(message); // twice
            if (kept) world.say(kept);
            kept = null;
          }
          snapshot();
        }
        // One more change shows any gap.
        truth.set(99, 1);
        world.say({ op: 'delta', id, seq: seq + 1, prev: seq, data: { asks: [row(99, 1)] } });
        seq += 1;
        snapshot();
        const state = world.feed.view(BOOK)?.state as BookState;
        expect(state.asks.map((entry) => [Number(entry.price), entry.remaining])).toEqual([...truth].sort((a, b) => a[0] - b[0]));
      }),
      { numRuns: 400 },
    );
  });
});

describe('fallbacks', () => {
  it('two sockets that never open lead to events, two streams to polling, each fifth attempt to a socket; an opened one ends that', () => {
    const choice = new LiveChoice();
    expect(choice.next()).toBe('socket');
    choice.failed('socket');
    expect(choice.next()).toBe('socket');
    choice.failed('socket');
    expect(Array.from({ length: 5 }, () => choice.next())).toEqual(['events', 'events', 'events', 'events', 'socket']);
    choice.failed('events');
    choice.failed('events');
    expect(Array.from({ length: 5 }, () => choice.next())).toEqual(['polling', 'polling', 'polling', 'polling', 'socket']);
    choice.opened('socket');
    expect(choice.next()).toBe('socket');
  });
  it('asking again and again: snapshots by our ids, at once for a new channel, then every period; a refusal ends it', async () => {
    const asked: string[] = [];
    const waits: { ms: number; what: () => void }[] = [];
    const heard: unknown[] = [];
    let works = true;
    const socket = new PollSocket(
      { opened: () => heard.push('opened'), message: (text) => heard.push(JSON.parse(text)), closed: () => heard.push('closed') },
      (path) => {
        asked.push(path);
        return works ? Promise.resolve({ messages: [{ op: 'hello' }, { op: 'snap', id: 'deals', seq: 7, data: { items: [] } }] }) : Promise.reject(new Error('away'));
      },
      (ms, what) => {
        const wait = { ms, what };
        waits.push(wait);
        return () => { if (waits.includes(wait)) waits.splice(waits.indexOf(wait), 1); };
      },
      () => 5_000,
    );
    const round = async (): Promise<number> => {
      const next = waits.shift();
      next?.what();
      await Promise.resolve().then(() => undefined).then(() => undefined).then(() => undefined);
      return next?.ms ?? -1;
    };
    expect(await round()).toBe(0);
    socket.send('{"op":"sub","id":"s2","ch":"deals"}');
    socket.send('{"op":"ping","t":1}');
    expect(await round()).toBe(20);
    expect(asked).toEqual(['/v1/snapshots?ch=status', '/v1/snapshots?ch=status&ch=deals']);
    expect(heard).toEqual(['opened', { op: 'hello' }, { op: 'hello' }, { op: 'snap', id: 's2', seq: 7, data: { items: [] } }]);
    works = false;
    expect(await round()).toBe(5_000);
    expect(heard.pop()).toBe('closed');
    expect(waits).toEqual([]);
  });
  it('a stream names its channels, and its subscriptions get our ids', () => {
    const streams: (EventStream & { path: string; closed: boolean })[] = [];
    const later: (() => void)[] = [];
    const heard: unknown[] = [];
    const socket = new StreamSocket(
      { opened: () => heard.push('opened'), message: (text) => heard.push(JSON.parse(text)), closed: () => heard.push('closed') },
      (path) => {
        const stream = { path, closed: false, close: () => { stream.closed = true; }, onopen: null, onmessage: null, onerror: null };
        streams.push(stream);
        return stream;
      },
      (what) => later.push(what),
    );
    const run = (): void => later.splice(0).forEach((what) => what());
    run();
    streams[0]?.onopen?.();
    socket.send('{"op":"sub","id":"s1","ch":"trades:3-none-0"}');
    socket.send('{"op":"ping","t":1}');
    socket.send('{"op":"sub","id":"s2","ch":"deals"}');
    run();
    expect(streams.map((stream) => [stream.path, stream.closed])).toEqual([['/v1/events?ch=status', true], ['/v1/events?ch=status&ch=trades%3A3-none-0&ch=deals', false]]);
    streams[1]?.onopen?.();
    streams[1]?.onmessage?.({ data: '{"op":"hello","height":5}' });
    streams[1]?.onmessage?.({ data: '{"op":"snap","id":"deals","seq":1,"data":{}}' });
    expect(heard).toEqual(['opened', { op: 'hello', height: 5 }, { op: 'snap', id: 's2', seq: 1, data: {} }]);
    streams[1]?.onerror?.();
    expect(heard.pop()).toBe('closed');
  });
});
