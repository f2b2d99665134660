// Files of the page: exports with their checksum (§8.2), results that go on after a break (D-01), previews (D-02).
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checksumLine, nameOfAnswer, readExport } from '../../src/model/export_stream';
import { downloadInto, joined, nothingYet } from '../../src/model/download';
import { csv } from '../../src/model/text';
import { parseCsv, previewKind } from '../../src/model/preview';
import { api, setFetcher } from '../../src/transport/http';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
const streamOf = (parts: Uint8Array[], broken = false): ReadableStream<Uint8Array> =>
  new ReadableStream({
    pull(control) {
      const next = parts.shift();
      if (next) control.enqueue(next);
      else if (broken) control.error(new TypeError('network'));
      else control.close();
    },
  });

describe('export of a list', () => {
  const answer = (): Response => new Response(streamOf([bytes('a,b\r\n1,'), bytes('2\r\n3,4\r\n')]), { headers: { 'content-disposition': 'attachment; filename="deals_65535_12_ab.csv"' } });
  it('counts rows, keeps the name of the server, and has the checksum of its content', async () => {
    const seen: number[] = [];
    const file = await readExport(answer(), 'deals.csv', 1, new AbortController().signal, ({ rows }) => seen.push(rows));
    expect([file.name, file.rows, file.bytes, seen]).toEqual(['deals_65535_12_ab.csv', 2, 15, [0, 2]]);
    expect(checksumLine(file)).toBe(`${createHash('sha256').update('a,b\r\n1,2\r\n3,4\r\n').digest('hex')}  deals_65535_12_ab.csv\n`);
  });
  it('ends at the wish of the user', async () => {
    const stop = new AbortController();
    await expect(readExport(answer(), 'x', 1, stop.signal, () => stop.abort())).rejects.toThrow();
  });
  it('takes no folder from a name', () => {
    expect(nameOfAnswer('attachment; filename="../../etc/passwd"', 'x')).not.toContain('/');
    expect(nameOfAnswer(null, 'deals.csv')).toBe('deals.csv');
  });
});

describe('a result that breaks off', () => {
  afterEach(() => void vi.unstubAllGlobals());
  const whole = bytes('0123456789');
  function store(breakAt: number): { asked: (string | undefined)[] } {
    const asked: (string | undefined)[] = [];
    vi.stubGlobal('fetch', (_path: string, init: { headers: Record<string, string> }) => {
      const { range } = init.headers;
      asked.push(range);
      const from = Number(/bytes=(\d+)/.exec(range ?? '')?.[1] ?? 0);
      const rest = whole.slice(from);
      const headers = { etag: '"1"', 'content-length': String(rest.length), ...(from ? { 'content-range': `bytes ${from}-9/10` } : {}) };
      const body = asked.length === 1 ? streamOf([rest.slice(0, breakAt)], true) : streamOf([rest]);
      return Promise.resolve(new Response(body, { status: from ? 206 : 200, headers }));
    });
    return { asked };
  }
  it('goes on where it stopped and is whole', async () => {
    const { asked } = store(4);
    const kept = nothingYet();
    await expect(downloadInto(kept, '/ipfs/x', new AbortController().signal, () => undefined)).rejects.toThrow();
    expect(kept.got).toBe(4);
    await downloadInto(kept, '/ipfs/x', new AbortController().signal, () => undefined);
    expect(asked).toEqual([undefined, 'bytes=4-']);
    expect(joined(kept)).toEqual(whole);
  });
  it('begins anew when the store has another version', async () => {
    store(4);
    const kept = nothingYet();
    await downloadInto(kept, '/ipfs/x', new AbortController().signal, () => undefined).catch(() => undefined);
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(streamOf([bytes('abc')]), { status: 200, headers: { 'content-length': '3' } })));
    await downloadInto(kept, '/ipfs/x', new AbortController().signal, () => undefined);
    expect(new TextDecoder().decode(joined(kept))).toBe('abc');
  });
});

describe('preview of a file', () => {
  it('goes by content, not by name', () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
    expect(previewKind('page.html', png, true)).toBe('png');
    expect(previewKind('picture.png', bytes('<svg onload=alert(1)>'), true)).toBe('text');
    expect(previewKind('a.json', bytes('{"a":1}'), true)).toBe('json');
    expect(previewKind('a.json', bytes('{"a":'), false)).toBe('text');
    expect(previewKind('a.json', bytes('{"a":'), true)).toBe('text');
    expect(previewKind('a.bin', new Uint8Array([1, 0, 2]), true)).toBe('binary');
    expect(previewKind('a.CSV', bytes('a,b'), true)).toBe('csv');
  });
  it('reads what the export writes', () => {
    const cell = fc.string().map((text) => text.replace(/\r\n?/g, '\n'));
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const [header = [], ...rest] = rows;
        const guarded = rows.map((row) => row.map((each) => (/^[=+\-−@\t\r]/.test(each) ? `'${each}` : each)));
        expect(parseCsv(csv(header, rest)).rows).toEqual(guarded);
      }),
    );
  });
  it('stops at its limit and says so', () => {
    expect(parseCsv('a\nb\nc\n', 2)).toEqual({ rows: [['a'], ['b']], more: true });
    expect(parseCsv('a\nb\n', 2)).toEqual({ rows: [['a'], ['b']], more: false });
  });
});

describe('an answer that does not come to its end', () => {
  afterEach(() => setFetcher((path, init) => fetch(path, init)));
  it('is told as what it is, with a code', async () => {
    const body = new ReadableStream({ pull: (control) => control.error(new DOMException('signal timed out', 'TimeoutError')) });
    setFetcher(() => Promise.resolve(new Response(body)));
    await expect(api('/v1/deals')).rejects.toMatchObject({ code: 'TIMEOUT', message: 'the market did not answer within 10 seconds' });
    setFetcher(() => Promise.resolve(new Response('{"items": [')));
    await expect(api('/v1/deals')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});
