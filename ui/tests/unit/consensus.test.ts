import fc from 'fast-check';
import { deflateRawSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keccak256, type Hex } from 'viem';
import { groupsOf, missing, missingWords, reached, scoreFor, totalOf, weightOf } from '../../src/model/confidence';
import { percent } from '../../src/model/format';
import { contribute, createTask, newPlay, reveal, sealOf, settle, unsealOf, voteOf, type Play } from '../../src/model/playground';
import { verifyResult, isEncrypted } from '../../src/model/result';
import { leavesRoot, listZip, readEntry } from '../../src/model/zip';
import { parseSearch, hitPath } from '../../src/model/search';
import { quote, runCommand } from '../../src/model/commands';
import { collapse, eventOf, indexOfLine, lineMatches, withContext, type LineFilter } from '../../src/model/log_lines';
import { data } from '../fixture';

describe('confidence (T-16)', () => {
  it('t = 100 and five agreeing newcomers: 32/33, two newcomers or one score ≥ 15', () => {
    const groups = groupsOf(Array.from({ length: 5 }, () => ({ hash: 'a', weight: weightOf(0) })));
    const total = totalOf(groups);
    expect([groups[0]?.weight, total]).toEqual([32n, 33n]);
    expect(percent(32 / 33)).toBe('97.0 %');
    expect(missingWords(missing(32n, total, 100))).toBe('two newcomers or one score ≥ 15');
  });
  it('weights and scores of the reference table', () => {
    expect([0, 11, 12, 14, 15, 17, 30, 100, 300, 1000].map(weightOf)).toEqual([2, 2, 3, 3, 4, 4, 9, 32, 99, 332]);
    for (const weight of [3, 4, 9, 32, 99]) {
      expect(weightOf(scoreFor(weight))).toBe(weight);
      expect(weightOf(scoreFor(weight) - 1)).toBeLessThan(weight);
    }
  });
  it('contributions needed when everybody agrees', () => {
    const needed = (trust: number): number => {
      let count = 0;
      let group = 0n;
      do {
        group = group === 0n ? 2n : group * 2n;
        count += 1;
      } while (!reached(group, group + 1n, trust));
      return count;
    };
    expect([1, 2, 3, 4, 5, 8, 10, 50, 100, 1000, 10_000, 100_000, 1_000_000].map(needed)).toEqual([1, 1, 2, 2, 3, 3, 4, 6, 7, 10, 14, 17, 20]);
  });
  it('what is said to be missing is enough, and one less is not', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ hash: fc.constantFrom('a', 'b', 'c'), weight: fc.integer({ min: 2, max: 40 }) }), { maxLength: 8 }), fc.integer({ min: 1, max: 100_000 }), (list, trust) => {
        const groups = groupsOf(list);
        const total = totalOf(groups);
        const best = groups.reduce((most, each) => (each.weight > most ? each.weight : most), 0n);
        const others = total - best;
        const want = missing(best, total, trust);
        if (want === null) return;
        const after = (factor: bigint): boolean => {
          const group = (best || 1n) * factor;
          return reached(group, others + group, trust);
        };
        expect(after(2n ** BigInt(want.newcomers))).toBe(true);
        expect(want.newcomers === 1 || !after(2n ** BigInt(want.newcomers - 1))).toBe(true);
        expect(after(BigInt(weightOf(want.score)))).toBe(true);
        if (want.score > 0) expect(after(BigInt(weightOf(want.score - 3)))).toBe(false);
      }),
    );
  });
});

