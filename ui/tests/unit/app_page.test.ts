// Pages of apps: parameter schemas as the market reads them, form and work params in both directions, readmes as text.
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { pageText } from '../../src/model/app_page';
import { joinArguments, splitArguments } from '../../src/model/arguments';
import { defaultsOf, othersOf, paramsOfValues, problemOfValue, valuesOfParams } from '../../src/model/param_values';
import { readParameters, type Parameter, type ParameterSchema } from '../../src/model/parameters';
import { blocksOf, spansOf } from '../../src/model/readme';

type Case = { about?: string; place?: string; text?: string; schema?: unknown };
const shared = <Content>(file: string): Content => JSON.parse(readFileSync(new URL(`../../../tests/data/app_page/${file}`, import.meta.url), 'utf8')) as Content;
const textOf = (each: Case): string => each.text ?? JSON.stringify(each.schema);
const read = (schema: unknown): ParameterSchema => {
  const { schema: good, problem } = readParameters(typeof schema === 'string' ? schema : JSON.stringify(schema));
  if (!good) throw new Error(`${problem.place} ${problem.text}`);
  return good;
};

describe('arguments', () => {
  const cases = shared<{ split: { line: string; words: string[] | null }[]; joined: { words: string[]; line: string }[] }>('arguments.json');
  it('are split as the worker splits them', () => {
    for (const { line, words } of cases.split) expect(splitArguments(line), line).toEqual(words);
    for (const { line, words } of cases.joined) expect(splitArguments(line), line).toEqual(words);
  });
  it('are written as agreed', () => {
    for (const { line, words } of cases.joined) expect(joinArguments(words)).toBe(line);
  });
  it('come back from the line that they were joined into', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => { expect(splitArguments(joinArguments(words))).toEqual(words); }));
    fc.assert(fc.property(fc.array(fc.string({ unit: fc.constantFrom("'", '"', '\\', ' ', '\t', '\n', '\r', 'a', '$', '{') })), (words) => { expect(splitArguments(joinArguments(words))).toEqual(words); }));
  });
});

describe('parameter schemas', () => {
  const cases = shared<{ good: Case[]; wrong: Case[] }>('schemas.json');
  it.each(cases.good.map((each) => [each.about, textOf(each)]))('reads %s', (_, text) => {
    expect(readParameters(text!).problem).toBeNull();
  });
  it.each(cases.wrong.map((each) => [each.place, textOf(each)]))('refuses at %s: %s', (place, text) => {
    expect(readParameters(text!).problem?.place).toBe(place);
  });
  it('bounds sizes, depths and numbers of fields', () => {
    const fields = (count: number): string => JSON.stringify({ type: 'object', properties: Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, { type: 'string' }])), arguments: Array.from({ length: count }, (_, at) => `{f${at}}`) });
    expect(readParameters(fields(64)).problem).toBeNull();
    expect(readParameters(fields(65)).problem?.place).toBe('parameters.properties');
    expect(readParameters('['.repeat(16_000)).problem?.place).toBe('parameters');
    expect(readParameters(`"${'x'.repeat(17_000)}"`).problem?.place).toBe('parameters');
  });
});

const RENDER = read(shared<{ good: Case[] }>('schemas.json').good[1]!.schema);
const args = (params: string): string => (JSON.parse(params) as { iexec_args: string }).iexec_args;

