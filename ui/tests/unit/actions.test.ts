// What an action becomes when its answer was lost (§5.2, T-10), and what its form shows.
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/model/action';
import { afterReload } from '../../src/model/action';
import { addUp, amountAt, placeOf, PLACES } from '../../src/model/slider';
import { afterFinding, againWhy, isOpen, latestOf, ON_ITS_WAY_MS } from '../../src/model/outcome';

const NOW = 1_700_000_000_000;
const action = (part: Partial<Activity> = {}): Activity => ({ id: 'a', title: 'Deposit 10 nRLC', state: 'unknown', started: NOW - 60_000, changed: NOW - 60_000, note: null, link: null, key: `0x${'1'.repeat(64)}`, asks: 'transaction', topic: 'deposit', account: '0xA', page: '/wallet/deposit', ...part });

describe('an action without an answer', () => {
  it('ends with what the node says', () => {
    expect(afterFinding(action(), { kind: 'done', note: 'in block 7', link: null }, NOW)).toMatchObject({ state: 'final', note: 'in block 7', changed: NOW });
    expect(afterFinding(action(), { kind: 'failed', note: 'balance too low' }, NOW)).toMatchObject({ state: 'rejected', note: 'balance too low' });
  });
  it('waits while the node has it without a block', () => {
    const next = afterFinding(action(), { kind: 'waiting' }, NOW);
    expect(next.state).toBe('accepted');
    expect(isOpen(next)).toBe(true);
    expect(afterFinding(next, { kind: 'waiting' }, NOW + 1)).toBe(next);
  });
  it('is given up only when the node does not know it and it cannot be on its way', () => {
    const young = action({ changed: NOW - ON_ITS_WAY_MS + 1 });
    expect(afterFinding(young, { kind: 'absent' }, NOW)).toBe(young);
    expect(afterFinding(action(), { kind: 'absent' }, NOW).state).toBe('rejected');
  });
  it('does not leave an end', () => {
    const done = action({ state: 'final', note: 'in block 7' });
    expect(afterFinding(done, { kind: 'absent' }, NOW)).toBe(done);
  });
  it('is asked about after a reload too, by its key alone', () => {
    const [sent, unsigned] = afterReload([action({ state: 'submitting' }), action({ state: 'signing' })]);
    expect([isOpen(sent as Activity), isOpen(unsigned as Activity)]).toEqual([true, false]);
    expect(isOpen(action({ key: null }))).toBe(false);
  });
  it('is not tried again before the node was asked, nor by another account', () => {
    expect(againWhy(action(), '0xA')).not.toBeNull();
    expect(againWhy(action({ state: 'rejected' }), '0xA')).toBeNull();
    expect(againWhy(action({ state: 'rejected' }), '0xB')).not.toBeNull();
    expect(againWhy(action({ state: 'rejected' }), null)).not.toBeNull();
  });
  it('is found again by its form and account', () => {
    const list = [action({ id: 'b', topic: 'send' }), action({ id: 'c' }), action({ id: 'd' })];
    expect(latestOf(list, 'deposit', '0xA')?.id).toBe('c');
    expect(latestOf(list, 'deposit', '0xB')).toBeNull();
    expect(latestOf(list, 'deposit', null)).toBeNull();
  });
});

describe('the slider of an amount (W-03)', () => {
  it('ends at nothing and at all of it', () => {
    expect([amountAt('1234567', 0), amountAt('1234567', PLACES)]).toEqual(['0', '1234567']);
    expect([placeOf('1234567', '0'), placeOf('1234567', '1234567'), placeOf('1234567', '9999999'), placeOf('0', '5')]).toEqual([0, PLACES, PLACES, 0]);
  });
  it('gives round amounts in between and finds their place again', () => {
    expect(amountAt('1000000000000', 333)).toBe('333000000000');
    expect(amountAt('987654321', 500)).toBe('493000000');
    for (const place of [1, 37, 500, 999]) expect(Math.abs(placeOf('98765432109', amountAt('98765432109', place)) - place)).toBeLessThanOrEqual(10);
  });
  it('presets add up to what there is', () => {
    expect([addUp('250', null, '10'), addUp('250', '10', '200'), addUp('250', '210', '200'), addUp(null, '210', '200')]).toEqual(['10', '210', '250', '410']);
  });
});
