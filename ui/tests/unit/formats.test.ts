import { describe, expect, it } from 'vitest';
import { amount, amountWithUnit, bytes, duration, group, parseAmount, percent, shortHash, spokenHash, toRlc } from '../../src/model/format';
import { clockTime, countdown, deadline, moment, relative } from '../../src/model/time';
import { ansiSpans, clip, csv, csvCell, looksLike, mixedScript, visible } from '../../src/model/text';
import { doubtsOf, webAddress } from '../../src/model/web_address';
import { categoryName, commodityWords, orderState, statusAt, tagChips, tagOfBits, trustMeaning } from '../../src/model/domain';
import fixture from '../data/ui-fixtures.json';

const T = '\u202f';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('amounts', () => {
  it('groups digits by thin spaces and keeps big numbers exact', () => {
    expect(amount('0')).toBe('0');
    expect(amount('1234567')).toBe(`1${T}234${T}567`);
    expect(amount('87000000000000001')).toBe(`87${T}000${T}000${T}000${T}000${T}001`);
    expect(group('999')).toBe('999');
    expect(amount(null)).toBe('—');
    expect(amountWithUnit('17')).toBe('17 nRLC');
  });
  it('shows RLC with up to nine decimals, zeros trimmed', () => {
    expect(toRlc('1')).toBe('0.000000001');
    expect(toRlc('1500000000')).toBe('1.5');
    expect(toRlc('1000000000000')).toBe(`1${T}000`);
    expect(toRlc('0')).toBe('0');
  });
  it('reads typed amounts and refuses parts of a nRLC', () => {
    expect(parseAmount('1.5', 'RLC')).toBe('1500000000');
    expect(parseAmount(`1${T}000`, 'nRLC')).toBe('1000');
    expect(parseAmount('0.0000000001', 'RLC')).toBeNull();
    expect(parseAmount('1.5', 'nRLC')).toBeNull();
    expect(parseAmount('-1', 'nRLC')).toBeNull();
    expect(parseAmount('1e9', 'RLC')).toBeNull();
  });
});

describe('ids', () => {
  const id = '0xc9988053eb0809fa5b8ac0ed075e967dd60831c5f00363000000000000000abcd'.slice(0, 66);
  it('truncates by width and speaks six and four digits', () => {
    expect(shortHash(id, 'wide')).toBe('0xc9988053eb08…');
    expect(shortHash(id)).toBe(`0xc99880…${id.slice(-4)}`);
    expect(shortHash('0xba0c', 'wide')).toBe('0xba0c');
    expect(spokenHash('order', id)).toBe(`order c99880 to ${id.slice(-4)}`);
  });
});

describe('shares and durations', () => {
  it('one decimal, as many nines as needed', () => {
    expect(percent(0.909)).toBe('90.9 %');
    expect(percent(0.9999)).toBe('99.99 %');
    expect(percent(0.999999)).toBe('99.9999 %');
    expect(percent(1)).toBe('100.0 %');
    expect(percent(-0.529)).toBe('−52.9 %');
    expect(percent(null)).toBe('—');
  });
  it('durations', () => {
    expect(duration(310)).toBe('310 ms');
    expect(duration(4200)).toBe('4.2 s');
    expect(duration(83 * 60_000)).toBe('1 h 23 m');
    expect(duration(300_000)).toBe('5 m');
    expect(bytes(1536)).toBe('1.5 KiB');
  });
});

describe('times (T-11)', () => {
  const now = Date.UTC(2019, 1, 26, 12);
  it.each([
    [10_000, 'a few seconds ago'],
    [60_000, 'a minute ago'],
    [20 * 60_000, '20 minutes ago'],
    [60 * 60_000, 'an hour ago'],
    [18 * HOUR, '18 hours ago'],
    [21 * HOUR, '21 hours ago'],
    [23 * HOUR, 'a day ago'],
    [2 * DAY, '2 days ago'],
    [10 * DAY, '10 days ago'],
    [21 * DAY, '21 days ago'],
    [30 * DAY, '27 Jan 2019'],
  ])('%d ms', (age, words) => expect(relative(now - age, now)).toBe(words));
  it('every age of the fixture is one of these words', () => {
    const ages = [...fixture.explorer.lastDeals.rows, ...fixture.explorer.lastApps.rows, ...fixture.explorer.lastDatasets.rows, ...fixture.explorer.lastWorkerpools.rows].map((row) => row.age);
    for (const words of ages) {
      const hours = /^(\d+) hours/.exec(words)?.[1];
      const days = /^(\d+) days/.exec(words)?.[1];
      const age = hours ? Number(hours) * HOUR : days ? Number(days) * DAY : 24 * HOUR;
      expect(relative(now - age, now)).toBe(words);
    }
  });
  it('deadlines and countdowns', () => {
    const at = Date.UTC(2019, 1, 27, 6, 5);
    expect(deadline(at)).toBe('27 Feb 06:05');
    expect(deadline(at, 'numeric')).toBe('27/02 06:05');
    expect(countdown(now + 34 * 60_000, now)).toBe('34 m');
    expect(countdown(now + 5_000, now)).toBe('5 s');
    expect(countdown(now + 25 * HOUR, now)).toBeNull();
    expect(countdown(now - 1, now)).toBeNull();
    expect(clockTime(Date.UTC(2019, 1, 1, 11, 18, 32))).toBe('11:18:32');
  });
  it('a clock time names its day, and its year, where these are others', () => {
    const today = Date.UTC(2019, 1, 27, 12);
    expect([27, 26].map((date) => moment(Date.UTC(2019, 1, date, 11, 18, 32), today))).toEqual(['11:18:32', '26 Feb 11:18:32']);
    expect(moment(Date.UTC(2018, 1, 27, 11, 18, 32), today)).toBe('27 Feb 2018 11:18:32');
  });
});