describe('playground mini_poco (T-32)', () => {
  const wallets = data.playground.wallets.map((name, at) => ({ name, address: `0x${(at + 1).toString(16).padStart(40, '0')}` as Hex }));
  const unseal = unsealOf('hello-world');
  const start = (): Play => createTask(newPlay(wallets), data.playground.replication).play;
  const addressOf = (name: string): Hex => wallets.find((each) => each.name === name)!.address;
  const vote = (play: Play, name: string, value: Hex, seal = sealOf(addressOf(name), value)) => contribute(play, 0, name, voteOf(value), seal);
  it('two equal votes reach consensus, reveals are rewarded', () => {
    let play = vote(start(), 'Worker1', unseal).play;
    expect(play.tasks[0]?.status).toBe('OPEN');
    play = vote(play, 'Worker2', unseal).play;
    expect(play.tasks[0]).toMatchObject({ status: 'REVEALING', consensus: voteOf(unseal) });
    play = reveal(play, 0, 'Worker1', unseal).play;
    play = reveal(play, 0, 'Worker2', unseal).play;
    expect(play.tasks[0]?.status).toBe('DONE');
    for (const name of data.playground.workers) expect(play.wallets.find((each) => each.name === name)).toMatchObject({ balance: 115, stake: 0, score: 1 });
    expect(play.journal.at(-1)).toBe('Worker1 and Worker2 get 15 each and their stake back.');
  });
  it('a copied seal cannot reveal', () => {
    let play = vote(start(), 'Worker1', unseal).play;
    play = vote(play, 'Alice', unseal, sealOf(addressOf('Worker1'), unseal)).play;
    expect(play.tasks[0]?.status).toBe('REVEALING');
    const copied = reveal(play, 0, 'Alice', unseal);
    expect(copied.error).toMatch(/copied/);
    play = reveal(play, 0, 'Worker1', unseal).play;
    play = settle(play, 0);
    expect(play.wallets.find((each) => each.name === 'Alice')).toMatchObject({ balance: 90, stake: 0 });
    expect(play.wallets.find((each) => each.name === 'Worker1')).toMatchObject({ balance: 140 });
  });
  it('a liar loses the stake, and money is neither made nor lost', () => {
    let play = vote(start(), 'Alice', unsealOf('lie')).play;
    play = vote(play, 'Worker1', unseal).play;
    play = vote(play, 'Worker2', unseal).play;
    expect(reveal(play, 0, 'Alice', unsealOf('lie')).error).toMatch(/lost the vote/);
    play = reveal(reveal(play, 0, 'Worker1', unseal).play, 0, 'Worker2', unseal).play;
    expect(play.tasks[0]?.losers).toEqual(['Alice']);
    expect(play.wallets.reduce((sum, each) => sum + each.balance + each.stake, 0)).toBe(wallets.length * 100 + play.reward);
  });
  it('refuses what is out of turn', () => {
    expect(reveal(start(), 0, 'Worker1', unseal).error).toMatch(/not contributed/);
    const once = vote(start(), 'Worker1', unseal).play;
    expect(vote(once, 'Worker1', unseal).error).toMatch(/already/);
    expect(reveal(once, 0, 'Worker1', unseal).error).toMatch(/begins when/);
    expect(createTask(start(), 0).error).not.toBeNull();
  });
  it('with a trust the production weights decide', () => {
    let play = createTask(newPlay(wallets), 2, 100).play;
    for (const name of ['Default', 'Alice', 'Scheduler', 'Worker1', 'Worker2']) play = contribute(play, 0, name, voteOf(unseal), sealOf(addressOf(name), unseal)).play;
    expect(play.tasks[0]?.status).toBe('OPEN');
  });
});

type File = { name: string; text: string; mode?: number };

/** A zip as archivers write it: local headers, then the directory. */
function zipOf(files: File[]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, text, mode = 0o644 } of files) {
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x031e, 4);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(content.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(mode, 40);
    central.writeUInt32LE(at, 42);
    parts.push(local, Buffer.from(name), packed);
    directory.push(central, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, list, end]));
}

const sha = (text: string): string => `0x${createHash('sha256').update(text).digest('hex')}`;

