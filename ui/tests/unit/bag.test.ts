// Results of a bag (D-03): four at a time, three tries, a pause, and a second run that takes up what failed.
import { describe, expect, it } from 'vitest';
import { BagDownload, type BagLine, type BagResult } from '../../src/model/bag_download';

const lines = (many: number): BagLine[] => Array.from({ length: many }, (_, index) => ({ index, task: `t${index}`, digest: null, place: `/ipfs/${index}`, state: 'waiting', tries: 0, problem: null }));
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A store whose answers the test gives one by one. */
function store(many: number): { bag: BagDownload; states: Map<string, BagLine>; running: () => number; answer: (task: string, result: BagResult | Error) => Promise<void>; waits: number[] } {
  const pending = new Map<string, { resolve: (result: BagResult) => void; reject: (error: Error) => void }>();
  const states = new Map<string, BagLine>();
  const waits: number[] = [];
  const bag = new BagDownload(lines(many), {
    fetchOne: (line, signal) =>
      new Promise((resolve, reject) => {
        pending.set(line.task, { resolve, reject });
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
    changed: (line) => states.set(line.task, line),
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  const answer = async (task: string, result: BagResult | Error): Promise<void> => {
    const asked = pending.get(task);
    pending.delete(task);
    if (result instanceof Error) asked?.reject(result);
    else asked?.resolve(result);
    await tick();
  };
  return { bag, states, running: () => pending.size, answer, waits };
}

describe('download of a bag', () => {
  it('runs four at a time and goes on with the next', async () => {
    const { bag, running, answer, states } = store(6);
    const done = bag.run();
    await tick();
    expect(running()).toBe(4);
    await answer('t0', 'saved');
    expect([running(), states.get('t0')?.state, states.get('t4')?.state]).toEqual([4, 'saved', 'running']);
    for (const task of ['t1', 't2', 't3', 't4', 't5']) await answer(task, 'saved');
    await done;
    expect([...states.values()].every((line) => line.state === 'saved')).toBe(true);
  });
  it('tries three times, waits longer each time, and a second run takes up only what failed', async () => {
    const { bag, answer, states, waits, running } = store(2);
    const done = bag.run();
    await tick();
    await answer('t1', 'differs');
    for (let attempt = 0; attempt < 3; attempt += 1) await answer('t0', new Error('503'));
    await done;
    expect([states.get('t0')?.state, states.get('t0')?.problem, states.get('t1')?.state, waits]).toEqual(['failed', '503', 'differs', [800, 1600]]);
    const again = bag.run();
    await tick();
    expect(running()).toBe(1);
    await answer('t0', 'saved');
    await again;
    expect(states.get('t0')?.state).toBe('saved');
  });
  it('begins no file while it is paused, and ends at once when stopped', async () => {
    const { bag, answer, running, states } = store(8);
    const done = bag.run();
    await tick();
    bag.pause();
    await answer('t0', 'saved');
    expect([running(), bag.paused]).toEqual([3, true]);
    bag.resume();
    await tick();
    expect(running()).toBe(4);
    bag.end();
    await done;
    expect([states.get('t1')?.state, states.get('t7')]).toEqual(['stopped', undefined]);
  });
});