describe('the form and the work params', () => {
  it('begin with the defaults', () => {
    const values = defaultsOf(RENDER);
    expect(Object.fromEntries(values)).toEqual({ width: '640', height: '480', gamma: '', style: 'ink', title: 'Tür', verbose: 'false', scene: '' });
    expect(args(paramsOfValues(RENDER, values, ''))).toBe("render --size=640x480 --style=ink --title 'Tür'");
  });
  it('leave out what has no value, and turn switches on', () => {
    const values = new Map([...defaultsOf(RENDER), ['title', ''], ['gamma', '0.50'], ['verbose', 'true'], ['scene', 'https://x.example/scene']]);
    const params = paramsOfValues(RENDER, values, '');
    expect(JSON.parse(params)).toEqual({ iexec_args: 'render --size=640x480 --gamma 0.5 --style=ink --verbose', iexec_input_files: ['https://x.example/scene'] });
    expect(Object.fromEntries(valuesOfParams(RENDER, params).values!)).toEqual({ ...Object.fromEntries(values), gamma: '0.5' });
  });
  it('keep what the form has no field for', () => {
    const before = '{"iexec_args":"render","iexec_secrets":{"1":"key"},"iexec_result_encryption":true,"iexec_input_files":["a"]}';
    expect(othersOf(RENDER, before)).toEqual({ iexec_secrets: { 1: 'key' }, iexec_result_encryption: true });
    expect(JSON.parse(paramsOfValues(RENDER, defaultsOf(RENDER), before))).toMatchObject({ iexec_secrets: { 1: 'key' }, iexec_result_encryption: true });
    const plain = read({ type: 'object', properties: { a: { type: 'string' } }, arguments: ['{a}'] });
    expect(JSON.parse(paramsOfValues(plain, new Map([['a', 'x']]), before))).toMatchObject({ iexec_args: 'x', iexec_input_files: ['a'] });
  });
  it.each([
    ['{"0":"a","1":"b"}', /each task/],
    ['{"iexec_args":', /no valid JSON/],
    ["{\"iexec_args\":\"'open\"}", /not whole/],
    ['{"iexec_args":"other words"}', /does not know/],
    ['{"iexec_args":7}', /not whole/],
    ['{"iexec_args":"render --size=0640x480 --style=ink"}', /of its own/],
    ['{"iexec_args":"render --size=1x2 --style=ink","iexec_input_files":["a","b"]}', /more input files/],
  ])('say why they cannot show %s', (text, why) => {
    expect(valuesOfParams(RENDER, text).why).toMatch(why);
  });
  it('plain text is the command line', () => {
    expect(valuesOfParams(RENDER, 'render --size=1x2 --style=plain').values?.get('height')).toBe('2');
  });
  it('typed fields find their words among optional ones', () => {
    const schema = read({ type: 'object', properties: { times: { type: 'integer' }, loud: { type: 'boolean' }, name: { type: 'string' } }, arguments: ['{times}', ['{loud}', '--loud'], '{name}'] });
    expect(Object.fromEntries(valuesOfParams(schema, '{"iexec_args":"Bob"}').values!)).toEqual({ times: '', loud: 'false', name: 'Bob' });
    expect(Object.fromEntries(valuesOfParams(schema, '{"iexec_args":"3 --loud Bob"}').values!)).toEqual({ times: '3', loud: 'true', name: 'Bob' });
  });
  it('a hostile schema takes no time', () => {
    const names = Array.from({ length: 64 }, (_, at) => `f${at}`);
    const schema = read({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])), arguments: names.map((name) => `{${name}}`) });
    const line = Array.from({ length: 65 }, () => 'x').join(' ');
    expect(valuesOfParams(schema, JSON.stringify({ iexec_args: line })).why).toMatch(/does not know/);
  });
  it('any values come back from the params that they make', () => {
    const value: Record<string, fc.Arbitrary<string>> = {
      width: fc.integer({ min: 1, max: 4096 }).map(String),
      height: fc.integer({ min: 1 }).map(String),
      gamma: fc.oneof(fc.constant(''), fc.double({ min: -0.5, max: 2.5, noNaN: true }).map(String)),
      style: fc.constantFrom('plain', 'ink'),
      title: fc.string({ minLength: 2, maxLength: 5 }).filter((text) => text.trim() !== ''),
      verbose: fc.constantFrom('true', 'false'),
      scene: fc.webUrl(),
    };
    fc.assert(
      fc.property(fc.record(value), (record) => {
        const values = new Map(Object.entries(record));
        const params = paramsOfValues(RENDER, values, '{}');
        const again = valuesOfParams(RENDER, params);
        expect(again.why).toBeNull();
        expect(paramsOfValues(RENDER, again.values!, '{}')).toBe(params);
      }),
    );
  });
});