describe('results (T-18)', () => {
  const computed = JSON.stringify({ 'deterministic-output-path': '/iexec_out/result.txt' });
  const good = zipOf([{ name: 'computed.json', text: computed }, { name: 'result.txt', text: 'Hello Alice' }, { name: 'stdout.txt', text: 'log', mode: 0o444 }]);
  it('good, flipped, unbound', async () => {
    expect(await verifyResult(good, sha('Hello Alice'), false)).toMatchObject({ kind: 'verified', bound: 'result.txt', error: null });
    expect(await verifyResult(good, sha('Hello Bob'), false)).toMatchObject({ kind: 'mismatch' });
    expect(await verifyResult(good, null, false)).toMatchObject({ kind: 'unbound' });
    const entry = listZip(good)[1]!;
    const text = new TextDecoder().decode(await readEntry(good, entry, 100));
    expect(text).toBe('Hello Alice');
    for (let at = 0; at < good.length; at += 7) {
      const flipped = good.slice();
      flipped[at] = flipped[at]! ^ 1;
      const verdict = await verifyResult(flipped, sha('Hello Alice'), false);
      if (verdict.kind === 'verified') expect(await textOf(flipped)).toBe('Hello Alice'); // a bit that binds nothing
    }
  });
  const textOf = async (bytes: Uint8Array): Promise<string> => new TextDecoder().decode(await readEntry(bytes, listZip(bytes).find((each) => each.name === 'result.txt')!, 100));
  it('folders, callbacks, error results, logs of the worker', async () => {
    const folder = zipOf([{ name: 'computed.json', text: JSON.stringify({ 'deterministic-output-path': '/iexec_out/out' }) }, { name: 'out/b', text: 'B' }, { name: 'out/a', text: 'A' }]);
    expect(await verifyResult(folder, keccak256(`0x${sha('A').slice(2)}${sha('B').slice(2)}`), false)).toMatchObject({ kind: 'verified', bound: 'out' });
    const callback = zipOf([{ name: 'computed.json', text: JSON.stringify({ 'callback-data': '0xabcd' }) }]);
    expect(await verifyResult(callback, keccak256('0xabcd'), true)).toMatchObject({ kind: 'verified' });
    const failed = zipOf([{ name: 'computed.json', text: JSON.stringify({ 'deterministic-output-path': '/iexec_out/error.txt', 'callback-data': '0x00' }) }, { name: 'error.txt', text: 'APP_COMPUTE_FAILED' }]);
    expect(await verifyResult(failed, sha('APP_COMPUTE_FAILED'), false)).toMatchObject({ kind: 'verified', error: 'APP_COMPUTE_FAILED' });
    const outside = zipOf([{ name: 'computed.json', text: JSON.stringify({ 'deterministic-output-path': '/iexec_out/../etc/passwd' }) }]);
    expect(await verifyResult(outside, sha(''), false)).toMatchObject({ kind: 'mismatch' });
  });
  it('flags names that leave the folder and knows encrypted archives', () => {
    expect(['../x', 'a/../../x', '/etc/passwd', 'C:\\x'].every(leavesRoot)).toBe(true);
    expect(['a/../b', './a', 'a..b'].some(leavesRoot)).toBe(false);
    expect(isEncrypted(listZip(zipOf([{ name: 'aes-key.rsa', text: 'k' }, { name: 'iexec_out.zip.aes', text: 'x' }])))).toBe(true);
    expect(() => listZip(new Uint8Array(100))).toThrow(/no zip/);
  });
});

