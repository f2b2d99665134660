// What an owner gives of a machine (web-ui.md §10.8): hours on two clocks.
import { describe, expect, it } from 'vitest';
import { allDay, clockOf, localMinute, minuteOf, sameTerms, utcMinute, type Terms } from '../../src/model/terms';

describe('hours', () => {
  it('are the same on both clocks, also over midnight', () => {
    const india = -330;
    const newYork = 300;
    expect([localMinute(22 * 60, india), localMinute(2 * 60, newYork)].map(clockOf)).toEqual(['03:30', '21:00']);
    for (const offset of [india, newYork, 0, 720, -840])
      for (let minute = 0; minute < 1_440; minute += 7) expect(utcMinute(localMinute(minute, offset), offset)).toBe(minute);
  });
  it('are written and read as on a clock', () => {
    expect([0, 59, 1_320, 1_439].map(clockOf)).toEqual(['00:00', '00:59', '22:00', '23:59']);
    expect(['00:00', '00:59', '22:00', '23:59'].map(minuteOf)).toEqual([0, 59, 1_320, 1_439]);
    expect(['', '7:00', '24:00', '12:60', '12:0', 'noon'].map(minuteOf)).toEqual([null, null, null, null, null, null]);
  });
  it('that begin when they end are the whole day', () => {
    const terms: Terms = { places: 2, fromMinute: 60, toMinute: 60, onlyIdle: false };
    expect([allDay(terms), allDay({ ...terms, toMinute: 61 })]).toEqual([true, false]);
    expect([sameTerms(terms, { ...terms }), sameTerms(terms, { ...terms, onlyIdle: true })]).toEqual([true, false]);
  });
});
