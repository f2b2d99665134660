// Figures of the console and the status page: earnings and signs of life over time, blocks one after another, labels of a file.
import { describe, expect, it } from 'vitest';
import { blockTimes } from '../../src/model/blocks';
import { earningDays, sumEarnings } from '../../src/model/earnings';
import { labelsIn } from '../../src/model/labels';
import { beats } from '../../src/model/pool_workers';
import type { Earning } from '../../src/transport/api';
import { address } from '../fixture';

describe('earnings by day', () => {
  it('have a bar for each day, also for those without any', () => {
    const row = (day: string, gross: string): Earning => ({ day, gross, workers: '0', scheduler: '0', slashed: '0', refunds: '0', tasks: 1, cpuSeconds: null, app: null, account: null, category: 0 }) as unknown as Earning;
    const sums = sumEarnings([row('2026-02-28', '7'), row('2026-02-28', '5'), row('2026-03-01', '9'), row('2026-01-01', '99')], 'day');
    expect(earningDays(sums, 3, Date.UTC(2026, 2, 1, 23, 59))).toEqual([{ day: '2026-02-27', value: 0 }, { day: '2026-02-28', value: 12 }, { day: '2026-03-01', value: 9 }]);
  });
});

describe('signs of life', () => {
  it('are fresh for 5 s, late up to 15 s, then lost (§10.2)', () => {
    expect(beats([], 10)).toEqual([]);
    expect(beats([0, 4_000, 8_000], 9_000)).toEqual([{ state: 'fresh', from: 0, to: 9_000 }]);
    expect(beats([0, 17_000], 18_000)).toEqual([
      { state: 'fresh', from: 0, to: 5_000 }, { state: 'late', from: 5_000, to: 15_000 }, { state: 'lost', from: 15_000, to: 17_000 }, { state: 'fresh', from: 17_000, to: 18_000 },
    ]);
  });
  it('that are told late do not run backwards', () => {
    expect(beats([5_000, 4_000], 4_500)).toEqual([{ state: 'fresh', from: 4_000, to: 4_500 }]);
  });
});

describe('time between blocks', () => {
  it('is counted from block to block, whatever order the list has, and not over a gap', () => {
    expect(blockTimes([{ number: 9, time: 30_000 }, { number: 8, time: 25_000 }, { number: 6, time: 10_000 }, { number: 5, time: 9_000 }])).toEqual([{ x: 6, y: 1 }, { x: 9, y: 5 }]);
    expect(blockTimes([{ number: 4, time: 905_000 }, { number: 3, time: 901_000 }, { number: 2, time: 900_000 }, { number: 1, time: 7_000 }, { number: 0, time: 7_000 }])).toEqual([{ x: 3, y: 1 }, { x: 4, y: 4 }]);
    expect(blockTimes([])).toEqual([]);
  });
});

describe('labels of a file', () => {
  it('are addresses with a text; the rest is counted', () => {
    const text = JSON.stringify({ [address('0xAB')]: ' my pool ', [address('0x2')]: 7, nobody: 'x', [address('0x3')]: '  ', [address('0x4')]: 'y'.repeat(60) });
    expect(labelsIn(text)).toEqual({ labels: { [address('0xab')]: 'my pool', [address('0x4')]: 'y'.repeat(40) }, refused: 3 });
  });
  it.each(['', '[]', 'null', '"0x"', '{'])('a file like %s is refused', (text) => expect(() => labelsIn(text)).toThrow());
});