describe('values of fields', () => {
  const field = (part: Partial<Parameter>): Parameter => ({ name: 'a', type: 'string', title: 'A', description: '', standard: null, required: false, choices: [], minimum: null, maximum: null, minLength: null, maxLength: null, ...part });
  it.each<[Partial<Parameter>, string, RegExp | null]>([
    [{}, '', null],
    [{ required: true }, '', /Fill this in/],
    [{ minLength: 3 }, 'Tü', /at least 3/],
    [{ maxLength: 2 }, '👍👍', null],
    [{ maxLength: 2 }, 'abc', /at most 2/],
    [{}, 'a\u0007', /Control/],
    [{ choices: ['x'] }, 'y', /Choose one/],
    [{ type: 'integer' }, ' 12 ', null],
    [{ type: 'integer' }, '1.5', /whole/],
    [{ type: 'integer' }, '9007199254740993', /whole/],
    [{ type: 'integer' }, '0x10', /whole/],
    [{ type: 'integer', minimum: 2 }, '1', /at least 2/],
    [{ type: 'number', maximum: 1 }, '1.5', /at most 1/],
    [{ type: 'number' }, '1e999', /a number/],
    [{ type: 'number' }, 'Infinity', /a number/],
    [{ type: 'number' }, '-1.5e-3', null],
    [{ type: 'number', choices: [1, 2] }, '2', null],
    [{ type: 'boolean' }, 'maybe', /true or false/],
  ])('%o: %s', (part, value, wrong) => {
    const problem = problemOfValue(field(part), value);
    if (wrong === null) expect(problem).toBeNull();
    else expect(problem).toMatch(wrong);
  });
});

describe('readmes', () => {
  it('have headings without gaps, paragraphs, lists, quotes and code', () => {
    const blocks = blocksOf('### Deep\nText that\ngoes on.\n\n- one\n  of two lines\n- two\n  1. inner\n\n> quoted\n> more\n\n```sh\n# no heading\n```\n---\n1. a\n2. b\n# Top\n### Below');
    expect(blocks.map((each) => each.kind)).toEqual(['heading', 'paragraph', 'list', 'list', 'quote', 'code', 'rule', 'list', 'heading', 'heading']);
    expect(blocks.filter((each) => each.kind === 'heading').map((each) => each.level)).toEqual([1, 1, 2]);
    expect(blocks[1]).toMatchObject({ spans: [{ kind: 'text', text: 'Text that goes on.' }] });
    expect(blocks[2]).toMatchObject({ ordered: false, items: [{ spans: [{ text: 'one of two lines' }] }, { spans: [{ text: 'two' }] }] });
    expect(blocks[5]).toMatchObject({ text: '# no heading' });
  });
  it('have emphasis, code, links and bare addresses', () => {
    expect(spansOf('a **b** *c* `d*e*` [f](https://g.example "t") https://h.example/i, snake_case_name \\*x\\*')).toEqual([
      { kind: 'text', text: 'a ' },
      { kind: 'strong', text: 'b' },
      { kind: 'text', text: ' ' },
      { kind: 'emphasis', text: 'c' },
      { kind: 'text', text: ' ' },
      { kind: 'code', text: 'd*e*' },
      { kind: 'text', text: ' ' },
      { kind: 'link', text: 'f', to: 'https://g.example' },
      { kind: 'text', text: ' ' },
      { kind: 'link', text: 'https://h.example/i', to: 'https://h.example/i' },
      { kind: 'text', text: ', snake_case_name *x*' },
    ]);
  });
  it('leave markup as text, and pictures as links', () => {
    expect(spansOf('<img src=x onerror=alert(1)>')).toEqual([{ kind: 'text', text: '<img src=x onerror=alert(1)>' }]);
    expect(spansOf('![logo](https://x.example/l.png)')).toEqual([{ kind: 'link', text: 'logo', to: 'https://x.example/l.png' }]);
  });
  it.each(['[', '*', '`', '![', '> ', '# ', '```\n', '_a', '[a](', '<http://', '- x\n', '\\'])('take no time over 32 KiB of %s', (piece) => {
    const text = piece.repeat(Math.floor(32_768 / piece.length));
    expect(blocksOf(text).length).toBeGreaterThan(0);
  });
  it('lose no word of a plain text', () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }), (words) => { expect(blocksOf(words.join(' '))).toEqual([{ kind: 'paragraph', spans: [{ kind: 'text', text: words.join(' ') }] }]); }));
  });
});

describe('what an owner signs', () => {
  it('names chain, app, both texts by their SHA-256, and the time', async () => {
    const draft = { app: '0x4e61c418cfcf080dbca9544aad64572e68bd9802', readme: '# hello', parameters: '', updated: 1_790_000_000_000 };
    expect(pageText(draft, 65535).split('\n')).toEqual([
      'Bourse app page/1',
      'chain: 65535',
      'app: 0x4E61C418cFcF080DbCA9544AAd64572e68BD9802',
      expect.stringMatching(/^readme: 0x[0-9a-f]{64}$/),
      'parameters: 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'updated: 1790000000000',
    ]);
    const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
    expect(await account.signMessage({ message: pageText(draft, 65535) })).toMatch(/^0x[0-9a-f]{130}$/);
  });
});