describe('untrusted text (T-27)', () => {
  it('shows what would hide or turn text round', () => {
    expect(visible('a\u202eb\u0007\u200bc')).toBe('a⟨U+202E⟩b⟨U+0007⟩⟨U+200B⟩c');
    expect(visible('plain\n\ttext')).toBe('plain\n\ttext');
    expect(visible('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
  });
  it('clips by characters, never inside one', () => {
    expect(clip('x'.repeat(10_240)).text).toHaveLength(200);
    expect(clip('😀'.repeat(300)).text).toBe('😀'.repeat(200));
    expect(clip('short').clipped).toBe(false);
  });
  it('finds look-alikes', () => {
    expect(mixedScript('pаypal')).toBe(true);
    expect(mixedScript('paypal')).toBe(false);
    const known = '0x1234000000000000000000000000000000005678';
    expect(looksLike('0x1234111111111111111111111111111111115678', [known])).toBe(known);
    expect(looksLike(known, [known])).toBeNull();
  });
  it('opens web addresses only, and says what makes one look twice (S-04)', () => {
    expect(['https://a.example/x', 'HTTP://a.example'].map((text) => webAddress(text)?.protocol)).toEqual(['https:', 'http:']);
    for (const text of ['javascript:alert(1)', ' https://a.example', 'data:text/html,x', 'ipfs://bafy', 'magnet:?xt=1', '/ipfs/bafy', 'https://', 'https://a b', 'java\nscript:x']) expect(webAddress(text)).toBeNull();
    const doubts = (text: string): string[] => doubtsOf(new URL(text));
    expect(doubts('https://a.example/')).toEqual([]);
    expect(doubts('http://bank.example@evil.example/')).toEqual(['name', 'plain']);
    expect(doubts('https://\u0430pple.example/')).toEqual(['script']);
    expect([doubts('https://10.0.0.1/'), doubts('https://[::1]/')]).toEqual([['number'], ['number']]);
  });
  it('guards CSV cells (S-05)', () => {
    for (const bad of ['=1+1', '+1', '-1', '@x', '\tx']) expect(csvCell(bad)).toMatch(/^"?'/);
    expect(csvCell('a,"b"')).toBe('"a,""b"""');
    expect(csv(['a'], [['=cmd()'], [null]])).toBe("a\r\n'=cmd()\r\n\r\n");
  });
  it('keeps basic colours of a log line and drops every other escape (O-23)', () => {
    expect(ansiSpans('\u001b[31mred\u001b[0m plain')).toEqual([{ text: 'red', colour: 'red' }, { text: ' plain', colour: null }]);
    expect(ansiSpans('a\u001b]0;title\u0007b\u001b[2Jc\u001b[10Ad').map((span) => span.text).join('')).toBe('abcd');
  });
});

describe('words of the field', () => {
  it('tags, trust, categories', () => {
    expect(tagChips(tagOfBits([0, 3]))).toEqual(['TEE', 'TDX']);
    expect(tagChips(tagOfBits([8, 40]))).toEqual(['GPU', 'bit 40']);
    expect(trustMeaning(0)).toBe('single run');
    expect(trustMeaning(100)).toBe('≥ 99 %');
    expect(trustMeaning(10_000)).toBe('≥ 99.99 %');
    expect(categoryName({ id: 3, name: 'M', time: 3600 })).toBe('Cat3 · M · 1 h');
    expect(commodityWords(3, 'none', 0)).toBe('Cat3, no enclave, any trust');
  });
  it('status moves with the clock', () => {
    const task = { status: 'RUNNING' as const, contributionDeadline: 100, finalDeadline: 200 };
    expect(statusAt(task, 99)).toBe('RUNNING');
    expect(statusAt(task, 100)).toBe('LATE');
    expect(statusAt(task, 200)).toBe('CLAIMABLE');
    expect(statusAt({ ...task, status: 'COMPLETE' }, 999)).toBe('COMPLETE');
    expect(orderState({ status: 'open', remaining: 1, volume: 2 })).toBe('PARTLY FILLED');
    expect(orderState({ status: 'dead', remaining: 1, volume: 2 })).toBe('UNFUNDED');
  });
});
