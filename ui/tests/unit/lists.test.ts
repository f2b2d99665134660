// Filters of the long lists: nothing half typed is asked, days are local ones (§8.2).
import { describe, expect, it } from 'vitest';
import { askedValue, dayStart, mayAsk } from '../../src/model/list_filter';
import { address } from '../fixture';

describe('filters of a list', () => {
  it('asks only what is complete', () => {
    expect([mayAsk('address', '0x12'), mayAsk('address', address('0x12')), mayAsk('address', '')]).toEqual([false, true, true]);
    expect([askedValue('address', '0x12'), askedValue('number', '1e3'), askedValue('number', '12')]).toEqual([null, null, '12']);
    expect([askedValue('text', 'a name'), askedValue('text', ''), askedValue('select', undefined)]).toEqual(['a name', null, null]);
  });
  it('takes a day from its first moment, or to its end', () => {
    expect(askedValue('day', '2026-02-27')).toBe(String(Date.UTC(2026, 1, 27)));
    expect(askedValue('dayEnd', '2026-02-28')).toBe(String(Date.UTC(2026, 2, 1)));
    expect([dayStart('2026-02-31'), dayStart('27/02/2026'), askedValue('day', '2026-13-01')]).toEqual([null, null, null]);
  });
});