describe('search (T-13)', () => {
  it('refuses malformed text with the reason, before any request', () => {
    expect(parseSearch('0x12')).toMatchObject({ kind: 'bad' });
    expect(parseSearch('0xzz1234')).toEqual({ kind: 'bad', reason: '"z" is no hexadecimal digit.' });
    expect(parseSearch(`0x${'1'.repeat(65)}`)).toMatchObject({ kind: 'bad' });
    expect(parseSearch('  ')).toEqual({ kind: 'empty' });
  });
  it('knows every kind of input', () => {
    expect(parseSearch(`0x${'A'.repeat(64)}`)).toMatchObject({ of: 'hash', q: `0x${'a'.repeat(64)}` });
    expect(parseSearch(`0x${'1'.repeat(40)}`)).toMatchObject({ of: 'address' });
    expect(parseSearch('0x123456')).toMatchObject({ of: 'prefix' });
    expect(parseSearch('12345')).toMatchObject({ of: 'number' });
    expect(parseSearch('vanity')).toMatchObject({ of: 'name' });
    expect(parseSearch('0x123456, 0x654321')).toMatchObject({ kind: 'many' });
    expect(hitPath({ kind: 'transaction', id: '0x1' })).toBe('/tx/0x1');
  });
});

describe('commands (T-33)', () => {
  it('quotes for a shell', () => {
    expect(quote('hello')).toBe('hello');
    expect(quote(`it's $(rm -rf)`)).toBe(`'it'\\''s $(rm -rf)'`);
    expect(runCommand({ app: 'hello', category: 0, trust: 3, volume: 2, params: '{}' })).toEqual(['bourse', 'run', 'hello', '--params', '{}', '--category', '0', '--trust', '3', '--volume', '2', '--watch']);
  });
});

describe('FX-log (O-21)', () => {
  const lines = data.workerLog.map((text, position) => ({ position, text, source: 'worker' as const, level: 'INFO', task: null, worker: null, time: null }));
  it('reads the stages and shows repeated events once with their number', () => {
    expect(lines.map((line) => eventOf(line.text)?.stage)).toEqual(['computing', 'starting', 'started', 'running', 'running', 'running', 'running', 'running', 'completed']);
    expect(eventOf(lines[0]!.text)?.task).toMatch(/^0x20acd4f1/);
    expect(eventOf(lines[1]!.text)?.sandbox).toMatch(/^d1ddf88c/);
    expect(collapse(lines).map((line) => line.times)).toEqual([1, 1, 1, 5, 1]);
  });
  const filter = (part: Partial<LineFilter>): LineFilter => ({ term: '', regular: false, source: '', level: '', worker: '', ...part });
  it('filters by words, expression, source, level and replica', () => {
    expect(lines.filter((line) => lineMatches(line, filter({ term: 'computation' })))).toHaveLength(7);
    expect(lines.filter((line) => lineMatches(line, filter({ term: 'started|completed', regular: true, source: 'worker' })))).toHaveLength(2);
    expect(lineMatches(lines[0]!, filter({ term: '(', regular: true }))).toBe(true);
    expect(lineMatches(lines[0]!, filter({ source: 'stdout' }))).toBe(false);
    expect([lineMatches(lines[0]!, filter({ level: 'INFO' })), lineMatches(lines[0]!, filter({ level: 'WARN' }))]).toEqual([true, false]);
    expect(lineMatches({ ...lines[0]!, worker: '0xAb' }, filter({ worker: '0xaB' }))).toBe(true);
    expect(lineMatches(lines[0]!, filter({ worker: '0xab' }))).toBe(false);
  });
  it('shows what stands around a hit, and where lines are left out', () => {
    const many = Array.from({ length: 10 }, (_, position) => ({ ...lines[0]!, position: position * 2, text: String(position) }));
    const shown = withContext(many, (line) => line.text === '1' || line.text === '8', 2);
    expect(shown.map((line) => [line.text, line.near, line.gap])).toEqual([['0', true, false], ['1', false, false], ['2', true, false], ['3', true, false], ['6', true, true], ['7', true, false], ['8', false, false], ['9', true, false]]);
    expect(withContext(many, () => false, 2)).toEqual([]);
  });
  it('finds a linked line, also within a repeated one', () => {
    const shown = [0, 10, 50].map((position) => ({ position }));
    expect([indexOfLine(shown, 10), indexOfLine(shown, 30), indexOfLine(shown, 51), indexOfLine([{ position: 5 }], 3)]).toEqual([1, 1, 2, -1]);
  });
});
